/* SPDX-License-Identifier: MIT */
/* The CURVE keys of the tcp endpoints: the server's own and those of the clients that may connect, each from a file. */
#ifndef DAEMON_KEYS_H
#define DAEMON_KEYS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { KEYS_TEXT = 41 }; /* a Z85 key and its terminator */

/* All zeros: none. */
struct keys {
  char server_public[KEYS_TEXT], server_secret[KEYS_TEXT];
  GByteArray *clients; /* 32 bytes each */
};

/* `secret_file`: one Z85 key, readable by its owner alone; `clients_file`: one Z85 public key a line, words behind it ignored; # begins a comment in
 * both. Both NULL: all zeros. Errors: EXIT_CONFIG with file and line. */
bool keys_load(const char *secret_file, const char *clients_file, struct keys *keys, GError **error);

/* Harmless on all zeros. */
void keys_clear(struct keys *keys);

bool keys_present(const struct keys *keys);
bool keys_equal(const struct keys *a, const struct keys *b);

/* A transport_keys's `allowed`, with the keys as `user`. */
bool keys_allow(const uint8_t client_public[32], void *keys);

#endif
