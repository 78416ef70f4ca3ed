/* SPDX-License-Identifier: MIT */
/* Writes log events with their fields to the journal, if the daemon's stderr is the journal. */
#ifndef DAEMON_JOURNAL_H
#define DAEMON_JOURNAL_H

#include <stdbool.h>

#include "base/log.h"

/* Whether stderr is the stream of the journal, which $JOURNAL_STREAM names. */
bool journal_is_stderr(void);

et_log_sink journal_sink;

#endif
