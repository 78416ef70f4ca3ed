/* SPDX-License-Identifier: MIT */
/* The public tracker: checks at the edge, then the raw procedure or the target states. */
#include "etrack/tracker.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "core/follow.h"
#include "core/look.h"
#include "core/target.h"

/* A longer pause between two frames is not believed. */
static const int64_t longest_pause_ns = 86400 * ET_SECOND_NS;

struct et_tracker {
  struct et_eye eye;
  bool raw;
  struct et_params params;
  struct et_target target;
};

void et_tracker_options_default(struct et_tracker_options *options)
{
  *options = (struct et_tracker_options){0};
  et_params_default(&options->params);
}

/* The first run of a network costs more than later ones (page faults, cold caches). It is done
 * here. */
static void warm_up(struct et_tracker *t)
{
  et_network_set_template(t->eye.network, t->eye.pixels);
  et_network_search(t->eye.network, t->eye.pixels);
}

static enum et_error find_kernels(const char *wanted, const struct et_ops **ops, struct et_error_detail *detail)
{
  const char *from_environment = getenv("ETRACK_KERNELS"), *name = wanted;

  if (!wanted && from_environment && *from_environment)
    name = from_environment;
  *ops = et_ops_find(name);
  return *ops ? ET_OK
              : et_fail(detail, ET_ERR_ARGUMENT, "%s `%s`: this processor or build has no kernels of that name",
                        wanted ? "kernels" : "$ETRACK_KERNELS", name);
}

enum et_error et_tracker_create(const struct et_model *model, const struct et_tracker_options *options, struct et_tracker **tracker,
                                struct et_error_detail *detail)
{
  struct et_tracker_options defaults;
  const struct et_ops *ops;
  struct et_tracker *t;
  enum et_error error;

  if (!model || !tracker)
    return et_fail(detail, ET_ERR_ARGUMENT, "et_tracker_create: model or tracker is NULL");
  et_tracker_options_default(&defaults);
  if (!options)
    options = &defaults;
  error = et_params_check(&options->params, detail);
  if (!error)
    error = find_kernels(options->kernels, &ops, detail);
  if (error)
    return error;
  t = calloc(1, sizeof *t);
  if (!t)
    return et_fail(detail, ET_ERR_NO_MEMORY, "out of memory for a tracker");
  t->raw = options->raw;
  t->params = options->params;
  error = et_eye_init(&t->eye, model, ops, detail);
  if (error) {
    et_tracker_destroy(&t);
    return error;
  }
  t->eye.assumed_look_ns = options->look_ns;
  warm_up(t);
  t->eye.image_done = options->image_done;
  t->eye.user = options->user;
  *tracker = t;
  return ET_OK;
}

void et_tracker_destroy(struct et_tracker **tracker)
{
  if (!tracker || !*tracker)
    return;
  et_eye_fini(&(*tracker)->eye);
  free(*tracker);
  *tracker = NULL;
}

const char *et_tracker_kernels(const struct et_tracker *tracker)
{
  return et_network_ops(tracker->eye.network)->name;
}

static void fill_result(const struct et_target *target, enum et_event event, struct et_result *result)
{
  *result = (struct et_result){
    .time_ns = target->pace.now_ns,
    .state = target->state,
    .event = event,
    .has_box = target->state != ET_STATE_IDLE && target->state != ET_STATE_LOST,
    .score = target->score,
    .raw_score = target->raw_score,
    .likeness = target->likeness,
    .rival = target->rival,
    .velocity_x_px_s = target->vx_px_s,
    .velocity_y_px_s = target->vy_px_s,
    .camera_x_px_s = target->camera_x_px_s,
    .camera_y_px_s = target->camera_y_px_s,
    .first_seen_ns = target->first_seen_ns,
    .last_seen_ns = target->last_seen_ns,
  };
  if (result->has_box)
    result->box = et_box_of_place(&target->place);
}

