/* SPDX-License-Identifier: MIT */
/* Enumerations of properties and signals as GObject types. */
#ifndef PLUGIN_ENUMS_H
#define PLUGIN_ENUMS_H

#include <glib-object.h>

#define ETRACK_TYPE_MODE etrack_mode_get_type()
#define ETRACK_TYPE_DRAW etrack_draw_get_type()
#define ETRACK_TYPE_UNITS etrack_units_get_type()
#define ETRACK_TYPE_MESSAGES etrack_messages_get_type()
#define ETRACK_TYPE_REFUSAL etrack_refusal_get_type()
#define ETRACK_TYPE_REASON etrack_reason_get_type()

GType etrack_mode_get_type(void);
GType etrack_draw_get_type(void);
GType etrack_units_get_type(void);
GType etrack_messages_get_type(void);
GType etrack_refusal_get_type(void);
GType etrack_reason_get_type(void);

#endif
