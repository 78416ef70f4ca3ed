/* SPDX-License-Identifier: MIT */
/* Reads and makes key files. */
#include "keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

static bool is_key(const char *word)
{
  uint8_t bytes[32];

  return strlen(word) == KEY_TEXT - 1 && zmq_z85_decode(bytes, word);
}

bool key_read(const char *path, char key[KEY_TEXT])
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) lines = NULL;

  if (!g_file_get_contents(path, &text, NULL, &error)) {
    fail(EXIT_USAGE, "%s", error->message);
    return false;
  }
  lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line; line++) {
    (*line)[strcspn(*line, " \t\r")] = '\0';
    if (is_key(*line)) {
      g_strlcpy(key, *line, KEY_TEXT);
      return true;
    }
  }
  fail(EXIT_USAGE, "%s: it holds no key; a Z85 key has %d characters", path, KEY_TEXT - 1);
  return false;
}

/* Never over an existing file: a lost key locks people out. */
static bool write_key(const char *path, const char *key, mode_t mode)
{
  const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  bool done;

  if (file < 0) {
    fail(EXIT_REFUSED, "%s: %s", path, g_strerror(errno));
    return false;
  }
  done = fchmod(file, mode) == 0 && dprintf(file, "%s\n", key) == KEY_TEXT;
  if (close(file) == 0 && done)
    return true;
  fail_writing(path);
  unlink(path);
  return false;
}

enum exit_code key_make_pair(const char *name)
{
  g_autofree char *secret_path = g_strconcat(name, ".key", NULL), *public_path = g_strconcat(name, ".pub", NULL);
  char public_key[KEY_TEXT], secret_key[KEY_TEXT];
  bool done;

  if (zmq_curve_keypair(public_key, secret_key) != 0)
    return fail(EXIT_REFUSED, "this libzmq was built without CURVE");
  done = write_key(secret_path, secret_key, 0600);
  if (done && !write_key(public_path, public_key, 0644)) {
    unlink(secret_path);
    done = false;
  }
  explicit_bzero(secret_key, sizeof secret_key);
  if (!done)
    return EXIT_REFUSED;
  printf("%s: the secret key; give it to nobody\n%s: the public key, %s\n", secret_path, public_path, public_key);
  return EXIT_DONE;
}
