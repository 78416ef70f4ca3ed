/* SPDX-License-Identifier: MIT */
/* The CURVE keys of the tcp endpoints: the server's own and those of the clients that may connect,
 * each from a file. */
#ifndef DAEMON_CURVE_KEYS_H
#define DAEMON_CURVE_KEYS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { CURVE_KEY_SIZE = 32 }; /* bytes of a key, decoded */

/* Never copied, so that there is one place to wipe. */
struct curve_keys {
  uint8_t server_secret[CURVE_KEY_SIZE];
  GByteArray *clients; /* CURVE_KEY_SIZE bytes each */
};

/* `secret_file`: one Z85 key, readable by its owner alone; `clients_file`: one Z85 public key per
 * line, words behind it ignored; # begins a comment in both. Both NULL: `*keys` becomes NULL.
 * Ownership: the caller's, for curve_keys_free(). Errors: EXIT_CONFIG with file and line. */
bool curve_keys_load(const char *secret_file, const char *clients_file, struct curve_keys **keys, GError **error);

/* Wipes the secret. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void curve_keys_free(struct curve_keys **keys);

/* NULL equals NULL alone. */
bool curve_keys_equal(const struct curve_keys *a, const struct curve_keys *b);

/* A transport_keys's `allowed`, with the keys as `user`. */
bool curve_keys_allow(const uint8_t client_public[CURVE_KEY_SIZE], void *keys);

#endif
