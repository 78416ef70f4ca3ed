/* SPDX-License-Identifier: MIT */
/* Pictures in every memory layout, and the rules of crops and colours once more: naive, in double precision, sample by sample. */
#ifndef TEST_PICTURE_H
#define TEST_PICTURE_H

#include <stdbool.h>

#include "core/stretch.h"
#include "etrack/image.h"

enum { PICTURE_FORMATS = 13 };

/* Planes that end at a page which must not be read. */
struct picture {
  struct et_image image;
  struct et_stretch stretch; /* of 16-bit grey: all of it, until the test wants less */
  void *map[3];
  size_t mapped[3];
};

/* How a picture lies in memory. */
struct picture_shape {
  enum et_format format;
  int width, height;
  int padding;   /* bytes behind each row */
  bool upwards;  /* negative strides */
  uint8_t waste; /* what fills padding, alpha and everything else that is no sample */
};

struct picture picture_create(struct picture_shape shape);
void picture_destroy(struct picture *p);

const char *picture_format_name(enum et_format format);
bool picture_is_yuv(const struct picture *p);

/* Components are Y, U, V or R, G, B. How many there are, and the size of one. */
int picture_components(const struct picture *p);
int picture_width(const struct picture *p, int component);
int picture_height(const struct picture *p, int component);

/* Has it one component of 16 bits? */
bool picture_is_deep(const struct picture *p);

/* One sample's byte, of 16-bit grey as its range has it. Setting one needs a range of whole steps, a multiple of 255. */
void picture_set(const struct picture *p, int component, int x, int y, uint8_t value);
double picture_get(const struct picture *p, int component, int x, int y);

/* The byte of one sample; of 16-bit grey the lower one. */
uint8_t *picture_at(const struct picture *p, int component, int x, int y);

/* Luma samples from one sample of the component to the next, and where its first stands. */
double picture_pitch_x(const struct picture *p, int component);
double picture_pitch_y(const struct picture *p, int component);
double picture_origin_x(const struct picture *p, int component);
double picture_origin_y(const struct picture *p, int component);

/* Noise of a seed; and slow waves whose every component stays within 40..215. */
void picture_fill_noise(struct picture *p, uint32_t seed);
void picture_fill_waves(struct picture *p);

/* One colour by the equations of BT.601, BT.709, BT.2020; to RGB clamped. */
void picture_to_rgb(const struct picture *p, const double yuv[3], double rgb[3]);
void picture_to_yuv(const struct picture *p, const double rgb[3], double yuv[3]);

/* Mean colour: of every component, then converted. */
void picture_mean(const struct picture *p, double rgb[3]);

/* What a crop pixel is made of along one axis: samples and weights; what is missing to 1 lies outside. */
struct picture_taps {
  int count;
  int index[4];
  double weight[4];
};

/* Where a crop looks. */
struct picture_region {
  double cx, cy, side;
  int n;
};

/* The taps of crop pixel u. `frame` and `size`: pixels of the frame and samples of the component along the axis. */
struct picture_taps picture_taps(double centre, double step, int n, int u, int frame, int size, double pitch, double origin);

/* Crop pixel (u, v) with each component sampled at its own resolution, then converted. */
void picture_crop_planes(const struct picture *p, const struct picture_region *r, int u, int v, const double mean[3], double rgb[3]);

/* The whole frame as RGB, chroma interpolated between its samples, width * height * 3 doubles; the caller frees it. */
double *picture_convert(const struct picture *p);

/* Crop pixel (u, v) of such a frame; *inside becomes the share of it that lies in the frame. */
void picture_crop_converted(const double *frame, int width, int height, const struct picture_region *r, int u, int v, const double mean[3],
                            double rgb[3], double *inside);

#endif
