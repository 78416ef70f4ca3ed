/* SPDX-License-Identifier: MIT */
/* The errors of libetrack, by physical cause, and the struct that takes their words. */
#ifndef ETRACK_ERROR_H
#define ETRACK_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define ET_API __attribute__((visibility("default")))
#define ET_MUST_CHECK __attribute__((warn_unused_result))
#define ET_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define ET_API
#define ET_MUST_CHECK
#define ET_PRINTF(fmt, args)
#endif

/* Every function that can fail returns one of these. It writes its out-parameters only with
 * ET_OK. */
enum et_error {
  ET_OK = 0,
  ET_ERR_NO_MEMORY,     /* an allocation failed */
  ET_ERR_ARGUMENT,      /* NULL, or a value outside its documented range */
  ET_ERR_MODEL_MISSING, /* the model file cannot be opened or read */
  ET_ERR_MODEL_FORMAT,  /* not a safetensors file, or this engine does not read its `format` */
  ET_ERR_MODEL_OFFSETS, /* truncated, or a tensor lies outside the file or overlaps another */
  ET_ERR_MODEL_TENSOR,  /* a tensor of the architecture is missing, or one is not part of it */
  ET_ERR_MODEL_SHAPE,   /* a tensor's shape or type is not what the architecture wants */
  ET_ERR_MODEL_VALUE,   /* a tensor holds a NaN or an infinity */
  ET_ERR_IMAGE,         /* the image has no size, no plane, or a stride shorter than a row */
  ET_ERR_BOX_OUTSIDE,   /* less than half of the box lies inside the frame */
  ET_ERR_BOX_SIZE,      /* a side is under 4 px, longer than the frame's, or not a number */
  ET_ERR_NO_TARGET,     /* there is no target: call et_tracker_init() first */
};

/* The words of an error: what is wrong, by name, and what to do. Always terminated; "" after ET_OK.
 * Every function that takes one accepts NULL if the caller does not want the words. */
struct et_error_detail {
  char text[320];
};

/* The constant's name without ET_ERR_, in lower case with dashes: "box-outside". Never NULL; static
 * storage.
 * Thread-safety: any thread. RT-safe. */
ET_API const char *et_error_name(enum et_error error);

/* Writes the words, cut if they do not fit, and returns `error`, so that a check is one line.
 * Thread-safety: the detail is the caller's. RT-safe. */
ET_API enum et_error et_fail(struct et_error_detail *detail, enum et_error error, const char *format, ...) ET_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
