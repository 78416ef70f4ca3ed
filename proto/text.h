/* SPDX-License-Identifier: MIT */
/* Checks of raw text: what cJSON lets through, or would cut short. */
#ifndef PROTO_TEXT_H
#define PROTO_TEXT_H

#include <stddef.h>

/* Bytes of the UTF-8 character that starts at `text`; 0 where it is malformed (RFC 3629: no overlong forms, no surrogates) or NUL. */
size_t text_character(const char *text, size_t size);

/* NULL where the bytes may go to cJSON; else why not, in words: bad UTF-8, more than `depth` levels of brackets, control characters, \u0000,
 * numbers that are not JSON's. That brackets and commas are in order is left to cJSON. */
const char *text_fault(const char *text, size_t size, int depth);

#endif
