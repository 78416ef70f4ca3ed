/* SPDX-License-Identifier: MIT */
/* Pictures in every memory layout, and naive rules to compare with. Shares no code with the
 * library. */
#include "picture.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The samples of a component: in a row of its plane, sample x is at byte offset + x * step. */
struct component {
  int plane, offset, step;
  bool half_x, half_y;
  int upper; /* offset of the upper byte of 16 bits; 0 = 8 bits */
};

static const struct {
  const char *name;
  int components;
  struct component component[3];
} formats[PICTURE_FORMATS] = {
  [ET_FORMAT_I420] = {"I420", 3, {{0, 0, 1, false, false}, {1, 0, 1, true, true}, {2, 0, 1, true, true}}},
  [ET_FORMAT_NV12] = {"NV12", 3, {{0, 0, 1, false, false}, {1, 0, 2, true, true}, {1, 1, 2, true, true}}},
  [ET_FORMAT_YUY2] = {"YUY2", 3, {{0, 0, 2, false, false}, {0, 1, 4, true, false}, {0, 3, 4, true, false}}},
  [ET_FORMAT_UYVY] = {"UYVY", 3, {{0, 1, 2, false, false}, {0, 0, 4, true, false}, {0, 2, 4, true, false}}},
  [ET_FORMAT_GRAY8] = {"GRAY8", 1, {{0, 0, 1, false, false}}},
  [ET_FORMAT_RGB] = {"RGB", 3, {{0, 0, 3, false, false}, {0, 1, 3, false, false}, {0, 2, 3, false, false}}},
  [ET_FORMAT_BGR] = {"BGR", 3, {{0, 2, 3, false, false}, {0, 1, 3, false, false}, {0, 0, 3, false, false}}},
  [ET_FORMAT_RGBA] = {"RGBA", 3, {{0, 0, 4, false, false}, {0, 1, 4, false, false}, {0, 2, 4, false, false}}},
  [ET_FORMAT_BGRA] = {"BGRA", 3, {{0, 2, 4, false, false}, {0, 1, 4, false, false}, {0, 0, 4, false, false}}},
  [ET_FORMAT_GRAY16_LE] = {"GRAY16_LE", 1, {{0, 0, 2, false, false, 1}}},
  [ET_FORMAT_GRAY16_BE] = {"GRAY16_BE", 1, {{0, 1, 2, false, false, -1}}},
  [ET_FORMAT_P010_10LE] = {"P010_10LE", 3, {{0, 1, 2, false, false, 0}, {1, 1, 4, true, true, 0}, {1, 3, 4, true, true, 0}}},
  [ET_FORMAT_BGRX] = {"BGRX", 3, {{0, 2, 4, false, false}, {0, 1, 4, false, false}, {0, 0, 4, false, false}}},
};

static const struct component *component_of(const struct picture *p, int component)
{
  return &formats[p->image.format].component[component];
}

const char *picture_format_name(enum et_format format)
{
  return formats[format].name;
}

bool picture_is_yuv(const struct picture *p)
{
  return formats[p->image.format].component[0].step < 3;
}

int picture_components(const struct picture *p)
{
  return formats[p->image.format].components;
}

int picture_width(const struct picture *p, int component)
{
  return component_of(p, component)->half_x ? (p->image.width + 1) / 2 : p->image.width;
}

int picture_height(const struct picture *p, int component)
{
  return component_of(p, component)->half_y ? (p->image.height + 1) / 2 : p->image.height;
}

uint8_t *picture_at(const struct picture *p, int component, int x, int y)
{
  const struct component *c = component_of(p, component);

  return (uint8_t *)(uintptr_t)(p->image.plane[c->plane] + y * p->image.stride[c->plane] + c->offset + (ptrdiff_t)x * c->step);
}

bool picture_is_deep(const struct picture *p)
{
  return component_of(p, 0)->upper != 0;
}

