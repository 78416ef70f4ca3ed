/* SPDX-License-Identifier: MIT */
/* The kept frames of an element that must not wait. Memory that is slow to read shows who waits for
 * it, and what is held meanwhile. */
#include <string.h>

#include "fixture.h"

enum { ASYNC = 1, MOST_WAITING = 2 };

static const guint64 frame_bytes = WIDTH * HEIGHT * 3 / 2;

/* Memory that cannot be mapped before the gate is open. */
typedef struct {
  GstMemory parent;
  guint8 pixels[WIDTH * HEIGHT * 3 / 2];
} SlowMemory;

static GMutex gate_lock;
static GCond gate_changed;
static gboolean gate_open;
static gint maps_wanted, alive;

static gpointer map_slowly(GstMemory *memory, gsize size, GstMapFlags flags)
{
  g_mutex_lock(&gate_lock);
  maps_wanted++;
  g_cond_broadcast(&gate_changed);
  while (!gate_open)
    g_cond_wait(&gate_changed, &gate_lock);
  g_mutex_unlock(&gate_lock);
  return ((SlowMemory *)memory)->pixels;
}

static void unmap(GstMemory *memory)
{
}

static void open_gate(void)
{
  g_mutex_lock(&gate_lock);
  gate_open = TRUE;
  g_cond_broadcast(&gate_changed);
  g_mutex_unlock(&gate_lock);
}

/* Waits until a thread has begun to read. */
static void wait_for_reader(void)
{
  const gint64 until = g_get_monotonic_time() + PATIENCE_S * G_TIME_SPAN_SECOND;

  g_mutex_lock(&gate_lock);
  while (maps_wanted == 0)
    fail_unless(g_cond_wait_until(&gate_changed, &gate_lock, until), "nobody reads the frame");
  g_mutex_unlock(&gate_lock);
}

static GstMemory *refuse_to_allocate(GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  return NULL;
}

static void free_memory(GstAllocator *allocator, GstMemory *memory)
{
  g_free(memory);
  g_atomic_int_add(&alive, -1);
}

typedef struct {
  GstAllocator parent;
} SlowAllocator;

typedef struct {
  GstAllocatorClass parent_class;
} SlowAllocatorClass;

static GType slow_allocator_get_type(void);
G_DEFINE_TYPE(SlowAllocator, slow_allocator, GST_TYPE_ALLOCATOR)

static void slow_allocator_class_init(SlowAllocatorClass *c)
{
  GST_ALLOCATOR_CLASS(c)->alloc = refuse_to_allocate;
  GST_ALLOCATOR_CLASS(c)->free = free_memory;
}

static void slow_allocator_init(SlowAllocator *self)
{
  GST_ALLOCATOR(self)->mem_map = map_slowly;
  GST_ALLOCATOR(self)->mem_unmap = unmap;
  GST_OBJECT_FLAG_SET(self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC); /* copies are ordinary memory */
}

static GstAllocator *allocator;

static void setup(void)
{
  allocator = gst_object_ref_sink(g_object_new(slow_allocator_get_type(), NULL));
  gate_open = FALSE;
  maps_wanted = alive = 0;
}

static void teardown(void)
{
  gst_object_unref(allocator);
}

/* Frame n in slow memory. */
static void pass_slow(Rig *rig, guint n)
{
  SlowMemory *memory = g_new(SlowMemory, 1);
  GstBuffer *buffer = gst_buffer_new();

  memset(memory->pixels, 110, sizeof memory->pixels);
  gst_memory_init(GST_MEMORY_CAST(memory), GST_MEMORY_FLAG_NO_SHARE, allocator, NULL, sizeof memory->pixels, 0, 0, sizeof memory->pixels);
  gst_buffer_append_memory(buffer, GST_MEMORY_CAST(memory));
  GST_BUFFER_PTS(buffer) = n * GST_SECOND / 25;
  g_atomic_int_inc(&alive);
  gst_buffer_unref(gst_harness_push_and_pull(rig->harness, buffer));
}

/* The number under which frame n is kept, or 0 if it is not kept. */
static guint64 number_of(Rig *rig, guint n)
{
  guint64 frame = 0;

  g_signal_emit_by_name(rig->element, "frame-at", (guint64)n * GST_SECOND / 25, &frame);
  return frame == n + 1 ? frame : 0;
}

static void wait_for_no_buffer(void)
{
  for (gint tries = 0; g_atomic_int_get(&alive) > 0; tries++) {
    fail_unless(tries < PATIENCE_S * 100, "%d buffers are still held", g_atomic_int_get(&alive));
    g_usleep(10000);
  }
}

/* The frame passes while its copy is waited for and can be found at once. Its buffer goes back when
 * the copy is done. */
GST_START_TEST(test_no_buffer_waits_for_its_copy)
{
  Rig *rig = rig_new("mode", ASYNC, "history-bytes", 10 * frame_bytes, NULL);

  pass_slow(rig, 0);
  wait_for_reader();
  fail_unless_equals_uint64(number_of(rig, 0), 1);
  fail_unless_equals_int(g_atomic_int_get(&alive), 1);
  open_gate();
  wait_for_no_buffer();
  fail_unless_equals_uint64(number_of(rig, 0), 1);
  rig_free(rig);
}
GST_END_TEST

