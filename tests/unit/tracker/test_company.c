/* SPDX-License-Identifier: MIT */
/* The target and the others: which candidate is which, on hand-made candidates. */
#include <math.h>

#include "core/company.h"
#include "test/main.h"

static const double frame_s = 1.0 / 30;
static const double side = 40; /* of every object, px */

/* An object of a made picture. */
struct object {
  double x, y, vx, vy; /* px, px/s */
  double score;
  int look; /* objects with the same look have the same appearance */
};

static struct et_company company;
static struct et_candidates seen;
static struct et_assignment assignment;
static struct et_place target; /* where the target was last assigned */
static double target_vx, target_vy;

static void setup(void)
{
  company = (struct et_company){0};
  target_vx = target_vy = 0;
}

static struct et_candidate candidate_of(const struct object *o)
{
  struct et_candidate c = {.choice = {.score = o->score}, .place = {o->x, o->y, side, side}, .appearance = {.channels = 4, .of = {0.8f}}};

  c.appearance.of[1 + o->look] = 0.6f;
  return c;
}

/* Moves the objects on. Two that come closer than half a side show as one between them, as the
 * network shows them. */
static void show(struct object *objects, int count)
{
  bool merged = false;

  seen.count = 0;
  for (int i = 0; i < count; i++) {
    objects[i].x += objects[i].vx * frame_s;
    objects[i].y += objects[i].vy * frame_s;
  }
  if (count == 2 && hypot(objects[0].x - objects[1].x, objects[0].y - objects[1].y) < side / 2) {
    struct object both = objects[0];

    both.x = (objects[0].x + objects[1].x) / 2;
    both.y = (objects[0].y + objects[1].y) / 2;
    seen.of[seen.count++] = candidate_of(&both);
    merged = true;
  }
  for (int i = 0; i < count && !merged; i++)
    if (objects[i].score > 0)
      seen.of[seen.count++] = candidate_of(&objects[i]);
}

/* One frame, as et_follow() does it. */
static void step(struct object *objects, int count)
{
  show(objects, count);
  et_company_expect(&company, &(struct et_place){target.cx + target_vx * frame_s / 2, target.cy + target_vy * frame_s / 2, side, side},
                    target_vx, target_vy, frame_s);
  assignment = et_company_assign(&company, &seen);
  et_company_follow(&company, &assignment, &seen, !et_company_is_unclear(&company, false), frame_s);
  if (assignment.target >= 0) {
    const struct et_place *p = &seen.of[assignment.target].place;

    target_vx += 0.2 * ((p->cx - target.cx) / frame_s - target_vx);
    target_vy += 0.2 * ((p->cy - target.cy) / frame_s - target_vy);
    target = *p;
  }
}

static void start(const struct object *o)
{
  target = (struct et_place){o->x, o->y, side, side};
  target_vx = o->vx;
  target_vy = o->vy;
}

static bool is_at(const struct object *o)
{
  return hypot(target.cx - o->x, target.cy - o->y) < side / 4;
}

START_TEST(a_lone_candidate_is_the_target)
{
  struct object o = {.x = 100, .y = 100, .score = 0.9};

  start(&o);
  step(&o, 1);
  ck_assert(is_at(&o));
  o.x += 1.5 * side; /* it jumps */
  step(&o, 1);
  ck_assert(is_at(&o));
  ck_assert(!et_company_is_unclear(&company, true));
}
END_TEST

/* The target fades while a look-alike of it shines, and then it is gone. */
START_TEST(one_that_scores_higher_does_not_become_the_target)
{
  struct object o[] = {{.x = 100, .y = 100, .score = 0.9}, {.x = 160, .y = 100, .score = 0.5}};

  start(&o[0]);
  for (int i = 0; i < 10; i++)
    step(o, 2);
  o[0].score = 0.3;
  o[1].score = 1;
  for (int i = 0; i < 10; i++) {
    step(o, 2);
    ck_assert_msg(is_at(&o[0]), "frame %d: it swapped", i);
  }
  o[0].score = 0;
  for (int i = 0; i < 20; i++) {
    step(o, 2);
    ck_assert_msg(assignment.target < 0, "frame %d: the other was taken for the target that is gone", i);
  }
  o[0].score = 0.9;
  step(o, 2);
  ck_assert(is_at(&o[0]));
}
END_TEST

/* A look-alike walks into the place of a target that is hidden. It has another appearance. */
START_TEST(another_appearance_is_not_the_target)
{
  struct object o[] = {{.x = 100, .y = 100, .score = 0.9}, {.x = 105, .y = 100, .score = 0.3, .look = 1}};

  start(&o[0]);
  for (int i = 0; i < 5; i++)
    step(o, 1);
  step(&o[1], 1);
  ck_assert_int_lt(assignment.target, 0);
}
END_TEST

/* Angles and speeds at which twins cross. */
static const struct {
  double angle, speed, other_speed;
} crossings[] = {
  {180, 60, 60}, {180, 90, 30}, {150, 60, 60}, {120, 80, 80}, {90, 60, 60}, {90, 100, 50}, {60, 90, 90}, {45, 120, 120},
};

