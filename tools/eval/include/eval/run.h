/* SPDX-License-Identifier: MIT */
/* One pass of the tracker over one sequence. */
#ifndef EVAL_RUN_H
#define EVAL_RUN_H

#include "etrack/tracker.h"
#include "eval/honesty.h"
#include "eval/sequence.h"

/* How to run. A string is NULL if nothing of its kind is wanted. */
struct eval_options {
  guint most_frames; /* 0 = all */
  double rate_hz;    /* of folders of pictures */
  const char *draw;  /* folder for annotated frames */
  gboolean progress; /* a line on stderr that counts the frames and is wiped at the end */
  /* a tracker without target states, which gets every frame too; NULL = none */
  struct et_tracker *raw;
};

/* The result of a run. */
struct eval_run {
  const struct eval_sequence *sequence;
  GArray *records; /* of struct eval_record, one per frame */
  struct eval_scores scores;
  int64_t p50_ns, p95_ns, p99_ns;
  struct eval_run *raw; /* the same frames without target states; NULL if not wanted */
};

/* The first box starts the target. NULL with `error` naming the file; ownership: the caller's,
 * for eval_run_free(). */
struct eval_run *eval_run(struct et_tracker *tracker, const struct eval_sequence *sequence, const struct eval_options *options,
                          GError **error);
void eval_run_free(struct eval_run *run);

/* Quantiles, and mean scores (of the raw runs beside them), over all runs. */
void eval_runs_times(const GPtrArray *runs, int64_t *p50_ns, int64_t *p95_ns, int64_t *p99_ns);
void eval_runs_mean(const GPtrArray *runs, gboolean raw, struct eval_scores *mean);

/* A table for people on stdout, row by row as the runs end; and the same as JSON in a file. With
 * raw runs, eval_print_honesty() adds tables of how truthful the states are. */
void eval_print_head(void);
void eval_print_run(const struct eval_run *run);
void eval_print_all(const GPtrArray *runs);
void eval_print_honesty(const GPtrArray *runs);
gboolean eval_write_json(const GPtrArray *runs, const char *model, const char *kernels, gboolean raw, const char *path, GError **error);

/* Every frame of every run as CSV, with a head: sequence,frame,present,overlap,state,event,score,
 * raw_score,likeness. Frames count from 1. `present` is 1 if the target is in the frame, and empty
 * if there is no ground truth. Without a box, `overlap` is 0. */
gboolean eval_write_csv(const GPtrArray *runs, const char *path, GError **error);

/* Writes FOLDER/NAME.txt, one box per line: x,y,w,h,score; "nan,nan,nan,nan,score" for a frame
 * without a box. */
gboolean eval_run_write(const struct eval_run *run, const char *folder, GError **error);

/* FOLDER/NAME-00001.png: the frame with the tracker's box (green to red by state) and the ground
 * truth (thin white). */
gboolean eval_draw(const char *folder, const char *name, guint frame, const struct et_image *image, const struct et_result *result,
                   const struct eval_truth *truth, GError **error);

#endif
