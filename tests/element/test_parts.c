/* SPDX-License-Identifier: MIT */
/* The worker and the kept frames without their element, whose lock keeps most of their threads
 * apart. */
#include <semaphore.h>
#include <stdlib.h>

#include "fixture.h"
#include "worker.h"

/* The tracker's thread waits in each record until it may go on. */
static sem_t reached, go_on;
static gint open_for_all;

static void wait_in_record(const struct et_record *record, void *user)
{
  if (g_atomic_int_get(&open_for_all))
    return;
  sem_post(&reached);
  sem_wait(&go_on);
}

static void ignore_refusal(const struct wish *wish, enum et_refusal why, const char *words, void *user)
{
}

static struct et_model *model;
static struct history *history;
static struct worker *worker;

static void setup(void)
{
  static const struct worker_observer observer = {wait_in_record, ignore_refusal};
  struct et_params params;
  char path[ET_MODEL_PATH];

  fail_unless(et_model_find(getenv("ETRACK_MODEL"), path, NULL) == ET_OK);
  fail_unless(et_model_open(path, &model, NULL) == ET_OK);
  et_params_default(&params);
  history = history_create(0);
  fail_unless(worker_create(model, &params, history, &observer, NULL, &worker, NULL) == ET_OK);
  fail_unless(worker_start(worker));
  sem_init(&reached, 0, 0);
  sem_init(&go_on, 0, 0);
  g_atomic_int_set(&open_for_all, FALSE);
}

static void teardown(void)
{
  worker_destroy(&worker);
  history_destroy(&history);
  et_model_close(&model);
  sem_destroy(&reached);
  sem_destroy(&go_on);
}

static void wish(guint n)
{
  const Box b = ball_box(0);
  const struct wish wish = {.target = n + 1, .start = {.box = {b.x, b.y, b.w, b.h}, .pts_ns = -1}};
  struct wish replaced;

  request_wish(worker_requests(worker), &wish, &replaced);
}

static void submit(GstBuffer *buffer, guint n)
{
  struct job job = {.buffer = buffer, .frame = n + 1, .pts = GST_CLOCK_TIME_NONE, .running_time = GST_CLOCK_TIME_NONE, .time_ns = n};

  gst_video_info_set_format(&job.info, GST_VIDEO_FORMAT_I420, WIDTH, HEIGHT);
  worker_submit(worker, &job);
}

/* Lets the thread take a frame from either place, and holds the thread up in the first. */
static void hold_the_thread(GstBuffer *buffer)
{
  wish(0);
  submit(buffer, 0);
  sem_wait(&reached);
  submit(buffer, 1);
  wish(2);
  submit(buffer, 2);
  sem_post(&go_on);
  sem_wait(&reached);
}

static gpointer lose(gpointer nothing)
{
  struct worker_unbegun unbegun = worker_lose(worker, ET_REASON_STREAM_DOWN);

  worker_let_go(&unbegun);
  return NULL;
}

static guint64 dropped(void)
{
  struct worker_counters counters;

  worker_get_counters(worker, &counters);
  return counters.dropped;
}

/* Submits until one frame displaces none: the thread has taken the one before. Returns the number
 * of the next frame. */
static guint submit_until_one_is_taken(GstBuffer *buffer, guint n)
{
  const gint64 until = g_get_monotonic_time() + 20 * G_TIME_SPAN_SECOND;
  guint64 before;

  do {
    before = dropped();
    submit(buffer, n++);
    fail_unless(g_get_monotonic_time() < until, "nobody takes a frame");
  } while (dropped() != before);
  return n;
}

/* The thread has two jobs, a third waits with its request, a fourth in the slot. A thread that
 * forgets frames has a fifth, while it waits for the requests' lock. A frame that comes now takes a
 * sixth, and gives back the one that it displaces. */
GST_START_TEST(test_a_job_is_always_free)
{
  GstBuffer *buffer = picture(0, WIDTH, HEIGHT);
  GThread *loser;
  guint n = 3;

  hold_the_thread(buffer);
  submit(buffer, n++);
  wish(n);
  submit(buffer, n++);
  request_lock(worker_requests(worker));
  loser = g_thread_new("loser", lose, NULL);
  n = submit_until_one_is_taken(buffer, n);
  submit(buffer, n);
  request_unlock(worker_requests(worker));
  g_thread_join(loser);
  g_atomic_int_set(&open_for_all, TRUE);
  sem_post(&go_on);
  worker_stop(worker);
  worker_flush(worker);
  ASSERT_MINI_OBJECT_REFCOUNT(buffer, "frame", 1);
  gst_buffer_unref(buffer);
}
GST_END_TEST

typedef struct {
  struct history *history;
  gint quit;
} Looker;

static gpointer look_all_the_time(gpointer data)
{
  Looker *looker = data;
  uint64_t frame;

  while (!g_atomic_int_get(&looker->quit))
    history_find_pts(looker->history, 0, &frame);
  return NULL;
}

static void on_buffer_gone(gpointer counter, GstMiniObject *buffer)
{
  g_atomic_int_add((gint *)counter, -1);
}

/* Returns when the frame has been copied: its buffer is let go then. */
static void keep(struct history *kept, guint n)
{
  GstBuffer *buffer = picture(0, WIDTH, HEIGHT);
  const struct job job = {.buffer = buffer, .frame = n + 1, .pts = n};
  gint alive = 1;

  gst_mini_object_weak_ref(GST_MINI_OBJECT(buffer), on_buffer_gone, &alive);
  history_add(kept, &job);
  gst_buffer_unref(buffer);
  for (gint tries = 0; g_atomic_int_get(&alive); tries++) {
    fail_unless(tries < 20000, "frame %u is not copied", n);
    g_usleep(1000);
  }
}

/* One thread looks a frame up all the time while others come, each after the one before has been
 * copied. All are kept. */
GST_START_TEST(test_looking_loses_no_frame)
{
  enum { FRAMES = 40 };
  Looker looker = {history_create(FRAMES * WIDTH * HEIGHT * 3 / 2), 0};
  GThread *threads[2];
  struct job job;

  history_start(looker.history);
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    threads[i] = g_thread_new("looker", look_all_the_time, &looker);
  for (guint n = 0; n < FRAMES; n++)
    keep(looker.history, n);
  g_atomic_int_set(&looker.quit, 1);
  for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
    g_thread_join(threads[i]);
  for (guint n = 0; n < FRAMES; n++) {
    fail_unless(history_get(looker.history, n + 1, &job), "frame %u is not kept", n);
    gst_buffer_unref(job.buffer);
  }
  history_destroy(&looker.history);
}
GST_END_TEST

static Suite *parts_suite(void)
{
  Suite *s = suite_create("parts");
  TCase *of_worker = tcase_create("worker"), *of_history = tcase_create("history");

  tcase_set_timeout(of_worker, 60);
  tcase_add_checked_fixture(of_worker, setup, teardown);
  tcase_add_test(of_worker, test_a_job_is_always_free);
  suite_add_tcase(s, of_worker);
  tcase_set_timeout(of_history, 60);
  tcase_add_test(of_history, test_looking_loses_no_frame);
  suite_add_tcase(s, of_history);
  return s;
}

GST_CHECK_MAIN(parts)
