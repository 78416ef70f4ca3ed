/* SPDX-License-Identifier: MIT */
/* Replies and events in words and tables for people, on stdout. */
#ifndef ETRACKCTL_SHOW_H
#define ETRACKCTL_SHOW_H

#include "proto/read.h"

typedef void show_function(struct proto_document *document);

show_function show_nothing, show_hello, show_streams, show_status, show_params, show_target, show_cameras, show_metrics;

/* A track event in one short line without its end; `line` of `size` bytes. */
void show_track_line(const struct proto_track *track, char *line, size_t size);

/* A transition in the same way. */
void show_event_line(const struct proto_event *event, char *line, size_t size);

#endif
