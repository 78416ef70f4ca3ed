/* SPDX-License-Identifier: MIT */
/* Holds the peers to AVX2, so that they can be compared with our AVX2 kernels on a processor that
 * has more. */
#ifndef BENCH_HOLD_H
#define BENCH_HOLD_H

#include <stdbool.h>

/* Holds OpenCV to AVX2. It reads the environment when it is loaded, so the program may have to
 * start anew: then this does not return. Call it before all else, with main()'s `argv`.
 * False if that failed; errno says why. */
bool bench_hold_opencv(char **argv) __attribute__((warn_unused_result));

/* True if this processor has more than AVX2 that a peer could use. */
bool bench_hold_matters(void);

/* The processor's name. */
void bench_processor(char *name, int size);

#endif
