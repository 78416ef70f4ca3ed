/* SPDX-License-Identifier: MIT */
/* etrack-quantise from the command line: the model that it writes, as the engine runs it, and one
 * line on stderr per error. */
#include "command.h"
#include "files.h"
#include "net/network.h"
#include "net/safetensors.h"
#include "test/main.h"

enum { PICTURES = 6 };

static char *source;

/* Pictures and an index of them, with boxes, in ROOT/pictures; and one picture without an index in
 * ROOT/plain. */
static void write_pictures(void)
{
  struct scene scene = scene_create();
  char *folder = g_build_filename(root, "pictures", NULL), *plain = g_build_filename(root, "plain", NULL), *path;
  GString *index = g_string_new("{\"source\": \"scenes\", \"frames\": [");

  ck_assert_int_eq(g_mkdir(folder, 0777), 0);
  ck_assert_int_eq(g_mkdir(plain, 0777), 0);
  for (int i = 0; i < PICTURES; i++) {
    path = g_strdup_printf("%s/%d.jpg", folder, i);
    scene_background(&scene);
    scene_object(&scene, 60 + 20 * i, 80 + 10 * i);
    write_jpeg(path, scene.pixels, SCENE_WIDTH, SCENE_HEIGHT, 3);
    g_string_append_printf(index, "%s[\"%d.jpg\", %d, %d, %d, %d]", i ? ", " : "", i, 60 + 20 * i, 80 + 10 * i, SCENE_OBJECT, SCENE_OBJECT);
    g_free(path);
  }
  path = g_build_filename(plain, "0.jpeg", NULL);
  write_jpeg(path, scene.pixels, SCENE_WIDTH, SCENE_HEIGHT, 3);
  g_free(path);
  g_string_append(index, "]}\n");
  path = g_build_filename(folder, "index.jsonl", NULL);
  ck_assert(g_file_set_contents(path, index->str, -1, NULL));
  g_free(path);
  g_string_free(index, TRUE);
  g_free(plain);
  g_free(folder);
  scene_destroy(&scene);
}

static void setup(void)
{
  command_open("quantise/etrack-quantise");
  source = in_source("tests/golden/tiny.safetensors");
  g_setenv("TINY", source, TRUE);
  write_pictures();
}

static void teardown(void)
{
  g_free(source);
  command_close();
}

/* A square of the scene with the object, of side n, as the network takes it. */
static void cut(const struct scene *scene, int left, int top, int n, float *rgb)
{
  for (int y = 0; y < n; y++)
    for (int x = 0; x < n * 3; x++)
      rgb[y * n * 3 + x] = scene->pixels[((top + y) * SCENE_WIDTH + left) * 3 + x];
}

/* What a model says of the scene: scores, then edges, cell by cell. */
static GArray *answer_of(const char *path)
{
  struct scene scene = scene_create();
  GArray *answer = g_array_new(FALSE, FALSE, sizeof(float));
  struct et_model *model = NULL;
  struct et_network *network = NULL;
  struct et_error_detail why;
  struct et_scores s;
  float *rgb;

  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
  ck_assert_int_eq(et_network_create(model, et_ops_find(NULL), &network, &why), ET_OK);
  rgb = g_new(float, (gsize)(model->architecture.search_size * model->architecture.search_size * 3));
  scene_background(&scene);
  scene_object(&scene, 150, 110);
  cut(&scene, 150 + SCENE_OBJECT / 2 - model->architecture.template_size / 2,
      110 + SCENE_OBJECT / 2 - model->architecture.template_size / 2, model->architecture.template_size, rgb);
  et_network_set_template(network, rgb);
  cut(&scene, 90, 70, model->architecture.search_size, rgb);
  s = et_network_search(network, rgb);
  for (int i = 0; i < 5; i++)
    g_array_append_vals(answer, (const float *[]){s.score, s.x1, s.y1, s.x2, s.y2}[i], (guint)(s.cells * s.cells));
  g_free(rgb);
  et_network_destroy(&network);
  et_model_close(&model);
  scene_destroy(&scene);
  return answer;
}

/* How far the values from `first` to `last` are from those wanted, as a share of how far those are
 * from their mean. */
static double distance(const GArray *got, const GArray *wanted, guint first, guint last)
{
  double mean = 0, spread = 0, error = 0;

  for (guint i = first; i < last; i++)
    mean += (double)g_array_index(wanted, float, i) / (last - first);
  for (guint i = first; i < last; i++) {
    const double value = (double)g_array_index(wanted, float, i), difference = (double)g_array_index(got, float, i) - value;

    spread += (value - mean) * (value - mean);
    error += difference * difference;
  }
  return sqrt(error / spread);
}

