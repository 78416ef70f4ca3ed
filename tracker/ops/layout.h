/* SPDX-License-Identifier: MIT */
/* What all kernels agree on: how channels are laid out, and the activations. */
#ifndef OPS_LAYOUT_H
#define OPS_LAYOUT_H

#include <stddef.h>

enum { ET_LANES = 16 };

enum et_activation { ET_LINEAR, ET_RELU, ET_SWISH, ET_SIGMOID, ET_HARD_SIGMOID };

/* Rounded up to whole blocks. */
static inline size_t et_padded(size_t channels)
{
  return (channels + ET_LANES - 1) / ET_LANES * ET_LANES;
}

#endif
