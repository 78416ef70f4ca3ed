/* SPDX-License-Identifier: MIT */
/* Enumerations of properties and signals as GObject types. */
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

DEFINE_ENUM(etrack_mode_get_type, "GstETrackMode", {ETRACK_MODE_AUTO, "async if upstream is live, otherwise sync", "auto"},
            {ETRACK_MODE_ASYNC, "a buffer gets the newest finished result and never waits", "async"},
            {ETRACK_MODE_SYNC, "every buffer waits for its own result", "sync"})
DEFINE_ENUM(etrack_draw_get_type, "GstETrackDraw", {ETRACK_DRAW_NONE, "nothing", "none"}, {ETRACK_DRAW_BOX, "the box", "box"},
            {ETRACK_DRAW_BOX_LABEL, "the box with the target's number, state and score", "box+label"})
DEFINE_ENUM(etrack_units_get_type, "GstETrackUnits", {ET_UNITS_PX, "pixels", "px"},
            {ET_UNITS_NORM, "fractions of the frame, 0 to 1", "norm"})
DEFINE_ENUM(etrack_messages_get_type, "GstETrackMessages", {ETRACK_MESSAGES_NONE, "no result", "none"},
            {ETRACK_MESSAGES_TRANSITIONS, "events such as started and lost", "transitions"},
            {ETRACK_MESSAGES_ALL, "every processed frame", "all"})
DEFINE_ENUM(etrack_refusal_get_type, "GstETrackRefusal", {ET_REFUSAL_BAD_BOX, "no target can start on the box", "bad-box"},
            {ET_REFUSAL_FRAME_EXPIRED, "the past frame is not kept", "frame-expired"},
            {ET_REFUSAL_REPLACED, "another request came first", "replaced"},
            {ET_REFUSAL_INTERNAL, "the frame cannot be read, or the tracker failed", "internal"})
DEFINE_ENUM(etrack_reason_get_type, "GstETrackReason", {ET_REASON_NONE, "no reason", "none"},
            {ET_REASON_REQUESTED, "a request stopped it", "requested"}, {ET_REASON_REPLACED, "another target was started", "replaced"},
            {ET_REASON_SEARCH_TIMEOUT, "the search took too long", "search-timeout"},
            {ET_REASON_STREAM_DOWN, "its source failed", "stream-down"}, {ET_REASON_STREAM_ENDED, "its source ended", "stream-ended"})
