/* SPDX-License-Identifier: MIT */
/* The tracker's thread: which buffers it holds, what it obeys without a frame, and how a target
 * from a kept frame reaches the present. */
#include <sys/resource.h>

#include "fixture.h"

enum { ASYNC = 1, SYNC = 2 };

static const guint64 frame_bytes = WIDTH * HEIGHT * 3 / 2;

/* Holds the tracker's thread up in the first result with a given event. */
typedef struct {
  GMutex lock;
  GCond changed;
  const gchar *event;
  gboolean reached, open;
} Gate;

static void gate_on_result(GstElement *element, const struct et_record *record, gpointer user)
{
  Gate *gate = user;

  g_mutex_lock(&gate->lock);
  if (!gate->reached && record->result.event == et_event_of(gate->event)) {
    gate->reached = TRUE;
    g_cond_broadcast(&gate->changed);
    while (!gate->open)
      g_cond_wait(&gate->changed, &gate->lock);
  }
  g_mutex_unlock(&gate->lock);
}

static void gate_init(Gate *gate, Rig *rig, const gchar *event)
{
  g_mutex_init(&gate->lock);
  g_cond_init(&gate->changed);
  gate->event = event;
  g_signal_connect(rig->element, "result", G_CALLBACK(gate_on_result), gate);
}

static void gate_wait(Gate *gate)
{
  const gint64 until = g_get_monotonic_time() + PATIENCE_S * G_TIME_SPAN_SECOND;

  g_mutex_lock(&gate->lock);
  while (!gate->reached)
    fail_unless(g_cond_wait_until(&gate->changed, &gate->lock, until), "no result with event \"%s\"", gate->event);
  g_mutex_unlock(&gate->lock);
}

static void gate_open(Gate *gate)
{
  g_mutex_lock(&gate->lock);
  gate->open = TRUE;
  g_cond_broadcast(&gate->changed);
  g_mutex_unlock(&gate->lock);
}

static void gate_clear(Gate *gate)
{
  g_mutex_clear(&gate->lock);
  g_cond_clear(&gate->changed);
}

static guint64 start(Rig *rig, Box b, guint64 frame)
{
  guint64 target = 0;

  g_signal_emit_by_name(rig->element, "track", b.x, b.y, b.w, b.h, frame, &target);
  return target;
}

static void assert_state(Rig *rig, const gchar *wanted)
{
  gchar *state;

  g_object_get(rig->element, "state", &state, NULL);
  fail_unless_equals_string(state, wanted);
  g_free(state);
}

static guint64 number_of(Rig *rig, const gchar *property)
{
  guint64 value;

  g_object_get(rig->element, property, &value, NULL);
  return value;
}

static void on_buffer_gone(gpointer counter, GstMiniObject *buffer)
{
  g_atomic_int_add((gint *)counter, -1);
}

/* A buffer that reports its end. */
static void pass_counted(Rig *rig, guint n, gint *alive)
{
  GstBuffer *buffer = picture(n, WIDTH, HEIGHT);

  g_atomic_int_inc(alive);
  gst_mini_object_weak_ref(GST_MINI_OBJECT(buffer), on_buffer_gone, alive);
  gst_buffer_unref(gst_harness_push_and_pull(rig->harness, buffer));
}

/* A camera with three buffers goes on: one is being filled, one waits for the tracker. The one that
 * the tracker has seen is back long before its result is taken. */
GST_START_TEST(test_no_buffer_is_held_once_it_has_been_seen)
{
  Rig *rig = rig_new("mode", ASYNC, "target", ball_target(0), NULL);
  Gate gate = {0};
  gint alive = 0;

  gate_init(&gate, rig, "started");
  pass_counted(rig, 0, &alive);
  gate_wait(&gate);
  fail_unless_equals_int(g_atomic_int_get(&alive), 0);
  for (guint n = 1; n < 10; n++) {
    pass_counted(rig, n, &alive);
    fail_unless(g_atomic_int_get(&alive) <= 1, "%d buffers are held", g_atomic_int_get(&alive));
  }
  gate_open(&gate);
  rig_free(rig);
  fail_unless_equals_int(alive, 0);
  gate_clear(&gate);
}
GST_END_TEST

static glong waits_of_this_thread(void)
{
  struct rusage usage;

  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nvcsw;
}

