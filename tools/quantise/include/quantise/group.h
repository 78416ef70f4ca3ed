/* SPDX-License-Identifier: MIT */
/* Which layers of a network may be in 8 and 16 bits, and which of them are so only together. */
#ifndef QUANTISE_GROUP_H
#define QUANTISE_GROUP_H

#include <glib.h>
#include <stdbool.h>

#include "net/architecture.h"
#include "quantise/distribution.h"

/* A dense layer. The results are those of docs/tracker.md, etrack/2. */
struct dense {
  char name[48];  /* prefix of its tensors: "backbone.3.expand" */
  char stage[48]; /* what it reads (net/stage.h): "backbone.2" */
  int in, out;
  bool gated;                 /* the gate of squeeze-and-excite multiplies its input */
  bool positive;              /* its input comes from relu */
  struct distribution *input; /* [in] */

  int8_t *weight;             /* [out][in] */
  float *weight_scale, *bias; /* [out] */
  float *input_scale;         /* [in] */
  guint8 *input_zero;         /* [in] */
  double evenness;            /* between a scale per channel (1) and one for all (0) */
};

/* What is between expand and project: the depthwise layer, in 16 bits. */
struct middle {
  char name[48];  /* of the block */
  char stage[48]; /* what the depthwise layer reads */
  int channels, kernel;
  struct distribution *input; /* [channels] */

  guint8 *expand_bits, *input_bits, *output_bits; /* [channels] */
  int16_t *input_most;                            /* [channels] */
  int16_t *weight;                                /* [channels][kernel][kernel] */
};

enum { GROUP_LAYERS = 2 };

/* Layers that are quantised only together. */
struct group {
  char name[32]; /* "backbone.3", "cls.0.ffn", "reg.first" */
  int layers;
  struct dense layer[GROUP_LAYERS];
  struct middle *middle; /* between the two of a block; NULL = it is no block */
  bool chosen;
};

/* All groups of the network, each with room for what is measured and for the results. None is
 * chosen. Ownership: the caller's, for g_ptr_array_unref(). */
GPtrArray *groups_of(const struct et_architecture *architecture);

/* Chooses the groups that a list of names with commas between them means, or all others. A name
 * also stands for the groups whose names go on after it with a point: "backbone", "cls.0"; "all"
 * stands for all. Errors: G_OPTION_ERROR names what fits no group. */
gboolean groups_choose(GPtrArray *groups, const char *list, gboolean others, GError **error);

#endif
