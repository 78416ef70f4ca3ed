/* SPDX-License-Identifier: MIT */
/* Reads a sequence: JPEGs by libjpeg-turbo, and one box per line with commas, tabs or blanks
 * between its numbers. */
#include "bench/clip.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

static int is_jpeg(const struct dirent *entry)
{
  const char *dot = strrchr(entry->d_name, '.');

  return dot && (strcmp(dot, ".jpg") == 0 || strcmp(dot, ".jpeg") == 0);
}

static uint8_t *read_file(const char *path, size_t *size)
{
  FILE *file = fopen(path, "rb");
  uint8_t *bytes = NULL;
  long length = -1;

  if (file && fseek(file, 0, SEEK_END) == 0)
    length = ftell(file);
  if (length > 0)
    bytes = malloc((size_t)length);
  if (bytes) {
    rewind(file);
    *size = fread(bytes, 1, (size_t)length, file);
  }
  if (file)
    fclose(file);
  return bytes;
}

/* Decodes one picture; the first one sets the clip's size. */
static bool decode(tjhandle decoder, const char *path, struct bench_clip *clip, struct bench_frame *frame)
{
  int width, height, subsampling, colours;
  size_t size = 0;
  uint8_t *jpeg = read_file(path, &size);
  bool good = jpeg && tjDecompressHeader3(decoder, jpeg, (unsigned long)size, &width, &height, &subsampling, &colours) == 0;

  if (good && clip->count == 0) {
    clip->width = width;
    clip->height = height;
  }
  good = good && width == clip->width && height == clip->height;
  if (good)
    frame->bgr = malloc((size_t)width * (size_t)height * 3);
  good = good && frame->bgr && tjDecompress2(decoder, jpeg, (unsigned long)size, frame->bgr, width, 0, height, TJPF_BGR, 0) == 0;
  if (!good)
    fprintf(stderr, "%s: not a JPEG of the clip's size\n", path);
  free(jpeg);
  return good;
}

static bool read_pictures(const char *folder, struct dirent **entry, size_t count, struct bench_clip *clip)
{
  tjhandle decoder = tjInitDecompress();
  bool good = decoder != NULL;
  char path[4096];

  clip->frame = calloc(count, sizeof *clip->frame);
  for (size_t i = 0; good && clip->frame && i < count; i++) {
    snprintf(path, sizeof path, "%s/img/%s", folder, entry[i]->d_name);
    good = decode(decoder, path, clip, &clip->frame[i]);
    clip->count++;
  }
  tjDestroy(decoder);
  return good && clip->frame;
}

static void read_boxes(const char *folder, struct bench_clip *clip)
{
  char path[4096], line[256];
  FILE *file;

  snprintf(path, sizeof path, "%s/groundtruth_rect.txt", folder);
  file = fopen(path, "r");
  for (size_t i = 0; file && i < clip->count && fgets(line, sizeof line, file); i++) {
    struct bench_box b;

    for (char *c = line; *c; c++)
      if (*c == ',')
        *c = ' ';
    if (sscanf(line, "%lf %lf %lf %lf", &b.x, &b.y, &b.w, &b.h) == 4 && b.w > 0 && b.h > 0)
      clip->frame[i].truth = b;
  }
  if (file)
    fclose(file);
}

static void name_after(const char *folder, struct bench_clip *clip)
{
  char copy[4096], *end;

  snprintf(copy, sizeof copy, "%s", folder);
  for (end = copy + strlen(copy); end > copy + 1 && end[-1] == '/'; end--)
    end[-1] = '\0';
  end = strrchr(copy, '/');
  snprintf(clip->name, sizeof clip->name, "%.63s", end ? end + 1 : copy);
}

bool bench_clip_open(const char *folder, size_t most, struct bench_clip *clip)
{
  struct dirent **entry = NULL;
  char path[4096];
  bool good = false;
  int found;

  *clip = (struct bench_clip){0};
  snprintf(path, sizeof path, "%s/img", folder);
  found = scandir(path, &entry, is_jpeg, alphasort);
  if (found > 0)
    good = read_pictures(folder, entry, (size_t)found < most ? (size_t)found : most, clip);
  else
    fprintf(stderr, "%s: there is no such folder with *.jpg\n", path);
  for (int i = 0; i < found; i++)
    free(entry[i]);
  free(entry);
  if (good) {
    name_after(folder, clip);
    read_boxes(folder, clip);
  }
  if (good && clip->frame[0].truth.w <= 0) {
    fprintf(stderr, "%s/groundtruth_rect.txt: there is no start box\n", folder);
    good = false;
  }
  if (!good)
    bench_clip_close(clip);
  return good;
}

void bench_clip_close(struct bench_clip *clip)
{
  for (size_t i = 0; i < clip->count; i++)
    free(clip->frame[i].bgr);
  free(clip->frame);
  *clip = (struct bench_clip){0};
}

double bench_overlap(struct bench_box a, struct bench_box b)
{
  const double w = fmin(a.x + a.w, b.x + b.w) - fmax(a.x, b.x), h = fmin(a.y + a.h, b.y + b.h) - fmax(a.y, b.y);
  const double both = w > 0 && h > 0 ? w * h : 0, all = a.w * a.h + b.w * b.h - both;

  return all > 0 ? both / all : 0;
}
