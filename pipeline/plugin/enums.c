/* SPDX-License-Identifier: MIT */
/* The element's enumerated properties as GObject types. */
#include "enums.h"

#include "gstetrack.h"

#define DEFINE_ENUM(function, name, ...)                                                                                                   \
  GType function(void)                                                                                                                     \
  {                                                                                                                                        \
    static const GEnumValue values[] = {__VA_ARGS__, {0, NULL, NULL}};                                                                     \
    static gsize type;                                                                                                                     \
                                                                                                                                           \
    if (g_once_init_enter(&type))                                                                                                          \
      g_once_init_leave(&type, g_enum_register_static(name, values));                                                                      \
    return type;                                                                                                                           \
  }

DEFINE_ENUM(etrack_mode_get_type, "GstETrackMode", {ETRACK_MODE_AUTO, "async where upstream is live, else sync", "auto"},
            {ETRACK_MODE_ASYNC, "the newest finished result; a buffer never waits", "async"},
            {ETRACK_MODE_SYNC, "every buffer waits for its own result", "sync"})
DEFINE_ENUM(etrack_draw_get_type, "GstETrackDraw", {ETRACK_DRAW_NONE, "nothing", "none"}, {ETRACK_DRAW_BOX, "the box", "box"},
            {ETRACK_DRAW_BOX_LABEL, "the box with target, state and score", "box+label"})
DEFINE_ENUM(etrack_units_get_type, "GstETrackUnits", {ETRACK_UNITS_PX, "pixels", "px"},
            {ETRACK_UNITS_NORM, "shares of the frame, 0..1", "norm"})
DEFINE_ENUM(etrack_messages_get_type, "GstETrackMessages", {ETRACK_MESSAGES_NONE, "none", "none"},
            {ETRACK_MESSAGES_TRANSITIONS, "started, lost and the like", "transitions"},
            {ETRACK_MESSAGES_ALL, "every processed frame", "all"})