void picture_set(const struct picture *p, int component, int x, int y, uint8_t value)
{
  const struct component *c = component_of(p, component);
  uint8_t *at = picture_at(p, component, x, y);
  const int deep = (int)(p->stretch.low + value * (p->stretch.high - p->stretch.low) / 255);

  *at = (uint8_t)(c->upper ? deep : value);
  if (c->upper)
    at[c->upper] = (uint8_t)(deep >> 8);
}

static double clamp(double v, double low, double high)
{
  return fmin(fmax(v, low), high);
}

double picture_get(const struct picture *p, int component, int x, int y)
{
  const struct component *c = component_of(p, component);
  const uint8_t *at = picture_at(p, component, x, y);

  if (!c->upper)
    return *at;
  return round(clamp((*at + 256 * at[c->upper] - p->stretch.low) * 255 / (p->stretch.high - p->stretch.low), 0, 255));
}

double picture_pitch_x(const struct picture *p, int component)
{
  return component_of(p, component)->half_x ? 2 : 1;
}

double picture_pitch_y(const struct picture *p, int component)
{
  return component_of(p, component)->half_y ? 2 : 1;
}

double picture_origin_x(const struct picture *p, int component)
{
  return component_of(p, component)->half_x && !(p->image.siting & ET_SITING_H_COSITED) ? 0.5 : 0;
}

double picture_origin_y(const struct picture *p, int component)
{
  return component_of(p, component)->half_y && !(p->image.siting & ET_SITING_V_COSITED) ? 0.5 : 0;
}

/* Maps a plane so that its last row, without padding, ends at a page that faults. */
static void map_plane(struct picture *p, int plane, size_t row, int rows, struct picture_shape shape)
{
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), stride = row + (size_t)shape.padding;
  const size_t bytes = stride * ((size_t)rows - 1) + row, room = (bytes + page - 1) / page * page;
  uint8_t *map = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *data = map + room - bytes;

  ck_assert_ptr_ne(map, MAP_FAILED);
  ck_assert_int_eq(mprotect(map + room, page, PROT_NONE), 0);
  memset(map, shape.waste, room);
  p->map[plane] = map;
  p->mapped[plane] = room + page;
  p->image.plane[plane] = shape.upwards ? data + stride * ((size_t)rows - 1) : data;
  p->image.stride[plane] = shape.upwards ? -(ptrdiff_t)stride : (ptrdiff_t)stride;
}

struct picture picture_create(struct picture_shape shape)
{
  struct picture p = {.image = {.format = shape.format, .width = shape.width, .height = shape.height}, .stretch = {0, 65535}};
  size_t row[3] = {0};
  int rows[3] = {0};

  for (int c = 0; c < picture_components(&p); c++) {
    const struct component *of = component_of(&p, c);
    const size_t bytes = (size_t)picture_width(&p, c) * (size_t)of->step;

    row[of->plane] = bytes > row[of->plane] ? bytes : row[of->plane];
    rows[of->plane] = picture_height(&p, c);
  }
  for (int i = 0; i < 3; i++)
    if (rows[i])
      map_plane(&p, i, row[i], rows[i], shape);
  return p;
}

void picture_destroy(struct picture *p)
{
  for (int i = 0; i < 3; i++)
    if (p->map[i])
      munmap(p->map[i], p->mapped[i]);
  *p = (struct picture){0};
}

void picture_fill_noise(struct picture *p, uint32_t seed)
{
  for (int c = 0; c < picture_components(p); c++)
    for (int y = 0; y < picture_height(p, c); y++)
      for (int x = 0; x < picture_width(p, c); x++) {
        seed = seed * 1664525u + 1013904223u;
        picture_set(p, c, x, y, (uint8_t)(seed >> 24));
      }
}

/* The waves are functions of luma coordinates, so that every format and siting shows the same
 * picture. */
void picture_fill_waves(struct picture *p)
{
  static const double long_x[3] = {180, 240, 210}, long_y[3] = {220, 190, 260};
  const double reach = picture_is_yuv(p) ? 30 : 80;

  for (int c = 0; c < picture_components(p); c++)
    for (int y = 0; y < picture_height(p, c); y++)
      for (int x = 0; x < picture_width(p, c); x++) {
        const double at_x = x * picture_pitch_x(p, c) + picture_origin_x(p, c);
        const double at_y = y * picture_pitch_y(p, c) + picture_origin_y(p, c);
        const double wave = sin(at_x / long_x[c] * 2 * M_PI + c) * cos(at_y / long_y[c] * 2 * M_PI - c);

        picture_set(p, c, x, y, (uint8_t)lround(128 + reach * wave));
      }
}

