/* SPDX-License-Identifier: MIT */
/* Finds the line of a section or key in a key file, which GKeyFile does not tell. */
#ifndef CONFIG_LINES_H
#define CONFIG_LINES_H

/* The line (from 1) of [section], or of `key` in it if `key` is not NULL; 0 if there is none. */
int line_of(const char *text, const char *section, const char *key);

/* The line of a second header [section], or of a key that appears twice in its section; 0 if there
 * is none. Sets *section to the section and *key to the key, or to NULL for a header; the caller
 * frees both. GKeyFile takes the last one silently. */
int line_of_double(const char *text, char **section, char **key);

/* The first line that is neither blank, a comment, a header nor a key in a section; 0 if there is
 * none. */
int line_of_nonsense(const char *text);

#endif
