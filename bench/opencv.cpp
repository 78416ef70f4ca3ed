/* SPDX-License-Identifier: MIT */
/* OpenCV's trackers as contenders, on one thread. */
#include <cstdio>
#include <memory>
#include <unistd.h>

#include <opencv2/core.hpp>
#include <opencv2/video/tracking.hpp>

#include "bench/contender.h"

namespace
{

cv::Mat view(const bench_clip *clip, const bench_frame *frame)
{
  return cv::Mat(clip->height, clip->width, CV_8UC3, frame->bgr);
}

struct Theirs {
  cv::Ptr<cv::Tracker> tracker;
};

bool start(void *self, const bench_clip *clip, const bench_frame *frame, bench_box box)
{
  const cv::Rect target(cvRound(box.x), cvRound(box.y), cvRound(box.w), cvRound(box.h));

  try {
    static_cast<Theirs *>(self)->tracker->init(view(clip, frame), target & cv::Rect(0, 0, clip->width, clip->height));
  } catch (const cv::Exception &e) {
    std::fprintf(stderr, "%s: %s\n", clip->name, e.what());
    return false;
  }
  return true;
}

/* An exception counts as a frame without a box: TrackerVit throws if its crop leaves the frame. */
bool step(void *self, const bench_clip *clip, const bench_frame *frame, bench_box *box)
{
  cv::Rect found;

  try {
    if (!static_cast<Theirs *>(self)->tracker->update(view(clip, frame), found))
      return false;
  } catch (const cv::Exception &) {
    return false;
  }
  *box = bench_box{double(found.x), double(found.y), double(found.width), double(found.height)};
  return true;
}

void destroy(void *self)
{
  delete static_cast<Theirs *>(self);
}

bool readable(const char *name, const char *path)
{
  if (path && access(path, R_OK) == 0)
    return true;
  std::printf("SKIP %s: no model%s%s\n", name, path ? " at " : "", path ? path : "");
  return false;
}

/* `create` returns the tracker. OpenCV reports a bad model by an exception. */
template <typename Create> void enter(const char *name, Create create, bench_contender *contender)
{
  auto theirs = std::make_unique<Theirs>();

  cv::setNumThreads(1);
  try {
    theirs->tracker = create();
  } catch (const cv::Exception &e) {
    std::printf("SKIP %s: %s\n", name, e.what());
    return;
  }
  *contender = bench_contender{name, theirs.release(), start, nullptr, step, destroy, nullptr};
}

} // namespace

void bench_opencv_vit(const bench_paths *paths, bench_contender *contender)
{
  const char *name = "OpenCV TrackerVit";

  if (!readable(name, paths->vit))
    return;
  enter(
    name,
    [&] {
      cv::TrackerVit::Params params;
      params.net = paths->vit;
      return cv::TrackerVit::create(params);
    },
    contender);
}

void bench_opencv_nano(const bench_paths *paths, bench_contender *contender)
{
  const char *name = "OpenCV TrackerNano";

  if (!readable(name, paths->nano_backbone) || !readable(name, paths->nano_head))
    return;
  enter(
    name,
    [&] {
      cv::TrackerNano::Params params;
      params.backbone = paths->nano_backbone;
      params.neckhead = paths->nano_head;
      return cv::TrackerNano::create(params);
    },
    contender);
}
