/* SPDX-License-Identifier: MIT */
/* Handles the news of streams in the control thread: first for subscribers, then for waiting
 * requests. */
#ifndef DAEMON_NEWS_H
#define DAEMON_NEWS_H

#include "streams.h"

/* `user` is the struct service. */
extern const struct stream_listener news_listener;

#endif