/* The tracker takes for ever, so a buffer that waited for it would never come out. No buffer waits
 * for other work either, which the kernel counts as a voluntary switch whatever the load. Beside
 * two busy loops it counts one in some 2,400 buffers, in the push; presumably a short lock whose
 * owner was preempted. Half of the buffers come with a request, and all should be kept. */
GST_START_TEST(test_async_never_waits)
{
  Rig *rig = rig_new("mode", ASYNC, "history-bytes", 10 * frame_bytes, "target", ball_target(0), NULL);
  Gate gate = {0};
  GstBuffer *in[60];
  glong waits;

  gate_init(&gate, rig, "started");
  gst_buffer_unref(rig_pass(rig, 0));
  gate_wait(&gate);
  for (guint n = 1; n < G_N_ELEMENTS(in); n++)
    in[n] = picture(n, WIDTH, HEIGHT);
  gst_buffer_unref(gst_harness_push_and_pull(rig->harness, picture(0, WIDTH, HEIGHT)));
  waits = waits_of_this_thread();
  for (guint n = 1; n < G_N_ELEMENTS(in); n++) {
    if (n % 2)
      fail_unless(start(rig, ball_box(n), 0) != 0);
    fail_unless_equals_int(gst_harness_push(rig->harness, in[n]), GST_FLOW_OK);
  }
  waits = waits_of_this_thread() - waits;
  fail_unless(waits <= (glong)G_N_ELEMENTS(in) / 10, "%ld waits", waits);
  fail_unless_equals_uint64(number_of(rig, "frames"), G_N_ELEMENTS(in) + 1);
  fail_unless(number_of(rig, "dropped") > 20, "only %" G_GUINT64_FORMAT " were dropped", number_of(rig, "dropped"));
  gate_open(&gate);
  rig_free(rig);
  gate_clear(&gate);
}
GST_END_TEST

/* The camera stalls: no more frames come, and yet the request is obeyed. */
static void assert_obeyed_without_a_frame(gint mode, const gchar *request, const gchar *event, const gchar *reason, const gchar *state)
{
  Rig *rig = rig_new("mode", mode, "messages", 1, "target", ball_target(0), NULL);
  GstStructure *s;

  gst_buffer_unref(rig_pass(rig, 0));
  gst_structure_free(rig_event(rig, "started"));
  if (g_str_equal(request, "lose"))
    g_signal_emit_by_name(rig->element, request, et_reason_of(reason));
  else
    g_signal_emit_by_name(rig->element, request);
  s = rig_event(rig, event);
  fail_unless_equals_string(field_string(s, "reason"), reason);
  gst_structure_free(s);
  assert_state(rig, state);
  rig_free(rig);
}

GST_START_TEST(test_stop_needs_no_frame)
{
  assert_obeyed_without_a_frame(__i__, "stop", "stopped", "requested", "idle");
}
GST_END_TEST

GST_START_TEST(test_lose_needs_no_frame)
{
  assert_obeyed_without_a_frame(__i__, "lose", "lost", "stream-down", "lost");
}
GST_END_TEST

/* A request that has its frame, but has not been handled, comes before the stop that came after it.
 * */
GST_START_TEST(test_stop_comes_after_the_wish_before_it)
{
  Rig *rig = rig_new("mode", ASYNC, "messages", 1, "target", ball_target(0), NULL);
  Gate gate = {0};
  GstStructure *s;
  guint64 target;

  gate_init(&gate, rig, "started");
  gst_buffer_unref(rig_pass(rig, 0));
  gate_wait(&gate);
  target = start(rig, ball_box(1), 0);
  gst_buffer_unref(rig_pass(rig, 1));
  g_signal_emit_by_name(rig->element, "stop");
  gate_open(&gate);
  gst_structure_free(rig_event(rig, "started"));
  s = rig_event(rig, "started");
  fail_unless_equals_uint64(field_uint64(s, "target"), target);
  gst_structure_free(s);
  s = rig_event(rig, "stopped");
  fail_unless_equals_uint64(field_uint64(s, "target"), target);
  gst_structure_free(s);
  assert_state(rig, "idle");
  rig_free(rig);
  gate_clear(&gate);
}
GST_END_TEST

/* A new target right after a stop is started on the next frame, as if the thread had not been woken
 * between them. */
