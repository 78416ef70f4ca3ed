/* SPDX-License-Identifier: MIT */
/* Keeps the table of streams, and replaces it by another one. Main thread. */
#include <malloc.h>
#include <string.h>

#include "base/clock.h"
#include "log_events.h"
#include "stream_parts.h"

/* The time in which all outputs and sources must end: when the daemon stops, which takes at most
 * two seconds, and when the configuration is read again. */
static const int64_t stop_ns = 1500 * ET_MS_NS, replace_ns = 700 * ET_MS_NS;

struct streams {
  struct stream_audience audience;
  GPtrArray *list; /* of struct stream, one reference each */
};

struct streams *streams_create(struct mailbox *mailbox, const struct stream_listener *listener, void *user)
{
  struct streams *streams = g_new0(struct streams, 1);

  streams->audience = (struct stream_audience){mailbox, listener, user};
  streams->list = g_ptr_array_new();
  return streams;
}

static struct stream *at(GPtrArray *list, guint i)
{
  return g_ptr_array_index(list, i);
}

static struct stream *find_stream(GPtrArray *list, const char *name)
{
  for (guint i = 0; i < list->len; i++)
    if (strcmp(stream_name(at(list, i)), name) == 0)
      return at(list, i);
  return NULL;
}

void streams_destroy(struct streams **streams)
{
  const int64_t until_ns = et_clock_ns() + stop_ns;
  GPtrArray *list;

  if (!streams || !*streams)
    return;
  list = (*streams)->list;
  for (guint i = 0; i < list->len; i++)
    stream_halt(at(list, i));
  for (guint i = 0; i < list->len; i++)
    stream_end(at(list, i), until_ns, NULL);
  g_ptr_array_unref(list);
  g_free(*streams);
  *streams = NULL;
}

static void discard_plan(const struct streams *streams, GPtrArray *plan)
{
  for (guint i = 0; i < plan->len; i++)
    if (!g_ptr_array_find(streams->list, at(plan, i), NULL))
      stream_discard(at(plan, i));
  g_ptr_array_unref(plan);
}

/* Makes the new table. Streams that stay are taken over; the others are made. On an error, it frees
 * what it made, sets `error` and returns NULL. */
static GPtrArray *plan_streams(struct streams *streams, const struct stream_config *configs, size_t count, GError **error)
{
  GPtrArray *plan = g_ptr_array_new();

  for (size_t i = 0; i < count; i++) {
    struct stream *present = find_stream(streams->list, configs[i].graph.name);
    struct stream *stream = present && stream_can_stay(present, &configs[i]) ? present : NULL;

    if (!stream)
      stream = stream_make(&streams->audience, &configs[i], error);
    if (!stream)
      break;
    g_ptr_array_add(plan, stream);
  }
  if (plan->len == count)
    return plan;
  discard_plan(streams, plan);
  return NULL;
}

bool streams_try(struct streams *streams, const struct stream_config *configs, size_t count, GError **error)
{
  GPtrArray *plan = plan_streams(streams, configs, count, error);

  if (plan)
    discard_plan(streams, plan);
  return plan != NULL;
}

/* The memory of streams that ended is scattered between that of the others. glibc keeps such pages
 * unless it is asked. */
static void give_memory_back(void)
{
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

/* Ends the streams that do not stay, all at once. `next` gets the number of the first frame of each
 * stream that replaces one of the same name. */
static void end_leaving(GPtrArray *before, GPtrArray *plan, uint64_t *next)
{
  const int64_t until_ns = et_clock_ns() + replace_ns;

  for (guint i = 0; i < before->len; i++)
    if (!g_ptr_array_find(plan, at(before, i), NULL))
      stream_halt(at(before, i));
  for (guint i = 0; i < before->len; i++) {
    struct stream *leaving = at(before, i), *heir = find_stream(plan, stream_name(leaving));
    uint64_t frame;
    guint place;

    if (heir == leaving)
      continue;
    frame = stream_end(leaving, until_ns, heir);
    if (heir && g_ptr_array_find(plan, heir, &place))
      next[place] = frame + 1;
  }
}

bool streams_replace(struct streams *streams, const struct stream_config *configs, size_t count, GError **error)
{
  GPtrArray *before = streams->list, *plan = plan_streams(streams, configs, count, error);
  uint64_t *first_frames;

  if (!plan)
    return false;
  first_frames = g_new0(uint64_t, count + 1); /* never of size zero */
  end_leaving(before, plan, first_frames);
  streams->list = plan;
  for (guint i = 0; i < plan->len; i++) {
    if (g_ptr_array_find(before, at(plan, i), NULL))
      stream_use_params(at(plan, i), &configs[i].graph.params);
    else
      stream_start(at(plan, i), MAX(first_frames[i], 1));
  }
  g_free(first_frames);
  g_ptr_array_unref(before);
  give_memory_back();
  return true;
}

void streams_check(struct streams *streams)
{
  const int64_t now_ns = et_clock_ns();

  for (guint i = 0; i < streams->list->len; i++)
    stream_check_silence(at(streams->list, i), now_ns);
}

bool streams_progress(struct streams *streams)
{
  bool all = true;

  for (guint i = 0; i < streams->list->len; i++) {
    struct stream *stream = at(streams->list, i);

    if (stream_makes_progress(stream))
      continue;
    ET_LOG(daemon_event(EVENT_STUCK), ET_LOG_STRING("what", stream_name(stream)));
    all = false;
  }
  return all;
}

const char *streams_model_name(const struct streams *streams)
{
  return streams->list->len > 0 ? stream_model_name(at(streams->list, 0)) : "";
}

void streams_count(struct streams *streams, unsigned *count, unsigned *up)
{
  *count = streams->list->len;
  *up = 0;
  for (guint i = 0; i < streams->list->len; i++) {
    struct stream_view view;

    stream_view(at(streams->list, i), &view);
    *up += view.link == PROTO_LINK_UP;
  }
}
