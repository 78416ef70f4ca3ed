/* SPDX-License-Identifier: MIT */
/* The two graphs of the network: template crop -> what to look for; search crop -> scores and boxes. */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include "etrack/error.h"
#include "net/model.h"
#include "net/stage.h"

/* One instance with buffers of its own over a shared model. Thread-safety: one thread at a time. */
struct et_network;

/* What a search gives, cells row by row; all arrays hold cells * cells values. */
struct et_scores {
  int cells;
  const float *score;             /* 0..1 */
  const float *x1, *y1, *x2, *y2; /* crop pixels */
};

/* Ownership: *network is the caller's; the model must outlive it. Errors: ET_ERR_NO_MEMORY. */
enum et_error et_network_create(const struct et_model *model, const struct et_ops *ops, struct et_network **network,
                                struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void et_network_destroy(struct et_network **network);

const struct et_ops *et_network_ops(const struct et_network *network);

/* Shows every later stage to `function` (NULL = nobody any more). Template and search stages bear the same names: know which one you run. */
void et_network_observe(struct et_network *network, et_stage_function *function, void *user);

/* `rgb`: template_size^2 x 3 floats in 0..255. Replaces the present template. RT-safe. */
void et_network_set_template(struct et_network *network, const float *rgb);

/* `rgb`: search_size^2 x 3 floats in 0..255. The scores live until the next call. RT-safe. */
struct et_scores et_network_search(struct et_network *network, const float *rgb);

#endif
