/* SPDX-License-Identifier: MIT */
/* Launches pipelines for measuring, or says why not. */
#include "launch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

GstElement *bench_launch(const char *text)
{
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch_full(text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);

  if (pipeline)
    return pipeline;
  fprintf(stderr, "%s: %s (GST_PLUGIN_PATH must hold the element's folder)\n", program_invocation_short_name, error->message);
  exit(EXIT_FAILURE);
}

void bench_print_error(GstMessage *message)
{
  GError *error = NULL;

  gst_message_parse_error(message, &error, NULL);
  fprintf(stderr, "%s: %s\n", program_invocation_short_name, error->message);
  g_error_free(error);
}
