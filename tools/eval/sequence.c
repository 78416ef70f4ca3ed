/* SPDX-License-Identifier: MIT */
/* Reads the folder layouts of OTB, GOT-10k and LaSOT, and the ground truths in them. */
#include "eval/sequence.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/number.h"

G_DEFINE_QUARK(eval_error, eval_error)

/* A box has 4 numbers. More are read, to notice a polygon. */
enum { BOX_NUMBERS = 4, MOST_NUMBERS = 8 };

void eval_sequence_free(struct eval_sequence *sequence)
{
  if (!sequence)
    return;
  g_free(sequence->name);
  g_free(sequence->video);
  g_clear_pointer(&sequence->images, g_ptr_array_unref);
  g_clear_pointer(&sequence->truth, g_array_unref);
  g_free(sequence->start_label);
  g_free(sequence);
}

/* Reads one number, or "nan", which ground truths write for a target that is not there. Returns
 * its length, or 0. */
static gsize scan_number(const char *text, double *number)
{
  if (g_ascii_strncasecmp(text, "nan", 3) != 0)
    return et_number_scan(text, number);
  *number = NAN;
  return 3;
}

static gboolean is_separator(char c)
{
  return c == ',' || isspace((unsigned char)c);
}

/* Reads at most `most` numbers. Returns how many there are, or -1 if there is anything else
 * between the separators. */
static int parse_numbers(const char *text, double *numbers, int most)
{
  int count = 0;

  for (;;) {
    gsize length;

    while (is_separator(*text))
      text++;
    if (!*text || count == most)
      return count;
    length = scan_number(text, &numbers[count++]);
    text += length;
    if (length == 0 || (*text && !is_separator(*text)))
      return -1;
  }
}

/* Says what is wrong with a line. Its text is cut and made printable. */
static gboolean refuse_line(const char *path, unsigned line, const char *text, const char *words, GError **error)
{
  g_autofree char *start = g_strndup(text, 60), *printable = g_strescape(start, NULL);

  g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s:%u: \"%s\": %s", path, line, printable, words);
  return FALSE;
}

static gboolean parse_truth_line(const char *path, unsigned line, const char *text, struct eval_truth *truth, GError **error)
{
  double v[MOST_NUMBERS];

  memset(truth, 0, sizeof *truth);
  if (parse_numbers(text, v, MOST_NUMBERS) != BOX_NUMBERS)
    return refuse_line(path, line, text, "a line must hold one box, the four numbers x, y, w, h", error);
  if (!isnan(v[0] + v[1]) && v[2] > 0 && v[3] > 0)
    *truth = (struct eval_truth){true, {v[0], v[1], v[2], v[3]}};
  return TRUE;
}

/* The lines of a text file, without carriage returns and the empty lines at its end. */
static char **read_lines(const char *path, GError **error)
{
  char *text;
  char **lines;
  gsize length;

  if (!g_file_get_contents(path, &text, &length, error))
    return NULL;
  if (strlen(text) != length) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: it is not plain text", path);
    g_free(text);
    return NULL;
  }
  lines = g_strsplit(g_strchomp(text), "\n", -1);
  g_free(text);
  for (char **line = lines; *line; line++)
    g_strstrip(*line);
  return lines;
}

GArray *eval_truth_read(const char *path, GError **error)
{
  char **lines = read_lines(path, error);
  GArray *truth;

  if (!lines)
    return NULL;
  truth = g_array_new(FALSE, FALSE, sizeof(struct eval_truth));
  for (unsigned i = 0; lines[i]; i++) {
    struct eval_truth one;

    if (!parse_truth_line(path, i + 1, lines[i], &one, error)) {
      g_clear_pointer(&truth, g_array_unref);
      break;
    }
    g_array_append_val(truth, one);
  }
  if (truth && truth->len == 0) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: it holds no box", path);
    g_clear_pointer(&truth, g_array_unref);
  }
  g_strfreev(lines);
  return truth;
}

/* Files beside a ground truth with one number per frame: whether the target is out of sight. */
static const struct label_file {
  const char *name;
  bool absent_if_zero; /* otherwise absent if not zero */
} label_files[] = {{"full_occlusion.txt", false}, {"out_of_view.txt", false}, {"absence.label", false}, {"cover.label", true}};

