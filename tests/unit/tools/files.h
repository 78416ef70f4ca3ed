/* SPDX-License-Identifier: MIT */
/* A folder of its own for each test, and JPEG files to put there. */
#ifndef TEST_FILES_H
#define TEST_FILES_H

#include <check.h>
#include <glib.h>
#include <stdio.h>
/* jpeglib.h needs stdio.h before it */
#include <jpeglib.h>

#include "test/folder.h"
#include "test/scene.h"

/* Compresses rows of 3 (RGB) or 1 (grey) bytes per pixel. */
static inline void write_jpeg(const char *path, const uint8_t *pixels, int width, int height, int components)
{
  struct jpeg_compress_struct info;
  struct jpeg_error_mgr manager;
  FILE *file = fopen(path, "wb");

  ck_assert_msg(file != NULL, "%s cannot be written", path);
  info.err = jpeg_std_error(&manager);
  jpeg_create_compress(&info);
  jpeg_stdio_dest(&info, file);
  info.image_width = (JDIMENSION)width;
  info.image_height = (JDIMENSION)height;
  info.input_components = components;
  info.in_color_space = components == 3 ? JCS_RGB : JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  jpeg_start_compress(&info, TRUE);
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = (JSAMPROW)pixels + (size_t)info.next_scanline * (size_t)(width * components);

    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  fclose(file);
}

/* The place of write_scenes()'s object in a frame. */
static inline struct et_box scene_box(int frame)
{
  return (struct et_box){100 + 3 * frame, 80 + 2 * frame, SCENE_OBJECT, SCENE_OBJECT};
}

/* FOLDER in the OTB layout: an object that moves by (3, 2) px per frame. */
static inline void write_scenes(const char *folder, int frames)
{
  struct scene scene = scene_create();
  char *img = g_build_filename(folder, "img", NULL), *path = g_build_filename(folder, "groundtruth_rect.txt", NULL);
  GString *truth = g_string_new(NULL);

  ck_assert_int_eq(g_mkdir_with_parents(img, 0777), 0);
  for (int i = 0; i < frames; i++) {
    const struct et_box box = scene_box(i);
    char *picture = g_strdup_printf("%s/%04d.jpg", img, i + 1);

    scene_background(&scene);
    scene_object(&scene, (int)box.x, (int)box.y);
    write_jpeg(picture, scene.pixels, SCENE_WIDTH, SCENE_HEIGHT, 3);
    g_string_append_printf(truth, "%g,%g,%g,%g\n", box.x, box.y, box.w, box.h);
    g_free(picture);
  }
  ck_assert(g_file_set_contents(path, truth->str, -1, NULL));
  g_string_free(truth, TRUE);
  g_free(path);
  g_free(img);
  scene_destroy(&scene);
}

/* A file of the source tree. */
static inline char *in_source(const char *relative)
{
  return g_build_filename(g_getenv("ETRACK_SOURCE"), relative, NULL);
}

#endif
