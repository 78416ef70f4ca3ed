/* SPDX-License-Identifier: MIT */
/* The signals of the element, by number. */
#ifndef PLUGIN_REPORT_H
#define PLUGIN_REPORT_H

#include "gstetrack.h"

enum {
  SIGNAL_TRACK,
  SIGNAL_START,
  SIGNAL_CANCEL,
  SIGNAL_STOP,
  SIGNAL_END,
  SIGNAL_LOSE,
  SIGNAL_FRAME_AT,
  SIGNAL_SKIP,
  SIGNAL_RESULT,
  SIGNAL_REFUSED,
  SIGNALS
};

extern guint etrack_signals[SIGNALS];

#endif
