/* SPDX-License-Identifier: MIT */
/* The main() of every Check program: runs one suite, honours CK_FORK and CK_VERBOSITY, says how many failed. */
#ifndef TEST_MAIN_H
#define TEST_MAIN_H

#include <check.h>
#include <stdlib.h>

#define TEST_MAIN(make_suite)                                                                                                              \
  int main(void)                                                                                                                           \
  {                                                                                                                                        \
    SRunner *runner = srunner_create(make_suite());                                                                                        \
    int failed;                                                                                                                            \
                                                                                                                                           \
    srunner_run_all(runner, CK_ENV);                                                                                                       \
    failed = srunner_ntests_failed(runner);                                                                                                \
    srunner_free(runner);                                                                                                                  \
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;                                                                                           \
  }

#endif
