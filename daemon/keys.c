/* SPDX-License-Identifier: MIT */
/* Reads key files. */
#include "keys.h"

#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

#include "exit.h"

enum { KEY_BYTES = 32, KEY_CHARACTERS = KEYS_TEXT - 1 };

/* The first words of a file's lines, comments left out; NULL with `error` set. */
static char **read_lines(const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) why = NULL;
  char **lines;

  if (!g_file_get_contents(path, &text, NULL, &why)) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s", why->message);
    return NULL;
  }
  lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    (*line)[strcspn(*line, " \t\r")] = '\0';
    if (**line == '#' && strlen(*line) != KEY_CHARACTERS) /* a Z85 key may begin with # */
      **line = '\0';
  }
  return lines;
}

static bool decode(const char *path, int line, const char *text, uint8_t key[KEY_BYTES], GError **error)
{
  if (strlen(text) == KEY_CHARACTERS && zmq_z85_decode(key, text))
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s:%d: not a key: a Z85 key has %d characters", path, line, KEY_CHARACTERS);
  return false;
}

static bool check_mode(const char *path, GError **error)
{
  struct stat st;

  if (stat(path, &st) != 0 || (st.st_mode & 077) == 0)
    return true; /* what cannot be read at all is said by the reading */
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: a secret key must be its owner's alone: chmod 600", path);
  return false;
}

static bool read_secret(const char *path, struct keys *keys, GError **error)
{
  g_auto(GStrv) lines = check_mode(path, error) ? read_lines(path, error) : NULL;
  uint8_t key[KEY_BYTES];
  int line = 0;

  if (!lines)
    return false;
  while (lines[line] && !*lines[line])
    line++;
  if (!lines[line]) {
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s: there is no key in it", path);
    return false;
  }
  if (!decode(path, line + 1, lines[line], key, error))
    return false;
  g_strlcpy(keys->server_secret, lines[line], sizeof keys->server_secret);
  if (zmq_curve_public(keys->server_public, keys->server_secret) == 0)
    return true;
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "this libzmq was built without CURVE");
  return false;
}

static bool read_clients(const char *path, struct keys *keys, GError **error)
{
  g_auto(GStrv) lines = read_lines(path, error);

  for (int line = 0; lines && lines[line]; line++) {
    uint8_t key[KEY_BYTES];

    if (!*lines[line])
      continue;
    if (!decode(path, line + 1, lines[line], key, error))
      return false;
    g_byte_array_append(keys->clients, key, sizeof key);
  }
  return lines != NULL;
}

bool keys_load(const char *secret_file, const char *clients_file, struct keys *keys, GError **error)
{
  struct keys made = {.clients = g_byte_array_new()};
  bool done = !secret_file && !clients_file;

  if (!secret_file != !clients_file)
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "`curve_secret_file` and `curve_clients_file` go together");
  else if (!done)
    done = read_secret(secret_file, &made, error) && read_clients(clients_file, &made, error);
  if (done)
    *keys = made;
  else
    keys_clear(&made);
  return done;
}

void keys_clear(struct keys *keys)
{
  g_clear_pointer(&keys->clients, g_byte_array_unref);
  explicit_bzero(keys->server_secret, sizeof keys->server_secret);
  keys->server_public[0] = '\0';
}

bool keys_present(const struct keys *keys)
{
  return keys->server_secret[0] != '\0';
}

bool keys_equal(const struct keys *a, const struct keys *b)
{
  return strcmp(a->server_secret, b->server_secret) == 0 && a->clients->len == b->clients->len &&
         memcmp(a->clients->data ? a->clients->data : (guint8 *)"", b->clients->data ? b->clients->data : (guint8 *)"", a->clients->len) ==
           0;
}

bool keys_allow(const uint8_t client_public[32], void *user)
{
  const struct keys *keys = user;

  for (guint i = 0; i < keys->clients->len; i += KEY_BYTES)
    if (memcmp(keys->clients->data + i, client_public, KEY_BYTES) == 0)
      return true;
  return false;
}
