/* SPDX-License-Identifier: MIT */
/* Runs one of the tools from the command line, in a folder of its own for each test. */
#ifndef TEST_COMMAND_H
#define TEST_COMMAND_H

#include <glib.h>

extern char *root;      /* the folder */
extern char *out, *err; /* what the last call said */
extern int code;        /* its exit code */

/* Makes the folder. `program` is below tools/ of the build folder, such as "eval/etrack-eval". */
void command_open(const char *program);

void command_close(void);

/* Runs the program in the folder, by a shell; `line` is all that follows the program's name. */
void call(const char *line);

/* The same, and checks that it ended with 0 and was silent on stderr. */
void succeed(const char *line);

/* The same, and checks the exit code and that stderr is one line that begins with the program's
 * name and holds `named`. */
void fail_with(int wanted, const char *line, const char *named);

/* A path in the folder. The caller frees it. */
char *in_root(const char *relative);

gboolean exists(const char *relative);

/* Writes a file, and makes its folder. */
void put(const char *relative, const char *text);

#endif