static gboolean apply_labels(const char *path, const struct label_file *file, GArray *truth, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree double *labels = g_new(double, truth->len + 1);
  int count;

  if (!g_file_get_contents(path, &text, NULL, error))
    return FALSE; /* NOLINT(clang-analyzer-unix.Malloc): labels is g_autofree */
  count = parse_numbers(text, labels, (int)truth->len + 1);
  if (count != (int)truth->len) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: it must hold %u numbers, one for each line of the ground truth", path, truth->len);
    return FALSE;
  }
  for (unsigned i = 0; i < truth->len; i++)
    if ((labels[i] == 0) == file->absent_if_zero)
      g_array_index(truth, struct eval_truth, i).present = false;
  return TRUE;
}

static gboolean apply_all_labels(const char *folder, GArray *truth, GError **error)
{
  for (size_t i = 0; i < G_N_ELEMENTS(label_files); i++) {
    g_autofree char *path = g_build_filename(folder, label_files[i].name, NULL);

    if (g_file_test(path, G_FILE_TEST_EXISTS) && !apply_labels(path, &label_files[i], truth, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean is_picture(const char *name)
{
  const char *dot = strrchr(name, '.');

  return dot && (g_ascii_strcasecmp(dot, ".jpg") == 0 || g_ascii_strcasecmp(dot, ".jpeg") == 0);
}

/* 2.jpg comes before 10.jpg. */
static int by_number(gconstpointer a, gconstpointer b)
{
  return strverscmp(*(const char *const *)a, *(const char *const *)b);
}

/* Paths of the folder's entries that `wanted` takes, in order; empty if there are none, or no
 * such folder. */
static GPtrArray *list_folder(const char *folder, gboolean (*wanted)(const char *))
{
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;

  if (!dir)
    return paths;
  while ((name = g_dir_read_name(dir)))
    if (wanted(name))
      g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
  g_dir_close(dir);
  g_ptr_array_sort(paths, by_number);
  return paths;
}

static GPtrArray *list_images(const char *folder)
{
  g_autofree char *img = g_build_filename(folder, "img", NULL);

  return list_folder(g_file_test(img, G_FILE_TEST_IS_DIR) ? img : folder, is_picture);
}

/* The path of the folder's ground truth, or NULL. */
static char *find_truth(const char *folder)
{
  static const char *const names[] = {"groundtruth_rect.txt", "groundtruth.txt"};

  for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
    char *path = g_build_filename(folder, names[i], NULL);

    if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
      return path;
    g_free(path);
  }
  return NULL;
}

/* The number that a picture's name ends with, or -1. */
static gint64 number_of(const char *path)
{
  const char *dot = strrchr(path, '.');
  const char *p = dot;

  while (p > path && isdigit((unsigned char)p[-1]))
    p--;
  return p == dot ? -1 : g_ascii_strtoll(p, NULL, 10);
}

/* Says where the first gap in the pictures' numbers is; "" if there is none. */
static char *first_gap(const GPtrArray *images)
{
  for (unsigned i = 1; i < images->len; i++)
    if (number_of(images->pdata[i - 1]) < number_of(images->pdata[i]) - 1)
      return g_strdup_printf("; after %s one is missing", (const char *)images->pdata[i - 1]);
  return g_strdup("");
}

/* A ground truth of one line belongs to a test set: every frame is run, and none counts. */
static gboolean counts_agree(const struct eval_sequence *sequence, const char *truth_path, GError **error)
{
  g_autofree char *gap = NULL;

  if (sequence->truth->len == sequence->images->len || sequence->truth->len == 1)
    return TRUE;
  gap = first_gap(sequence->images);
  g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s has %u lines, but there are %u pictures%s", truth_path, sequence->truth->len,
              sequence->images->len, gap);
  return FALSE;
}

static void start_from_option(struct eval_sequence *sequence, const struct et_box *start)
{
  struct eval_truth first = {true, *start};

  if (!sequence->truth) {
    sequence->truth = g_array_new(FALSE, FALSE, sizeof first);
    g_array_append_val(sequence->truth, first);
  }
  g_array_index(sequence->truth, struct eval_truth, 0) = first;
  g_free(sequence->start_label);
  sequence->start_label = g_strdup("--box");
}

static gboolean load_truth(struct eval_sequence *sequence, const char *folder, const char *truth_path, GError **error)
{
  sequence->truth = eval_truth_read(truth_path, error);
  sequence->start_label = g_strdup_printf("%s:1", truth_path);
  return sequence->truth && counts_agree(sequence, truth_path, error) && apply_all_labels(folder, sequence->truth, error);
}

static gboolean has_start(const struct eval_sequence *sequence, GError **error)
{
  if (g_array_index(sequence->truth, struct eval_truth, 0).present)
    return TRUE;
  g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: there is no target in the first frame to start with", sequence->start_label);
  return FALSE;
}

/* Loads a folder of frames. NULL with EVAL_ERROR_NO_START if there is neither a ground truth nor a
 * start box. */
static struct eval_sequence *load_folder(const char *folder, GPtrArray *images, const struct et_box *start, GError **error)
{
  struct eval_sequence *sequence = g_new0(struct eval_sequence, 1);
  g_autofree char *truth_path = find_truth(folder);
  g_autofree char *full = g_canonicalize_filename(folder, NULL); /* also names "." and "../x/" */
  gboolean good = TRUE;

  sequence->name = g_path_get_basename(full);
  sequence->images = g_ptr_array_ref(images);
  if (truth_path)
    good = load_truth(sequence, folder, truth_path, error);
  if (good && start)
    start_from_option(sequence, start);
  if (good && !sequence->truth) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_NO_START,
                "%s: there is no groundtruth_rect.txt or groundtruth.txt beside its %u pictures; give the start box with --box x,y,w,h",
                folder, images->len);
    good = FALSE;
  }
  if (good && has_start(sequence, error))
    return sequence;
  eval_sequence_free(sequence);
  return NULL;
}

