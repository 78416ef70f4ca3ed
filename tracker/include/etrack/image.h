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
  ET_FORMAT_RGB,   /* one plane, 3 bytes per pixel */
  ET_FORMAT_BGR,
  ET_FORMAT_RGBA, /* one plane, 4 bytes per pixel; alpha is ignored */
  ET_FORMAT_BGRA,
  ET_FORMAT_BGRX,
  ET_FORMAT_GRAY16_LE, /* one plane of luma, 2 bytes per pixel; see below */
  ET_FORMAT_GRAY16_BE,
  ET_FORMAT_P010_10LE, /* NV12 with 2 bytes per sample; the tracker reads the upper byte */
};

/* 16-bit grey comes from thermal cameras and from cameras of 10 to 14 bits. Most of them use a
 * small part of the scale. The tracker stretches that part. It takes the 1st and the 99th
 * percentile of a grid of samples, adds a twentieth of their distance at either end, and makes that
 * range black to white. The range is measured on the template's frame. It then moves slowly with
 * the frames that follow, a sixteenth of the way per frame, so that template and search region look
 * alike and nothing flickers. The range has at least 128 values. A picture that uses three quarters
 * of the scale stays as it is. */

/* YUV to RGB coefficients. Ignored for RGB formats. */
enum et_matrix { ET_MATRIX_BT601, ET_MATRIX_BT709, ET_MATRIX_BT2020 };

/* Limited: luma 16..235, chroma 16..240. Full: 0..255. Applies to GRAY8, but not to 16-bit grey. */
enum et_range { ET_RANGE_LIMITED, ET_RANGE_FULL };

/* Where chroma samples lie, as one bit per direction. A set bit: on a luma sample. A clear bit:
 * midway between two luma samples. */
enum et_siting {
  ET_SITING_CENTRE = 0,    /* JPEG, MPEG-1: between the luma samples in both directions */
  ET_SITING_H_COSITED = 1, /* MPEG-2, the usual case */
  ET_SITING_V_COSITED = 2,
  ET_SITING_COSITED = 3,
};

/* A picture in memory. */
struct et_image {
  enum et_format format;
  int width;  /* pixels, 1..32768 */
  int height; /* pixels, 1..32768 */
  const uint8_t *plane[3];
  ptrdiff_t stride[3]; /* bytes from one row to the next; may be negative (bottom-up) */
  enum et_matrix matrix;
  enum et_range range;
  enum et_siting siting;
};

/* Errors: ET_ERR_IMAGE (the words name the field).
 * Thread-safety: any thread. RT-safe. */
ET_API enum et_error et_image_check(const struct et_image *image, struct et_error_detail *detail) ET_MUST_CHECK;

#ifdef __cplusplus
}
#endif
#endif
