/* SPDX-License-Identifier: MIT */
/* A generated moving picture for trackers: a textured object over a textured background, the same
 * on every machine. */
#ifndef TEST_SCENE_H
#define TEST_SCENE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "etrack/image.h"

enum { SCENE_WIDTH = 320, SCENE_HEIGHT = 240, SCENE_OBJECT = 40 };

struct scene {
  uint8_t *pixels; /* RGB */
};

static inline uint32_t scene_hash(uint32_t x, uint32_t y, uint32_t salt)
{
  uint32_t h = x * 374761393u + y * 668265263u + salt * 2246822519u;

  h = (h ^ (h >> 13)) * 1274126177u;
  return h ^ (h >> 16);
}

static inline void scene_paint(struct scene *s, int x, int y, int r, int g, int b)
{
  uint8_t *p = s->pixels + (y * SCENE_WIDTH + x) * 3;

  p[0] = (uint8_t)r;
  p[1] = (uint8_t)g;
  p[2] = (uint8_t)b;
}

/* Soft grey-green blotches of 16 px. The camera has turned, so that all is shifted by (dx, dy). */
static inline void scene_background_from(struct scene *s, int dx, int dy)
{
  for (int y = 0; y < SCENE_HEIGHT; y++)
    for (int x = 0; x < SCENE_WIDTH; x++) {
      const uint32_t u = (uint32_t)(x - dx + 16384), w = (uint32_t)(y - dy + 16384);
      const int v = 90 + (int)(scene_hash(u / 16 - 1024, w / 16 - 1024, 1) % 50) + (int)(scene_hash(u - 16384, w - 16384, 2) % 9);

      scene_paint(s, x, y, v - 10, v + 10, v - 20);
    }
}

static inline void scene_background(struct scene *s)
{
  scene_background_from(s, 0, 0);
}

/* A red disc with a yellow cross and a dark rim, its top left corner at (left, top). */
static inline void scene_object(struct scene *s, int left, int top)
{
  const int r = SCENE_OBJECT / 2;

  for (int y = 0; y < SCENE_OBJECT; y++)
    for (int x = 0; x < SCENE_OBJECT; x++) {
      const int dx = x - r, dy = y - r, d = dx * dx + dy * dy;

      if (d > r * r || left + x < 0 || top + y < 0 || left + x >= SCENE_WIDTH || top + y >= SCENE_HEIGHT)
        continue;
      if (d > (r - 4) * (r - 4))
        scene_paint(s, left + x, top + y, 30, 20, 40);
      else if (abs(dx) < 4 || abs(dy) < 4)
        scene_paint(s, left + x, top + y, 240, 220, 40);
      else
        scene_paint(s, left + x, top + y, 200, 40 + dx, 40);
    }
}

static inline struct scene scene_create(void)
{
  return (struct scene){malloc((size_t)SCENE_WIDTH * SCENE_HEIGHT * 3)};
}

static inline void scene_destroy(struct scene *s)
{
  free(s->pixels);
}

static inline struct et_image scene_image(const struct scene *s)
{
  return (struct et_image){
    .format = ET_FORMAT_RGB, .width = SCENE_WIDTH, .height = SCENE_HEIGHT, .plane = {s->pixels}, .stride = {SCENE_WIDTH * 3}};
}

#endif
