/* SPDX-License-Identifier: MIT */
/* Arguments of the command line as fields of a request. */
#ifndef ETRACKCTL_ARGUMENTS_H
#define ETRACKCTL_ARGUMENTS_H

#include "options.h"
#include "proto/request.h"

/* Each returns false after it has said what is wrong. */

bool argument_stream(const char *name, struct proto_request *request);

/* `box` is NULL if there was no second argument: the point of the options then counts. */
bool argument_target(const char *box, const struct options *options, struct proto_request *request);

/* --frame and --pts */
bool argument_moment(const struct options *options, struct proto_request *request);

/* NAME=NUMBER, `count` of them. The daemon says whether there is such a parameter. */
bool argument_values(char *const *texts, int count, struct proto_request *request);

/* The name of a file to write. */
bool argument_file(const char *path);

#endif
