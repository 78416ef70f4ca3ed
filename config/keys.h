/* SPDX-License-Identifier: MIT */
/* The table of keys: name, type, range, default and place in the struct, from which everything else follows. */
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
  value_check *check;         /* of strings; NULL = any text will do */
  const char *const *choices; /* of choices: the values of an enum by name, NULL-terminated */
};

/* NULL-terminated by name. */
extern const struct key daemon_keys[], stream_keys[];

/* The key of that name in the table, or NULL. */
const struct key *key_find(const struct key *table, const char *name);

/* Sets the field of `object` from the text of the file. False with `words` (the caller's to free): why not. */
bool key_set(const struct key *key, void *object, const char *text, char **words);

/* Sets every field to its default. */
void key_set_defaults(const struct key *table, void *object);

/* Frees the strings. */
void key_free_strings(const struct key *table, void *object);

/* The name nearest to a misspelt one among the table's keys (and the live parameters', where `params`): never NULL. */
const char *key_nearest(const struct key *table, bool params, const char *name);

#endif
