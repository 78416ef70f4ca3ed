/* SPDX-License-Identifier: MIT */
/* What follows a source's scheme, as a path or as an address. */
#ifndef PIPELINE_SOURCE_ADDRESS_H
#define PIPELINE_SOURCE_ADDRESS_H

/* The path that `rest` means: its %41 undone, unless a % in it is no such escape, for then all of it is meant as it is written.
 * Ownership: the caller's, for g_free(). */
char *address_path(const char *rest);

/* The picture of that number among images ("/srv/%08d.jpg"). Ownership: the caller's, for g_free(). */
char *address_image(const char *rest, int number);

/* An rtsp or rtsps URI with everything escaped that a URI cannot hold: whatever is in the password, in the path, and whatever was escaped already.
 * Ownership: the caller's, for g_free(). */
char *address_uri(const char *source);

#endif
