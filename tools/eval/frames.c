/* SPDX-License-Identifier: MIT */
/* The frames of a sequence: a folder of pictures or a video. */
#include "eval/frames.h"

#include "jpeg.h"
#include "video.h"

struct eval_frames {
  const struct eval_sequence *sequence;
  double rate_hz;
  guint next;
  guint8 *pixels;
  struct video *video; /* NULL for a folder */
};

struct eval_frames *eval_frames_open(const struct eval_sequence *sequence, double rate_hz, GError **error)
{
  struct eval_frames *f = g_new0(struct eval_frames, 1);

  f->sequence = sequence;
  f->rate_hz = rate_hz;
  if (sequence->video) {
    f->video = video_open(sequence->video, rate_hz, error);
    if (!f->video)
      eval_frames_close(&f);
  }
  return f;
}

void eval_frames_close(struct eval_frames **frames)
{
  if (!frames || !*frames)
    return;
  video_close((*frames)->video);
  g_free((*frames)->pixels);
  g_free(*frames);
  *frames = NULL;
}

static gboolean next_picture(struct eval_frames *f, struct et_image *image, int64_t *time_ns, GError **error)
{
  int width, height;

  if (f->next >= f->sequence->images->len)
    return FALSE;
  if (!jpeg_read(g_ptr_array_index(f->sequence->images, f->next), &f->pixels, &width, &height, error))
    return FALSE;
  *image = (struct et_image){.format = ET_FORMAT_RGB, .width = width, .height = height, .plane = {f->pixels}, .stride = {width * 3}};
  *time_ns = (int64_t)(f->next++ * 1e9 / f->rate_hz);
  return TRUE;
}

gboolean eval_frames_next(struct eval_frames *f, struct et_image *image, int64_t *time_ns, GError **error)
{
  return f->video ? video_next(f->video, image, time_ns, error) : next_picture(f, image, time_ns, error);
}
