/* SPDX-License-Identifier: MIT */
/* The ring of kept frames.
 *
 * Design notes. Buffers are copied, not referenced: a camera has few and must get them back. A
 * frame joins the ring with the buffer that it came in. copy_next() replaces that buffer by a copy:
 * at once in the caller, or in a thread of the ring, so that no buffer waits for 3 MB to be copied.
 * Frames that are not copied yet are the newest in the ring and few, and can be found like the
 * others. A buffer that falls out of the ring is used for the next copy if it fits and nobody holds
 * it, so a steady stream allocates no buffers.
 *
 * The lock guards the ring. Pixels are copied, and memory is freed, outside it. The streaming
 * thread never takes the lock while the ring's thread runs, because a thread that holds it may have
 * been preempted. It leaves the frame in `inbox`, a list that grows by one atomic exchange. Whoever
 * takes the lock first moves that list into the ring. So a frame can be found as soon as it has
 * been added, and no search loses one.
 *
 * The thread finds new frames by looking (base/lookout.c), a millisecond after they are due. It
 * looks once per frame, so a camera gets its buffer back after some milliseconds. To copy several
 * frames at a time would save half of the looks, but hold buffers for whole frame times. */
#include "history.h"

#include <pthread.h>
#include <stdatomic.h>

#include "background.h"
#include "base/lookout.h"

enum {
  MOST_WAITING = 2,
  LOOK_EVERY_US = 4000, /* at 240 frames per second, about one frame */
  LOOKS_IN_VAIN = 50,   /* before the thread sleeps */
};

struct kept {
  struct job job;
  struct kept *older; /* in the inbox */
};

struct history {
  guint64 limit;
  pthread_t thread;
  bool running;
  _Atomic bool quit;
  struct et_lookout lookout;
  struct kept *_Atomic inbox; /* newest first */
  /* Frames added and not copied yet. Below 0 for a moment if one is copied before it is counted. */
  _Atomic int waiting;
  GMutex lock;
  GQueue kept;      /* of struct kept, oldest first; under the lock, as the rest */
  guint64 bytes;    /* of copies */
  guint uncopied;   /* frames at the tail that are not copied yet */
  guint generation; /* how often the ring was cleared */
};

struct history *history_create(guint64 limit)
{
  struct history *h = g_new0(struct history, 1);

  h->limit = limit;
  g_mutex_init(&h->lock);
  g_queue_init(&h->kept);
  return h;
}

static void free_kept(gpointer data)
{
  struct kept *kept = data;

  gst_buffer_unref(kept->job.buffer);
  g_free(kept);
}

/* Takes the lock and moves the inbox into the ring. */
static void lock(struct history *h)
{
  GList *tail;

  g_mutex_lock(&h->lock);
  tail = h->kept.tail;
  for (struct kept *newest = atomic_exchange(&h->inbox, NULL); newest; newest = newest->older) {
    g_queue_insert_after(&h->kept, tail, newest);
    h->uncopied++;
  }
}

static void unlock(struct history *h)
{
  g_mutex_unlock(&h->lock);
}

static void stop(struct history *h)
{
  if (!h->running)
    return;
  atomic_store(&h->quit, true);
  et_lookout_call(&h->lookout);
  pthread_join(h->thread, NULL);
  et_lookout_fini(&h->lookout);
  h->running = false;
}

void history_destroy(struct history **history)
{
  if (!history || !*history)
    return;
  stop(*history);
  history_clear(*history);
  g_mutex_clear(&(*history)->lock);
  g_free(*history);
  *history = NULL;
}

/* Moves the oldest frames to the front of `gone` until `size` more bytes fit. With the lock
 * held. */
static void make_room(struct history *h, gsize size, GQueue *gone)
{
  while (h->bytes > 0 && h->bytes + size > h->limit) {
    struct kept *oldest = g_queue_pop_head(&h->kept);

    h->bytes -= gst_buffer_get_size(oldest->job.buffer);
    g_queue_push_head(gone, oldest);
  }
}