static const struct {
  double red, blue;
} luma_weights[] = {[ET_MATRIX_BT601] = {0.299, 0.114}, [ET_MATRIX_BT709] = {0.2126, 0.0722}, [ET_MATRIX_BT2020] = {0.2627, 0.0593}};

void picture_to_rgb(const struct picture *p, const double yuv[3], double rgb[3])
{
  const double kr = luma_weights[p->image.matrix].red, kb = luma_weights[p->image.matrix].blue;
  const bool full = p->image.range == ET_RANGE_FULL || picture_is_deep(p);
  const double y = full ? yuv[0] : (yuv[0] - 16) / 219 * 255;
  const double cb = (yuv[1] - 128) / (full ? 255.0 : 224.0) * 255, cr = (yuv[2] - 128) / (full ? 255.0 : 224.0) * 255;
  const double red = y + 2 * (1 - kr) * cr, blue = y + 2 * (1 - kb) * cb;

  rgb[0] = clamp(red, 0, 255);
  rgb[1] = clamp((y - kr * red - kb * blue) / (1 - kr - kb), 0, 255);
  rgb[2] = clamp(blue, 0, 255);
}

void picture_to_yuv(const struct picture *p, const double rgb[3], double yuv[3])
{
  const double kr = luma_weights[p->image.matrix].red, kb = luma_weights[p->image.matrix].blue;
  const bool full = p->image.range == ET_RANGE_FULL || picture_is_deep(p);
  const double y = kr * rgb[0] + (1 - kr - kb) * rgb[1] + kb * rgb[2], scale = full ? 1 : 224.0 / 255;

  yuv[0] = full ? y : y * 219 / 255 + 16;
  yuv[1] = 128 + (rgb[2] - y) / (2 * (1 - kb)) * scale;
  yuv[2] = 128 + (rgb[0] - y) / (2 * (1 - kr)) * scale;
}

void picture_mean(const struct picture *p, double rgb[3])
{
  double mean[3] = {128, 128, 128};

  for (int c = 0; c < picture_components(p); c++) {
    double sum = 0;

    for (int y = 0; y < picture_height(p, c); y++)
      for (int x = 0; x < picture_width(p, c); x++)
        sum += picture_get(p, c, x, y);
    mean[c] = sum / picture_width(p, c) / picture_height(p, c);
  }
  if (picture_is_yuv(p))
    picture_to_rgb(p, mean, rgb);
  else
    memcpy(rgb, mean, sizeof mean);
}

static void add_tap(struct picture_taps *t, double position, int size, double weight)
{
  t->index[t->count] = (int)clamp(position, 0, size - 1);
  t->weight[t->count++] = weight;
}

/* Between two samples. The part beyond the frame's outermost pixels has no sample. */
static void add_between(struct picture_taps *t, double at, double inside, int size)
{
  const double place = clamp(at, 0, size - 1), low = floor(place);

  add_tap(t, low, size, (1 - (place - low)) * inside);
  add_tap(t, low + 1, size, (place - low) * inside);
}

struct picture_taps picture_taps(double centre, double step, int n, int u, int frame, int size, double pitch, double origin)
{
  const double s = clamp(floor(step / pitch + 0.5), 1, 4), at = centre + (u - n / 2.0) * step;
  struct picture_taps t = {0};

  if (s == 1) {
    add_between(&t, (at - origin) / pitch, clamp(fmin(at + 1, frame - at), 0, 1), size);
    return t;
  }
  for (int i = 0; i < s; i++) {
    const double tap = centre + (u + ((i + 0.5) / s - 0.5) - n / 2.0) * step, pixel = floor(tap + 0.5);

    if (pixel >= 0 && pixel < frame)
      add_tap(&t, floor((tap - origin) / pitch + 0.5), size, 1 / s);
  }
  return t;
}

