/* SPDX-License-Identifier: MIT */
/* The names of states, events, reasons and refusals: complete, all different, and read back. */
#include <string.h>

#include "etrack/record.h"
#include "test/main.h"

START_TEST(states_are_read_back)
{
  for (enum et_state s = ET_STATE_IDLE; s <= ET_STATE_LOST; s++)
    ck_assert_int_eq(et_state_of(et_state_name(s)), s);
  ck_assert_int_eq(et_state_of("asleep"), ET_STATE_IDLE);
  ck_assert_str_eq(et_state_name(ET_STATE_LOST + 1), "unknown");
}
END_TEST

START_TEST(events_are_read_back)
{
  for (enum et_event e = ET_EVENT_NONE; e <= ET_EVENT_STOPPED; e++)
    ck_assert_int_eq(et_event_of(et_event_name(e)), e);
  ck_assert_int_eq(et_event_of("stream-up"), ET_EVENT_NONE);
}
END_TEST

START_TEST(reasons_are_read_back)
{
  for (enum et_reason r = ET_REASON_NONE; r <= ET_REASON_STREAM_ENDED; r++)
    ck_assert_int_eq(et_reason_of(et_reason_name(r)), r);
  ck_assert_str_eq(et_reason_name(ET_REASON_NONE), "");
  ck_assert_int_eq(et_reason_of("rain"), ET_REASON_NONE);
}
END_TEST

START_TEST(refusals_have_names)
{
  ck_assert_str_eq(et_refusal_name(ET_REFUSAL_BAD_BOX), "bad-box");
  ck_assert_str_eq(et_refusal_name(ET_REFUSAL_INTERNAL), "internal");
  ck_assert_str_eq(et_refusal_name(ET_REFUSAL_INTERNAL + 1), "unknown");
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("record");
  TCase *tcase = tcase_create("record");

  tcase_add_test(tcase, states_are_read_back);
  tcase_add_test(tcase, events_are_read_back);
  tcase_add_test(tcase, reasons_are_read_back);
  tcase_add_test(tcase, refusals_have_names);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
