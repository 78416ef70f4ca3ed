/* SPDX-License-Identifier: MIT */
/* Ground truths of sequences: any file is read whole, with sane boxes, or refused in one line that
 * names it. */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "eval/sequence.h"
#include "file.h"
#include "fuzz.h"

const int fuzz_runs = 8000;

const char *const fuzz_seeds[] = {
  "1,2,30,40\n5,6,30,40\n",
  "1\t2\t30\t40\r\nNaN NaN NaN NaN\r\n1.5 2.5 30 40\r\n\r\n",
  "0,0,0,0\n-1,-2.25,1e3,40",
  NULL,
};

const char *const fuzz_words[] = {
  "\n", ",", "\t", " ", "\r\n", "nan", "inf", "-", "1e999", "0x1p4", "1,2,30,40\n", ";", "\xff", "\x01", "999999999999999999999", NULL,
};

static void check_refusal(const GError *error, const char *path)
{
  FUZZ_CHECK(error->domain == EVAL_ERROR);
  FUZZ_CHECK(strstr(error->message, path) != NULL);
  FUZZ_CHECK(g_utf8_validate(error->message, -1, NULL));
  FUZZ_CHECK(strpbrk(error->message, "\r\n") == NULL);
  FUZZ_CHECK(strlen(error->message) < 512);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *path = fuzz_file("txt", data, size);
  GError *error = NULL;
  GArray *truth;

  truth = eval_truth_read(path, &error);
  g_unlink(path);
  FUZZ_CHECK(!truth == !!error);
  if (error) {
    check_refusal(error, path);
    g_error_free(error);
    return 0;
  }
  FUZZ_CHECK(truth->len > 0);
  for (guint i = 0; i < truth->len; i++) {
    const struct eval_truth *t = &g_array_index(truth, struct eval_truth, i);

    FUZZ_CHECK(isfinite(t->box.x) && isfinite(t->box.y) && isfinite(t->box.w) && isfinite(t->box.h));
    FUZZ_CHECK(!t->present || (t->box.w > 0 && t->box.h > 0));
  }
  g_array_unref(truth);
  return 0;
}
