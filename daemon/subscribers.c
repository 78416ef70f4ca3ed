/* SPDX-License-Identifier: MIT */
/* Counts the subscriptions of each connection. */
#include "subscribers.h"

struct count {
  unsigned taken, ignored;
  gboolean cut, gone;
};

void subscribers_init(struct subscribers *subscribers)
{
  subscribers->counts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

void subscribers_fini(struct subscribers *subscribers)
{
  g_clear_pointer(&subscribers->counts, g_hash_table_unref);
}

void subscribers_forget(struct subscribers *subscribers, int connection)
{
  struct count *count = g_hash_table_lookup(subscribers->counts, GINT_TO_POINTER(connection));

  if (count && count->cut)
    count->gone = TRUE;
  else
    g_hash_table_remove(subscribers->counts, GINT_TO_POINTER(connection));
}

static gboolean is_gone(gpointer connection, gpointer count, gpointer user)
{
  return ((struct count *)count)->gone;
}

void subscribers_settle(struct subscribers *subscribers)
{
  g_hash_table_foreach_remove(subscribers->counts, is_gone, NULL);
}

static struct count *count_of(struct subscribers *subscribers, int connection)
{
  struct count *count = g_hash_table_lookup(subscribers->counts, GINT_TO_POINTER(connection));

  if (!count) {
    count = g_new0(struct count, 1);
    g_hash_table_insert(subscribers->counts, GINT_TO_POINTER(connection), count);
  }
  return count;
}

enum subscribers_verdict subscribers_add(struct subscribers *subscribers, int connection, gboolean wanted, size_t size)
{
  struct count *count = count_of(subscribers, connection);

  if (wanted && count->taken < SUBSCRIBERS_LIMIT) {
    count->taken++;
    return SUBSCRIBERS_TAKE;
  }
  count->ignored += 1 + (unsigned)(size / SUBSCRIBERS_COMMON_SIZE);
  if (count->gone || count->ignored <= SUBSCRIBERS_CUT_LIMIT)
    return SUBSCRIBERS_IGNORE;
  count->cut = TRUE;
  return SUBSCRIBERS_CUT;
}

/* An ignored subscription stays counted when it is given back, so that asking and giving back in
 * turn does not evade the limit. */
void subscribers_remove(struct subscribers *subscribers, int connection, gboolean wanted)
{
  struct count *count = count_of(subscribers, connection);

  if (wanted && count->taken > 0)
    count->taken--;
}
