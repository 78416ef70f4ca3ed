/* SPDX-License-Identifier: MIT */
/* One filled struct of every message, for the tests that print, read back and check against the
 * schemas. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include "proto/message.h"

static const struct proto_request sample_request = {.has_id = true, .id = "42", .command = PROTO_STATUS};

static const struct proto_track sample_track = {
  .epoch = "9f31c2aa",
  .stream = "cam0",
  .seq = 5210,
  .record =
    {
      .target = 7,
      .of_frame = true,
      .frame = 1838,
      .pts_ns = 61266666666,
      .capture_ns = 18230011223344,
      .capture_by_driver = true,
      .width = 1280,
      .height = 720,
      .pixel_aspect = 1,
      .result =
        {
          .state = ET_STATE_TRACKING,
          .has_box = true,
          .box = {318.4, 207.9, 63.2, 48.8},
          .score = 0.91,
          .raw_score = 0.874,
          .likeness = 0.952,
          .rival = 0.22,
          .velocity_x_px_s = 32,
          .velocity_y_px_s = -4.1,
          .camera_x_px_s = 12.5,
          .camera_y_px_s = -3,
        },
      .dropped = 3,
      .queue_ns = 180000,
      .infer_ns = 3900000,
    },
  .hfov_deg = 90,
  .age_ns = 9100000,
};

static const struct proto_event sample_event = {
  .epoch = "9f31c2aa",
  .stream = "cam0",
  .seq = 12,
  .event = "reacquired",
  .reason = "",
  .record =
    {
      .target = 7,
      .frame = 1902,
      .pts_ns = 63400000000,
      .capture_ns = 18232144556677,
      .width = 1280,
      .height = 720,
      .pixel_aspect = 1,
      .result = {.event = ET_EVENT_REACQUIRED, .score = 0.84, .gap_ns = 2133333333},
    },
};

static const struct proto_event sample_stream_down = {.epoch = "9f31c2aa",
                                                      .stream = "cam0",
                                                      .seq = 13,
                                                      .event = "stream-down",
                                                      .reason = "no frame for 5 s",
                                                      .record = {.pts_ns = -1, .pixel_aspect = 1}};

#define SAMPLE_PARAMS                                                                                                                      \
  .has_params = true, .params = {.weak_score = 0.45,                                                                                       \
                                 .lost_score = 0.1,                                                                                        \
                                 .found_score = 0.9,                                                                                       \
                                 .score_hysteresis = 0.05,                                                                                 \
                                 .rival_ratio = 0.8,                                                                                       \
                                 .coast_s = 2.5,                                                                                           \
                                 .search_s = 86400,                                                                                        \
                                 .search_cost = 0.5}

static const struct proto_stream sample_streams[] = {
  {
    .name = "cam0",
    .source = "v4l2:///dev/video0",
    .link = PROTO_LINK_UP,
    .reason = "",
    .width = 1280,
    .height = 720,
    .rate_hz = 29.97,
    .last = {.target = 7,
             .frame = 1838,
             .pts_ns = -1,
             .result = {.state = ET_STATE_TRACKING, .has_box = true, .box = {1.5, 2.25, 64, 48}, .score = 0.91}},
    .frame = 1840,
    .frames = 1840,
    .processed = 1800,
    .dropped = 40,
    .lost_messages = 1,
    .restarts = 2,
    .latency = {.count = 1800, .p50_ns = 9000000, .p95_ns = 12000000, .p99_ns = 15000000, .max_ns = 40000000},
    SAMPLE_PARAMS,
  },
  {.name = "cam1",
   .source = "rtsp://10.0.0.1/\"x\"",
   .link = PROTO_LINK_DOWN,
   .last = {.pts_ns = -1},
   .reason = "connection refused",
   SAMPLE_PARAMS},
};

static const struct proto_status sample_status = {
  .clocks = {18230011223344, 1790000000123456789},
  .uptime_ns = 3600000000000,
  .memory_bytes = 123456789,
  .streams = sample_streams,
  .count = 2,
};

static const char *const sample_names[] = {"cam0", "cam1"};

static const struct proto_hello sample_hello = {
  .version = "0.1.0", .model = "etrack-small", .streams = sample_names, .count = 2, .clocks = {18230011223344, 1790000000123456789}};

static const struct proto_mode sample_modes[] = {{"YUY2", 1280, 720, 30}, {"image/jpeg", 1920, 1080, 0}};

static const struct proto_control sample_controls[] = {{"brightness", "Brightness", -64, 64, 1, 0, -3, true}};

static const struct proto_camera sample_cameras[] = {
  {"/dev/video0", "Integrated Camera", sample_modes, 2, sample_controls, 1},
  {"/dev/video2", "Odd \xff Camera", NULL, 0, NULL, 0},
};

#endif