GST_START_TEST(test_a_target_after_a_stop_is_started)
{
  Rig *rig = rig_new("mode", __i__, "messages", 1, "target", ball_target(0), NULL);
  GstStructure *s;
  guint64 target;

  gst_buffer_unref(rig_pass(rig, 0));
  gst_structure_free(rig_event(rig, "started"));
  g_signal_emit_by_name(rig->element, "stop");
  target = start(rig, ball_box(1), 0);
  gst_buffer_unref(rig_pass(rig, 1));
  s = rig_event(rig, "started");
  fail_unless_equals_uint64(field_uint64(s, "target"), target);
  gst_structure_free(s);
  assert_state(rig, "tracking");
  rig_free(rig);
}
GST_END_TEST

static void note_processed(GstElement *element, const struct et_record *record, gpointer user)
{
  if (record->result.event == ET_EVENT_STARTED)
    g_object_get(element, "processed", user, NULL);
}

/* The next message, whatever its event. */
static GstStructure *next_message(Rig *rig)
{
  GstMessage *message = rig_wait(rig, GST_MESSAGE_ELEMENT);
  GstStructure *s = gst_structure_copy(gst_message_get_structure(message));

  gst_message_unref(message);
  return s;
}

/* Twelve frames are kept, and a target is started on the sixth. When that is reported the present
 * has been reached, and the next report is of the present. */
GST_START_TEST(test_nothing_is_told_before_the_present)
{
  Rig *rig = rig_new("mode", SYNC, "messages", 2, "history-bytes", 12 * frame_bytes, NULL);
  guint64 processed = 0;
  GstStructure *s;

  g_signal_connect(rig->element, "result", G_CALLBACK(note_processed), &processed);
  for (guint n = 0; n < 12; n++)
    gst_buffer_unref(rig_pass(rig, n));
  start(rig, ball_box(5), 6);
  gst_buffer_unref(rig_pass(rig, 12));
  s = next_message(rig);
  fail_unless_equals_string(field_string(s, "event"), "started");
  fail_unless_equals_uint64(field_uint64(s, "frame"), 6);
  gst_structure_free(s);
  s = next_message(rig);
  fail_unless_equals_uint64(field_uint64(s, "frame"), 13);
  fail_unless(iou(box_of(s), ball_box(12)) > 0.6, "the present box is off");
  gst_structure_free(s);
  fail_unless(processed >= 2, "\"started\" was told after %" G_GUINT64_FORMAT " frames", processed);
  fail_unless_equals_uint64(number_of(rig, "processed"), processed);
  rig_free(rig);
}
GST_END_TEST

/* Passes a frame that is sure to be kept. Waits until the frames before it have been copied: only
 * the `held` ones of the tracker are left. */
static void pass_kept(Rig *rig, guint n, gint *alive, gint held)
{
  for (gint tries = 0; g_atomic_int_get(alive) > held; tries++) {
    fail_unless(tries < PATIENCE_S * 100, "%d buffers are held", g_atomic_int_get(alive));
    g_usleep(10000);
  }
  pass_counted(rig, n, alive);
}

/* While the tracker is on its way from a kept frame, ten more come. The way ends at the newest of
 * them. */
GST_START_TEST(test_catching_up_ends_at_the_newest_frame)
{
  Rig *rig = rig_new("mode", ASYNC, "messages", 2, "history-bytes", 30 * frame_bytes, "target", ball_target(0), NULL);
  Gate gate = {0};
  GstStructure *s;
  guint64 frame = 0;
  gint alive = 0;

  gate_init(&gate, rig, "stopped");
  for (guint n = 0; n < 10; n++)
    pass_kept(rig, n, &alive, 0);
  start(rig, ball_box(5), 6);
  pass_kept(rig, 10, &alive, 0);
  gate_wait(&gate);
  for (guint n = 11; n < 21; n++)
    pass_kept(rig, n, &alive, 2); /* the one with the request, and the newest one */
  gate_open(&gate);
  do {
    s = rig_event(rig, "started");
    frame = field_uint64(s, "frame");
    gst_structure_free(s);
  } while (frame != 6);
  s = next_message(rig);
  fail_unless_equals_uint64(field_uint64(s, "frame"), 21);
  fail_unless(iou(box_of(s), ball_box(20)) > 0.6, "the present box is off");
  gst_structure_free(s);
  rig_free(rig);
  gate_clear(&gate);
}
GST_END_TEST

