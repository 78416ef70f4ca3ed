/* SPDX-License-Identifier: MIT */
/* Where a section or key stands in a key file: GKeyFile reads them, but does not say. */
#ifndef CONFIG_LINES_H
#define CONFIG_LINES_H

/* The line (from 1) of [section], or of `key` in it where key is not NULL; 0 if there is none. */
int line_of(const char *text, const char *section, const char *key);

/* The line of a second [section] header of the same name, or of a key that stands in its section twice (which goes to *key, the caller's to free;
 * NULL for a header); 0 if there is none. GKeyFile takes the last one silently. */
int line_of_double(const char *text, char **section, char **key);

/* The first line that is neither blank, a comment, a header nor a key in a section; 0 if there is none. */
int line_of_nonsense(const char *text);

#endif
