/* SPDX-License-Identifier: MIT */
/* The CURVE keys of the tcp endpoints, from two files: the key of the server, and those of the
 * clients that may connect. */
#ifndef DAEMON_CURVE_KEYS_H
#define DAEMON_CURVE_KEYS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

enum { CURVE_KEY_SIZE = 32 }; /* bytes of a key, decoded */

/* Never copied, so that only one place must be wiped. */
struct curve_keys {
  uint8_t server_secret[CURVE_KEY_SIZE];
  GByteArray *clients; /* CURVE_KEY_SIZE bytes each */
};

/* `secret_file` has one Z85 key, and only its owner may read it. `clients_file` has one Z85 public
 * key per line; words after the key are ignored. # begins a comment in both. If both are NULL,
 * `*keys` becomes NULL. The caller frees the keys with curve_keys_free(). Errors: EXIT_CONFIG with
 * file and line. */
bool curve_keys_load(const char *secret_file, const char *clients_file, struct curve_keys **keys, GError **error);

/* Wipes the secret and frees. Accepts NULL and a pointer to NULL; leaves NULL behind. */
void curve_keys_free(struct curve_keys **keys);

/* NULL equals only NULL. */
bool curve_keys_equal(const struct curve_keys *a, const struct curve_keys *b);

/* For `allowed` of struct transport_keys, with the keys as `user`. */
bool curve_keys_allow(const uint8_t client_public[CURVE_KEY_SIZE], void *keys);

#endif
