/* SPDX-License-Identifier: MIT */
/* The one clock: CLOCK_MONOTONIC in nanoseconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#define ET_MS_NS INT64_C(1000000)
#define ET_SECOND_NS INT64_C(1000000000)

/* Thread-safety: any thread. RT-safe. */
int64_t et_clock_ns(void);

/* CLOCK_REALTIME in nanoseconds, for clients that live on another clock.
 * Thread-safety: any thread. RT-safe. */
int64_t et_clock_realtime_ns(void);

#endif
