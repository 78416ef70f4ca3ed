/* SPDX-License-Identifier: MIT */
/* OpenCV's trackers as contenders, on one thread. */
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
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

/* OpenCV says by the environment's variable that it is held; this asks whether it is. */
bool held_in_vain()
{
  return std::getenv("OPENCV_CPU_DISABLE") && cv::checkHardwareSupport(CV_CPU_AVX512_SKX);
}

void miss(bench_contender *contender, const std::string &why)
{
  std::snprintf(contender->missing, sizeof contender->missing, "%s", why.c_str());
}

bool readable(const char *path, bench_contender *contender)
{
  if (path && access(path, R_OK) == 0)
    return true;
  miss(contender, path ? std::string("no model at ") + path : "no model");
  return false;
}

/* `create` returns the tracker. OpenCV reports a bad model by an exception. */
template <typename Create> void enter(Create create, bench_contender *contender)
{
  auto theirs = std::make_unique<Theirs>();

  if (held_in_vain())
    return miss(contender, "this OpenCV does not take OPENCV_CPU_DISABLE");
  cv::setNumThreads(1);
  try {
    theirs->tracker = create();
  } catch (const cv::Exception &e) {
    return miss(contender, e.what());
  }
  contender->kind = BENCH_TRACKER;
  contender->self = theirs.release();
  contender->start = start;
  contender->step = step;
  contender->destroy = destroy;
  std::snprintf(contender->library, sizeof contender->library, "OpenCV %s", CV_VERSION);
}

} // namespace

void bench_opencv_vit(const bench_paths *paths, bench_contender *contender)
{
  std::snprintf(contender->name, sizeof contender->name, "OpenCV TrackerVit");
  if (!readable(paths->vit, contender))
    return;
  enter(
    [&] {
      cv::TrackerVit::Params params;
      params.net = paths->vit;
      return cv::TrackerVit::create(params);
    },
    contender);
}

void bench_opencv_nano(const bench_paths *paths, bench_contender *contender)
{
  std::snprintf(contender->name, sizeof contender->name, "OpenCV TrackerNano");
  if (!readable(paths->nano_backbone, contender) || !readable(paths->nano_head, contender))
    return;
  enter(
    [&] {
      cv::TrackerNano::Params params;
      params.backbone = paths->nano_backbone;
      params.neckhead = paths->nano_head;
      return cv::TrackerNano::create(params);
    },
    contender);
}
