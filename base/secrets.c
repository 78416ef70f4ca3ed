/* SPDX-License-Identifier: MIT */
/* Hides passwords in text. */
#include "base/secrets.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* A text that is being read, and where the copy goes. */
struct scan {
  const char *text, *at;
  char *to;
  char quote;   /* the mark of the quoted string that `at` is in; 0 = `at` is not in one */
  bool address; /* the whole text is one address: blanks do not end a word */
};

static bool in_name(char c)
{
  return isalnum((unsigned char)c) || (c && strchr("-_.:", c));
}

static bool is_quote(char c)
{
  return c == '"' || c == '\'';
}

static void copy(struct scan *s, const char *end)
{
  memcpy(s->to, s->at, (size_t)(end - s->at));
  s->to += end - s->at;
  s->at = end;
}

static void put(struct scan *s, const char *words)
{
  s->to = stpcpy(s->to, words);
}

/* The end of the quoted string or the word that `at` is in. As in gst-launch, the character after a
 * backslash has no special meaning. */
static const char *word_end(const struct scan *s, const char *at, char quote)
{
  while (*at && (quote ? *at != quote : s->address || !isspace((unsigned char)*at)))
    at += at[0] == '\\' && at[1] ? 2 : 1;
  return at;
}

static const char *find_first(const char *from, const char *end, char c)
{
  while (from < end && *from != c)
    from++;
  return from < end ? from : NULL;
}

static const char *find_last(const char *from, const char *end, char c)
{
  const char *found = NULL;

  for (; from < end; from++)
    if (*from == c)
      found = from;
  return found;
}

/* True if only digits follow the colon, as in a host with its port. A password with a slash in it
 * (which should have been %2F) has other characters. */
static bool is_port(const char *colon, const char *end)
{
  const char *at = colon + 1;

  while (at < end && isdigit((unsigned char)*at))
    at++;
  return at == end;
}

/* The @ after the account of the address; NULL if it has no account. `account` follows its
 * "://". */
static const char *account_end(const char *account, const char *end)
{
  const char *delimiter = account + strcspn(account, "/?#");
  const char *authority = delimiter < end ? delimiter : end;
  const char *at = find_last(account, authority, '@'), *colon = find_first(account, authority, ':');

  if (at || !colon || is_port(colon, authority))
    return at;
  return find_last(colon, end, '@');
}

/* "://user:password@" */
static bool hide_account(struct scan *s)
{
  const char *account = s->at + strlen("://"), *at, *colon;

  if (strncmp(s->at, "://", strlen("://")) != 0)
    return false;
  at = account_end(account, word_end(s, account, s->quote));
  colon = at ? find_first(account, at, ':') : NULL;
  if (!colon)
    return false;
  copy(s, colon);
  put(s, ":***");
  s->at = at;
  return true;
}

static bool ends_with(const char *name, size_t length, const char *ending)
{
  const size_t size = strlen(ending), before = length - size;

  return length >= size && strncasecmp(name + before, ending, size) == 0 && (before == 0 || strchr("-_.:", name[before - 1]));
}

static bool names_secret(const char *name, size_t length)
{
  static const char *const endings[] = {"pw",     "password", "passwd", "passphrase", "passcode",      "pass",    "pwd",
                                        "secret", "token",    "key",    "user-id",    "authorization", "cookies", "proxy-id"};

  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (ends_with(name, length, endings[i]))
      return true;
  return false;
}

static const char *skip_blanks(const char *at)
{
  while (isspace((unsigned char)*at))
    at++;
  return at;
}

/* Where the value after "NAME = (type)" begins; NULL if no value is given to the name. */
static const char *find_value(const char *name_end)
{
  const char *at = skip_blanks(name_end), *type;

  if (*at != '=')
    return NULL;
  at = skip_blanks(at + 1);
  type = *at == '(' ? strchr(at, ')') : NULL;
  return type ? type + 1 : at;
}

/* Hides NAME=value. In a quoted string all the rest of it counts as the value, because its own
 * quotation marks cannot be told from those around it. */
static bool hide_assignment(struct scan *s)
{
  const char *name_end = s->at, *value, *end;

  if (s->at > s->text && in_name(s->at[-1]))
    return false;
  while (in_name(*name_end))
    name_end++;
  value = find_value(name_end);
  if (!value || !names_secret(s->at, (size_t)(name_end - s->at)))
    return false;
  end = !s->quote && is_quote(*value) ? word_end(s, value + 1, *value) : value;
  end = word_end(s, end, s->quote);
  if (end == value)
    return false;
  copy(s, value);
  put(s, "***");
  s->at = end;
  return true;
}

/* One character, or two if the first is a backslash. An apostrophe begins no quoted string. */
static void copy_character(struct scan *s)
{
  const bool apostrophe = s->at > s->text && isalnum((unsigned char)s->at[-1]);

  if (s->quote && *s->at == s->quote)
    s->quote = 0;
  else if (!s->quote && !s->address && is_quote(*s->at) && !apostrophe)
    s->quote = *s->at;
  copy(s, s->at + (s->at[0] == '\\' && s->at[1] ? 2 : 1));
}

void et_hide_secrets(const char *text, char *shown)
{
  size_t scheme = 0;
  struct scan s = {.text = text, .at = text, .to = shown};

  while (isalnum((unsigned char)text[scheme]))
    scheme++;
  s.address = scheme > 0 && strncmp(text + scheme, "://", strlen("://")) == 0;
  while (*s.at)
    if (!hide_account(&s) && !hide_assignment(&s))
      copy_character(&s);
  *s.to = '\0';
}
