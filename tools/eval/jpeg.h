/* SPDX-License-Identifier: MIT */
/* JPEG files as RGB pixels. */
#ifndef EVAL_JPEG_H
#define EVAL_JPEG_H

#include <glib.h>

/* Decodes with libjpeg-turbo's defaults (accurate inverse cosine transform, fancy upsampling). Grey
 * pictures become RGB. `*pixels` (NULL at first) is enlarged as needed and may be used again; it is
 * the caller's, for g_free(). Errors name the file. */
gboolean jpeg_read(const char *path, guint8 **pixels, int *width, int *height, GError **error);

#endif
