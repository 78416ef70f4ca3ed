/* SPDX-License-Identifier: MIT */
/* Puts the daemon together: the only file that sees every module. Main thread.
 *
 * Design notes. The start goes by risk. First come configuration, locks and sockets, so that a
 * second instance ends before it touches a camera, and the umask changes before any thread runs.
 * Then come GStreamer and the streams with their models, then the control thread, then READY. The
 * end is the reverse. The watchdog is fed when the control thread has turned and every stream with
 * frames and a target has processed some. The check runs in the main loop, so it also shows that
 * the main loop runs. */
#include "wire.h"

#include <glib-unix.h>
#include <gst/gst.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "config/config.h"
#include "control.h"
#include "curve_keys.h"
#include "endpoints.h"
#include "exit.h"
#include "http.h"
#include "log_events.h"
#include "news.h"
#include "notify.h"
#include "pending.h"
#include "pipeline/camera.h"
#include "service.h"
#include "streams.h"

enum { CHECK_PERIOD_MS = 500 };

struct daemon {
  const char *config_path;
  struct config *config;
  struct curve_keys *keys;      /* NULL = none; after the start, the control thread's */
  struct curve_keys *next_keys; /* of a reload, until they are posted; NULL = no CURVE */
  bool has_next_keys;
  struct endpoints endpoints;
  struct mailbox mailbox;
  bool have_mailbox;
  struct service service;
  struct control *control;
  struct http *http; /* NULL = not configured */
  struct streams *streams;
  GMainLoop *loop;
  char status[96]; /* as the service manager knows it */
  uint64_t seen_turns;
};

/* --- from the configuration to the modules' own --- */

static struct endpoints_config endpoints_of(const struct config *config)
{
  return (struct endpoints_config){
    .control = config->control,
    .events = config->events,
    .control_group = config->control_group,
    .events_group = config->events_group,
    .tcp_control = config->tcp_control,
    .tcp_events = config->tcp_events,
  };
}

static struct stream_config stream_of(const struct config *config, const struct config_stream *s)
{
  return (struct stream_config){
    .graph =
      {
        .name = s->name,
        .source = s->source,
        .width = (int)s->width,
        .height = (int)s->height,
        .rate_hz = s->rate_hz,
        .pixel_format = s->pixel_format,
        .controls = s->controls,
        .deinterlace = s->deinterlace,
        .loop = s->loop,
        .output = s->output,
        .output_draw = s->output_draw,
        .sync = s->mode == CONFIG_SYNC,
        .model = config->model,
        .history_bytes = s->history_bytes,
        .params = s->params,
      },
    .hfov_deg = s->hfov_deg,
    .stall_s = s->frame_timeout_s,
  };
}

static struct config *load_config(const char *path, GError **error)
{
  g_autoptr(GError) why = NULL;
  struct config *config = config_load(path, &why);

  if (!config)
    g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "%s", why->message);
  return config;
}

static bool load_keys(const struct config *config, struct curve_keys **keys, GError **error)
{
  return curve_keys_load(config->curve_secret_file, config->curve_clients_file, keys, error);
}

/* `use`: streams_replace() or streams_try(). */
static bool for_streams(bool (*use)(struct streams *, const struct stream_config *, size_t, GError **), struct streams *streams,
                        const struct config *config, GError **error)
{
  g_autofree struct stream_config *list = g_new0(struct stream_config, config->streams->len);

  for (guint i = 0; i < config->streams->len; i++)
    list[i] = stream_of(config, g_ptr_array_index(config->streams, i));
  /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): list is g_autofree */
  return use(streams, list, config->streams->len, error);
}

/* --- GStreamer --- */

/* The element is found by GST_PLUGIN_PATH or in GStreamer's own folder. An installation elsewhere
 * is searched last. */
static bool start_gstreamer(GError **error)
{
  g_autoptr(GError) why = NULL;
  GstElementFactory *factory;

  camera_let_go_of_devices();
  if (!gst_init_check(NULL, NULL, &why)) {
    g_set_error(error, DAEMON_ERROR, EXIT_INTERNAL, "GStreamer: %s", why ? why->message : "it does not start");
    return false;
  }
  factory = gst_element_factory_find("etrack");
  if (factory)
    gst_object_unref(factory);
  else
    gst_registry_scan_path(gst_registry_get(), ETRACKD_PLUGIN_DIR);
  return true;
}

/* --- reload --- */

