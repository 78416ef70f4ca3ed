/* SPDX-License-Identifier: MIT */
/* Threads that work while buffers flow. */
#ifndef PLUGIN_BACKGROUND_H
#define PLUGIN_BACKGROUND_H

/* The calling thread stands back for the streaming thread from now on. `name`: at most 15 bytes. */
void background_enter(const char *name);

#endif