/* While the first frame is being copied, a second one waits. The others are not kept, and nothing
 * holds their buffers. */
GST_START_TEST(test_few_buffers_wait)
{
  Rig *rig = rig_new("mode", ASYNC, "history-bytes", 10 * frame_bytes, NULL);

  for (guint n = 0; n < 6; n++)
    pass_slow(rig, n);
  wait_for_reader();
  fail_unless_equals_int(g_atomic_int_get(&alive), MOST_WAITING);
  for (guint n = 0; n < 6; n++)
    fail_unless_equals_uint64(number_of(rig, n), n < MOST_WAITING ? n + 1 : 0);
  open_gate();
  wait_for_no_buffer();
  pass_slow(rig, 6);
  wait_for_no_buffer();
  for (guint n = 0; n < 7; n++)
    fail_unless_equals_uint64(number_of(rig, n), n < MOST_WAITING || n == 6 ? n + 1 : 0);
  rig_free(rig);
}
GST_END_TEST

static void change_size(Rig *rig)
{
  rig_set_size(rig, WIDTH / 2, HEIGHT / 2);
  gst_buffer_unref(gst_harness_push_and_pull(rig->harness, picture(100, WIDTH / 2, HEIGHT / 2)));
  rig_set_size(rig, WIDTH, HEIGHT);
}

/* A copy that was under way when all frames were let go does not come back. */
static void (*const emptied_by[])(Rig *) = {rig_flush, change_size};

GST_START_TEST(test_a_copy_under_way_is_forgotten_too)
{
  Rig *rig = rig_new("mode", ASYNC, "history-bytes", 10 * frame_bytes, NULL);

  pass_slow(rig, 0);
  pass_slow(rig, 1);
  wait_for_reader();
  emptied_by[__i__](rig);
  fail_unless_equals_uint64(number_of(rig, 0), 0);
  open_gate();
  wait_for_no_buffer();
  fail_unless_equals_uint64(number_of(rig, 0), 0);
  fail_unless_equals_uint64(number_of(rig, 1), 0);
  rig_free(rig);
}
GST_END_TEST

GST_START_TEST(test_the_element_ends_with_a_copy_under_way)
{
  Rig *rig = rig_new("mode", ASYNC, "history-bytes", 10 * frame_bytes, NULL);
  GThread *opener;

  for (guint n = 0; n < 3; n++)
    pass_slow(rig, n);
  wait_for_reader();
  opener = g_thread_new("opener", (GThreadFunc)(void (*)(void))open_gate, NULL);
  rig_free(rig);
  g_thread_join(opener);
  fail_unless_equals_int(alive, 0);
}
GST_END_TEST

/* The limit also holds for copies that are made one by one: the newest three are kept. */
GST_START_TEST(test_the_oldest_go)
{
  Rig *rig = rig_new("mode", ASYNC, "history-bytes", 3 * frame_bytes, NULL);

  open_gate();
  for (guint n = 0; n < 8; n++) {
    pass_slow(rig, n);
    wait_for_no_buffer();
  }
  for (guint n = 0; n < 8; n++)
    fail_unless_equals_uint64(number_of(rig, n), n < 5 ? 0 : n + 1);
  rig_free(rig);
}
GST_END_TEST

/* A target can be started on a frame that has not been copied yet. */
GST_START_TEST(test_a_frame_that_waits_starts_a_target)
{
  Rig *rig = rig_new("mode", ASYNC, "messages", 1, "history-bytes", 10 * frame_bytes, NULL);
  guint64 target = 0;
  GstStructure *s;

  pass_slow(rig, 0);
  wait_for_reader();
  g_signal_emit_by_name(rig->element, "track", 100.0, 90.0, 40.0, 40.0, (guint64)1, &target);
  pass_slow(rig, 1);
  open_gate();
  s = rig_event(rig, "started");
  fail_unless_equals_uint64(field_uint64(s, "target"), target);
  fail_unless_equals_uint64(field_uint64(s, "frame"), 1);
  gst_structure_free(s);
  rig_free(rig);
}
GST_END_TEST

static Suite *history_suite(void)
{
  Suite *s = suite_create("history");
  TCase *t = tcase_create("history");

  tcase_set_timeout(t, TEST_S);
  tcase_add_checked_fixture(t, setup, teardown);
  tcase_add_test(t, test_no_buffer_waits_for_its_copy);
  tcase_add_test(t, test_few_buffers_wait);
  tcase_add_loop_test(t, test_a_copy_under_way_is_forgotten_too, 0, (gint)G_N_ELEMENTS(emptied_by));
  tcase_add_test(t, test_the_element_ends_with_a_copy_under_way);
  tcase_add_test(t, test_the_oldest_go);
  tcase_add_test(t, test_a_frame_that_waits_starts_a_target);
  suite_add_tcase(s, t);
  return s;
}

GST_CHECK_MAIN(history)
