/* SPDX-License-Identifier: MIT */
/* The main() of every Check program: runs one suite, honours CK_FORK and CK_VERBOSITY, and reports
 * how many tests failed. A test has TEST_S seconds unless its case says otherwise. Check's own
 * default of 4 is for idle machines. */
#ifndef TEST_MAIN_H
#define TEST_MAIN_H

#include <check.h>
#include <stdlib.h>

#define TEST_S "240"

#define TEST_MAIN(make_suite)                                                                                                              \
  int main(void)                                                                                                                           \
  {                                                                                                                                        \
    SRunner *runner;                                                                                                                       \
    int failed;                                                                                                                            \
                                                                                                                                           \
    setenv("CK_DEFAULT_TIMEOUT", TEST_S, 0);                                                                                               \
    runner = srunner_create(make_suite());                                                                                                 \
    srunner_run_all(runner, CK_ENV);                                                                                                       \
    failed = srunner_ntests_failed(runner);                                                                                                \
    srunner_free(runner);                                                                                                                  \
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                                                                           \
  }

#endif
