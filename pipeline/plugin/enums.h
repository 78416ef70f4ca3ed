/* SPDX-License-Identifier: MIT */
/* The element's enumerated properties as GObject types. */
#ifndef PLUGIN_ENUMS_H
#define PLUGIN_ENUMS_H

#include <glib-object.h>

#define ETRACK_TYPE_MODE etrack_mode_get_type()
#define ETRACK_TYPE_DRAW etrack_draw_get_type()
#define ETRACK_TYPE_UNITS etrack_units_get_type()
#define ETRACK_TYPE_MESSAGES etrack_messages_get_type()

GType etrack_mode_get_type(void);
GType etrack_draw_get_type(void);
GType etrack_units_get_type(void);
GType etrack_messages_get_type(void);

#endif
