/* SPDX-License-Identifier: MIT */
/* Log events into the journal, with their fields, where the daemon's stderr is the journal. */
#ifndef DAEMON_JOURNAL_H
#define DAEMON_JOURNAL_H

#include <stdbool.h>

#include "base/log.h"

/* Whether stderr is the journal's stream ($JOURNAL_STREAM names it). */
bool journal_is_stderr(void);

et_log_sink journal_sink;

#endif
