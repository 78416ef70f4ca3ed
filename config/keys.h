/* SPDX-License-Identifier: MIT */
/* The table of keys: name, type, range, default and place in the struct. All else follows from
 * it. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/config.h"
#include "values.h"

enum key_type { KEY_STRING, KEY_BOOLEAN, KEY_INTEGER, KEY_REAL, KEY_RATE, KEY_CHOICE };

struct key {
  struct config_key documented;
  enum key_type type;
  double minimum, maximum;    /* of numbers */
  size_t offset;              /* in struct config, or in struct config_stream */
  value_check *check;         /* of strings; NULL = any text */
  const char *const *choices; /* of choices: the values of an enum by name, NULL-terminated */
};

/* NULL-terminated by name. */
extern const struct key daemon_keys[], stream_keys[];

/* The key with that name in the table, or NULL. */
const struct key *key_find(const struct key *table, const char *name);

/* Sets the field of `object` from the text of the file. If it returns false, `words` says why; the
 * caller frees it. */
bool key_set(const struct key *key, void *object, const char *text, char **words);

/* Sets every field to its default. */
void key_set_defaults(const struct key *table, void *object);

/* Frees the strings of `object`. */
void key_free_strings(const struct key *table, void *object);

/* The nearest name to a misspelt one among the keys of the table, and with `params` among the live
 * parameters. Never NULL. */
const char *key_nearest(const struct key *table, bool params, const char *name);

#endif
