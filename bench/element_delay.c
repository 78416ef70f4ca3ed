/* SPDX-License-Identifier: MIT */
/* Measures how long the element delays a buffer, compared with `identity` in its place, by pad
 * probes before and after it on a live ball that is always tracked.
 *
 * Design notes. Runs of both alternate, so that other load of the machine shows in both columns.
 * There is one buffer at a time between the probes. The context switches of the streaming thread
 * are counted there too: the element causes a wait, the scheduler a preemption. The busy threads of
 * --load are in this process and have the ordinary priority. The ball is drawn in a thread of its
 * own, because a buffer of a camera costs its streaming thread almost nothing. A thread that has
 * drawn for some milliseconds has used up its slice, and the next tick of the scheduler takes its
 * processor away wherever it is then. --same-thread shows that. No tick of 1 to 10 ms divides the
 * frame interval, so that ticks fall everywhere. */
#include <getopt.h>
#include <gst/gst.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/histogram.h"
#include "launch.h"

enum { MOST_LOAD = 64 };

struct options {
  const char *mode, *format, *model, *draw;
  int width, height, rate, frames, warm_up, rounds, load;
  guint64 history_bytes;
  bool same_thread;
};

/* One of the two elements that are compared. */
struct contender {
  const char *name;
  struct et_histogram delay;
  int64_t waits, preemptions;
  guint64 processed, dropped;
};

struct run {
  const struct options *options;
  struct contender *contender;
  int seen; /* buffers of this run so far */
  struct rusage before;
  int64_t arrived_ns;
};

static GstPadProbeReturn on_in(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
  struct run *r = user;

  getrusage(RUSAGE_THREAD, &r->before);
  r->arrived_ns = et_clock_ns();
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn on_out(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
  struct run *r = user;
  const int64_t left_ns = et_clock_ns();
  struct rusage after;

  if (r->seen++ < r->options->warm_up)
    return GST_PAD_PROBE_OK;
  getrusage(RUSAGE_THREAD, &after);
  et_histogram_add(&r->contender->delay, left_ns - r->arrived_ns);
  r->contender->waits += after.ru_nvcsw - r->before.ru_nvcsw;
  r->contender->preemptions += after.ru_nivcsw - r->before.ru_nivcsw;
  return GST_PAD_PROBE_OK;
}

static void probe(GstElement *element, const char *name, GstPadProbeCallback callback, struct run *run)
{
  GstPad *pad = gst_element_get_static_pad(element, name);

  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, callback, run, NULL);
  gst_object_unref(pad);
}

/* Plays to the end. False on an error, which has been printed. */
static bool play(GstElement *pipeline)
{
  GstBus *bus = gst_element_get_bus(pipeline);
  GstMessage *end;
  bool done;

  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  end = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  done = GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS;
  if (!done)
    bench_print_error(end);
  gst_message_unref(end);
  gst_object_unref(bus);
  return done;
}

static char *element_text(const struct options *o, const char *name)
{
  if (strcmp(name, "etrack") != 0)
    return g_strdup_printf("%s name=e", name);
  return g_strdup_printf("etrack name=e mode=%s draw=%s messages=none history-bytes=%" G_GUINT64_FORMAT " target=%d,%d,40,40", o->mode,
                         o->draw, o->history_bytes, o->width / 2 - 20, o->height / 2 - 20);
}

static GstElement *make_pipeline(const struct options *o, const char *name)
{
  char *element = element_text(o, name);
  char *text = g_strdup_printf("videotestsrc is-live=true pattern=ball num-buffers=%d ! "
                               "video/x-raw,format=%s,width=%d,height=%d,framerate=%d/1 ! %s%s ! fakesink sync=true",
                               o->warm_up + o->frames, o->format, o->width, o->height, o->rate, o->same_thread ? "" : "queue ! ", element);
  GstElement *pipeline = bench_launch(text);

  g_free(element);
  g_free(text);
  return pipeline;
}

static bool run_once(const struct options *o, struct contender *c)
{
  GstElement *pipeline = make_pipeline(o, c->name), *element = gst_bin_get_by_name(GST_BIN(pipeline), "e");
  struct run run = {.options = o, .contender = c};
  const bool tracks = strcmp(c->name, "etrack") == 0;
  guint64 processed = 0, dropped = 0;
  bool done;

  if (tracks && o->model)
    g_object_set(element, "model", o->model, NULL);
  probe(element, "sink", on_in, &run);
  probe(element, "src", on_out, &run);
  done = play(pipeline);
  if (tracks)
    g_object_get(element, "processed", &processed, "dropped", &dropped, NULL);
  c->processed += processed;
  c->dropped += dropped;
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(element);
  gst_object_unref(pipeline);
  return done;
}

static _Atomic bool load_ends;

static gpointer be_busy(gpointer nothing)
{
  volatile double v = 1;

  while (!atomic_load_explicit(&load_ends, memory_order_relaxed))
    v = v * 1.0000001 + 1e-9;
  return NULL;
}

