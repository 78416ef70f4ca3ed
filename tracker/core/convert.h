/* SPDX-License-Identifier: MIT */
/* Rows of YUV floats to rows of RGB floats. */
#ifndef CORE_CONVERT_H
#define CORE_CONVERT_H

#include "core/plane.h"

enum { ET_CONVERT_SPARE = 4 }; /* floats after each row that are read and written, but not used */

/* How the components of a row lie. */
enum et_chroma {
  ET_CHROMA_NONE,   /* luma alone */
  ET_CHROMA_PAIRED, /* u and v in turns, in `u` */
  ET_CHROMA_APART,
};

/* Converts n pixels to three floats each, clamped to 0..255. If n is not a multiple of 4, `out`
 * needs room for ET_CONVERT_SPARE more pixels after the row. RT-safe. */
void et_convert_row(const struct et_colour *colour, enum et_chroma chroma, const float *y, const float *u, const float *v, int n,
                    float *out);

#endif
