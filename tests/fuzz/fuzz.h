/* SPDX-License-Identifier: MIT */
/* A fuzz target: seeds, words to insert, and the function that libFuzzer calls. plain.c runs it as
 * an ordinary test. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Both end with NULL. */
extern const char *const fuzz_seeds[], *const fuzz_words[];

/* The number of inputs that a plain run tries. */
extern const int fuzz_runs;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant. libFuzzer keeps the input of an abort, and so does a plain run. */
#define FUZZ_CHECK(condition)                                                                                                              \
  do {                                                                                                                                     \
    if (!(condition)) {                                                                                                                    \
      fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                                                        \
      abort();                                                                                                                             \
    }                                                                                                                                      \
  } while (0)

#endif
