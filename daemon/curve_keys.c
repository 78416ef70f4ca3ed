/* SPDX-License-Identifier: MIT */
/* Reads the files of CURVE keys.
 *
 * Design notes. We hold the secret in two places: the text of its file, on the stack while it is
 * decoded, and `struct curve_keys`. Both are wiped. The file is read with read(), because GLib's
 * readers and splitters leave copies on the heap. */
#include "curve_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "exit.h"

enum { KEY_CHARACTERS = 40, SECRET_FILE_MAXIMUM = 4096 };

/* Cuts the line after its first word and returns that; "" for a comment. A Z85 key may begin with
 * #. */
static const char *first_word(char *line)
{
  line[strcspn(line, " \t\r")] = '\0';
  return *line == '#' && strlen(line) != KEY_CHARACTERS ? "" : line;
}

static bool decode(const char *path, int line, const char *word, uint8_t key[CURVE_KEY_SIZE], GError **error)
{
  if (strlen(word) == KEY_CHARACTERS && zmq_z85_decode(key, word))
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s:%d: not a key: a Z85 key has %d characters", path, line, KEY_CHARACTERS);
  return false;
}

static bool fail_to_read(const char *path, GError **error)
{
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: cannot read the key: %s", path, g_strerror(errno));
  return false;
}

static bool check_secret_file(const char *path, int file, GError **error)
{
  struct stat st;

  if (fstat(file, &st) != 0)
    return fail_to_read(path, error);
  if ((st.st_mode & 077) == 0)
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: only its owner may read a secret key: chmod 600", path);
  return false;
}

/* Reads the whole file as a string. */
static bool read_all(const char *path, int file, char text[SECRET_FILE_MAXIMUM + 1], GError **error)
{
  size_t used = 0;
  ssize_t got;

  do {
    got = read(file, text + used, SECRET_FILE_MAXIMUM + 1 - used);
    used += got > 0 ? (size_t)got : 0;
  } while (got > 0 && used <= SECRET_FILE_MAXIMUM);
  if (got < 0)
    return fail_to_read(path, error);
  if (used > SECRET_FILE_MAXIMUM) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: a file with one key has at most %d bytes", path, SECRET_FILE_MAXIMUM);
    return false;
  }
  text[used] = '\0';
  return true;
}

static bool read_secret_text(const char *path, char text[SECRET_FILE_MAXIMUM + 1], GError **error)
{
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  bool done;

  if (file < 0)
    return fail_to_read(path, error);
  done = check_secret_file(path, file, error) && read_all(path, file, text, error);
  close(file);
  return done;
}

/* Decodes the first line of the text that is not a comment. */
static bool find_secret(const char *path, char *text, uint8_t key[CURVE_KEY_SIZE], GError **error)
{
  char *rest = text, *line;

  for (int number = 1; (line = strsep(&rest, "\n")); number++) {
    const char *word = first_word(line);

    if (*word)
      return decode(path, number, word, key, error);
  }
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: there is no key in this file", path);
  return false;
}

static bool read_secret(const char *path, struct curve_keys *keys, GError **error)
{
  char text[SECRET_FILE_MAXIMUM + 1];
  const bool done = read_secret_text(path, text, error) && find_secret(path, text, keys->server_secret, error);

  explicit_bzero(text, sizeof text);
  return done;
}

static bool read_clients(const char *path, struct curve_keys *keys, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) why = NULL;
  char *rest, *line;

  if (!g_file_get_contents(path, &text, NULL, &why)) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s", why->message);
    return false;
  }
  rest = text;
  for (int number = 1; (line = strsep(&rest, "\n")); number++) {
    const char *word = first_word(line);
    uint8_t key[CURVE_KEY_SIZE];

    if (!*word)
      continue;
    if (!decode(path, number, word, key, error))
      return false;
    g_byte_array_append(keys->clients, key, sizeof key);
  }
  return true;
}

static bool check_library(GError **error)
{
  if (zmq_has("curve"))
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "this libzmq was built without CURVE");
  return false;
}

bool curve_keys_load(const char *secret_file, const char *clients_file, struct curve_keys **keys, GError **error)
{
  struct curve_keys *made;

  if (!secret_file != !clients_file) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "`curve_secret_file` and `curve_clients_file` go together; set both or neither");
    return false;
  }
  *keys = NULL;
  if (!secret_file)
    return true;
  made = g_new0(struct curve_keys, 1);
  made->clients = g_byte_array_new();
  if (check_library(error) && read_secret(secret_file, made, error) && read_clients(clients_file, made, error))
    *keys = made;
  else
    curve_keys_free(&made);
  return *keys != NULL;
}

void curve_keys_free(struct curve_keys **keys)
{
  if (!keys || !*keys)
    return;
  g_byte_array_unref((*keys)->clients);
  explicit_bzero(*keys, sizeof **keys);
  g_free(*keys);
  *keys = NULL;
}

bool curve_keys_equal(const struct curve_keys *a, const struct curve_keys *b)
{
  if (!a || !b)
    return a == b;
  return memcmp(a->server_secret, b->server_secret, CURVE_KEY_SIZE) == 0 && a->clients->len == b->clients->len &&
         (a->clients->len == 0 || memcmp(a->clients->data, b->clients->data, a->clients->len) == 0);
}

bool curve_keys_allow(const uint8_t client_public[CURVE_KEY_SIZE], void *user)
{
  const struct curve_keys *keys = user;

  for (guint i = 0; i < keys->clients->len; i += CURVE_KEY_SIZE)
    if (memcmp(keys->clients->data + i, client_public, CURVE_KEY_SIZE) == 0)
      return true;
  return false;
}
