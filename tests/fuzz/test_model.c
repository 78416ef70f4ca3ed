/* SPDX-License-Identifier: MIT */
/* The model file's reader under thousands of damaged copies of a tiny model. It may refuse or
 * accept but never crash, and a refusal has a message. Each damage follows from its number, so that
 * a failure can be repeated: FUZZ_FROM and FUZZ_COUNT choose which are tried. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "etrack/tracker.h"
#include "test/file.h"
#include "test/main.h"

static uint32_t state;

static uint32_t draw(uint32_t below)
{
  state = state * 1664525u + 1013904223u;
  return (uint32_t)(((uint64_t)(state ^ state >> 15) * below) >> 32);
}

/* Digits and brackets of the header are the most dangerous, so most damage goes there. */
static size_t damage(char *bytes, size_t size, size_t header)
{
  static const char likely[] = "0123456789[]{},:\"-e.\\ nul";
  const uint32_t kind = draw(8);
  const size_t at = draw(4) ? draw((uint32_t)header + 8) : draw((uint32_t)size);

  if (kind == 0)
    return draw((uint32_t)size); /* truncated */
  if (kind == 1) {
    memmove(bytes + at, bytes + at + 1, size - at - 1); /* one byte less: the data shifts */
    return size - 1;
  }
  if (kind == 2)
    bytes[draw(8)] = (char)draw(256); /* header length */
  else if (kind == 3)
    bytes[at] = (char)draw(256);
  else
    bytes[at] = likely[draw(sizeof likely - 1)];
  return size;
}

static void try_file(const char *path, uint32_t number)
{
  struct et_model *model = NULL;
  struct et_error_detail why = {"?"};
  struct et_tracker *tracker;

  if (et_model_open(path, &model, &why) != ET_OK) {
    ck_assert_msg(*why.text && strcmp(why.text, "?") != 0, "damage %u: refused without a message", number);
    ck_assert_ptr_null(model);
    return;
  }
  /* what is accepted must run */
  ck_assert_int_eq(et_tracker_create(model, NULL, &tracker, &why), ET_OK);
  et_tracker_destroy(&tracker);
  et_model_close(&model);
}

static uint32_t number_from(const char *name, uint32_t fallback)
{
  const char *text = getenv(name);

  return text ? (uint32_t)strtoul(text, NULL, 10) : fallback;
}

START_TEST(damaged_models_do_no_harm)
{
  const uint32_t from = number_from("FUZZ_FROM", 0), count = number_from("FUZZ_COUNT", 1500);
  char path[] = "/tmp/etrack-fuzz-XXXXXX", *bytes, *copy;
  const size_t size = read_source_file("tests/golden/tiny.safetensors", 64, &bytes);
  const int fd = mkstemp(path);
  uint64_t header;

  copy = malloc(size + 64);
  memcpy(&header, bytes, sizeof header);
  for (uint32_t number = from; number < from + count; number++) {
    size_t length = size;

    state = number * 2654435761u + 1;
    memcpy(copy, bytes, size);
    for (uint32_t n = 1 + draw(3); n > 0 && length > 16; n--)
      length = damage(copy, length, header < length - 16 ? (size_t)header : length - 16);
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    ck_assert_int_eq(pwrite(fd, copy, length, 0), (ssize_t)length);
    try_file(path, number);
  }
  close(fd);
  unlink(path);
  free(copy);
  free(bytes);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("fuzz-model");
  TCase *tcase = tcase_create("fuzz-model");

  tcase_set_timeout(tcase, 300);
  tcase_add_test(tcase, damaged_models_do_no_harm);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
