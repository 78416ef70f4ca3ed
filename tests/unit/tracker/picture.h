/* SPDX-License-Identifier: MIT */
/* Pictures in every memory layout, and naive rules for crops and colours: in double precision,
 * sample by sample. */
#ifndef TEST_PICTURE_H
#define TEST_PICTURE_H

#include <stdbool.h>

#include "core/stretch.h"
#include "etrack/image.h"

enum { PICTURE_FORMATS = 13 };

/* Planes that end at a page which must not be read. */
struct picture {
  struct et_image image;
  struct et_stretch stretch; /* range of 16-bit grey: full, until a test narrows it */
  void *map[3];
  size_t mapped[3];
};

/* How a picture lies in memory. */
struct picture_shape {
  enum et_format format;
  int width, height;
  int padding;   /* bytes after each row */
  bool upwards;  /* negative strides */
  uint8_t waste; /* fills padding, alpha and all else that is no sample */
};

struct picture picture_create(struct picture_shape shape);
void picture_destroy(struct picture *p);

const char *picture_format_name(enum et_format format);
bool picture_is_yuv(const struct picture *p);

/* Components are Y, U, V or R, G, B. How many there are, and the size of one. */
int picture_components(const struct picture *p);
int picture_width(const struct picture *p, int component);
int picture_height(const struct picture *p, int component);

/* Whether it has one component of 16 bits. */
bool picture_is_deep(const struct picture *p);

/* One sample as 8 bits; 16-bit grey is scaled by its range. Setting needs a range that is a
 * multiple of 255. */
void picture_set(const struct picture *p, int component, int x, int y, uint8_t value);
double picture_get(const struct picture *p, int component, int x, int y);

/* The byte of one sample; the lower one of 16-bit grey. */
uint8_t *picture_at(const struct picture *p, int component, int x, int y);

/* Luma samples from one sample of the component to the next, and the place of its first. */
double picture_pitch_x(const struct picture *p, int component);
double picture_pitch_y(const struct picture *p, int component);
double picture_origin_x(const struct picture *p, int component);
double picture_origin_y(const struct picture *p, int component);

/* Noise from a seed, and slow waves. Every component of a wave stays within 40..215. */
void picture_fill_noise(struct picture *p, uint32_t seed);
void picture_fill_waves(struct picture *p);

/* One colour by the equations of BT.601, BT.709, BT.2020; clamped when it becomes RGB. */
void picture_to_rgb(const struct picture *p, const double yuv[3], double rgb[3]);
void picture_to_yuv(const struct picture *p, const double rgb[3], double yuv[3]);

/* The mean colour: the mean of every component, then converted. */
void picture_mean(const struct picture *p, double rgb[3]);

/* The samples of a crop pixel along one axis, with their weights. The weight missing to 1 lies
 * outside. */
struct picture_taps {
  int count;
  int index[4];
  double weight[4];
};

/* The square that a crop shows: its centre and side in pixels of the frame, its side in crop
 * pixels. */
struct picture_region {
  double cx, cy, side;
  int n;
};

/* The taps of crop pixel u. `frame` is in pixels of the frame, `size` in samples of the component,
 * both along the axis. */
struct picture_taps picture_taps(double centre, double step, int n, int u, int frame, int size, double pitch, double origin);

/* Crop pixel (u, v): each component is sampled at its own resolution, then converted. */
void picture_crop_planes(const struct picture *p, const struct picture_region *r, int u, int v, const double mean[3], double rgb[3]);

/* The whole frame as RGB, width * height * 3 doubles. Chroma is interpolated between its samples.
 * The caller frees it. */
double *picture_convert(const struct picture *p);

/* Crop pixel (u, v) of such a frame. *inside becomes the share of it that lies in the frame. */
void picture_crop_converted(const double *frame, int width, int height, const struct picture_region *r, int u, int v, const double mean[3],
                            double rgb[3], double *inside);

#endif
