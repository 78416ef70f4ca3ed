/* SPDX-License-Identifier: MIT */
/* Memory layouts as planes of samples, and conversion between YUV and RGB. */
#include "core/plane.h"

static struct et_plane packed_plane(const struct et_image *i, int step, int components, int first, int second, int third)
{
  return (struct et_plane){
    .data = i->plane[0],
    .stride = i->stride[0],
    .width = i->width,
    .height = i->height,
    .step = step,
    .components = components,
    .offset = {first, second, third},
  };
}

/* Chroma samples: one per two luma samples across, and per 1 << shift_y down. */
static struct et_plane chroma_plane(const struct et_image *i, int plane, int step, int components, int first, int second, int shift_y)
{
  return (struct et_plane){
    .data = i->plane[plane],
    .stride = i->stride[plane],
    .width = (i->width + 1) / 2,
    .height = shift_y ? (i->height + 1) / 2 : i->height,
    .step = step,
    .components = components,
    .offset = {first, second},
    .shift_x = 1,
    .shift_y = shift_y,
    .origin_x = i->siting & ET_SITING_H_COSITED ? 0 : 0.5,
    .origin_y = !shift_y || i->siting & ET_SITING_V_COSITED ? 0 : 0.5,
  };
}

int et_image_planes(const struct et_image *i, struct et_plane planes[3])
{
  planes[0] = packed_plane(i, 1, 1, 0, 0, 0);
  switch (i->format) {
  case ET_FORMAT_I420:
    planes[1] = chroma_plane(i, 1, 1, 1, 0, 0, 1);
    planes[2] = chroma_plane(i, 2, 1, 1, 0, 0, 1);
    return 3;
  case ET_FORMAT_NV12:
    planes[1] = chroma_plane(i, 1, 2, 2, 0, 1, 1);
    return 2;
  case ET_FORMAT_YUY2:
    planes[0] = packed_plane(i, 2, 1, 0, 0, 0);
    planes[1] = chroma_plane(i, 0, 4, 2, 1, 3, 0);
    return 2;
  case ET_FORMAT_UYVY:
    planes[0] = packed_plane(i, 2, 1, 1, 0, 0);
    planes[1] = chroma_plane(i, 0, 4, 2, 0, 2, 0);
    return 2;
  case ET_FORMAT_P010_10LE: /* the upper bytes are those of NV12 */
    planes[0] = packed_plane(i, 2, 1, 1, 0, 0);
    planes[1] = chroma_plane(i, 1, 4, 2, 1, 3, 1);
    return 2;
  case ET_FORMAT_GRAY8:
    return 1;
  case ET_FORMAT_GRAY16_LE:
  case ET_FORMAT_GRAY16_BE:
    planes[0] = packed_plane(i, 2, 1, i->format == ET_FORMAT_GRAY16_LE, 0, 0);
    planes[0].deep = true;
    return 1;
  case ET_FORMAT_RGB:
    planes[0] = packed_plane(i, 3, 3, 0, 1, 2);
    return 1;
  case ET_FORMAT_BGR:
    planes[0] = packed_plane(i, 3, 3, 2, 1, 0);
    return 1;
  case ET_FORMAT_RGBA:
    planes[0] = packed_plane(i, 4, 3, 0, 1, 2);
    return 1;
  case ET_FORMAT_BGRA:
  case ET_FORMAT_BGRX:
    planes[0] = packed_plane(i, 4, 3, 2, 1, 0);
    return 1;
  }
  return 0;
}

static bool is_deep(const struct et_image *image)
{
  return image->format == ET_FORMAT_GRAY16_LE || image->format == ET_FORMAT_GRAY16_BE;
}

bool et_image_is_yuv(const struct et_image *image)
{
  return image->format <= ET_FORMAT_GRAY8 || image->format >= ET_FORMAT_GRAY16_LE;
}

struct et_colour et_image_colour(const struct et_image *image)
{
  static const struct {
    float kr, kb;
  } weights[] = {[ET_MATRIX_BT601] = {0.299f, 0.114f}, [ET_MATRIX_BT709] = {0.2126f, 0.0722f}, [ET_MATRIX_BT2020] = {0.2627f, 0.0593f}};
  const float kr = weights[image->matrix].kr, kb = weights[image->matrix].kb, kg = 1 - kr - kb;
  const bool limited = image->range == ET_RANGE_LIMITED && !is_deep(image);
  const float chroma = limited ? 255.0f / 224 : 1;

  return (struct et_colour){
    .y_black = limited ? 16 : 0,
    .y_scale = limited ? 255.0f / 219 : 1,
    .rv = 2 * (1 - kr) * chroma,
    .gu = -2 * kb * (1 - kb) / kg * chroma,
    .gv = -2 * kr * (1 - kr) / kg * chroma,
    .bu = 2 * (1 - kb) * chroma,
  };
}

void et_colour_to_rgb(const struct et_colour *c, const float yuv[3], float rgb[3])
{
  const float y = (yuv[0] - c->y_black) * c->y_scale, u = yuv[1] - 128, v = yuv[2] - 128;

  rgb[0] = y + c->rv * v;
  rgb[1] = y + c->gu * u + c->gv * v;
  rgb[2] = y + c->bu * u;
}

/* The inverse. G's equation gives Y, with u and v from the other two put in. */
void et_colour_to_yuv(const struct et_colour *c, const float rgb[3], float yuv[3])
{
  const float a = c->gu / c->bu, b = c->gv / c->rv;
  const float y = (rgb[1] - a * rgb[2] - b * rgb[0]) / (1 - a - b);

  yuv[0] = y / c->y_scale + c->y_black;
  yuv[1] = (rgb[2] - y) / c->bu + 128;
  yuv[2] = (rgb[0] - y) / c->rv + 128;
}
