/* SPDX-License-Identifier: MIT */
/* ZeroMQ's authentication protocol (RFC 27): answers whether the CURVE key of a client is
 * allowed. */
#ifndef DAEMON_ZAP_H
#define DAEMON_ZAP_H

#include <stdbool.h>
#include <stdint.h>

typedef bool zap_check(const uint8_t client_public[32], void *user);

/* Reads one request from the REP socket at inproc://zeromq.zap.01 and answers it. False if none was
 * waiting. */
bool zap_answer(void *socket, zap_check *allowed, void *user);

#endif
