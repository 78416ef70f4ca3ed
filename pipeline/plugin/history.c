/* SPDX-License-Identifier: MIT */
/* The ring of kept frames.
 *
 * Design notes. Buffers are copied, not referenced: a camera has few and must get them back. A frame joins the ring with the buffer that it came in, which
 * `copy_next` replaces by a copy: at once in the caller, or in a thread of the ring's own, so that no buffer waits for 3 MB to be copied. Frames that
 * wait for it are the newest in the ring, few, and can be found like the others. A buffer that falls out of the ring is used again for the
 * next copy where it fits and nobody holds it, so that a steady stream allocates nothing. The lock guards the ring; pixels are copied, and memory
 * freed, outside it. The streaming thread only tries for the lock: whoever holds it may have been pushed off its processor, and one frame
 * less is kept then. The thread finds new frames by looking (base/lookout.c). */
#include "history.h"

#include <pthread.h>
#include <stdatomic.h>

#include "background.h"
#include "base/lookout.h"

enum {
  MOST_WAITING = 2,
  LOOK_EVERY_US = 4000, /* two frames at 240 a second */
  LOOKS_IN_VAIN = 250,  /* before the thread sleeps */
};

struct history {
  guint64 limit;
  pthread_t thread;
  bool running;
  _Atomic bool quit;
  struct et_lookout lookout;
  GMutex lock;
  GQueue kept;      /* of struct job, oldest first; by lock, as the rest */
  guint64 bytes;    /* of copies */
  guint waiting;    /* at the tail */
  guint generation; /* counts how often all was cleared */
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
  struct job *kept = data;