enum et_error et_tracker_init(struct et_tracker *tracker, const struct et_image *image, const struct et_box *box, int64_t time_ns,
                              struct et_result *result, struct et_error_detail *detail)
{
  const int64_t usual_ns = tracker->target.pace.usual_ns; /* it is the same stream */
  enum et_error error = et_image_check(image, detail);

  if (!error)
    error = et_box_check(box, image->width, image->height, detail);
  if (error)
    return error;
  tracker->target = (struct et_target){
    .state = ET_STATE_TRACKING,
    .place = et_place_of_box(box),
    .first_seen_ns = time_ns,
    .last_seen_ns = time_ns,
    .last_frame_ns = time_ns,
    .score = 1,
    .raw_score = 1,
    .likeness = 1,
  };
  et_pace_start(&tracker->target.pace, time_ns, usual_ns, longest_pause_ns);
  et_eye_open(&tracker->eye);
  et_eye_learn(&tracker->eye, image, &tracker->target.place);
  if (result)
    fill_result(&tracker->target, ET_EVENT_STARTED, result);
  return ET_OK;
}

/* The procedure without target states. */
static void track_raw(struct et_tracker *tracker, const struct et_image *image, int64_t time_ns)
{
  struct et_target *t = &tracker->target;
  struct et_look look = et_eye_look(&tracker->eye, image, &t->place, 1, ET_AFTER_DONE);
  struct et_place place = t->place;

  et_procedure_update(&tracker->eye.procedure, &look.best, look.side, image->width, image->height, &place);
  et_target_measured(t, &place, time_ns);
  et_target_end_frame(t, time_ns);
  t->score = t->raw_score = look.best.score;
  t->likeness = 0; /* it is not measured */
  t->rival = et_candidates_rival(&look.candidates, &look.candidates.of[0]);
}

enum et_error et_tracker_track(struct et_tracker *tracker, const struct et_image *image, int64_t time_ns, struct et_result *result,
                               struct et_error_detail *detail)
{
  enum et_error error = et_image_check(image, detail);
  enum et_event event = ET_EVENT_NONE;
  int64_t unseen_since_ns, now_ns;

  if (error)
    return error;
  if (tracker->target.state == ET_STATE_IDLE)
    return et_fail(detail, ET_ERR_NO_TARGET, "there is no target; call et_tracker_init() first");
  unseen_since_ns = tracker->target.last_seen_ns;
  now_ns = et_pace_step(&tracker->target.pace, time_ns);
  et_eye_open(&tracker->eye);
  et_eye_adapt(&tracker->eye, image);
  if (tracker->raw)
    track_raw(tracker, image, now_ns);
  else
    event = et_follow(&tracker->eye, &tracker->params, image, now_ns, &tracker->target);
  et_eye_close(&tracker->eye);
  if (result) {
    fill_result(&tracker->target, event, result);
    result->gap_ns = event == ET_EVENT_REACQUIRED ? now_ns - unseen_since_ns : 0;
  }
  return ET_OK;
}

void et_tracker_rescale(struct et_tracker *tracker, double x, double y)
{
  struct et_target *t = &tracker->target;

  t->place = (struct et_place){t->place.cx * x, t->place.cy * y, t->place.w * x, t->place.h * y};
  t->vx_px_s *= x;
  t->vy_px_s *= y;
  t->camera_x_px_s *= x;
  t->camera_y_px_s *= y;
  t->hunt = (struct et_hunt){0};
  et_company_leave(&t->company);
}

void et_tracker_lose(struct et_tracker *tracker, int64_t time_ns)
{
  struct et_target *t = &tracker->target;

  et_pace_expect_pause(&t->pace);
  if (t->state != ET_STATE_IDLE && t->state != ET_STATE_LOST)
    et_target_lost(t, et_pace_at(&t->pace, time_ns));
}

void et_tracker_stop(struct et_tracker *tracker)
{
  tracker->target = (struct et_target){0};
}

enum et_error et_tracker_set_params(struct et_tracker *tracker, const struct et_params *params, struct et_error_detail *detail)
{
  enum et_error error = et_params_check(params, detail);

  if (!error)
    tracker->params = *params;
  return error;
}
