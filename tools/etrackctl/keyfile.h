/* SPDX-License-Identifier: MIT */
/* CURVE keys in files: one Z85 key, the first word of a line; # begins a comment. */
#ifndef ETRACKCTL_KEYFILE_H
#define ETRACKCTL_KEYFILE_H

#include <stdbool.h>

#include "say.h"

enum { KEY_TEXT = 41 }; /* 40 characters and the terminator */

/* Reads the first key of the file. False after saying why. */
bool key_read(const char *path, char key[KEY_TEXT]);

/* Makes a pair: NAME.key, the secret, readable by its owner alone, and NAME.pub. Neither may
 * exist. */
enum exit_code key_make_pair(const char *name);

#endif
