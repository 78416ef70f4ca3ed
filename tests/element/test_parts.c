/* SPDX-License-Identifier: MIT */
/* The kept frames without their element, whose lock keeps most of their threads apart. */
#include "fixture.h"
#include "history.h"

typedef struct {
  struct history *history;
  gint quit;
} Looker;

static gpointer look_all_the_time(gpointer data)
{
  Looker *looker = data;
  uint64_t frame;

  while (!g_atomic_int_get(&looker->quit))
    history_find_pts(looker->history, 0, 0, &frame);
  return NULL;
}

static void on_buffer_gone(gpointer counter, GstMiniObject *buffer)
{
  g_atomic_int_add((gint *)counter, -1);
}

/* Returns when it has been copied: its buffer is let go then. */
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

/* Somebody looks a frame up all the time while others come, each after the one before has been copied: all of them are kept. */
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
  TCase *of_history = tcase_create("history");

  tcase_set_timeout(of_history, 60);
  tcase_add_test(of_history, test_looking_loses_no_frame);
  suite_add_tcase(s, of_history);
  return s;
}

GST_CHECK_MAIN(parts)
