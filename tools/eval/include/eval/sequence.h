/* SPDX-License-Identifier: MIT */
/* Sequences on disk: the frames of a benchmark's folder and its ground truth. */
#ifndef EVAL_SEQUENCE_H
#define EVAL_SEQUENCE_H

#include <glib.h>

#include "eval/scores.h"

/* The one error domain of the tool: data that cannot be used. The message names the file, and
 * the line if there is one. */
#define EVAL_ERROR (eval_error_quark())
GQuark eval_error_quark(void);

enum eval_error_code {
  EVAL_ERROR_DATA,
  EVAL_ERROR_NO_START, /* there are frames, but neither a ground truth nor a start box */
};

/* The frames of one run: a folder of pictures or a video. */
struct eval_sequence {
  char *name;        /* of the folder, or of the video without its ending */
  char *video;       /* the file, or NULL */
  GPtrArray *images; /* paths in order; NULL for a video */
  GArray *truth;     /* of struct eval_truth, one per frame; or the first frame's alone */
  char *start_label; /* where the start box comes from, for messages: "FILE:1" or "--box" */
};

/* Accepts NULL. */
void eval_sequence_free(struct eval_sequence *sequence);

/* Reads what `path` names: a video, a folder of frames, or a folder of such folders. Appends their
 * sequences in the order of their names. The layouts of a folder of frames: img/
 * and groundtruth_rect.txt (OTB); groundtruth.txt and the pictures beside it, with absence.label
 * and cover.label (GOT-10k); img/ and groundtruth.txt with full_occlusion.txt and
 * out_of_view.txt (LaSOT). `start` (may be NULL) replaces the first box of a single sequence; a
 * video or a folder with no ground truth needs it. */
gboolean eval_sequences_load(const char *path, const struct et_box *start, GPtrArray *sequences, GError **error);

/* Reads a ground truth: one box x,y,w,h per line, separated by commas, tabs or spaces. A NaN or
 * an empty box means that there is no target in that frame. */
GArray *eval_truth_read(const char *path, GError **error);

#endif
