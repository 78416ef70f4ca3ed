/* SPDX-License-Identifier: MIT */
/* Views of pictures. A view owns nothing: the caller keeps the pixels alive while a call runs. */
#ifndef ETRACK_IMAGE_H
#define ETRACK_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "etrack/box.h"
#include "etrack/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Memory layouts, named as GStreamer names them. */
enum et_format {
  ET_FORMAT_I420,  /* planes Y, U, V; chroma halved both ways (odd sizes round up) */
  ET_FORMAT_NV12,  /* planes Y, UV interleaved */
  ET_FORMAT_YUY2,  /* one plane: Y0 U Y1 V */
  ET_FORMAT_UYVY,  /* one plane: U Y0 V Y1 */
  ET_FORMAT_GRAY8, /* one plane of luma */
  ET_FORMAT_RGB,   /* one plane, 3 bytes a pixel */
  ET_FORMAT_BGR,
  ET_FORMAT_RGBA, /* one plane, 4 bytes a pixel; alpha is ignored */
  ET_FORMAT_BGRA,
  ET_FORMAT_BGRX,
  ET_FORMAT_GRAY16_LE, /* one plane of luma, 2 bytes per pixel; see below */
  ET_FORMAT_GRAY16_BE,
  ET_FORMAT_P010_10LE, /* NV12 with 2 bytes per sample, whose upper byte the tracker reads */
};

/* 16-bit grey is what thermal cameras and cameras of 10 to 14 bits give, most of them in a small
 * part of the scale. The tracker stretches the part in use: from the 1st to the 99th percentile of
 * a grid of samples, with a twentieth of their distance beyond either, becomes black to white. It
 * is measured on the template's frame, and moves slowly (a sixteenth of the way per frame) with
 * the frames that follow, so that template and search region look alike and nothing flickers. At
 * least 128 values are black to white. A picture that uses three quarters of the scale stays as it
 * is. */

/* YUV to RGB coefficients. RGB formats ignore it. */
enum et_matrix { ET_MATRIX_BT601, ET_MATRIX_BT709, ET_MATRIX_BT2020 };

/* Limited: luma 16..235, chroma 16..240. Full: 0..255. GRAY8 follows it too, 16-bit grey does not. */
enum et_range { ET_RANGE_LIMITED, ET_RANGE_FULL };

/* Where chroma samples lie horizontally and vertically, as bits: not cosited = midway between luma samples.
 * MPEG-2 (the usual case, and the default 0's neighbour) is cosited horizontally only. */
enum et_siting {
  ET_SITING_CENTRE = 0,    /* JPEG, MPEG-1: between the luma samples both ways */
  ET_SITING_H_COSITED = 1, /* MPEG-2 */
  ET_SITING_V_COSITED = 2,
  ET_SITING_COSITED = 3,
};

/* A picture in memory. */
struct et_image {
  enum et_format format;
  int width;  /* pixels, 1..32768 */
  int height; /* pixels, 1..32768 */
  const uint8_t *plane[3];
  ptrdiff_t stride[3]; /* bytes from a row to the next; may be negative (bottom-up) */
  enum et_matrix matrix;
  enum et_range range;
  enum et_siting siting;
};

/* Errors: ET_ERR_IMAGE (the words say which field).
 * Thread-safety: any thread. RT-safe. */
ET_API enum et_error et_image_check(const struct et_image *image, struct et_error_detail *detail) ET_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
