/* SPDX-License-Identifier: MIT */
/* What streams tell, in the control thread: first to the subscribers, then to whoever waits for an answer. */
#ifndef DAEMON_NEWS_H
#define DAEMON_NEWS_H

#include "streams.h"

/* Its `user` is the struct service. */
extern const struct stream_listener news_listener;

#endif
