/* SPDX-License-Identifier: MIT */
/* The ring of kept frames.
 *
 * Design notes. Buffers are copied, not referenced: a camera has few and must get them back. A buffer that falls out of the ring is used again for the
 * next frame where it fits and nobody holds it, so that a steady stream allocates nothing. The lock guards the queue; pixels are copied
 * outside it. */
#include "history.h"

struct history {
  guint64 limit;
  GMutex lock;
  GQueue kept;   /* of struct job, oldest first; by lock */
  guint64 bytes; /* by lock */
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
  struct job *job = data;

  gst_buffer_unref(job->buffer);
  g_free(job);
}

void history_destroy(struct history **history)
{
  if (!history || !*history)
    return;
  history_clear(*history);
  g_mutex_clear(&(*history)->lock);
  g_free(*history);
  *history = NULL;
}

/* Takes the oldest out, for its memory; with the lock held. */
static struct job *pop_oldest(struct history *h)
{
  struct job *oldest = g_queue_pop_head(&h->kept);

  if (oldest)
    h->bytes -= gst_buffer_get_size(oldest->buffer);
  return oldest;
}

/* Makes room for `size` bytes; one of the buffers that went comes back for use again. */
static struct job *make_room(struct history *h, gsize size)
{
  struct job *again = NULL;

  g_mutex_lock(&h->lock);
  while (!g_queue_is_empty(&h->kept) && h->bytes + size > h->limit) {
    if (again)
      free_kept(again);
    again = pop_oldest(h);
  }
  g_mutex_unlock(&h->lock);
  return again;
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
static GstBuffer *copy_of(GstBuffer *buffer, struct job *again)
{
  const bool fits = again && gst_buffer_is_writable(again->buffer) && same_layout(again->buffer, buffer);

  if (fits && copy_pixels(again->buffer, buffer))
    return gst_buffer_ref(again->buffer);
  return gst_buffer_copy_deep(buffer);
}

void history_add(struct history *h, const struct job *job)
{
  const gsize size = gst_buffer_get_size(job->buffer);
  struct job *again, *kept;
  GstBuffer *copy;

  if (size > h->limit)
    return;
  again = make_room(h, size);
  copy = copy_of(job->buffer, again);
  if (again)
    free_kept(again);
  if (!copy)
    return;
  kept = g_new(struct job, 1);
  *kept = *job;
  kept->buffer = copy;
  g_mutex_lock(&h->lock);
  g_queue_push_tail(&h->kept, kept);
  h->bytes += size;
  g_mutex_unlock(&h->lock);
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

bool history_find_pts(struct history *h, GstClockTime pts, GstClockTime tolerance, uint64_t *frame)
{
  GstClockTimeDiff best = G_MAXINT64;

  g_mutex_lock(&h->lock);
  for (GList *l = h->kept.head; l; l = l->next) {
    const struct job *job = l->data;
    const GstClockTimeDiff distance = GST_CLOCK_TIME_IS_VALID(job->pts) ? ABS(GST_CLOCK_DIFF(job->pts, pts)) : G_MAXINT64;

    if (distance < best) {
      best = distance;
      *frame = job->frame;
    }
  }
  g_mutex_unlock(&h->lock);
  return best <= (GstClockTimeDiff)tolerance;
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
  g_mutex_lock(&h->lock);
  g_queue_clear_full(&h->kept, free_kept);
  h->bytes = 0;
  g_mutex_unlock(&h->lock);
}