static bool copy_pixels(GstBuffer *to, GstBuffer *from)
{
  GstMapInfo in, out;
  bool done = false;

  if (!gst_buffer_map(from, &in, GST_MAP_READ))
    return false;
  if (gst_buffer_map(to, &out, GST_MAP_WRITE)) {
    memcpy(out.data, in.data, in.size);
    gst_buffer_unmap(to, &out);
    done = true;
  }
  gst_buffer_unmap(from, &in);
  return done;
}

static bool same_layout(GstBuffer *a, GstBuffer *b)
{
  const GstVideoMeta *of_a = gst_buffer_get_video_meta(a), *of_b = gst_buffer_get_video_meta(b);
  const GstVideoCropMeta *crop_a = gst_buffer_get_video_crop_meta(a), *crop_b = gst_buffer_get_video_crop_meta(b);

  if (!of_a != !of_b || !crop_a != !crop_b || gst_buffer_get_size(a) != gst_buffer_get_size(b))
    return false;
  if (crop_a && (crop_a->x != crop_b->x || crop_a->y != crop_b->y))
    return false;
  return !of_a || (of_a->n_planes == of_b->n_planes && of_a->width == of_b->width && of_a->height == of_b->height &&
                   memcmp(of_a->offset, of_b->offset, of_a->n_planes * sizeof of_a->offset[0]) == 0 &&
                   memcmp(of_a->stride, of_b->stride, of_a->n_planes * sizeof of_a->stride[0]) == 0);
}

/* The buffer of `again` filled anew, or a fresh copy. NULL if the memory cannot be read. */
static GstBuffer *copy_of(GstBuffer *buffer, const struct kept *again)
{
  const bool fits = again && gst_buffer_is_writable(again->job.buffer) && same_layout(again->job.buffer, buffer);

  if (fits && copy_pixels(again->job.buffer, buffer))
    return gst_buffer_ref(again->job.buffer);
  return gst_buffer_copy_deep(buffer);
}

/* The oldest frame that is not copied yet. With the lock held. */
static GList *first_waiting(struct history *h)
{
  GList *l = h->kept.tail;

  for (guint i = 1; i < h->uncopied; i++)
    l = l->prev;
  return h->uncopied ? l : NULL;
}

/* Replaces the frame's buffer by the copy, unless the ring was cleared meanwhile. A frame that
 * could not be copied is not kept. Returns the buffer that is left over. */
static GstBuffer *settle(struct history *h, guint generation, GList *l, GstBuffer *copy)
{
  GstBuffer *left = copy;

  lock(h);
  if (generation == h->generation) {
    struct kept *kept = l->data;

    left = kept->job.buffer;
    kept->job.buffer = copy;
    h->uncopied--;
    atomic_fetch_sub(&h->waiting, 1);
    h->bytes += copy ? gst_buffer_get_size(copy) : 0;
    if (!copy) {
      g_free(kept);
      g_queue_delete_link(&h->kept, l);
    }
  }
  unlock(h);
  return left;
}

static void copy_next(struct history *h)
{
  GQueue gone = G_QUEUE_INIT;
  GstBuffer *from = NULL, *left;
  guint generation;
  GList *l;

  lock(h);
  generation = h->generation;
  l = first_waiting(h);
  if (l) {
    from = gst_buffer_ref(((struct kept *)l->data)->job.buffer);
    make_room(h, gst_buffer_get_size(from), &gone);
  }
  unlock(h);
  if (!from)
    return;
  left = settle(h, generation, l, copy_of(from, g_queue_peek_head(&gone)));
  g_queue_clear_full(&gone, free_kept);
  gst_buffer_unref(from);
  gst_buffer_replace(&left, NULL);
}