/* The model that was written answers nearly as the float model, and not with floats. */
static void answers_like_the_source(const char *relative)
{
  static const char *const names[5] = {"scores", "x1", "y1", "x2", "y2"};
  char *path = in_root(relative);
  GArray *wanted = answer_of(source), *got = answer_of(path);
  const guint cells = wanted->len / 5;

  ck_assert_uint_eq(got->len, wanted->len);
  for (guint i = 0; i < 5; i++) {
    const double d = distance(got, wanted, i * cells, (i + 1) * cells);

    ck_assert_msg(d > 0 && d < 0.3, "%s: %s differ by %g of their spread", relative, names[i], d);
  }
  g_array_unref(wanted);
  g_array_unref(got);
  g_free(path);
}

static enum et_type type_of(const char *relative, const char *tensor)
{
  char *path = in_root(relative);
  struct et_safetensors *file;
  const struct et_safetensor *t;
  struct et_error_detail why;
  enum et_type type;

  ck_assert_msg(et_safetensors_open(path, &file, &why) == ET_OK, "%s", why.text);
  t = et_safetensors_find(file, tensor);
  ck_assert_msg(t, "%s has no %s", relative, tensor);
  type = t->type;
  et_safetensors_close(&file);
  g_free(path);
  return type;
}

START_TEST(the_engine_answers_as_with_floats)
{
  succeed("--pictures 30 $TINY out.safetensors pictures");
  ck_assert_str_eq(out, "");
  ck_assert_int_eq(type_of("out.safetensors", "backbone.1.expand.weight"), ET_I8);
  ck_assert_int_eq(type_of("out.safetensors", "backbone.4.dw.weight"), ET_I16);
  ck_assert_int_eq(type_of("out.safetensors", "reg.0.ffn.fc2.weight"), ET_I8);
  answers_like_the_source("out.safetensors");
}
END_TEST

START_TEST(layers_can_stay_in_floats)
{
  succeed("--pictures 2 --layers cls.first,backbone.2 $TINY some.safetensors pictures");
  ck_assert_int_eq(type_of("some.safetensors", "cls.first.pw.weight"), ET_I8);
  ck_assert_int_eq(type_of("some.safetensors", "backbone.2.dw.weight"), ET_I16);
  ck_assert_int_eq(type_of("some.safetensors", "cls.last.pw.weight"), ET_F32);
  ck_assert_int_eq(type_of("some.safetensors", "backbone.1.dw.weight"), ET_F32);
  answers_like_the_source("some.safetensors");
  succeed("--pictures 2 --float backbone.2 $TINY others.safetensors pictures");
  ck_assert_int_eq(type_of("others.safetensors", "cls.last.pw.weight"), ET_I8);
  ck_assert_int_eq(type_of("others.safetensors", "backbone.2.dw.weight"), ET_F32);
  ck_assert_int_eq(type_of("others.safetensors", "backbone.1.dw.weight"), ET_I16);
  answers_like_the_source("others.safetensors");
}
END_TEST

static char *contents(const char *relative, gsize *length)
{
  char *path = in_root(relative), *bytes;

  ck_assert(g_file_get_contents(path, &bytes, length, NULL));
  g_free(path);
  return bytes;
}

START_TEST(the_same_call_writes_the_same_bytes)
{
  gsize length, again_length, other_length;
  char *first, *again, *other;

  succeed("--pictures 4 $TINY first.safetensors plain");
  succeed("--pictures 4 $TINY again.safetensors plain");
  succeed("--pictures 4 --seed 2 $TINY other.safetensors plain");
  first = contents("first.safetensors", &length);
  again = contents("again.safetensors", &again_length);
  other = contents("other.safetensors", &other_length);
  ck_assert_uint_eq(length, again_length);
  ck_assert_msg(memcmp(first, again, length) == 0, "two runs differ");
  ck_assert_uint_eq(length, other_length);
  ck_assert_msg(memcmp(first, other, length) != 0, "the seed changes nothing");
  g_free(first);
  g_free(again);
  g_free(other);
}
END_TEST

START_TEST(it_tells_what_it_did)
{
  succeed("--verbose --sensitivity --pictures 2 --held-out 2 --layers backbone.1,reg.first $TINY out.safetensors pictures");
  ck_assert_msg(strstr(out, "\nbackbone.1.expand ") && strstr(out, "\nbackbone.1.dw ") && strstr(out, "\nreg.first.pw "), "%s", out);
  ck_assert_msg(!strstr(out, "backbone.2"), "%s", out);
  ck_assert_msg(strstr(out, "\ntogether ") && strstr(out, "\nbackbone.1 ") && strstr(out, "\nreg.first "), "%s", out);
}
END_TEST

