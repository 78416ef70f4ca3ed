/* SPDX-License-Identifier: MIT */
/* What a stream's source may be: one table for the configuration, the pipeline and the
 * documentation. */
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
  bool path;          /* what follows is an absolute path; else it begins with no slash */
  const char *form;   /* in words that follow "must be" */
  const char *title;  /* as the documentation lists it */
  const char *blurb;
};

/* What becomes of interlaced video. */
enum et_deinterlace {
  ET_DEINTERLACE_AUTO, /* what says that it is interlaced is deinterlaced */
  ET_DEINTERLACE_YES,  /* all is */
  ET_DEINTERLACE_NO,   /* nothing is: frames are taken for progressive */
};

/* In the order of enum et_source; `*count` of them. Static storage. Thread-safety: any thread. */
const struct et_source_scheme *et_source_table(size_t *count);

/* The row whose prefix the text begins with, or NULL. Thread-safety: any thread. */
const struct et_source_scheme *et_source_find(const char *text);

#endif