static void print_row(const struct options *o, const struct contender *c)
{
  char name[32];

  g_snprintf(name, sizeof name, strcmp(c->name, "etrack") == 0 ? "%s %s" : "%s", c->name, o->mode);
  printf("%-14s", name);
  for (int i = 0; i < 3; i++)
    printf(" %9.1f", (double)et_histogram_quantile_ns(&c->delay, (double[]){0.5, 0.95, 0.99}[i]) / 1e3);
  printf(" %9.1f %8d %7" G_GINT64_FORMAT " %11" G_GINT64_FORMAT, (double)et_histogram_maximum_ns(&c->delay) / 1e3,
         (int)et_histogram_count(&c->delay), (gint64)c->waits, (gint64)c->preemptions);
  if (c->processed)
    printf("   %" G_GUINT64_FORMAT " tracked, %" G_GUINT64_FORMAT " dropped", c->processed, c->dropped);
  printf("\n");
}

static bool run_all(const struct options *o)
{
  static struct contender contenders[] = {{.name = "etrack"}, {.name = "identity"}};
  GThread *load[MOST_LOAD] = {0};
  bool done = true;

  for (int i = 0; i < o->load; i++)
    load[i] = g_thread_new("load", be_busy, NULL);
  for (int i = 0; done && i < o->rounds; i++)
    done = run_once(o, &contenders[0]) && run_once(o, &contenders[1]);
  atomic_store(&load_ends, true);
  for (int i = 0; i < o->load; i++)
    g_thread_join(load[i]);
  printf("%dx%d %s, %d per second, history-bytes %" G_GUINT64_FORMAT
         ", draw %s; %d runs each in turn, the first %d buffers of a run left out; "
         "%d busy threads on %u processors\n",
         o->width, o->height, o->format, o->rate, o->history_bytes, o->draw, o->rounds, o->warm_up, o->load, g_get_num_processors());
  printf("us per buffer        p50       p95       p99       max  buffers   waits preemptions\n");
  print_row(o, &contenders[0]);
  print_row(o, &contenders[1]);
  return done;
}

static void usage(const char *program)
{
  printf("usage: %s [OPTION...]\n"
         "  --size WxH          of the frames (default 1280x720)\n"
         "  --format NAME       of the pixels, as in caps (default NV12)\n"
         "  --rate N            frames per second (default 31)\n"
         "  --frames N          counted frames per run (default 300)\n"
         "  --warm-up N         first frames of a run that are not counted (default 15)\n"
         "  --rounds N          runs per contender (default 3)\n"
         "  --mode MODE         async, sync or auto (default async)\n"
         "  --draw WHAT         none, box or box+label (default none)\n"
         "  --history-bytes N   (default 0)\n"
         "  --model FILE        (default: as the element finds it)\n"
         "  --load N            busy threads meanwhile (default 0)\n"
         "  --same-thread       draw the test picture in the streaming thread of the element\n",
         program);
}

static const struct option long_options[] = {
  {"size", required_argument, NULL, 's'},
  {"format", required_argument, NULL, 'f'},
  {"rate", required_argument, NULL, 'r'},
  {"frames", required_argument, NULL, 'n'},
  {"warm-up", required_argument, NULL, 'w'},
  {"rounds", required_argument, NULL, 'R'},
  {"mode", required_argument, NULL, 'm'},
  {"draw", required_argument, NULL, 'd'},
  {"history-bytes", required_argument, NULL, 'H'},
  {"model", required_argument, NULL, 'M'},
  {"load", required_argument, NULL, 'l'},
  {"same-thread", no_argument, NULL, 'S'},
  {"help", no_argument, NULL, 'h'},
  {0},
};

static bool read_text(struct options *o, int option)
{
  switch (option) {
  case 'f':
    o->format = optarg;
    return true;
  case 'm':
    o->mode = optarg;
    return true;
  case 'd':
    o->draw = optarg;
    return true;
  case 'M':
    o->model = optarg;
    return true;
  default:
    return false;
  }
}

static bool read_number(struct options *o, int option)
{
  switch (option) {
  case 's':
    return sscanf(optarg, "%dx%d", &o->width, &o->height) == 2 && o->width >= 64 && o->height >= 64;
  case 'r':
    return (o->rate = atoi(optarg)) > 0;
  case 'n':
    return (o->frames = atoi(optarg)) > 0;
  case 'w':
    return (o->warm_up = atoi(optarg)) >= 0;
  case 'R':
    return (o->rounds = atoi(optarg)) > 0;
  case 'l':
    return (o->load = atoi(optarg)) >= 0 && o->load <= MOST_LOAD;
  case 'S':
    return (o->same_thread = true);
  case 'H':
    o->history_bytes = g_ascii_strtoull(optarg, NULL, 10);
    return true;
  default:
    return false;
  }
}

int main(int argc, char **argv)
{
  struct options o = {
    .mode = "async", .format = "NV12", .draw = "none", .width = 1280, .height = 720, .rate = 31, .frames = 300, .warm_up = 15, .rounds = 3};
  int option;

  while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
    if (!read_text(&o, option) && !read_number(&o, option)) {
      usage(argv[0]);
      return option == 'h' ? EXIT_SUCCESS : 64;
    }
  gst_init(NULL, NULL);
  return run_all(&o) ? EXIT_SUCCESS : EXIT_FAILURE;
}