START_TEST(models_that_cannot_be_used)
{
  fail_with(1, "none.safetensors out.safetensors pictures", "none.safetensors: No such file");
  fail_with(1, "pictures/0.jpg out.safetensors pictures", "pictures/0.jpg: not a safetensors file");
  succeed("--pictures 1 $TINY out.safetensors pictures");
  fail_with(1, "out.safetensors again.safetensors pictures", "out.safetensors: is quantised already");
}
END_TEST

START_TEST(pictures_that_cannot_be_used)
{
  fail_with(1, "$TINY out.safetensors nowhere", "nowhere");
  put("empty/readme.txt", "no picture");
  fail_with(1, "$TINY out.safetensors empty", "empty: no pictures");
  put("garbage/0.jpg", "no picture");
  fail_with(1, "$TINY out.safetensors garbage", "garbage/0.jpg");
  put("gone/index.jsonl", "{\"frames\": [[\"gone.jpg\", 1, 2, 30, 40]]}\n");
  fail_with(1, "$TINY out.safetensors gone", "gone/gone.jpg");
}
END_TEST

START_TEST(an_index_names_the_line_that_is_wrong)
{
  static const char *const lines[] = {"no json",
                                      "{\"frames\": []}",
                                      "{}",
                                      "{\"frames\": [[\"0.jpg\", 1, 2, 3]]}",
                                      "{\"frames\": [[\"0.jpg\", 1, 2, 3, 0]]}",
                                      "{\"frames\": [[1, 2, 3, 4, 5]]}"};

  for (gsize i = 0; i < G_N_ELEMENTS(lines); i++) {
    char *text = g_strdup_printf("{\"frames\": [[\"0.jpg\", 1, 2, 30, 40]]}\n%s\n", lines[i]);

    put("pictures/index.jsonl", text);
    fail_with(1, "$TINY out.safetensors pictures", "pictures/index.jsonl:2: a line must be an object");
    g_free(text);
  }
}
END_TEST

START_TEST(boxes_outside_of_their_pictures)
{
  put("pictures/index.jsonl", "{\"frames\": [[\"0.jpg\", 5000, 2, 30, 40]]}\n");
  fail_with(1, "$TINY out.safetensors pictures", "pictures/0.jpg and the other pictures: no box on which a target can be started");
}
END_TEST

START_TEST(a_file_that_cannot_be_written)
{
  fail_with(1, "--pictures 1 $TINY nowhere/out.safetensors pictures", "nowhere/out.safetensors");
}
END_TEST

START_TEST(wrong_command_lines)
{
  fail_with(64, "", "a model, a file to write and a folder of pictures are wanted");
  fail_with(64, "$TINY out.safetensors", "a model, a file to write and a folder of pictures are wanted");
  fail_with(64, "--pictures 0 $TINY out.safetensors pictures", "--pictures must be a whole number from 1 to 100000, not `0`");
  fail_with(64, "--held-out x $TINY out.safetensors pictures", "--held-out must be a whole number from 1 to 100000, not `x`");
  fail_with(64, "--seed -1 $TINY out.safetensors pictures", "--seed must be a whole number from 0 to 4294967295, not `-1`");
  fail_with(64, "--layers cls --float reg $TINY out.safetensors pictures", "--layers and --float exclude each other");
  fail_with(64, "--layers backbone.0 $TINY out.safetensors pictures", "no layers that may be quantised are called `backbone.0`");
  fail_with(64, "--float backbone.1,clx $TINY out.safetensors pictures", "no layers that may be quantised are called `clx`");
  fail_with(64, "--kernels 6502 $TINY out.safetensors pictures", "there are no kernels `6502` here");
  fail_with(64, "--surplus $TINY out.safetensors pictures", "--surplus");
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("quantise-command");
  TCase *tcase = tcase_create("quantise-command");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, the_engine_answers_as_with_floats);
  tcase_add_test(tcase, layers_can_stay_in_floats);
  tcase_add_test(tcase, the_same_call_writes_the_same_bytes);
  tcase_add_test(tcase, it_tells_what_it_did);
  tcase_add_test(tcase, models_that_cannot_be_used);
  tcase_add_test(tcase, pictures_that_cannot_be_used);
  tcase_add_test(tcase, an_index_names_the_line_that_is_wrong);
  tcase_add_test(tcase, boxes_outside_of_their_pictures);
  tcase_add_test(tcase, a_file_that_cannot_be_written);
  tcase_add_test(tcase, wrong_command_lines);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
