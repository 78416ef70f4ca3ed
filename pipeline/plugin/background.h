/* SPDX-License-Identifier: MIT */
/* Threads that work while buffers flow. */
#ifndef PLUGIN_BACKGROUND_H
#define PLUGIN_BACKGROUND_H

/* From now on the calling thread yields to the streaming thread. `name`: at most 15 bytes. */
void background_enter(const char *name);

#endif