  gst_buffer_unref(kept->buffer);
  g_free(kept);
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

/* Makes room for `size` bytes: what goes is put in front of `gone`. With the lock held. */
static void make_room(struct history *h, gsize size, GQueue *gone)
{
  while (h->bytes > 0 && h->bytes + size > h->limit) {
    struct job *oldest = g_queue_pop_head(&h->kept);

    h->bytes -= gst_buffer_get_size(oldest->buffer);
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

/* The buffer of `again` filled anew, or a fresh copy; NULL where the memory cannot be read. */
static GstBuffer *copy_of(GstBuffer *buffer, const struct job *again)
{
  const bool fits = again && gst_buffer_is_writable(again->buffer) && same_layout(again->buffer, buffer);

  if (fits && copy_pixels(again->buffer, buffer))
    return gst_buffer_ref(again->buffer);
  return gst_buffer_copy_deep(buffer);
}

/* The oldest frame that waits. With the lock held. */
static GList *first_waiting(struct history *h)
{
  GList *l = h->kept.tail;

  for (guint i = 1; i < h->waiting; i++)
    l = l->prev;
  return h->waiting ? l : NULL;
}

/* Puts the copy in the place of what was copied, unless all was cleared meanwhile; a frame that could not be copied is not kept. Returns the buffer that
 * is left over. */
static GstBuffer *settle(struct history *h, guint generation, GList *l, GstBuffer *copy)
{
  GstBuffer *left = copy;

  g_mutex_lock(&h->lock);
  if (generation == h->generation) {
    struct job *kept = l->data;

    left = kept->buffer;
    kept->buffer = copy;
    h->waiting--;
    h->bytes += copy ? gst_buffer_get_size(copy) : 0;
    if (!copy) {
      g_free(kept);
      g_queue_delete_link(&h->kept, l);
    }
  }
  g_mutex_unlock(&h->lock);
  return left;
}

static void copy_next(struct history *h)
{
  GQueue gone = G_QUEUE_INIT;
  GstBuffer *from = NULL, *left;
  guint generation;
  GList *l;

  g_mutex_lock(&h->lock);
  generation = h->generation;
  l = first_waiting(h);
  if (l) {
    from = gst_buffer_ref(((struct job *)l->data)->buffer);
    make_room(h, gst_buffer_get_size(from), &gone);
  }
  g_mutex_unlock(&h->lock);
  if (!from)
    return;
  left = settle(h, generation, l, copy_of(from, g_queue_peek_head(&gone)));
  g_queue_clear_full(&gone, free_kept);
  gst_buffer_unref(from);
  gst_buffer_replace(&left, NULL);
}

/* Also where the thread is to end. */
static bool has_work(void *user)
{
  struct history *h = user;
  bool some;

  g_mutex_lock(&h->lock);
  some = h->waiting > 0;
  g_mutex_unlock(&h->lock);
  return some || atomic_load(&h->quit);
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

/* With the lock held. */
static bool add_waiting(struct history *h, const struct job *job)
{
  struct job *kept;

  if (h->waiting == MOST_WAITING)
    return false;
  kept = g_new(struct job, 1);
  *kept = *job;
  gst_buffer_ref(job->buffer);
  g_queue_push_tail(&h->kept, kept);
  h->waiting++;
  return true;
}

void history_add(struct history *h, const struct job *job)
{
  bool added;

  if (gst_buffer_get_size(job->buffer) > h->limit)
    return;
  if (!h->running)
    g_mutex_lock(&h->lock);
  else if (!g_mutex_trylock(&h->lock))
    return;
  added = add_waiting(h, job);
  g_mutex_unlock(&h->lock);
  if (added && h->running)
    et_lookout_call(&h->lookout);
  else if (added)
    copy_next(h);
}

/* With the lock held. */
static GList *first_from(struct history *h, uint64_t frame)
{
  GList *l = h->kept.head;

  while (l && ((struct job *)l->data)->frame < frame)
    l = l->next;
  return l;
}

static void copy_out(const GList *l, struct job *job)
{
  *job = *(const struct job *)l->data;
  gst_buffer_ref(job->buffer);
}

bool history_get(struct history *h, uint64_t frame, struct job *job)
{
  GList *l;
  bool found;

  g_mutex_lock(&h->lock);
  l = first_from(h, frame);
  found = l && ((const struct job *)l->data)->frame == frame;
  if (found)
    copy_out(l, job);
  g_mutex_unlock(&h->lock);
  return found;
}

bool history_next(struct history *h, uint64_t frame, int looks, struct job *job)
{
  GList *l;

  g_mutex_lock(&h->lock);
  l = first_from(h, frame + 1);
  if (l) {
    const guint left = g_list_length(l);

    copy_out(g_list_nth(l, (left - 1) / (guint)looks), job);
  }
  g_mutex_unlock(&h->lock);
  return l != NULL;
}

uint64_t history_newest(struct history *h)
{
  const struct job *newest;
  uint64_t frame;

  g_mutex_lock(&h->lock);
  newest = g_queue_peek_tail(&h->kept);
  frame = newest ? newest->frame : 0;
  g_mutex_unlock(&h->lock);
  return frame;
}

bool history_find_pts(struct history *h, GstClockTime pts, uint64_t *frame)
{
  GstClockTimeDiff best = G_MAXINT64, tolerance = 0;

  g_mutex_lock(&h->lock);
  for (GList *l = h->kept.head; l; l = l->next) {
    const struct job *job = l->data;
    const GstClockTimeDiff distance = GST_CLOCK_TIME_IS_VALID(job->pts) ? ABS(GST_CLOCK_DIFF(job->pts, pts)) : G_MAXINT64;

    if (distance < best) {
      best = distance;
      tolerance = (GstClockTimeDiff)job_frame_time(&job->info, GST_SECOND / 25) / 2;
      *frame = job->frame;
    }
  }
  g_mutex_unlock(&h->lock);
  return best <= tolerance;
}

guint64 history_bytes(struct history *h)
{
  guint64 bytes;

  g_mutex_lock(&h->lock);
  bytes = h->bytes;
  g_mutex_unlock(&h->lock);
  return bytes;
}

void history_clear(struct history *h)
{
  GQueue gone;

  g_mutex_lock(&h->lock);
  gone = h->kept;
  g_queue_init(&h->kept);
  h->bytes = 0;
  h->waiting = 0;
  h->generation++;
  g_mutex_unlock(&h->lock);
  g_queue_clear_full(&gone, free_kept);
}
