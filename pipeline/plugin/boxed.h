/* SPDX-License-Identifier: MIT */
/* The library's structs as GObject types, for signals and properties that carry them whole. */
#ifndef PLUGIN_BOXED_H
#define PLUGIN_BOXED_H

#include <glib-object.h>

/* Plain memory: a copy may be freed with g_free(). */
#define ETRACK_TYPE_RECORD etrack_record_get_type()
#define ETRACK_TYPE_START etrack_start_get_type()
#define ETRACK_TYPE_PARAMS etrack_params_get_type()

GType etrack_record_get_type(void);
GType etrack_start_get_type(void);
GType etrack_params_get_type(void);

#endif
