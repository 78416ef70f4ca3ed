/* SPDX-License-Identifier: MIT */
/* Access to the local endpoints: one lock per endpoint, and a socket file that is never open to
 * others, not even for a moment. */
#ifndef DAEMON_ACCESS_H
#define DAEMON_ACCESS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* A local endpoint with its lock, which this process holds. All zeros: none. */
struct access_endpoint {
  char *uri;  /* "ipc:///run/etrackd/control" */
  char *path; /* "/run/etrackd/control" */
  bool has_group;
  gid_t group;
  int lock;   /* file descriptor of PATH.lock */
  bool bound; /* we must remove the socket file */
};

/* Takes the endpoint. Checks the path: it must be absolute, short enough for a socket address, and
 * not name another kind of file. Makes the last folder of the path if it is missing; the group may
 * list it and everybody may pass it, because the socket has its own mode. Finds the group (NULL =
 * the group of the process) and takes the lock.
 * Errors: EXIT_CONFIG if the configuration can correct it; EXIT_RUNNING if another process holds
 * the lock, with its pid. */
bool access_take(const char *uri, const char *group, struct access_endpoint *endpoint, GError **error);

/* Whether both endpoints, which must be taken, are the same file, whatever their paths. */
bool access_same(const struct access_endpoint *a, const struct access_endpoint *b);

/* Removes the socket file, releases the lock and frees. Harmless on all zeros. */
void access_release(struct access_endpoint *endpoint);

typedef bool access_bind_function(const char *uri, void *user, GError **error);

/* Calls `bind`. Others can open the socket file only once it has mode 0660 and the right group.
 * Thread-safety: it changes the umask of the process, so call it before a second thread runs. */
bool access_bind(struct access_endpoint *endpoint, access_bind_function *bind, void *user, GError **error);

#endif
