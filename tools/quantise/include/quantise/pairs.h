/* SPDX-License-Identifier: MIT */
/* Pairs of a template crop and a search crop, as a tracker that follows a target would take
 * them. */
#ifndef QUANTISE_PAIRS_H
#define QUANTISE_PAIRS_H

#include "core/procedure.h"
#include "quantise/pictures.h"

/* The crops are rounded to bytes, RGB. */
struct pair {
  guint8 *template_rgb, *search_rgb;
  struct et_place place; /* what the search crop is centred on */
  double side;           /* of the search crop, frame pixels */
};

struct pairs_options {
  guint first, count; /* of the tracks in shuffled order; at the end they begin anew */
  guint32 seed;
};

/* Takes the template from the first shot of a track and the search crop from another one if there
 * is one. The search crop is off the target by a random shift and zoom. A shot without a box gets a
 * random box. Boxes that no target can be started on are left out.
 * Returns struct pair *, for g_ptr_array_unref(); NULL after an error. */
GPtrArray *pairs_make(const GPtrArray *tracks, const struct et_architecture *architecture, const struct pairs_options *options,
                      GError **error);

/* A crop of side n as the network takes it. */
void pair_floats(const guint8 *rgb, int n, float *out);

#endif
