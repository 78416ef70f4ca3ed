/* SPDX-License-Identifier: MIT */
/* Measures how often the threads of the element wake up, and how long a frame waits for the
 * tracker's thread, with one and eight live streams, with a target and without.
 *
 * Design notes. A wake-up is counted by the voluntary context switch before it, which the kernel
 * counts per thread. Threads are told apart by the names that they give themselves. The wait is the
 * `queue` time of the results, from the element to the tracker. */
#include <getopt.h>
#include <gst/gst.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/histogram.h"
#include "launch.h"

enum { MOST_STREAMS = 8, WARM_UP_S = 2 };

struct options {
  const char *format, *model;
  int width, height, rate, seconds;
  guint64 history_bytes;
};

struct streams {
  int count;
  bool target;
  GstElement *pipeline[MOST_STREAMS];
  GMutex lock;
  bool measures;            /* by `lock`, as the rest */
  struct et_histogram wait; /* of the frames tracked */
};

static GstBusSyncReply on_message(GstBus *bus, GstMessage *message, gpointer user)
{
  struct streams *streams = user;
  gint64 wait_ns;

  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    bench_print_error(message);
    exit(EXIT_FAILURE);
  }
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT && gst_structure_get_int64(gst_message_get_structure(message), "queue", &wait_ns)) {
    g_mutex_lock(&streams->lock);
    if (streams->measures)
      et_histogram_add(&streams->wait, wait_ns);
    g_mutex_unlock(&streams->lock);
  }
  gst_message_unref(message);
  return GST_BUS_DROP;
}

static void measure(struct streams *streams, bool measures)
{
  g_mutex_lock(&streams->lock);
  streams->measures = measures;
  g_mutex_unlock(&streams->lock);
}

static GstElement *make_pipeline(const struct options *o, bool target)
{
  char *box = target ? g_strdup_printf("target=%d,%d,40,40", o->width / 2 - 20, o->height / 2 - 20) : g_strdup("");
  char *model = o->model ? g_strdup_printf("model=\"%s\"", o->model) : g_strdup("");
  char *text = g_strdup_printf("videotestsrc is-live=true pattern=ball ! video/x-raw,format=%s,width=%d,height=%d,framerate=%d/1 ! "
                               "etrack name=e mode=async messages=all history-bytes=%" G_GUINT64_FORMAT " %s %s ! fakesink",
                               o->format, o->width, o->height, o->rate, o->history_bytes, box, model);
  GstElement *pipeline = bench_launch(text);

  g_free(box);
  g_free(model);
  g_free(text);
  return pipeline;
}

static void start(struct streams *streams, const struct options *o)
{
  for (int i = 0; i < streams->count; i++) {
    GstBus *bus;

    streams->pipeline[i] = make_pipeline(o, streams->target);
    bus = gst_element_get_bus(streams->pipeline[i]);
    gst_bus_set_sync_handler(bus, on_message, streams, NULL);
    gst_object_unref(bus);
    gst_element_set_state(streams->pipeline[i], GST_STATE_PLAYING);
  }
}

static void stop(struct streams *streams)
{
  for (int i = 0; i < streams->count; i++) {
    gst_element_set_state(streams->pipeline[i], GST_STATE_NULL);
    gst_object_unref(streams->pipeline[i]);
  }
}

/* Reads a file of a thread; NULL if the thread has ended. */
static char *read_of_thread(const char *thread, const char *name)
{
  char *path = g_build_filename("/proc/self/task", thread, name, NULL), *text = NULL;

  g_file_get_contents(path, &text, NULL, NULL);
  g_free(path);
  return text;
}

static gint64 switches_of(const char *thread, const char *name)
{
  char *comm = read_of_thread(thread, "comm"), *status = read_of_thread(thread, "status");
  const char *line = status ? strstr(status, "\nvoluntary_ctxt_switches:") : NULL;
  gint64 switches = 0;

  if (comm && line && strcmp(g_strchomp(comm), name) == 0)
    switches = g_ascii_strtoll(strchr(line, ':') + 1, NULL, 10);
  g_free(comm);
  g_free(status);
  return switches;
}

/* The voluntary switches of all threads with that name. */
static gint64 voluntary_switches(const char *name)
{
  GDir *threads = g_dir_open("/proc/self/task", 0, NULL);
  gint64 sum = 0;

  for (const char *thread = g_dir_read_name(threads); thread; thread = g_dir_read_name(threads))
    sum += switches_of(thread, name);
  g_dir_close(threads);
  return sum;
}

