/* SPDX-License-Identifier: MIT */
/* Crops around boxes, displaced as a target is from frame to frame. */
#include "quantise/pairs.h"

#include <math.h>
#include <string.h>

#include "core/crop.h"
#include "core/mean.h"
#include "eval/frames.h"

/* Largest shift in sides of the box, and largest change of size, as a logarithm. Most steps of a
 * target are smaller; those after a jerk are not. */
static const double most_shift = 0.5, most_zoom = 0.25;

struct maker {
  const struct et_architecture *architecture;
  struct et_cropper *cropper;
  GRand *random;
  float *rgb; /* the last crop */
};

static void pair_free(struct pair *p)
{
  g_free(p->template_rgb);
  g_free(p->search_rgb);
  g_free(p);
}

static gboolean is_jpeg(const char *path)
{
  char *lower = g_ascii_strdown(path, -1);
  const gboolean jpeg = g_str_has_suffix(lower, ".jpg") || g_str_has_suffix(lower, ".jpeg");

  g_free(lower);
  return jpeg;
}

/* GStreamer decodes what libjpeg does not. */
static struct eval_sequence *sequence_of(const char *path)
{
  struct eval_sequence *s = g_new0(struct eval_sequence, 1);

  if (is_jpeg(path)) {
    s->images = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(s->images, g_strdup(path));
  } else {
    s->video = g_strdup(path);
  }
  return s;
}

static struct et_box random_box(GRand *random, int width, int height)
{
  const double shorter = MIN(width, height), w = shorter * g_rand_double_range(random, 0.15, 0.6),
               h = shorter * g_rand_double_range(random, 0.15, 0.6);

  return (struct et_box){g_rand_double(random) * (width - w), g_rand_double(random) * (height - h), w, h};
}

static guint8 *take_crop(const struct maker *m, const struct et_image *image, const struct et_place *place, double side, int n)
{
  guint8 *bytes = g_new(guint8, (gsize)n * (gsize)n * 3);
  float mean[3];

  et_image_mean(image, NULL, mean);
  et_crop(m->cropper, image, NULL, place->cx, place->cy, side, n, mean, m->rgb);
  for (int i = 0; i < n * n * 3; i++)
    bytes[i] = (guint8)fminf(fmaxf(rintf(m->rgb[i]), 0), 255);
  return bytes;
}

/* The shift of the target since the frame before, seen from it. */
static struct et_place displaced(GRand *random, struct et_place place)
{
  const double side = sqrt(place.w * place.h), zoom = exp(g_rand_double_range(random, -most_zoom, most_zoom));

  place.cx += side * g_rand_double_range(random, -most_shift, most_shift);
  place.cy += side * g_rand_double_range(random, -most_shift, most_shift);
  place.w *= zoom;
  place.h *= zoom;
  return place;
}

typedef gboolean shot_function(const struct maker *maker, const struct et_image *image, const struct et_box *box, struct pair *pair);

/* Decodes the shot and hands it on. False, without an error, if no target can be started there. */
static gboolean with_shot(const struct maker *m, const struct shot *shot, shot_function *function, struct pair *pair, GError **error)
{
  struct eval_sequence *sequence = sequence_of(shot->path);
  struct eval_frames *frames = eval_frames_open(sequence, 25, error);
  struct et_image image;
  int64_t time_ns;
  gboolean done = frames && eval_frames_next(frames, &image, &time_ns, error);

  if (frames && !done && !*error)
    g_set_error(error, QUANTISE_ERROR, QUANTISE_ERROR_DATA, "%s: holds no picture", shot->path);
  if (done) {
    const struct et_box box = shot->box.w > 0 ? shot->box : random_box(m->random, image.width, image.height);

    done = et_box_check(&box, image.width, image.height, NULL) == ET_OK && function(m, &image, &box, pair);
  }
  eval_frames_close(&frames);
  eval_sequence_free(sequence);
  return done;
}