/* The ball is out of the picture. What the target becomes on the way is told with the first present
 * frame. */
static GstBuffer *picture_without_ball(guint n)
{
  GstBuffer *buffer = picture(1000, WIDTH, HEIGHT);

  GST_BUFFER_PTS(buffer) = n * GST_SECOND / 25;
  return buffer;
}

GST_START_TEST(test_a_target_lost_on_the_way_says_so)
{
  Rig *rig = rig_new("mode", SYNC, "messages", 1, "history-bytes", 30 * frame_bytes, "coast-s", 0.0, "found-score", 1.0, "weak-score", 0.99,
                     "lost-score", 0.98, NULL);
  GstStructure *s;

  gst_buffer_unref(rig_pass(rig, 0));
  for (guint n = 1; n < 25; n++)
    gst_buffer_unref(gst_harness_push_and_pull(rig->harness, picture_without_ball(n)));
  start(rig, ball_box(0), 1);
  gst_buffer_unref(gst_harness_push_and_pull(rig->harness, picture_without_ball(25)));
  gst_structure_free(rig_event(rig, "started"));
  s = next_message(rig);
  fail_unless_equals_string(field_string(s, "event"), "lost");
  fail_unless_equals_uint64(field_uint64(s, "frame"), 26);
  gst_structure_free(s);
  rig_free(rig);
}
GST_END_TEST

/* A thread that asks for the latency, which depends on the state, and reports that frames stopped
 * coming. */
typedef struct {
  Rig *rig;
  gint quit;
} Bystander;

static gpointer ask_and_lose(gpointer data)
{
  Bystander *b = data;

  while (!g_atomic_int_get(&b->quit)) {
    GstQuery *query = gst_query_new_latency();

    gst_element_query(b->rig->element, query);
    gst_query_unref(query);
    g_signal_emit_by_name(b->rig->element, "lose", ET_REASON_STREAM_DOWN);
    g_usleep(200);
  }
  return NULL;
}

/* The element starts and stops while another thread uses it. */
GST_START_TEST(test_a_bystander_sees_the_worker_whole_or_not_at_all)
{
  Bystander bystander = {rig_new("mode", __i__, "target", ball_target(0), NULL), 0};
  GThread *thread = g_thread_new("bystander", ask_and_lose, &bystander);

  for (guint n = 0; n < 4; n++)
    gst_buffer_unref(rig_pass(bystander.rig, n));
  fail_unless_equals_int(gst_element_set_state(bystander.rig->element, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int(gst_element_set_state(bystander.rig->element, GST_STATE_PAUSED), GST_STATE_CHANGE_SUCCESS);
  fail_unless_equals_int(gst_element_set_state(bystander.rig->element, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  g_atomic_int_set(&bystander.quit, 1);
  g_thread_join(thread);
  rig_free(bystander.rig);
}
GST_END_TEST

static Suite *worker_suite(void)
{
  Suite *s = suite_create("worker");
  TCase *t = tcase_create("worker"), *real = tcase_create("with the real model");

  tcase_set_timeout(t, TEST_S);
  tcase_set_timeout(real, TEST_S);
  tcase_add_checked_fixture(real, use_real_model, NULL);
  tcase_add_test(real, test_nothing_is_told_before_the_present);
  tcase_add_test(real, test_catching_up_ends_at_the_newest_frame);
  tcase_add_test(t, test_no_buffer_is_held_once_it_has_been_seen);
  tcase_add_test(t, test_async_never_waits);
  tcase_add_loop_test(t, test_stop_needs_no_frame, ASYNC, SYNC + 1);
  tcase_add_loop_test(t, test_lose_needs_no_frame, ASYNC, SYNC + 1);
  tcase_add_test(t, test_stop_comes_after_the_wish_before_it);
  tcase_add_loop_test(t, test_a_target_after_a_stop_is_started, ASYNC, SYNC + 1);
  tcase_add_test(t, test_a_target_lost_on_the_way_says_so);
  tcase_add_loop_test(t, test_a_bystander_sees_the_worker_whole_or_not_at_all, ASYNC, SYNC + 1);
  suite_add_tcase(s, t);
  suite_add_tcase(s, real);
  return s;
}

GST_CHECK_MAIN(worker)