static gint64 frames(const struct streams *streams)
{
  guint64 sum = 0, frames;

  for (int i = 0; i < streams->count; i++) {
    GstElement *element = gst_bin_get_by_name(GST_BIN(streams->pipeline[i]), "e");

    g_object_get(element, "frames", &frames, NULL);
    sum += frames;
    gst_object_unref(element);
  }
  return (gint64)sum;
}

static void run(const struct options *o, int count, bool target)
{
  static const char *const threads[] = {"etrack", "etrack-history"};
  struct streams streams = {.count = count, .target = target};
  gint64 before[2], rate[2], frames_before;

  g_mutex_init(&streams.lock);
  start(&streams, o);
  g_usleep(WARM_UP_S * G_USEC_PER_SEC);
  measure(&streams, true);
  frames_before = frames(&streams);
  for (int i = 0; i < 2; i++)
    before[i] = voluntary_switches(threads[i]);
  g_usleep((gulong)o->seconds * G_USEC_PER_SEC);
  for (int i = 0; i < 2; i++)
    rate[i] = (voluntary_switches(threads[i]) - before[i]) / o->seconds;
  measure(&streams, false);
  frames_before = frames(&streams) - frames_before;
  stop(&streams);
  g_mutex_clear(&streams.lock);
  printf("%7d  %-6s %9" G_GINT64_FORMAT " %9" G_GINT64_FORMAT " %9" G_GINT64_FORMAT " %10" G_GINT64_FORMAT, count, target ? "yes" : "no",
         rate[0], rate[1], rate[0] + rate[1], frames_before / o->seconds);
  if (target)
    printf(" %10d %9.2f %9.2f", (int)et_histogram_count(&streams.wait) / o->seconds,
           (double)et_histogram_quantile_ns(&streams.wait, 0.5) / 1e6, (double)et_histogram_quantile_ns(&streams.wait, 0.95) / 1e6);
  printf("\n");
  fflush(stdout);
}

static void usage(const char *program)
{
  printf("usage: %s [OPTION...]\n"
         "  --size WxH          of the frames (default 320x240)\n"
         "  --format NAME       of the pixels, as in caps (default NV12)\n"
         "  --rate N            frames per second of each stream (default 30)\n"
         "  --seconds N         per line of the table (default 10)\n"
         "  --history-bytes N   per stream (default 4000000)\n"
         "  --model FILE        (default: as the element finds it)\n",
         program);
}

static const struct option long_options[] = {
  {"size", required_argument, NULL, 's'},          {"format", required_argument, NULL, 'f'},
  {"rate", required_argument, NULL, 'r'},          {"seconds", required_argument, NULL, 'n'},
  {"model", required_argument, NULL, 'M'},         {"help", no_argument, NULL, 'h'},
  {"history-bytes", required_argument, NULL, 'H'}, {0},
};

static bool read_option(struct options *o, int option)
{
  switch (option) {
  case 's':
    return sscanf(optarg, "%dx%d", &o->width, &o->height) == 2 && o->width >= 64 && o->height >= 64;
  case 'f':
    o->format = optarg;
    return true;
  case 'r':
    return (o->rate = atoi(optarg)) > 0;
  case 'n':
    return (o->seconds = atoi(optarg)) > 0;
  case 'M':
    o->model = optarg;
    return true;
  case 'H':
    o->history_bytes = g_ascii_strtoull(optarg, NULL, 10);
    return true;
  default:
    return false;
  }
}

int main(int argc, char **argv)
{
  struct options o = {.format = "NV12", .width = 320, .height = 240, .rate = 30, .seconds = 10, .history_bytes = 4000000};
  int option;

  while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
    if (!read_option(&o, option)) {
      usage(argv[0]);
      return option == 'h' ? EXIT_SUCCESS : 64;
    }
  gst_init(NULL, NULL);
  printf("%dx%d %s, %d per second and stream, history-bytes %" G_GUINT64_FORMAT ", %d s each, %u processors\n", o.width, o.height, o.format,
         o.rate, o.history_bytes, o.seconds, g_get_num_processors());
  printf("                wake-ups per second             frames    ms until found\n"
         "streams  target   tracker   history  together  tracked/s       p50       p95\n");
  for (int i = 0; i < 4; i++)
    run(&o, i < 2 ? 1 : MOST_STREAMS, i % 2);
  return EXIT_SUCCESS;
}