static gboolean take_template(const struct maker *m, const struct et_image *image, const struct et_box *box, struct pair *pair)
{
  const struct et_place place = et_place_of_box(box);

  pair->template_rgb = take_crop(m, image, &place, et_template_side(&place), m->architecture->template_size);
  return TRUE;
}

static gboolean take_search(const struct maker *m, const struct et_image *image, const struct et_box *box, struct pair *pair)
{
  const struct et_procedure geometry = {.template_size = m->architecture->template_size, .search_size = m->architecture->search_size};

  pair->place = displaced(m->random, et_place_of_box(box));
  pair->side = et_search_side(&geometry, &pair->place);
  pair->search_rgb = take_crop(m, image, &pair->place, pair->side, geometry.search_size);
  return TRUE;
}

/* A track of one shot without a box would get two random boxes: take both crops at once. */
static gboolean take_both(const struct maker *m, const struct et_image *image, const struct et_box *box, struct pair *pair)
{
  return take_template(m, image, box, pair) && take_search(m, image, box, pair);
}

/* NULL, without an error, if no target can be started on the track. */
static struct pair *make_pair(const struct maker *m, const struct track *track, GError **error)
{
  const struct shot *shot = (const struct shot *)(const void *)track->shots->data;
  struct pair *pair = g_new0(struct pair, 1);
  gboolean done;

  if (track->shots->len == 1)
    done = with_shot(m, shot, take_both, pair, error);
  else
    done = with_shot(m, shot, take_template, pair, error) &&
           with_shot(m, shot + g_rand_int_range(m->random, 1, (gint32)track->shots->len), take_search, pair, error);
  if (!done)
    g_clear_pointer(&pair, pair_free);
  return pair;
}

static guint *shuffled(guint count, GRand *random)
{
  guint *order = g_new(guint, count);

  for (guint i = 0; i < count; i++) {
    const guint j = (guint)g_rand_int_range(random, 0, (gint32)i + 1);

    order[i] = order[j];
    order[j] = i;
  }
  return order;
}

static gboolean make_all(const struct maker *m, const GPtrArray *tracks, const struct pairs_options *o, GPtrArray *pairs, GError **error)
{
  guint *order = shuffled(tracks->len, m->random);
  guint tried = 0;

  if (o->first) /* else few tracks would give the same crops again */
    g_rand_set_seed(m->random, o->seed + o->first);
  for (guint i = o->first; pairs->len < o->count && !*error; i++) {
    struct pair *pair = make_pair(m, g_ptr_array_index(tracks, order[i % tracks->len]), error);

    if (pair)
      g_ptr_array_add(pairs, pair);
    if (!*error && ++tried >= tracks->len && !pairs->len)
      g_set_error(error, QUANTISE_ERROR, QUANTISE_ERROR_DATA, "%s and the other pictures: no box on which a target can be started",
                  g_array_index(((struct track *)g_ptr_array_index(tracks, 0))->shots, struct shot, 0).path);
  }
  g_free(order);
  return !*error;
}

GPtrArray *pairs_make(const GPtrArray *tracks, const struct et_architecture *a, const struct pairs_options *options, GError **error)
{
  const int largest = MAX(a->template_size, a->search_size);
  GPtrArray *pairs = g_ptr_array_new_with_free_func((GDestroyNotify)pair_free);
  struct maker m = {.architecture = a};
  struct et_error_detail why;
  GError *fault = NULL;

  if (et_cropper_create(largest, &m.cropper, &why) != ET_OK)
    g_error("%s", why.text); /* out of memory, as in GLib */
  m.random = g_rand_new_with_seed(options->seed);
  m.rgb = g_new(float, (gsize)largest *(gsize)largest * 3);
  if (!make_all(&m, tracks, options, pairs, &fault)) {
    g_clear_pointer(&pairs, g_ptr_array_unref);
    g_propagate_error(error, fault);
  }
  et_cropper_destroy(&m.cropper);
  g_rand_free(m.random);
  g_free(m.rgb);
  return pairs;
}

void pair_floats(const guint8 *rgb, int n, float *out)
{
  for (int i = 0; i < n * n * 3; i++)
    out[i] = rgb[i];
}
