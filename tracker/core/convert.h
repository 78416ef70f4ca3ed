/* SPDX-License-Identifier: MIT */
/* Rows of YUV floats to rows of RGB floats. */
#ifndef CORE_CONVERT_H
#define CORE_CONVERT_H

#include "core/plane.h"

enum { ET_CONVERT_SPARE = 4 }; /* floats behind each row that are read and written, never used */

/* How the components of a row lie. */
enum et_chroma {
  ET_CHROMA_NONE,   /* luma alone */
  ET_CHROMA_PAIRED, /* u and v in turns, in `u` */
  ET_CHROMA_APART,
};

/* n pixels of three floats, clamped to 0..255. `out` has ET_CONVERT_SPARE pixels of room behind the row where n is no multiple of 4. RT-safe. */
void et_convert_row(const struct et_colour *colour, enum et_chroma chroma, const float *y, const float *u, const float *v, int n,
                    float *out);

#endif
