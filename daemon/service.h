/* SPDX-License-Identifier: MIT */
/* The struct that the parts of the control thread share. */
#ifndef DAEMON_SERVICE_H
#define DAEMON_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "errands.h"
#include "feeds.h"
#include "mailbox.h"
#include "transport.h"

struct pending;

/* Everything is set before the control thread starts, and belongs to its maker. */
struct service {
  struct transport *transport;
  struct mailbox *mailbox;
  struct feeds *feeds;
  struct errands *errands;
  struct pending *pending; /* track requests that wait */
  char epoch[16];
  const char *version;
  int64_t started_ns;
  uint64_t status_seq;
  uint64_t requests, refused; /* answered with ok; with an error */
  bool reloading;             /* a `reload` request is under way */

  /* Asks the main thread to read the configuration again, and returns at once. The main thread then
   * posts done(data) to the mailbox. `*error`, which is NULL at the call, is set by then if the
   * configuration was refused. */
  void (*reload)(GError **error, void (*done)(void *data), void *data, void *user);
  void *user;
};

#endif
