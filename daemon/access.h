/* SPDX-License-Identifier: MIT */
/* Who may reach the local endpoints: one lock per endpoint, and a socket file that is never open to
 * anyone else, not even for a moment. */
#ifndef DAEMON_ACCESS_H
#define DAEMON_ACCESS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

/* A local endpoint that this process holds the lock of. All zeros: none. */
struct access_endpoint {
  char *uri;  /* "ipc:///run/etrackd/control" */
  char *path; /* "/run/etrackd/control" */
  bool has_group;
  gid_t group;
  int lock;   /* file descriptor of PATH.lock */
  bool bound; /* the socket file is ours to remove */
};

/* Takes the endpoint: checks the path (absolute, short enough for a socket address, nothing but a
 * socket there), makes its last folder if it is missing (listed by the group and passed by all, for
 * the socket has a mode of its own), finds the group (NULL = the process's own) and takes the lock.
 * Errors: EXIT_CONFIG for what the configuration can put right; EXIT_RUNNING with the pid of the
 * process that holds the lock. */
bool access_take(const char *uri, const char *group, struct access_endpoint *endpoint, GError **error);

/* Whether both, taken, are the same file, whatever their paths. */
bool access_same(const struct access_endpoint *a, const struct access_endpoint *b);

/* Removes the socket file, gives the lock back and frees; harmless on all zeros. */
void access_release(struct access_endpoint *endpoint);

typedef bool access_bind_function(const char *uri, void *user, GError **error);

/* Calls `bind` such that the socket file has mode 0660 and the right group from the first moment
 * that anyone but the owner can open it.
 * Thread-safety: the umask is the process's, so call it before a second thread runs. */
bool access_bind(struct access_endpoint *endpoint, access_bind_function *bind, void *user, GError **error);

#endif
