/* SPDX-License-Identifier: MIT */
/* Sets the locks and file modes of the local endpoints.
 *
 * Design notes. ZeroMQ unlinks any file at the path and binds anew, so a second daemon would
 * silently take the clients of the first. Therefore each socket has a lock file beside it, which is
 * locked first. The file stays, because removing a lock file is a race. The lock is a record lock:
 * the kernel knows the pid of its holder and drops the lock with the process. */
#include "access.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "exit.h"

enum { PATH_MAXIMUM = sizeof(((struct sockaddr_un *)0)->sun_path) - 1 };

static bool check_path(const char *uri, const char *path, GError **error)
{
  struct stat st;

  if (path[0] != '/') {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: an absolute path must follow ipc://", uri);
    return false;
  }
  if (strlen(path) > PATH_MAXIMUM) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: the path has %zu bytes; a socket's path has at most %d", uri, strlen(path),
                PATH_MAXIMUM);
    return false;
  }
  if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG,
                "%s: the file at this path is not a socket, so it is left alone; remove it or choose another path", path);
    return false;
  }
  return true;
}

/* Nobody else can use the new folder before it has its group and mode, whatever the umask. */
static bool hand_folder_over(const char *folder, const gid_t *group, GError **error)
{
  if ((!group || lchown(folder, (uid_t)-1, *group) == 0) && chmod(folder, 0751) == 0)
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: cannot give the folder to its group: %s", folder, g_strerror(errno));
  rmdir(folder);
  return false;
}

/* `group`: NULL = the process's own. */
static bool make_folder(const char *path, const gid_t *group, GError **error)
{
  g_autofree char *folder = g_path_get_dirname(path);

  if (mkdir(folder, 0700) == 0)
    return hand_folder_over(folder, group, error);
  if (errno == EEXIST)
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: cannot make the folder: %s", folder, g_strerror(errno));
  return false;
}

static bool find_group(const char *name, gid_t *group, GError **error)
{
  const struct group *entry;

  errno = 0;
  entry = getgrnam(name);
  if (!entry) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "there is no group %s", name);
    return false;
  }
  *group = entry->gr_gid;
  return true;
}

static void set_running(const char *path, int lock, GError **error)
{
  struct flock holder = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

  if (fcntl(lock, F_GETLK, &holder) == 0 && holder.l_type != F_UNLCK && holder.l_pid > 0)
    g_set_error(error, DAEMON_ERROR, EXIT_RUNNING, "another etrackd runs on %s: pid %d", path, (int)holder.l_pid);
  else
    g_set_error(error, DAEMON_ERROR, EXIT_RUNNING, "another etrackd runs on %s", path);
}

/* Returns the descriptor that holds the lock, or -1. */
static int take_lock(const char *path, GError **error)
{
  g_autofree char *name = g_strconcat(path, ".lock", NULL);
  struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (lock < 0) {
    const bool scarce = errno == EMFILE || errno == ENFILE || errno == ENOMEM;

    g_set_error(error, DAEMON_ERROR, scarce ? EXIT_INTERNAL : EXIT_CONFIG, "%s: cannot open the lock file: %s", name, g_strerror(errno));
    return -1;
  }
  if (fcntl(lock, F_SETLK, &whole) == 0)
    return lock;
  if (errno == EAGAIN || errno == EACCES)
    set_running(path, lock, error);
  else
    g_set_error(error, DAEMON_ERROR, EXIT_INTERNAL, "%s: cannot lock: %s", name, g_strerror(errno));
  close(lock);
  return -1;
}

bool access_take(const char *uri, const char *group, struct access_endpoint *endpoint, GError **error)
{
  const char *path = g_str_has_prefix(uri, "ipc://") ? uri + strlen("ipc://") : "";
  gid_t gid = 0;
  int lock;

  if (!check_path(uri, path, error) || (group && !find_group(group, &gid, error)) || !make_folder(path, group ? &gid : NULL, error))
    return false;
  lock = take_lock(path, error);
  if (lock < 0)
    return false;
  *endpoint =
    (struct access_endpoint){.uri = g_strdup(uri), .path = g_strdup(path), .has_group = group != NULL, .group = gid, .lock = lock};
  return true;
}

bool access_same(const struct access_endpoint *a, const struct access_endpoint *b)
{
  struct stat of_a, of_b;

  return fstat(a->lock, &of_a) == 0 && fstat(b->lock, &of_b) == 0 && of_a.st_dev == of_b.st_dev && of_a.st_ino == of_b.st_ino;
}

void access_release(struct access_endpoint *endpoint)
{
  if (!endpoint->uri)
    return;
  if (endpoint->bound)
    unlink(endpoint->path); /* ZeroMQ leaves it behind; while we hold the lock it is ours */
  close(endpoint->lock);
  g_free(endpoint->uri);
  g_free(endpoint->path);
  *endpoint = (struct access_endpoint){0};
}

/* Only the owner can open the file until it has its group. */
static bool hand_to_group(const struct access_endpoint *endpoint, GError **error)
{
  if (lchown(endpoint->path, (uid_t)-1, endpoint->group) == 0 && chmod(endpoint->path, 0660) == 0)
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: cannot give the socket to its group: %s", endpoint->path, g_strerror(errno));
  return false;
}

bool access_bind(struct access_endpoint *endpoint, access_bind_function *bind, void *user, GError **error)
{
  mode_t before = umask(endpoint->has_group ? 0177 : 0117);
  bool bound = bind(endpoint->uri, user, error);

  umask(before);
  endpoint->bound = bound;
  return bound && (!endpoint->has_group || hand_to_group(endpoint, error));
}
