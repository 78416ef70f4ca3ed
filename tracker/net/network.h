/* SPDX-License-Identifier: MIT */
/* The two graphs of the network. Template crop to target features; search crop to scores and
 * boxes. */
#ifndef NET_NETWORK_H
#define NET_NETWORK_H

#include "etrack/error.h"
#include "net/model.h"
#include "net/stage.h"

/* One instance with its own buffers for a shared model. Thread-safety: one thread at a time. */
struct et_network;

/* The result of a search, cells row by row. All arrays hold cells * cells values. `features` is the
 * stage x of docs/tracker.md, cells x cells. */
struct et_scores {
  int cells;
  const float *score;             /* 0..1 */
  const float *x1, *y1, *x2, *y2; /* crop pixels */
  const struct et_tensor *features;
};

/* Ownership: *network is the caller's; the model must outlive it. Errors: ET_ERR_NO_MEMORY. */
enum et_error et_network_create(const struct et_model *model, const struct et_ops *ops, struct et_network **network,
                                struct et_error_detail *detail) ET_MUST_CHECK;

/* Accepts NULL and a pointer to NULL; leaves NULL behind. */
void et_network_destroy(struct et_network **network);

const struct et_ops *et_network_ops(const struct et_network *network);

/* Shows every later stage to `function` (NULL = to nobody). Template and search stages have the
 * same names, so the caller must know which of the two runs. */
void et_network_observe(struct et_network *network, et_stage_function *function, void *user);

/* The same, and what passes inside of the float layers too (net/stage.h). */
void et_network_observe_inside(struct et_network *network, et_stage_function *function, void *user);

/* `rgb`: template_size^2 x 3 floats in 0..255. Replaces the present template. RT-safe. */
void et_network_set_template(struct et_network *network, const float *rgb);

/* `rgb`: search_size^2 x 3 floats in 0..255. The scores are valid until the next call. RT-safe. */
struct et_scores et_network_search(struct et_network *network, const float *rgb);

#endif