/* The key that differs but cannot change while the daemon runs; NULL if there is none. */
static const char *fixed_difference(const struct config *a, const struct config *b)
{
  const struct {
    const char *key, *before, *after;
  } fixed[] = {
    {"control", a->control, b->control},
    {"events", a->events, b->events},
    {"control_group", a->control_group, b->control_group},
    {"events_group", a->events_group, b->events_group},
    {"tcp_control", a->tcp_control, b->tcp_control},
    {"tcp_events", a->tcp_events, b->tcp_events},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
    if (g_strcmp0(fixed[i].before, fixed[i].after) != 0)
      return fixed[i].key;
  return a->http_port != b->http_port ? "http_port" : NULL;
}

/* New keys on their way to the control thread, which makes the tcp sockets anew. */
struct rekeying {
  struct daemon *daemon;
  struct curve_keys *keys;
};

static struct transport_keys transport_keys_of(struct curve_keys *keys)
{
  if (!keys)
    return (struct transport_keys){.server_secret = NULL};
  return (struct transport_keys){keys->server_secret, curve_keys_allow, keys};
}

static void change_keys(void *payload)
{
  struct rekeying *rekeying = payload;
  struct daemon *daemon = rekeying->daemon;
  const struct transport_keys keys = transport_keys_of(rekeying->keys);

  if (!curve_keys_equal(daemon->keys, rekeying->keys)) {
    struct curve_keys *before = g_steal_pointer(&daemon->keys);

    daemon->keys = g_steal_pointer(&rekeying->keys);
    transport_change_keys(daemon->service.transport, &keys);
    curve_keys_free(&before);
  }
  curve_keys_free(&rekeying->keys);
}

static void drop_keys(void *payload)
{
  struct rekeying *rekeying = payload;

  curve_keys_free(&rekeying->keys);
}

/* Posts the keys that a reload has read, if there was one. */
static void post_keys(struct daemon *daemon)
{
  const struct rekeying rekeying = {daemon, g_steal_pointer(&daemon->next_keys)};

  if (daemon->has_next_keys)
    mailbox_post(&daemon->mailbox, change_keys, drop_keys, &rekeying, sizeof rekeying, NULL);
  daemon->has_next_keys = false;
}

static bool refuse_fixed(const char *key, GError **error)
{
  g_set_error(error, DAEMON_ERROR, EXIT_CONFIG, "`%s` cannot change while the daemon runs: restart it", key);
  return false;
}

/* Takes over all of the configuration or nothing: all that can fail comes before any change. */
static bool take_over(struct daemon *daemon, struct config *config, GError **error)
{
  const char *fixed = fixed_difference(daemon->config, config);
  struct curve_keys *keys = NULL;

  if (fixed)
    return refuse_fixed(fixed, error);
  if (!load_keys(config, &keys, error))
    return false;
  if (!for_streams(streams_replace, daemon->streams, config, error)) {
    curve_keys_free(&keys);
    return false;
  }
  daemon->next_keys = keys;
  daemon->has_next_keys = true;
  return true;
}

/* Counts the streams again. True if that changes the status. */
static bool update_status(struct daemon *daemon)
{
  char words[sizeof daemon->status];
  unsigned count, up;
  bool changed;

  streams_count(daemon->streams, &count, &up);
  g_snprintf(words, sizeof words, "%u of %u streams up", up, count);
  changed = strcmp(words, daemon->status) != 0;
  g_strlcpy(daemon->status, words, sizeof daemon->status);
  return changed;
}

static void tell_ready(struct daemon *daemon)
{
  (void)update_status(daemon);
  notify_ready(daemon->status);
}

static bool reload(struct daemon *daemon, GError **error)
{
  g_autoptr(GError) why = NULL;
  struct config *config;
  bool done;

  notify_reloading();
  config = load_config(daemon->config_path, &why);
  done = config && take_over(daemon, config, &why);
  if (done) {
    config_free(&daemon->config);
    daemon->config = config;
    ET_LOG(daemon_event(EVENT_RELOADED), ET_LOG_INTEGER("streams", config->streams->len));
  } else {
    config_free(&config);
    ET_LOG(daemon_event(EVENT_RELOAD_REFUSED), ET_LOG_STRING("words", why->message));
    g_propagate_error(error, g_steal_pointer(&why));
  }
  tell_ready(daemon);
  return done;
}

/* A `reload` request on its way to the main thread and back. */
struct reload_request {
  struct daemon *daemon;
  GError **error;
  void (*done)(void *data);
  void *data;
};

static void finish_reload(void *payload)
{
  const struct reload_request *request = payload;

  request->done(request->data);
}

/* The answer is posted before the keys: they close the connection on which it goes. */
static gboolean reload_for_request(gpointer user)
{
  struct reload_request *request = user;

  (void)reload(request->daemon, request->error); /* the error is the answer */
  mailbox_post(&request->daemon->mailbox, finish_reload, NULL, request, sizeof *request, NULL);
  post_keys(request->daemon);
  g_free(request);
  return G_SOURCE_REMOVE;
}

static void ask_for_reload(GError **error, void (*done)(void *data), void *data, void *user)
{
  struct reload_request *request = g_new(struct reload_request, 1);

  *request = (struct reload_request){user, error, done, data};
  g_idle_add_full(G_PRIORITY_DEFAULT, reload_for_request, request, NULL);
}

/* --- signals and timers --- */

static gboolean on_reload_signal(gpointer user)
{
  (void)reload(user, NULL); /* it has been logged */
  post_keys(user);
  return G_SOURCE_CONTINUE;
}

static void stop_loop(struct daemon *daemon, const char *signal)
{
  ET_LOG(daemon_event(EVENT_STOPPING), ET_LOG_STRING("signal", signal));
  notify_stopping();
  g_main_loop_quit(daemon->loop);
}

static gboolean on_terminate(gpointer user)
{
  stop_loop(user, "SIGTERM");
  return G_SOURCE_CONTINUE;
}

static gboolean on_interrupt(gpointer user)
{
  stop_loop(user, "SIGINT");
  return G_SOURCE_CONTINUE;
}

static gboolean on_check(gpointer user)
{
  struct daemon *daemon = user;

  streams_check(daemon->streams);
  if (update_status(daemon))
    notify_status(daemon->status);
  return G_SOURCE_CONTINUE;
}

static gboolean on_watchdog(gpointer user)
{
  struct daemon *daemon = user;
  const uint64_t turns = control_turns(daemon->control);
  const bool turned = turns != daemon->seen_turns, progress = streams_progress(daemon->streams);

  daemon->seen_turns = turns;
  mailbox_wake(&daemon->mailbox); /* so that a live thread turns before the next check */
  if (!turned)
    ET_LOG(daemon_event(EVENT_STUCK), ET_LOG_STRING("what", "the control thread"));
  if (turned && progress)
    notify_alive();
  return G_SOURCE_CONTINUE;
}

static void add_sources(struct daemon *daemon)
{
  const int64_t watchdog_ns = notify_watchdog_interval_ns();

  signal(SIGPIPE, SIG_IGN); /* if nobody reads an output's pipe, its stream gets an error */
  g_unix_signal_add(SIGTERM, on_terminate, daemon);
  g_unix_signal_add(SIGINT, on_interrupt, daemon);
  g_unix_signal_add(SIGHUP, on_reload_signal, daemon);
  g_timeout_add(CHECK_PERIOD_MS, on_check, daemon);
  if (watchdog_ns > 0)
    g_timeout_add((guint)MAX(watchdog_ns / ET_MS_NS, 1), on_watchdog, daemon);
}

/* --- start and end --- */

static bool bind_sockets(struct daemon *daemon, GError **error)
{
  const struct endpoints_config endpoints = endpoints_of(daemon->config);
  const struct transport_keys keys = transport_keys_of(daemon->keys);

  daemon->service.transport = transport_create(error);
  if (!daemon->service.transport || !endpoints_resolve(&endpoints, &daemon->endpoints, error))
    return false;
  transport_set_keys(daemon->service.transport, &keys);
  return endpoints_bind(&daemon->endpoints, &endpoints, daemon->service.transport, error);
}

static bool make_mailbox(struct daemon *daemon, GError **error)
{
  daemon->have_mailbox = mailbox_init(&daemon->mailbox);
  if (!daemon->have_mailbox)
    g_set_error(error, DAEMON_ERROR, EXIT_INTERNAL, "no descriptor is left for the control thread");
  return daemon->have_mailbox;
}

static bool start_control(struct daemon *daemon, GError **error)
{
  struct service *service = &daemon->service;

  service->mailbox = &daemon->mailbox;
  g_snprintf(service->epoch, sizeof service->epoch, "%08x", g_random_int());
  service->version = ETRACKD_VERSION;
  service->started_ns = et_clock_ns();
  service->reload = ask_for_reload;
  service->user = daemon;
  service->feeds = feeds_create(service->transport, service->epoch);
  service->errands = errands_create(&daemon->mailbox);
  service->pending = pending_create();
  daemon->control = service->errands ? control_start(service) : NULL;
  if (!daemon->control)
    g_set_error(error, DAEMON_ERROR, EXIT_INTERNAL, "no thread is left for the sockets");
  return daemon->control != NULL;
}

static bool start_http(struct daemon *daemon, GError **error)
{
  if (daemon->config->http_port == 0)
    return true;
  daemon->http = http_start((uint16_t)MAX(daemon->config->http_port, 0), &daemon->service, error);
  return daemon->http != NULL;
}

static bool start(struct daemon *daemon, GError **error)
{
  daemon->config = load_config(daemon->config_path, error);
  if (!daemon->config || !load_keys(daemon->config, &daemon->keys, error) || !make_mailbox(daemon, error) || !bind_sockets(daemon, error) ||
      !start_gstreamer(error))
    return false;
  daemon->streams = streams_create(&daemon->mailbox, &news_listener, &daemon->service);
  return for_streams(streams_replace, daemon->streams, daemon->config, error) && start_control(daemon, error) && start_http(daemon, error);
}

static const char *tcp_endpoint(const struct daemon *daemon, enum transport_side side)
{
  const char *endpoint = transport_endpoint(daemon->service.transport, TRANSPORT_TCP, side);

  return endpoint ? endpoint : "none";
}

static void say_ready(struct daemon *daemon)
{
  g_autofree char *http_port = daemon->http ? g_strdup_printf("%u", http_port_of(daemon->http)) : g_strdup("none");

  ET_LOG(daemon_event(EVENT_READY), ET_LOG_STRING("version", ETRACKD_VERSION), ET_LOG_INTEGER("streams", daemon->config->streams->len),
         ET_LOG_STRING("model", streams_model_name(daemon->streams)), ET_LOG_STRING("control", daemon->endpoints.control),
         ET_LOG_STRING("events", daemon->endpoints.events), ET_LOG_STRING("tcp_control", tcp_endpoint(daemon, TRANSPORT_CONTROL)),
         ET_LOG_STRING("tcp_events", tcp_endpoint(daemon, TRANSPORT_EVENTS)), ET_LOG_STRING("http_port", http_port));
  tell_ready(daemon);
}

/* Undoes start(), even if that got only part of the way. */
static void end(struct daemon *daemon)
{
  http_stop(&daemon->http);
  streams_destroy(&daemon->streams);
  errands_destroy(&daemon->service.errands);
  control_stop(&daemon->control);
  pending_destroy(&daemon->service.pending);
  feeds_destroy(&daemon->service.feeds);
  transport_destroy(&daemon->service.transport);
  endpoints_clear(&daemon->endpoints);
  if (daemon->have_mailbox)
    mailbox_fini(&daemon->mailbox);
  curve_keys_free(&daemon->keys);
  config_free(&daemon->config);
}

bool wire_run(const char *config_path, GError **error)
{
  struct daemon daemon = {.config_path = config_path};
  bool started = start(&daemon, error);

  if (started) {
    daemon.loop = g_main_loop_new(NULL, FALSE);
    add_sources(&daemon);
    say_ready(&daemon);
    g_main_loop_run(daemon.loop);
    g_main_loop_unref(daemon.loop);
  }
  end(&daemon);
  return started;
}

/* Warns of sources that do not work now: they may work later, so that is not an error. */
static void warn_of_sources(const struct config *config)
{
  for (guint i = 0; i < config->streams->len; i++) {
    const struct config_stream *stream = g_ptr_array_index(config->streams, i);
    g_autofree char *words = graph_source_warning(stream->source);

    if (words)
      fprintf(stderr, "%s: warning: [stream %s]: %s\n", g_get_prgname(), stream->name, words);
  }
}

/* Does not check the runtime folder: the user who checks may not be the one who runs the daemon. */
bool wire_check(const char *config_path, GError **error)
{
  struct daemon daemon = {.config_path = config_path};
  bool good;

  daemon.config = load_config(config_path, error);
  good = daemon.config && load_keys(daemon.config, &daemon.keys, error) && make_mailbox(&daemon, error) && start_gstreamer(error);
  if (good) {
    daemon.streams = streams_create(&daemon.mailbox, &news_listener, &daemon.service);
    good = for_streams(streams_try, daemon.streams, daemon.config, error);
    if (good)
      warn_of_sources(daemon.config);
  }
  end(&daemon);
  return good;
}
