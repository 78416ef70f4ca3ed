/* SPDX-License-Identifier: MIT */
/* A model file in memory, to be damaged. */
#include "damaged_model.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *bytes;
size_t size, header;
char path[] = "/tmp/etrack-model-XXXXXX";
struct et_error_detail why;

void damaged_open(const char *relative)
{
  uint64_t length;

  size = read_source_file(relative, 0, &bytes);
  memcpy(&length, bytes, sizeof length);
  header = (size_t)length;
  snprintf(path, sizeof path, "/tmp/etrack-model-XXXXXX");
  close(mkstemp(path));
}

void damaged_close(void)
{
  unlink(path);
  free(bytes);
}

void write_file(size_t length)
{
  FILE *f = fopen(path, "wb");

  ck_assert_ptr_nonnull(f);
  ck_assert_uint_eq(fwrite(bytes, 1, length, f), length);
  fclose(f);
}

void refused(enum et_error error, const char *named)
{
  struct et_model *model = NULL;
  enum et_error got = et_model_open(path, &model, &why);

  ck_assert_msg(got == error, "error %s, should be %s (%s): %s", et_error_name(got), et_error_name(error), named, why.text);
  ck_assert_msg(strstr(why.text, named), "the message does not name %s: %s", named, why.text);
  ck_assert_ptr_null(model);
}

void patch(const char *from, const char *to)
{
  char *at = memmem(bytes + 8, header, from, strlen(from));

  ck_assert_uint_ge(strlen(from), strlen(to));
  ck_assert_msg(at, "%s is not in the header", from);
  memset(at, ' ', strlen(from));
  memcpy(at, to, strlen(to));
}
