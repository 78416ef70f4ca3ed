/* SPDX-License-Identifier: MIT */
/* Thermal video as from a 14-bit camera, in a small part of the scale. It is followed as well as
 * its 8-bit original. The upper byte alone is not. */
#include <math.h>

#include "etrack/tracker.h"
#include "eval/frames.h"
#include "test/data.h"
#include "test/main.h"

/* The ways that one sequence is given to a tracker. */
enum way { EIGHT_BITS, SIXTEEN_BITS, UPPER_BYTE, WAYS };

static const char *const names[] = {"video18", "IR_HELICOPTER_029"};
static const double rate_hz = 25;

static struct et_model *model;

static void setup(void)
{
  char path[512];
  struct et_error_detail why;

  snprintf(path, sizeof path, "%s/models/etrack-small.safetensors", getenv("ETRACK_SOURCE"));
  ck_assert_msg(et_model_open(path, &model, &why) == ET_OK, "%s", why.text);
}

static void teardown(void)
{
  et_model_close(&model);
}

static struct eval_sequence *load(const char *name, GPtrArray *sequences)
{
  char relative[128];
  GError *error = NULL;

  g_snprintf(relative, sizeof relative, "sequences/%s", name);
  ck_assert_msg(eval_sequences_load(data_path("thermal", relative), NULL, sequences, &error), "%s", error ? error->message : "");
  return g_ptr_array_index(sequences, sequences->len - 1);
}

/* An 8-bit grey as `way` writes it. The camera has two counts per grey, from 7000 on. */
static void write_grey(enum way way, unsigned grey, uint8_t *to)
{
  const unsigned counts = 7000 + 2 * grey;

  if (way == EIGHT_BITS) {
    *to = (uint8_t)grey;
  } else if (way == UPPER_BYTE) {
    *to = (uint8_t)(counts >> 8);
  } else {
    to[0] = (uint8_t)counts;
    to[1] = (uint8_t)(counts >> 8);
  }
}

static struct et_image convert(enum way way, const struct et_image *rgb, GByteArray *pixels)
{
  const guint bytes = way == SIXTEEN_BITS ? 2 : 1;
  const enum et_format format = way == SIXTEEN_BITS ? ET_FORMAT_GRAY16_LE : ET_FORMAT_GRAY8;
  struct et_image image = {.format = format, .width = rgb->width, .height = rgb->height, .range = ET_RANGE_FULL};

  g_byte_array_set_size(pixels, (guint)(rgb->width * rgb->height) * bytes);
  for (int y = 0; y < rgb->height; y++)
    for (int x = 0; x < rgb->width; x++) {
      const uint8_t *p = rgb->plane[0] + y * rgb->stride[0] + (ptrdiff_t)3 * x;

      write_grey(way, (p[0] + 2u * p[1] + p[2]) / 4, pixels->data + ((ptrdiff_t)y * rgb->width + x) * bytes);
    }
  image.plane[0] = pixels->data;
  image.stride[0] = (ptrdiff_t)rgb->width * (ptrdiff_t)bytes;
  return image;
}

static double auc_of(const struct eval_sequence *s, enum way way)
{
  struct eval_frames *frames = eval_frames_open(s, rate_hz, NULL);
  const struct eval_truth *truth = (const struct eval_truth *)(void *)s->truth->data;
  GArray *records = g_array_new(FALSE, TRUE, sizeof(struct eval_record));
  GByteArray *pixels = g_byte_array_new();
  struct eval_scores scores;
  struct et_tracker *tracker;
  struct et_image rgb;
  int64_t time_ns;

  ck_assert_int_eq(et_tracker_create(model, NULL, &tracker, NULL), ET_OK);
  for (guint n = 0; n < s->truth->len && eval_frames_next(frames, &rgb, &time_ns, NULL); n++) {
    const struct et_image image = convert(way, &rgb, pixels);
    struct et_result result = {0};
    const enum et_error error = n == 0 ? et_tracker_init(tracker, &image, &truth[0].box, time_ns, &result, NULL)
                                       : et_tracker_track(tracker, &image, time_ns, &result, NULL);
    const struct eval_record record = {.has_box = !error && result.has_box, .box = result.box, .score = result.score};

    ck_assert_int_eq(rgb.format, ET_FORMAT_RGB);
    g_array_append_val(records, record);
  }
  eval_score(truth, (const struct eval_record *)(void *)records->data, records->len, &scores);
  et_tracker_destroy(&tracker);
  eval_frames_close(&frames);
  g_byte_array_unref(pixels);
  g_array_unref(records);
  return scores.auc;
}

START_TEST(a_narrow_range_is_followed_as_well_as_eight_bits)
{
  GPtrArray *sequences = g_ptr_array_new_with_free_func((GDestroyNotify)eval_sequence_free);
  const struct eval_sequence *s = load(names[_i], sequences);
  double auc[WAYS];

  for (enum way way = 0; way < WAYS; way++)
    auc[way] = auc_of(s, way);
  ck_assert_msg(auc[EIGHT_BITS] > 0.4 && auc[SIXTEEN_BITS] > 0.9 * auc[EIGHT_BITS] && auc[UPPER_BYTE] < 0.5 * auc[EIGHT_BITS],
                "%s: AUC %.3f with 8 bits, %.3f with 16, %.3f with the upper byte", s->name, auc[EIGHT_BITS], auc[SIXTEEN_BITS],
                auc[UPPER_BYTE]);
  g_ptr_array_unref(sequences);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("thermal");
  TCase *tcase = tcase_create("thermal");

  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    char relative[128];

    g_snprintf(relative, sizeof relative, "sequences/%s", names[i]);
    data_path("thermal", relative);
  }
  tcase_set_timeout(tcase, 600);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_loop_test(tcase, a_narrow_range_is_followed_as_well_as_eight_bits, 0, (int)G_N_ELEMENTS(names));
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
