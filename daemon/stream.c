/* SPDX-License-Identifier: MIT */
/* Answers what other threads ask of a stream.
 *
 * Design notes. Only the main thread makes and destroys a graph. Others use it between hold() and
 * release(), which only count. Before the main thread destroys it, it closes the stream and waits
 * for the count to fall to zero. Nothing between hold() and release() waits, so the main thread
 * does not either.
 *
 * Results go through a ring that may lose the oldest; news are never lost. Each result carries the
 * number of news that were posted before it, so the reader can merge both in their order. */
#include "stream_parts.h"

struct stream *stream_ref(struct stream *stream)
{
  atomic_fetch_add(&stream->references, 1);
  return stream;
}

void stream_unref(struct stream *stream)
{
  if (!stream || atomic_fetch_sub(&stream->references, 1) > 1)
    return;
  stream_unref(stream->replaces);
  et_ring_destroy(&stream->results);
  g_mutex_clear(&stream->lock);
  g_cond_clear(&stream->released);
  stream_config_free(&stream->config);
  g_free(stream->shown_source);
  g_free(stream);
}

const char *stream_name(const struct stream *stream)
{
  return stream->config.graph.name;
}

const char *stream_source(const struct stream *stream)
{
  return stream->shown_source;
}

double stream_hfov_deg(const struct stream *stream)
{
  return stream->config.hfov_deg;
}

const char *stream_model_name(const struct stream *stream)
{
  return stream->model;
}

static bool hold(struct stream *stream)
{
  bool open;

  g_mutex_lock(&stream->lock);
  open = stream->open;
  stream->users += open;
  g_mutex_unlock(&stream->lock);
  return open;
}

static void release(struct stream *stream)
{
  g_mutex_lock(&stream->lock);
  if (--stream->users == 0)
    g_cond_signal(&stream->released);
  g_mutex_unlock(&stream->lock);
}

void stream_view(struct stream *stream, struct stream_view *view)
{
  struct graph_counters counters;
  struct et_params params;
  const bool held = hold(stream);

  if (held) {
    graph_get_counters(stream->graph, &counters);
    graph_get_params(stream->graph, &params);
    release(stream);
  }
  g_mutex_lock(&stream->lock);
  if (held) {
    stream->known.counters = counters;
    stream->known.params = params;
  }
  *view = stream->known;
  view->frame = stream->first_frame - 1 + view->counters.frames;
  g_mutex_unlock(&stream->lock);
  view->lost_messages = et_ring_dropped(stream->results);
}

bool stream_next_result(struct stream *stream, uint64_t news, struct et_record *result)
{
  if (!stream->has_held)
    stream->has_held = et_ring_pop(stream->results, &stream->held);
  if (!stream->has_held || stream->held.news_before > news)
    return false;
  *result = stream->held.record;
  stream->has_held = false;
  return true;
}

/* Holds the graph. If the stream was removed, it sets `error` and returns false. */
static bool enter(struct stream *stream, GError **error)
{
  if (hold(stream))
    return true;
  g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "stream %s has been removed", stream_name(stream));
  return false;
}

/* Whether frames can be expected; if not, `error` says why. */
static bool expects_frames(struct stream *stream, GError **error)
{
  struct stream_view view;

  g_mutex_lock(&stream->lock);
  view = stream->known;
  g_mutex_unlock(&stream->lock);
  if (view.link == PROTO_LINK_DOWN)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "stream %s is down: %s", stream_name(stream), view.reason);
  else if (view.link == PROTO_LINK_ENDED)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "stream %s was played once and has ended", stream_name(stream));
  return view.link == PROTO_LINK_STARTING || view.link == PROTO_LINK_UP;
}

uint64_t stream_track(struct stream *stream, const struct et_start *start, GError **error)
{
  uint64_t target;

  if (!expects_frames(stream, error) || !enter(stream, error))
    return 0;
  target = graph_track(stream->graph, start);
  release(stream);
  return target;
}

bool stream_cancel(struct stream *stream, uint64_t target)
{
  bool cancelled;

  if (!hold(stream))
    return true; /* with its tracker */
  cancelled = graph_cancel(stream->graph, target);
  release(stream);
  return cancelled;
}

bool stream_end_target(struct stream *stream, uint64_t target, GError **error)
{
  if (!enter(stream, error))
    return false;
  graph_end_target(stream->graph, target, ET_REASON_REQUESTED);
  release(stream);
  return true;
}

bool stream_change_params(struct stream *stream, stream_params_change *change, void *user, GError **error)
{
  struct et_params params;
  bool set;

  if (!enter(stream, error))
    return false;
  graph_get_params(stream->graph, &params);
  change(&params, user);
  set = graph_set_params(stream->graph, &params, error);
  release(stream);
  return set;
}

struct graph_picture *stream_newest_picture(struct stream *stream, GError **error)
{
  struct graph_picture *picture;

  if (!enter(stream, error))
    return NULL;
  picture = graph_newest_picture(stream->graph, error);
  release(stream);
  return picture;
}