/* Both come to (200, 200) after two seconds. */
static void cross(int which, struct object *o)
{
  const double speeds[] = {crossings[which].speed, crossings[which].other_speed};

  for (int i = 0; i < 2; i++) {
    const double angle = i * crossings[which].angle * M_PI / 180;

    o[i] = (struct object){.vx = speeds[i] * cos(angle), .vy = speeds[i] * sin(angle), .score = 0.95};
    o[i].x = 200 - 2 * o[i].vx;
    o[i].y = 200 - 2 * o[i].vy;
  }
}

START_TEST(twins_that_cross_are_told_apart)
{
  struct object o[2];
  int unclear = 0;

  cross(_i, o);
  start(&o[0]);
  for (int i = 0; i < 120; i++) {
    step(o, 2);
    unclear += et_company_is_unclear(&company, true);
    ck_assert_msg(!et_company_parted_unclearly(&assignment), "frame %d: it is clear", i);
  }
  ck_assert_msg(is_at(&o[0]), "the wrong twin was taken");
  ck_assert_msg(unclear > 3, "they met, and nothing was said in %d frames", unclear);
  ck_assert(!et_company_is_unclear(&company, true));
}
END_TEST

/* They meet, wait, and part at right angles to where they came from. */
START_TEST(twins_that_could_be_either_are_told)
{
  struct object o[2];
  bool told = false;

  cross(0, o);
  start(&o[0]);
  for (int i = 0; i < 60; i++)
    step(o, 2);
  for (int i = 0; i < 2; i++)
    o[i] = (struct object){.x = 200, .y = 200 + 2 * i, .vy = i ? 90 : -90, .score = 0.95};
  for (int i = 0; i < 12; i++) {
    step(o, 2);
    told |= et_company_parted_unclearly(&assignment);
  }
  ck_assert_msg(told, "the parting was not told");
  ck_assert(et_company_is_unclear(&company, true));
  for (int i = 0; i < 60; i++)
    step(o, 2);
  ck_assert_msg(!et_company_is_unclear(&company, true), "the doubt does not end");
}
END_TEST

/* The other does not come out from behind the target. */
START_TEST(a_meeting_without_an_end_is_forgotten)
{
  struct object o[2];

  cross(0, o);
  start(&o[0]);
  for (int i = 0; i < 60; i++)
    step(o, 2);
  ck_assert(et_company_is_unclear(&company, false));
  o[0].vx = 0;
  for (int i = 0; i < 60; i++)
    step(o, 1);
  ck_assert(!et_company_is_unclear(&company, false));
  ck_assert_int_eq(company.count, 0);
}
END_TEST

START_TEST(a_full_house_keeps_the_target)
{
  struct object o[ET_MOST_CANDIDATES];

  for (int i = 0; i < ET_MOST_CANDIDATES; i++)
    o[i] = (struct object){.x = 100 + 60 * i, .y = 100, .vx = 30, .score = 0.9};
  start(&o[2]);
  for (int i = 0; i < 60; i++)
    step(o, ET_MOST_CANDIDATES);
  ck_assert(is_at(&o[2]));
  ck_assert_int_eq(company.count, ET_MOST_OTHERS);
}
END_TEST

/* The target changes little by little; its look at first is what counts. */
START_TEST(what_looks_different_is_not_known)
{
  struct object o[] = {{.x = 100, .y = 100, .score = 0.9}, {.x = 100, .y = 100, .score = 0.9, .look = 1}};
  struct et_candidate same = candidate_of(&o[0]), different = candidate_of(&o[1]), between = same;

  ck_assert(et_company_knows(&company, &different)); /* nothing is known yet */
  start(&o[0]);
  for (int i = 0; i < 12; i++)
    step(o, 1);
  ck_assert(et_company_knows(&company, &same));
  ck_assert(et_company_recognises(&company, &same));
  ck_assert(!et_company_knows(&company, &different));
  et_appearance_follow(&between.appearance, &different.appearance, 0.72);
  ck_assert_double_eq_tol(et_appearance_likeness(&between.appearance, &same.appearance), 0.8, 0.02);
  ck_assert(et_company_knows(&company, &between));
  ck_assert(!et_company_recognises(&company, &between));
}
END_TEST

START_TEST(a_loss_leaves_only_the_appearance)
{
  struct object o[] = {{.x = 100, .y = 100, .score = 0.9}, {.x = 160, .y = 100, .score = 0.5}};

  start(&o[0]);
  for (int i = 0; i < 5; i++)
    step(o, 2);
  et_company_leave(&company);
  ck_assert_int_eq(company.count, 0);
  ck_assert_int_eq(company.target.appearance.channels, 0);
  ck_assert_double_gt(et_appearance_likeness(&company.first, &seen.of[0].appearance), 0.99);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("company");
  TCase *tcase = tcase_create("company");

  tcase_add_checked_fixture(tcase, setup, NULL);
  tcase_add_test(tcase, a_lone_candidate_is_the_target);
  tcase_add_test(tcase, one_that_scores_higher_does_not_become_the_target);
  tcase_add_test(tcase, another_appearance_is_not_the_target);
  tcase_add_loop_test(tcase, twins_that_cross_are_told_apart, 0, sizeof crossings / sizeof *crossings);
  tcase_add_test(tcase, twins_that_could_be_either_are_told);
  tcase_add_test(tcase, a_meeting_without_an_end_is_forgotten);
  tcase_add_test(tcase, a_full_house_keeps_the_target);
  tcase_add_test(tcase, what_looks_different_is_not_known);
  tcase_add_test(tcase, a_loss_leaves_only_the_appearance);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
