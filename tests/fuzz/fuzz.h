/* SPDX-License-Identifier: MIT */
/* A fuzz target: seeds, words to throw in, and the function that libFuzzer calls. plain.c runs it as an ordinary test. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* NULL at the end. */
extern const char *const fuzz_seeds[], *const fuzz_words[];

/* How many inputs a plain run tries. */
extern const int fuzz_runs;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant: libFuzzer keeps the input of an abort, a plain run prints it. */
#define FUZZ_CHECK(condition)                                                                                                              \
  do {                                                                                                                                     \
    if (!(condition)) {                                                                                                                    \
      fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                                                        \
      abort();                                                                                                                             \
    }                                                                                                                                      \
  } while (0)

#endif
