/* SPDX-License-Identifier: MIT */
/* A model file of the source tree in memory, to be damaged, written and refused. */
#ifndef TEST_DAMAGED_MODEL_H
#define TEST_DAMAGED_MODEL_H

#include <stddef.h>

#include "etrack/model.h"
#include "test/file.h"

extern char *bytes; /* the file, with its 8 bytes of length and its header */
extern size_t size, header;
extern char path[]; /* where write_file() writes it */
extern struct et_error_detail why;

/* Reads the file, named from the root of the source tree. */
void damaged_open(const char *relative);

void damaged_close(void);

/* Writes the first `length` bytes. */
void write_file(size_t length);

/* Checks that the written file is refused with the error, in words that hold `named`. */
void refused(enum et_error error, const char *named);

/* Replaces the first `from` in the header by `to`, padded with blanks to the same length. */
void patch(const char *from, const char *to);

#endif
