/* SPDX-License-Identifier: MIT */
/* JPEG files as RGB pixels, by libjpeg-turbo. */
#include "jpeg.h"

#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
/* jpeglib.h needs stdio.h before it. */
#include <jpeglib.h>
/* jerror.h needs jpeglib.h before it. */
#include <jerror.h>

#include "eval/sequence.h"

/* libjpeg reports an error by a jump. This carries the words. */
struct handler {
  struct jpeg_error_mgr manager;
  jmp_buf leave;
  gboolean told; /* the words are written */
  char words[JMSG_LENGTH_MAX];
};

static void leave(j_common_ptr info)
{
  struct handler *h = (struct handler *)info->err;

  info->err->format_message(info, h->words);
  longjmp(h->leave, 1);
}

/* Only warnings after which libjpeg invents pixels count. A box on such a frame means nothing. */
static void hear_warning(j_common_ptr info, int level)
{
  struct handler *h = (struct handler *)info->err;
  const int code = info->err->msg_code;

  if (h->told || level >= 0 || (code != JWRN_JPEG_EOF && code != JWRN_HIT_MARKER && code != JWRN_HUFF_BAD_CODE))
    return;
  info->err->format_message(info, h->words);
  h->told = TRUE;
}

static void read_rows(struct jpeg_decompress_struct *info, guint8 **pixels)
{
  const gsize stride = (gsize)info->output_width * 3;
  guint8 *room = g_try_realloc(*pixels, stride * info->output_height);

  if (!room)
    ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  *pixels = room;
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = *pixels + stride * info->output_scanline;

    jpeg_read_scanlines(info, &row, 1);
  }
}

/* False if libjpeg jumped out or the data was cut; the handler then has the words. */
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
  return !h->told;
}

gboolean jpeg_read(const char *path, guint8 **pixels, int *width, int *height, GError **error)
{
  struct jpeg_decompress_struct info = {0};
  struct handler h = {0};
  FILE *file = fopen(path, "rb");
  gboolean done;

  if (!file) {
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: %s", path, g_strerror(errno));
    return FALSE;
  }
  info.err = jpeg_std_error(&h.manager);
  h.manager.error_exit = leave;
  h.manager.emit_message = hear_warning;
  done = decode(&info, &h, file, pixels, width, height);
  if (!done)
    g_set_error(error, EVAL_ERROR, EVAL_ERROR_DATA, "%s: %s", path, h.words);
  jpeg_destroy_decompress(&info);
  fclose(file);
  return done;
}
