/* SPDX-License-Identifier: MIT */
/* The table of sources. */
#include "base/source.h"

#include <string.h>

static const struct et_source_scheme table[] = {
  {ET_SOURCE_V4L2, "v4l2://", true, "v4l2:// and an absolute path, as in v4l2:///dev/video0", "v4l2:///dev/video0",
   "a camera by its path, /dev/v4l/by-id/... included; `etrackctl cameras` lists paths, formats and controls"},
  {ET_SOURCE_FILE, "file://", true, "file:// and an absolute path, as in file:///srv/clip.mkv", "file:///srv/clip.mkv",
   "a video file, paced by its own time stamps; played once, or for ever with `loop`; turned upright if it says how"},
  {ET_SOURCE_RTSP, "rtsp://", false, "rtsp://HOST/PATH", "rtsp://user:password@host/path",
   "a network camera, low latency; the password is shown to nobody"},
  {ET_SOURCE_RTSPS, "rtsps://", false, "rtsps://HOST/PATH", "rtsps://user:password@host/path",
   "the same by TLS; the camera's certificate must be one that this machine trusts"},
  {ET_SOURCE_IMAGES, "images://", true,
   "images:// and an absolute path with at most one number, as in images:///srv/frames/%08d.jpg (%% is a percent sign)",
   "images:///srv/frames/%08d.jpg", "numbered pictures, JPEG or PNG, from number 1 on, `rate_hz` per second"},
  {ET_SOURCE_TEST, "test://", false, "test:// and a pattern, as in test://ball", "test://ball", "GStreamer's test picture of that name"},
  {ET_SOURCE_PIPELINE, "pipeline:", false, "pipeline: and a gst-launch description", "pipeline: and a gst-launch description",
   "whatever GStreamer can do, up to raw video; with `loop` it is built again at its end"},
};

const struct et_source_scheme *et_source_table(size_t *count)
{
  *count = sizeof table / sizeof *table;
  return table;
}

const struct et_source_scheme *et_source_find(const char *text)
{
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (strncmp(text, table[i].prefix, strlen(table[i].prefix)) == 0)
      return &table[i];
  return NULL;
}
