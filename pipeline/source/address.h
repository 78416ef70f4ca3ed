/* SPDX-License-Identifier: MIT */
/* What follows a source's scheme, as a path or as an address. */
#ifndef PIPELINE_SOURCE_ADDRESS_H
#define PIPELINE_SOURCE_ADDRESS_H

/* The path that `rest` means: escapes such as %41 are undone. If a % in it begins no such escape,
 * all of it is taken as written. Ownership: the caller's, for g_free(). */
char *address_path(const char *rest);

/* The picture of that number among images ("/srv/%08d.jpg"). Ownership: the caller's, for
 * g_free(). */
char *address_image(const char *rest, int number);

/* An rtsp or rtsps URI in which everything is escaped that a URI cannot hold, in the account and in
 * the path. What was escaped already stays so. Ownership: the caller's, for g_free(). */
char *address_uri(const char *source);

#endif
