/* SPDX-License-Identifier: MIT */
/* The kinds of sources of a stream: one table for configuration, pipeline and documentation. */
#ifndef BASE_SOURCE_H
#define BASE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

enum et_source {
  ET_SOURCE_V4L2,
  ET_SOURCE_FILE,
  ET_SOURCE_RTSP,
  ET_SOURCE_RTSPS,
  ET_SOURCE_IMAGES,
  ET_SOURCE_TEST,
  ET_SOURCE_PIPELINE,
};

struct et_source_scheme {
  enum et_source source;
  const char *prefix; /* "file://"; what follows it is never empty */
  bool path;          /* true: an absolute path follows; false: what follows has no leading slash */
  const char *form;   /* words that follow "must be" */
  const char *title;  /* as the documentation lists it */
  const char *blurb;
};

/* What is done with interlaced video. */
enum et_deinterlace {
  ET_DEINTERLACE_AUTO, /* video that is marked as interlaced is deinterlaced */
  ET_DEINTERLACE_YES,  /* all video is deinterlaced */
  ET_DEINTERLACE_NO,   /* no video is: frames are taken for progressive */
};

/* The table in the order of enum et_source, and its rows in `*count`. Static storage.
 * Thread-safety: any thread. */
const struct et_source_scheme *et_source_table(size_t *count);

/* The row whose prefix the text begins with, or NULL. Thread-safety: any thread. */
const struct et_source_scheme *et_source_find(const char *text);

#endif
