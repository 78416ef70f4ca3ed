/* SPDX-License-Identifier: MIT */
/* Checks of raw JSON text that have to be made before it is parsed. */
#ifndef PROTO_TEXT_H
#define PROTO_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates), and no NUL. */
bool text_is_utf8(const char *bytes, size_t size);

/* Deepest nesting of brackets outside strings. */
int text_depth(const char *bytes, size_t size);

/* Does a string hold \u0000, which would cut it short in C? */
bool text_has_nul_escape(const char *bytes, size_t size);

#endif
