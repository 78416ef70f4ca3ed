/* SPDX-License-Identifier: MIT */
/* Files and their states are told apart on a real file system. */
#include "base/file_id.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test/main.h"

static char folder[] = "/tmp/etrack-file-id-XXXXXX", path[64], other[64];

static void save(const char *where, const char *text)
{
  FILE *file = fopen(where, "w");

  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static void set_modified(const char *where, time_t seconds)
{
  const struct timespec times[2] = {{seconds, 0}, {seconds, 1}};

  ck_assert_int_eq(utimensat(AT_FDCWD, where, times, 0), 0);
}

static void setup(void)
{
  ck_assert_ptr_nonnull(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/a", folder);
  snprintf(other, sizeof other, "%s/b", folder);
  save(path, "weights");
  set_modified(path, 1000);
}

static void teardown(void)
{
  unlink(path);
  unlink(other);
  rmdir(folder);
}

static struct et_file_id id_of(const char *where)
{
  struct et_file_id id;

  ck_assert(et_file_id_of(where, &id));
  return id;
}

static bool is_still(const struct et_file_id *before)
{
  const struct et_file_id now = id_of(path);

  return et_file_id_same(before, &now);
}

START_TEST(an_untouched_file_is_the_same_by_any_name)
{
  const struct et_file_id before = id_of(path);
  struct et_file_id linked;

  ck_assert(is_still(&before));
  ck_assert_int_eq(symlink(path, other), 0);
  linked = id_of(other);
  ck_assert(et_file_id_same(&before, &linked));
}
END_TEST

/* A change of time, of size or of inode is enough. */
START_TEST(a_file_that_was_saved_over_is_another)
{
  const struct et_file_id before = id_of(path);

  set_modified(path, 1001);
  ck_assert(!is_still(&before));
  save(path, "other weights");
  set_modified(path, 1000);
  ck_assert(!is_still(&before));
  save(other, "weights");
  set_modified(other, 1000);
  ck_assert_int_eq(rename(other, path), 0);
  ck_assert(!is_still(&before));
}
END_TEST

START_TEST(a_missing_file_is_told)
{
  struct et_file_id id;

  ck_assert(!et_file_id_of(other, &id));
  ck_assert_int_eq(errno, ENOENT);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("file_id");
  TCase *tests = tcase_create("file_id");

  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, an_untouched_file_is_the_same_by_any_name);
  tcase_add_test(tests, a_file_that_was_saved_over_is_another);
  tcase_add_test(tests, a_missing_file_is_told);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