static struct eval_sequence *load_video(const char *path, const struct et_box *start, GError **error)
{
  struct eval_sequence *sequence;
  char *dot;

  if (!start) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_NO_START, "%s: a video needs its start box: --box x,y,w,h", path);
    return NULL;
  }
  sequence = g_new0(struct eval_sequence, 1);
  sequence->name = g_path_get_basename(path);
  dot = strrchr(sequence->name, '.');
  if (dot && dot > sequence->name)
    *dot = '\0';
  sequence->video = g_strdup(path);
  start_from_option(sequence, start);
  return sequence;
}

static gboolean is_visible(const char *name)
{
  return name[0] != '.' && strcmp(name, "img") != 0;
}

/* Loads a folder of sequences. Other things in it (lists, annotations) are skipped. */
static gboolean load_children(const char *folder, GPtrArray *sequences, GError **error)
{
  g_autoptr(GPtrArray) children = list_folder(folder, is_visible);
  unsigned before = sequences->len;

  for (unsigned i = 0; i < children->len; i++) {
    g_autoptr(GPtrArray) images = list_images(children->pdata[i]);
    struct eval_sequence *sequence;

    if (images->len == 0)
      continue;
    sequence = load_folder(children->pdata[i], images, NULL, error);
    if (!sequence)
      return FALSE;
    g_ptr_array_add(sequences, sequence);
  }
  if (sequences->len > before)
    return TRUE;
  g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA,
              "%s: no sequence: neither img/*.jpg or *.jpg with groundtruth_rect.txt or groundtruth.txt, nor folders with those", folder);
  return FALSE;
}

static gboolean add(GPtrArray *sequences, struct eval_sequence *sequence)
{
  if (sequence)
    g_ptr_array_add(sequences, sequence);
  return sequence != NULL;
}

gboolean eval_sequences_load(const char *path, const struct et_box *start, GPtrArray *sequences, GError **error)
{
  g_autoptr(GPtrArray) images = NULL;

  if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: there is no such file or folder", path);
    return FALSE;
  }
  if (!g_file_test(path, G_FILE_TEST_IS_DIR))
    return add(sequences, load_video(path, start, error));
  images = list_images(path);
  if (images->len > 0)
    return add(sequences, load_folder(path, images, start, error));
  if (start) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: --box is for one sequence, and this folder has no pictures of its own", path);
    return FALSE;
  }
  return load_children(path, sequences, error);
}
