/* SPDX-License-Identifier: MIT */
/* Names of states and events. */
#include "etrack/tracker.h"

const char *et_state_name(enum et_state state)
{
  static const char *const names[] = {"idle", "tracking", "uncertain", "coasting", "lost"};

  return (size_t)state < sizeof names / sizeof *names ? names[state] : "unknown";
}

const char *et_event_name(enum et_event event)
{
  static const char *const names[] = {"none", "started", "uncertain", "recovered", "coasting", "lost", "rival", "reacquired", "stopped"};

  return (size_t)event < sizeof names / sizeof *names ? names[event] : "unknown";
}