static double sample_plane(const struct picture *p, int c, const struct picture_region *r, int u, int v, double outside)
{
  const double step = r->side / r->n;
  const struct picture_taps x =
    picture_taps(r->cx, step, r->n, u, p->image.width, picture_width(p, c), picture_pitch_x(p, c), picture_origin_x(p, c));
  const struct picture_taps y =
    picture_taps(r->cy, step, r->n, v, p->image.height, picture_height(p, c), picture_pitch_y(p, c), picture_origin_y(p, c));
  double sum = 0, weight = 0;

  for (int j = 0; j < y.count; j++)
    for (int i = 0; i < x.count; i++) {
      sum += x.weight[i] * y.weight[j] * picture_get(p, c, x.index[i], y.index[j]);
      weight += x.weight[i] * y.weight[j];
    }
  return sum + (1 - weight) * outside;
}

void picture_crop_planes(const struct picture *p, const struct picture_region *r, int u, int v, const double mean[3], double rgb[3])
{
  double value[3] = {128, 128, 128}, outside[3];

  if (picture_is_yuv(p))
    picture_to_yuv(p, mean, outside);
  else
    memcpy(outside, mean, sizeof outside);
  for (int c = 0; c < picture_components(p); c++)
    value[c] = sample_plane(p, c, r, u, v, outside[c]);
  if (picture_is_yuv(p))
    picture_to_rgb(p, value, rgb);
  else
    memcpy(rgb, value, sizeof value);
}

static double interpolate(const struct picture *p, int c, int x, int y)
{
  const int last_x = picture_width(p, c) - 1, last_y = picture_height(p, c) - 1;
  const double at_x = clamp((x - picture_origin_x(p, c)) / picture_pitch_x(p, c), 0, last_x);
  const double at_y = clamp((y - picture_origin_y(p, c)) / picture_pitch_y(p, c), 0, last_y);
  const int x0 = (int)at_x, y0 = (int)at_y, x1 = x0 < last_x ? x0 + 1 : x0, y1 = y0 < last_y ? y0 + 1 : y0;
  const double fx = at_x - x0, fy = at_y - y0;

  return (1 - fy) * ((1 - fx) * picture_get(p, c, x0, y0) + fx * picture_get(p, c, x1, y0)) +
         fy * ((1 - fx) * picture_get(p, c, x0, y1) + fx * picture_get(p, c, x1, y1));
}

double *picture_convert(const struct picture *p)
{
  const int width = p->image.width, height = p->image.height;
  double *frame = malloc((size_t)width * (size_t)height * 3 * sizeof *frame);

  ck_assert_ptr_nonnull(frame);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      double value[3] = {128, 128, 128}, *rgb = frame + ((ptrdiff_t)y * width + x) * 3;

      for (int c = 0; c < picture_components(p); c++)
        value[c] = interpolate(p, c, x, y);
      if (picture_is_yuv(p))
        picture_to_rgb(p, value, rgb);
      else
        memcpy(rgb, value, sizeof value);
    }
  return frame;
}

void picture_crop_converted(const double *frame, int width, int height, const struct picture_region *r, int u, int v, const double mean[3],
                            double rgb[3], double *inside)
{
  const double step = r->side / r->n;
  const struct picture_taps x = picture_taps(r->cx, step, r->n, u, width, width, 1, 0);
  const struct picture_taps y = picture_taps(r->cy, step, r->n, v, height, height, 1, 0);

  rgb[0] = rgb[1] = rgb[2] = *inside = 0;
  for (int j = 0; j < y.count; j++)
    for (int i = 0; i < x.count; i++) {
      *inside += x.weight[i] * y.weight[j];
      for (int c = 0; c < 3; c++)
        rgb[c] += x.weight[i] * y.weight[j] * frame[((ptrdiff_t)y.index[j] * width + x.index[i]) * 3 + c];
    }
  for (int c = 0; c < 3; c++)
    rgb[c] += (1 - *inside) * mean[c];
}
