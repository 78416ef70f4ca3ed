/* SPDX-License-Identifier: MIT */
/* JPEG files as RGB pixels. */
#ifndef EVAL_JPEG_H
#define EVAL_JPEG_H

#include <glib.h>

/* Decodes with libjpeg-turbo's defaults (accurate inverse cosine transform, fancy upsampling);
 * grey pictures become RGB. `*pixels` (NULL at first) is made as large as needed and may be used
 * again; the caller's, for g_free(). Errors name the file. */
gboolean jpeg_read(const char *path, guint8 **pixels, int *width, int *height, GError **error);

#endif
