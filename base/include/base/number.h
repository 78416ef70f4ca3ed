/* SPDX-License-Identifier: MIT */
/* Reads numbers in texts that people write. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etrack/box.h"

/* A number is decimal and finite: a sign, digits with a point, an exponent, as in -1.5e3. The
 * locale does not matter. Blanks, hexadecimal digits, "inf" and "nan" are not part of a number.
 * Thread-safety: any thread. Out-parameters are written only on success. */

/* Reads the number at the beginning of `text`. Returns its length in bytes; 0 if there is no number
 * or it is too large for a double. */
size_t et_number_scan(const char *text, double *value);

/* The functions below read the whole text. They return false if it holds anything else, or if a
 * number lies outside minimum..maximum. */

bool et_number_parse(const char *text, double minimum, double maximum, double *value) __attribute__((warn_unused_result));

/* Digits with a sign; "1e3" and "1.0" are not integers. */
bool et_integer_parse(const char *text, int64_t minimum, int64_t maximum, int64_t *value) __attribute__((warn_unused_result));

/* Exactly `count` numbers with commas between them: "X,Y" or "X,Y,W,H". */
bool et_numbers_parse(const char *text, size_t count, double *values) __attribute__((warn_unused_result));

/* "X,Y,W,H" */
bool et_box_parse(const char *text, struct et_box *box) __attribute__((warn_unused_result));

#endif