/* True also if the thread must end. */
static bool has_work(void *user)
{
  struct history *h = user;

  return atomic_load(&h->waiting) > 0 || atomic_load(&h->quit);
}

static void *run(void *data)
{
  struct history *h = data;

  background_enter("etrack-history");
  while (!atomic_load(&h->quit)) {
    et_lookout_wait(&h->lookout, has_work, h);
    copy_next(h);
  }
  return NULL;
}

void history_start(struct history *h)
{
  if (h->running || h->limit == 0 || !et_lookout_init(&h->lookout, LOOK_EVERY_US, LOOKS_IN_VAIN))
    return;
  atomic_store(&h->quit, false);
  h->running = pthread_create(&h->thread, NULL, run, h) == 0;
  if (!h->running)
    et_lookout_fini(&h->lookout);
}

static void leave(struct history *h, const struct job *job)
{
  struct kept *kept = g_new(struct kept, 1);

  *kept = (struct kept){*job, atomic_load(&h->inbox)};
  gst_buffer_ref(job->buffer);
  while (!atomic_compare_exchange_weak(&h->inbox, &kept->older, kept))
    ;
  atomic_fetch_add(&h->waiting, 1);
}

void history_add(struct history *h, const struct job *job)
{
  if (gst_buffer_get_size(job->buffer) > h->limit || atomic_load(&h->waiting) >= MOST_WAITING)
    return;
  leave(h, job);
  if (h->running)
    et_lookout_arrived(&h->lookout);
  else
    copy_next(h);
}

/* With the lock held. */
static GList *first_from(struct history *h, uint64_t frame)
{
  GList *l = h->kept.head;

  while (l && ((struct kept *)l->data)->job.frame < frame)
    l = l->next;
  return l;
}

static void copy_out(const GList *l, struct job *job)
{
  *job = ((const struct kept *)l->data)->job;
  gst_buffer_ref(job->buffer);
}

bool history_get(struct history *h, uint64_t frame, struct job *job)
{
  GList *l;
  bool found;

  lock(h);
  l = first_from(h, frame);
  found = l && ((const struct kept *)l->data)->job.frame == frame;
  if (found)
    copy_out(l, job);
  unlock(h);
  return found;
}

bool history_next(struct history *h, uint64_t frame, int looks, struct job *job)
{
  GList *l;

  lock(h);
  l = first_from(h, frame + 1);
  if (l) {
    const guint left = g_list_length(l);

    copy_out(g_list_nth(l, (left - 1) / (guint)looks), job);
  }
  unlock(h);
  return l != NULL;
}

uint64_t history_newest(struct history *h)
{
  const struct kept *newest;
  uint64_t frame;

  lock(h);
  newest = g_queue_peek_tail(&h->kept);
  frame = newest ? newest->job.frame : 0;
  unlock(h);
  return frame;
}

bool history_find_pts(struct history *h, GstClockTime pts, uint64_t *frame)
{
  GstClockTimeDiff best = G_MAXINT64, tolerance = 0;

  lock(h);
  for (GList *l = h->kept.head; l; l = l->next) {
    const struct job *job = &((const struct kept *)l->data)->job;
    const GstClockTimeDiff distance = GST_CLOCK_TIME_IS_VALID(job->pts) ? ABS(GST_CLOCK_DIFF(job->pts, pts)) : G_MAXINT64;

    if (distance < best) {
      best = distance;
      tolerance = (GstClockTimeDiff)job_frame_time(&job->info, GST_SECOND / 25) / 2;
      *frame = job->frame;
    }
  }
  unlock(h);
  return best <= tolerance;
}

void history_clear(struct history *h)
{
  GQueue gone;

  lock(h);
  gone = h->kept;
  g_queue_init(&h->kept);
  h->bytes = 0;
  atomic_fetch_sub(&h->waiting, (int)h->uncopied);
  h->uncopied = 0;
  h->generation++;
  unlock(h);
  g_queue_clear_full(&gone, free_kept);
}
