/* SPDX-License-Identifier: MIT */
/* What an object looks like to the backbone: the mean of its features over the object's box. It
 * tells two objects that answer to one template apart, from one frame to the next. */
#ifndef CORE_APPEARANCE_H
#define CORE_APPEARANCE_H

#include "net/network.h"

enum { ET_MOST_CHANNELS = 128 }; /* a network's further channels are left out */

/* A vector of length 1. */
struct et_appearance {
  int channels; /* 0 = not known */
  float of[ET_MOST_CHANNELS];
};

/* The appearance in a box of the search crop. Its edges are crop pixels; `stride` is crop pixels
 * per cell. RT-safe. */
struct et_appearance et_appearance_in(const struct et_scores *scores, int stride, double x1, double y1, double x2, double y2);

/* The cosine between two appearances, -1..1; 1 if one of them is not known. RT-safe. */
double et_appearance_likeness(const struct et_appearance *a, const struct et_appearance *b);

/* Moves `appearance` by `share` (0..1) towards `seen`, and all the way if it is not known.
 * RT-safe. */
void et_appearance_follow(struct et_appearance *appearance, const struct et_appearance *seen, double share);

#endif
