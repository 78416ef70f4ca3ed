/* SPDX-License-Identifier: MIT */
/* The names of states, events, reasons and refusals. */
#include "etrack/record.h"

#include <stddef.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *const states[] = {
  [ET_STATE_IDLE] = "idle",         [ET_STATE_TRACKING] = "tracking", [ET_STATE_UNCERTAIN] = "uncertain",
  [ET_STATE_COASTING] = "coasting", [ET_STATE_LOST] = "lost",
};

static const char *const events[] = {
  [ET_EVENT_NONE] = "none",           [ET_EVENT_STARTED] = "started",       [ET_EVENT_UNCERTAIN] = "uncertain",
  [ET_EVENT_RECOVERED] = "recovered", [ET_EVENT_COASTING] = "coasting",     [ET_EVENT_LOST] = "lost",
  [ET_EVENT_RIVAL] = "rival",         [ET_EVENT_REACQUIRED] = "reacquired", [ET_EVENT_STOPPED] = "stopped",
};

static const char *const reasons[] = {
  [ET_REASON_NONE] = "",
  [ET_REASON_REQUESTED] = "requested",
  [ET_REASON_REPLACED] = "replaced",
  [ET_REASON_SEARCH_TIMEOUT] = "search-timeout",
  [ET_REASON_STREAM_DOWN] = "stream-down",
  [ET_REASON_STREAM_ENDED] = "stream-ended",
};

static const char *const refusals[] = {
  [ET_REFUSAL_BAD_BOX] = "bad-box",
  [ET_REFUSAL_FRAME_EXPIRED] = "frame-expired",
  [ET_REFUSAL_REPLACED] = "replaced",
  [ET_REFUSAL_INTERNAL] = "internal",
};

static const char *name_in(const char *const *names, size_t count, unsigned value)
{
  return value < count ? names[value] : "unknown";
}

/* 0 if the name is unknown. */
static unsigned find_in(const char *const *names, size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++)
    if (strcmp(names[i], name) == 0)
      return (unsigned)i;
  return 0;
}

const char *et_state_name(enum et_state state)
{
  return name_in(states, COUNT(states), state);
}

const char *et_event_name(enum et_event event)
{
  return name_in(events, COUNT(events), event);
}

const char *et_reason_name(enum et_reason reason)
{
  return name_in(reasons, COUNT(reasons), reason);
}

const char *et_refusal_name(enum et_refusal refusal)
{
  return name_in(refusals, COUNT(refusals), refusal);
}

enum et_state et_state_of(const char *name)
{
  return find_in(states, COUNT(states), name);
}

enum et_event et_event_of(const char *name)
{
  return find_in(events, COUNT(events), name);
}

enum et_reason et_reason_of(const char *name)
{
  return find_in(reasons, COUNT(reasons), name);
}
