/* SPDX-License-Identifier: MIT */
/* Pipelines of the programs that measure the element. What fails is told on stderr. */
#ifndef BENCH_LAUNCH_H
#define BENCH_LAUNCH_H

#include <gst/gst.h>

/* Makes a pipeline from gst-launch text, or exits. Ownership: the caller's. */
GstElement *bench_launch(const char *text);

/* Prints what the error message of a pipeline says. */
void bench_print_error(GstMessage *message);

#endif
