/* SPDX-License-Identifier: MIT */
/* A network's shape, as the model file describes it. */
#ifndef NET_ARCHITECTURE_H
#define NET_ARCHITECTURE_H

#include "etrack/error.h"

enum { ET_MAX_BLOCKS = 64, ET_MAX_LAYERS = 16, ET_MAX_KERNEL = 15 };

/* One inverted residual of the backbone. */
struct et_block_shape {
  int in, out;   /* channels */
  int kernel;    /* odd */
  int stride;    /* 1 or 2 */
  int expansion; /* 1 = there is no expanding convolution */
};

/* One head branch: a row of Exemplar Transformer layers. */
struct et_branch_shape {
  int channels;
  int layers;
  int kernels[ET_MAX_LAYERS]; /* odd */
};

struct et_architecture {
  int stem; /* channels */
  int blocks;
  struct et_block_shape block[ET_MAX_BLOCKS];
  int template_size, search_size; /* sides of the crops, pixels */
  int stride;                     /* crop pixels per cell */
  int adjust, ffn, query, exemplars;
  struct et_branch_shape cls, reg;
};

/* Channels that the backbone gives. */
static inline int et_architecture_channels(const struct et_architecture *a)
{
  return a->block[a->blocks - 1].out;
}

/* Reads the `architecture` string of a model file. It must hold every key of docs/tracker.md, and
 * no other.
 * Errors: ET_ERR_MODEL_FORMAT (the words name the key). */
enum et_error et_architecture_parse(const char *json, struct et_architecture *architecture, struct et_error_detail *detail) ET_MUST_CHECK;

#endif
