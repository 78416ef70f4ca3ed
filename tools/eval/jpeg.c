/* SPDX-License-Identifier: MIT */
/* JPEG files as RGB pixels, by libjpeg-turbo. */
#include "jpeg.h"

#include <setjmp.h>
#include <stdio.h>
/* jpeglib.h wants stdio.h before it */
#include <jpeglib.h>

#include "eval/sequence.h"

/* libjpeg leaves by a jump; this carries the words. */
struct handler {
  struct jpeg_error_mgr manager;
  jmp_buf leave;
  char words[JMSG_LENGTH_MAX];
};

static void leave(j_common_ptr info)
{
  struct handler *h = (struct handler *)info->err;

  info->err->format_message(info, h->words);
  longjmp(h->leave, 1);
}

static void stay_silent(j_common_ptr info, int level)
{
}

static void read_rows(struct jpeg_decompress_struct *info, guint8 **pixels)
{
  const gsize stride = (gsize)info->output_width * 3;

  *pixels = g_realloc(*pixels, stride * info->output_height);
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = *pixels + stride * info->output_scanline;

    jpeg_read_scanlines(info, &row, 1);
  }
}

/* False where libjpeg jumped out; the words are then the handler's. */
static gboolean decode(struct jpeg_decompress_struct *info, struct handler *h, FILE *file, guint8 **pixels, int *width, int *height)
{
  if (setjmp(h->leave))
    return FALSE;
  jpeg_create_decompress(info);
  jpeg_stdio_src(info, file);
  jpeg_read_header(info, TRUE);
  info->out_color_space = JCS_RGB;
  jpeg_start_decompress(info);
  read_rows(info, pixels);
  *width = (int)info->output_width;
  *height = (int)info->output_height;
  jpeg_finish_decompress(info);
  return TRUE;
}

gboolean jpeg_read(const char *path, guint8 **pixels, int *width, int *height, GError **error)
{
  struct jpeg_decompress_struct info = {0};
  struct handler h;
  FILE *file = fopen(path, "rb");
  gboolean done;

  if (!file) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: cannot be opened", path);
    return FALSE;
  }
  info.err = jpeg_std_error(&h.manager);
  h.manager.error_exit = leave;
  h.manager.emit_message = stay_silent;
  done = decode(&info, &h, file, pixels, width, height);
  if (!done)
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: %s", path, h.words);
  jpeg_destroy_decompress(&info);
  fclose(file);
  return done;
}
