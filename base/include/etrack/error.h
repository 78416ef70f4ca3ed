/* SPDX-License-Identifier: MIT */
/* What can go wrong in libetrack, by physical cause, and where the words for it are put. */
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

/* Every fallible function returns one of these; out-parameters are written only with ET_OK. */
enum et_error {
  ET_OK = 0,
  ET_ERR_NO_MEMORY,     /* an allocation failed */
  ET_ERR_ARGUMENT,      /* NULL, or a value outside its documented range */
  ET_ERR_MODEL_MISSING, /* the model file cannot be opened or read */
  ET_ERR_MODEL_FORMAT,  /* it is not a safetensors file, or its `format` is not one that this engine reads */
  ET_ERR_MODEL_OFFSETS, /* truncated, or a tensor's bytes lie outside the file or on another tensor's */
  ET_ERR_MODEL_TENSOR,  /* a tensor that the architecture wants is missing, or one that it does not want is there */
  ET_ERR_MODEL_SHAPE,   /* a tensor's shape or type is not what the architecture wants */
  ET_ERR_MODEL_VALUE,   /* a tensor holds a NaN or an infinity */
  ET_ERR_IMAGE,         /* an image view contradicts itself: no plane, a stride shorter than a row, no size */
  ET_ERR_BOX_OUTSIDE,   /* less than half of the box lies inside the frame */
  ET_ERR_BOX_SIZE,      /* a side is under 4 px, above the frame's, or not a number */
  ET_ERR_NO_TARGET,     /* there is nothing to track: init first */
};

/* The words behind an error: the thing by its name and what to do. Always terminated; "" after ET_OK.
 * Every function that takes one accepts NULL where the caller does not want the words. */
struct et_error_detail {
  char text[320];
};

/* The constant's name without ET_ERR_, in lower case with dashes: "box-outside". Never NULL; static storage.
 * Thread-safety: any thread. RT-safe. */
ET_API const char *et_error_name(enum et_error error);

/* Writes the words (cut where they do not fit) and returns `error`, so that a check is one line.
 * Thread-safety: the detail is the caller's. RT-safe. */
ET_API enum et_error et_fail(struct et_error_detail *detail, enum et_error error, const char *format, ...) ET_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
