/* SPDX-License-Identifier: MIT */
/* The configuration as a whole: what is read, and what is refused with file, line and key. */
#include "config/config.h"

#include <string.h>

#include "files.h"

#define STREAM "[stream a]\nsource = test://ball\n"

static struct config *loaded(void)
{
  GError *error = NULL;
  struct config *config = config_load(main_file, &error);

  ck_assert_msg(config != NULL, "%s", error ? error->message : "no config and no error");
  ck_assert_ptr_null(error);
  return config;
}

static const struct config_stream *stream_at(const struct config *config, guint i)
{
  ck_assert_uint_lt(i, config->streams->len);
  return g_ptr_array_index(config->streams, i);
}

/* The file is refused. The message has `words`, and unless it is NULL `place` (":3:", perhaps with
 * the file's name). */
static void refused(int code, const char *place, const char *words)
{
  GError *error = NULL;
  struct config *config = config_load(main_file, &error);

  ck_assert_ptr_null(config);
  ck_assert_ptr_nonnull(error);
  ck_assert_msg(g_error_matches(error, CONFIG_ERROR, code), "%s: code %d, expected %d", error->message, error->code, code);
  ck_assert_msg(strstr(error->message, words) != NULL, "\"%s\" lacks \"%s\"", error->message, words);
  ck_assert_msg(!place || strstr(error->message, place) != NULL, "\"%s\" lacks \"%s\"", error->message, place);
  ck_assert_msg(!strchr(error->message, '\n'), "\"%s\" has more than one line", error->message);
  g_error_free(error);
}

START_TEST(the_smallest_file_gives_the_defaults)
{
  struct config *config;
  const struct config_stream *s;
  struct et_params params;

  write_file("etrackd.conf", STREAM);
  config = loaded();
  ck_assert_ptr_null(config->control);
  ck_assert_ptr_null(config->tcp_events);
  ck_assert_ptr_null(config->model);
  ck_assert(!config->insecure_loopback);
  ck_assert_int_eq(config->http_port, 0);
  ck_assert_uint_eq(config->streams->len, 1);
  s = stream_at(config, 0);
  ck_assert_str_eq(s->name, "a");
  ck_assert_str_eq(s->source, "test://ball");
  ck_assert_int_eq(s->width, 0);
  ck_assert_double_eq(s->rate_hz, 0);
  ck_assert_int_eq(s->history_bytes, 96 << 20);
  ck_assert_double_eq(s->frame_timeout_s, 5);
  ck_assert_int_eq(s->deinterlace, ET_DEINTERLACE_AUTO);
  ck_assert(!s->loop);
  et_params_default(&params);
  ck_assert_mem_eq(&s->params, &params, sizeof params);
  config_free(&config);
  ck_assert_ptr_null(config);
}
END_TEST

START_TEST(every_key_is_read)
{
  struct config *config;
  const struct config_stream *s;

  write_file("etrackd.conf", "# all of them\n"
                             "[daemon]\n"
                             "control = ipc:///run/e/c\n"
                             "events=ipc:///run/e/e\n"
                             "control_group = pilots\n"
                             "events_group = watchers\n"
                             "tcp_control = tcp://*:5700\n"
                             "tcp_events = tcp://[::1]:5701\n"
                             "model = /m.safetensors\n"
                             "insecure_loopback = true\n"
                             "curve_secret_file = /etc/e/server.key\n"
                             "curve_clients_file = /etc/e/clients\n"
                             "http_port = 9273\n"
                             "\n"
                             "[stream cam-0_A]\n"
                             "  source = v4l2:///dev/video0  \n"
                             "width = 1280\n"
                             "height = 720\n"
                             "rate_hz = 29.97\n"
                             "pixel_format = YUY2\n"
                             "controls = exposure_auto=1, exposure_absolute=-100\n"
                             "deinterlace = no\n"
                             "loop = true\n"
                             "output = videoconvert ! autovideosink\n"
                             "output_draw = true\n"
                             "mode = sync\n"
                             "history_bytes = 0\n"
                             "hfov_deg = 62.5\n"
                             "frame_timeout_s = 0.5\n"
                             "weak_score = 0.7\n"
                             "search_s = 0\n");
  config = loaded();
  ck_assert_str_eq(config->control, "ipc:///run/e/c");
  ck_assert_str_eq(config->events, "ipc:///run/e/e");
  ck_assert_str_eq(config->control_group, "pilots");
  ck_assert_str_eq(config->events_group, "watchers");
  ck_assert_str_eq(config->tcp_control, "tcp://*:5700");
  ck_assert_str_eq(config->tcp_events, "tcp://[::1]:5701");
  ck_assert_str_eq(config->model, "/m.safetensors");
  ck_assert(config->insecure_loopback);
  ck_assert_str_eq(config->curve_secret_file, "/etc/e/server.key");
  ck_assert_str_eq(config->curve_clients_file, "/etc/e/clients");
  ck_assert_int_eq(config->http_port, 9273);
  s = config_find_stream(config, "cam-0_A");
  ck_assert_ptr_nonnull(s);
  ck_assert_ptr_null(config_find_stream(config, "cam"));
  ck_assert_str_eq(s->source, "v4l2:///dev/video0");
  ck_assert_int_eq(s->width, 1280);
  ck_assert_int_eq(s->height, 720);
  ck_assert_double_eq(s->rate_hz, 29.97);
  ck_assert_str_eq(s->pixel_format, "YUY2");
  ck_assert_str_eq(s->controls, "exposure_auto=1, exposure_absolute=-100");
  ck_assert_int_eq(s->deinterlace, ET_DEINTERLACE_NO);
  ck_assert(s->loop);
  ck_assert_str_eq(s->output, "videoconvert ! autovideosink");
  ck_assert(s->output_draw);
  ck_assert_int_eq(s->mode, CONFIG_SYNC);
  ck_assert_int_eq(s->history_bytes, 0);
  ck_assert_double_eq(s->hfov_deg, 62.5);
  ck_assert_double_eq(s->frame_timeout_s, 0.5);
  ck_assert_double_eq(s->params.weak_score, 0.7);
  ck_assert_double_eq(s->params.search_s, 0);
  config_free(&config);
}
END_TEST

/* Each key needs a test of its own above. A new key changes these counts. */
START_TEST(the_tables_are_complete)
{
  size_t daemon_count, stream_count;
  const struct config_key *daemon = config_daemon_keys(&daemon_count), *stream = config_stream_keys(&stream_count);

  ck_assert_uint_eq(daemon_count, 11);
  ck_assert_uint_eq(stream_count, 14);
  for (size_t i = 0; i < daemon_count; i++)
    ck_assert_msg(*daemon[i].name && *daemon[i].range && *daemon[i].blurb, "key %zu of [daemon]", i);
  for (size_t i = 0; i < stream_count; i++)
    ck_assert_msg(*stream[i].name && *stream[i].range && *stream[i].blurb, "key %zu of [stream]", i);
}
END_TEST

START_TEST(streams_keep_their_order)
{
  struct config *config;

  write_file("etrackd.conf", "[stream b]\nsource=test://ball\n[stream a]\nsource=test://ball\n[daemon]\n[stream c]\nsource=test://ball\n");
  config = loaded();
  ck_assert_uint_eq(config->streams->len, 3);
  ck_assert_str_eq(stream_at(config, 0)->name, "b");
  ck_assert_str_eq(stream_at(config, 1)->name, "a");
  ck_assert_str_eq(stream_at(config, 2)->name, "c");
  config_free(&config);
}
END_TEST

START_TEST(drop_ins_go_over_the_main_file)
{
  struct config *config;

  write_file("etrackd.conf", "[daemon]\nhttp_port = 1\nmodel = /m\n" STREAM "weak_score = 0.9\n");
  write_file("etrackd.conf.d/20-b.conf", "[daemon]\nhttp_port = 3\n[stream b]\nsource = test://smpte\n");
  write_file("etrackd.conf.d/10-a.conf", "[daemon]\nhttp_port = 2\nmodel =\n[stream a]\nfound_score = 0.95\n");
  write_file("etrackd.conf.d/30-off.conf.bak", "[nonsense]\n");
  write_file("etrackd.conf.d/.#20-b.conf", "[nonsense]\n");
  write_file("etrackd.conf.d/.20-b.conf", "[nonsense]\n");
  config = loaded();
  ck_assert_int_eq(config->http_port, 3);
  ck_assert_ptr_null(config->model);
  ck_assert_uint_eq(config->streams->len, 2);
  ck_assert_str_eq(stream_at(config, 0)->source, "test://ball");
  ck_assert_double_eq(stream_at(config, 0)->params.weak_score, 0.9);
  ck_assert_double_eq(stream_at(config, 0)->params.found_score, 0.95);
  ck_assert_str_eq(stream_at(config, 1)->source, "test://smpte");
  config_free(&config);
}
END_TEST

START_TEST(a_drop_in_is_named_where_it_is_wrong)
{
  write_file("etrackd.conf", STREAM);
  write_file("etrackd.conf.d/10-a.conf", "\n[daemon]\nhttp_prt = 2\n");
  refused(CONFIG_ERROR_VALUE, "etrackd.conf.d/10-a.conf:3: ", "`http_port`");
}
END_TEST

START_TEST(a_missing_file_is_named)
{
  refused(CONFIG_ERROR_FILE, "etrackd.conf", "No such file");
}
END_TEST

static const struct {
  const char *text;
  int code;
  const char *place, *words;
} refusals[] = {
  /* lines */
  {"[daemon]\nfoo\n" STREAM, CONFIG_ERROR_FILE, ".conf:2: ", "key=value"},
  {"http_port = 1\n" STREAM, CONFIG_ERROR_FILE, ".conf:1: ", "key=value"},
  {STREAM "= 3\n", CONFIG_ERROR_FILE, ".conf:3: ", "key=value"},
  {"[daemon\n" STREAM, CONFIG_ERROR_FILE, ".conf:1: ", "key=value"},
  {"\xef\xbb\xbf" STREAM, CONFIG_ERROR_FILE, ".conf:1: ", "byte order mark (BOM) of UTF-8"},
  {"\xff\xfe" STREAM, CONFIG_ERROR_FILE, ".conf:1: ", "byte order mark (BOM) of UTF-16"},
  {"", CONFIG_ERROR_VALUE, "etrackd.conf: ", "no stream"},
  {"[daemon]\n", CONFIG_ERROR_VALUE, "etrackd.conf: ", "no stream"},
  /* keys and sections */
  {STREAM "sorce = x\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`sorce` in [stream a]; did you mean `source`?"},
  {STREAM "weekscore = 1\n", CONFIG_ERROR_VALUE, ".conf:3: ", "did you mean `weak_score`?"},
  {STREAM "loop[de] = true\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`loop[de]`"},
  {STREAM "Loop = true\n", CONFIG_ERROR_VALUE, ".conf:3: ", "did you mean `loop`?"},
  {STREAM "[daemon]\nsource = x\n", CONFIG_ERROR_VALUE, ".conf:4: ", "`source` in [daemon]"},
  {STREAM "[deamon]\n", CONFIG_ERROR_KEY, ".conf:3: ", "[deamon]; there are [daemon] and [stream NAME]"},
  {STREAM "[stream]\n", CONFIG_ERROR_KEY, ".conf:3: ", "[stream]"},
  {STREAM "[stream ]\n", CONFIG_ERROR_KEY, ".conf:3: ", "name"},
  {STREAM "[stream a b]\nsource = test://ball\n", CONFIG_ERROR_KEY, ".conf:3: ", "name"},
  {STREAM "[stream 123456789012345678901234567890123]\n", CONFIG_ERROR_KEY, ".conf:3: ", "name"},
  {STREAM "# again\n" STREAM, CONFIG_ERROR_KEY, ".conf:4: ", "second [stream a]"},
  {STREAM "loop = true\n\nloop = false\n", CONFIG_ERROR_KEY, ".conf:5: ", "`loop` appears twice in [stream a]"},
  /* values */
  {STREAM "loop = yes\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`loop` must be true or false, not `yes`"},
  {STREAM "loop = true # always\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`loop`"},
  {STREAM "loop =\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`loop`"},
  {STREAM "width = -1\n", CONFIG_ERROR_VALUE, ".conf:3: ", "0 to 32768, not `-1`"},
  {STREAM "width = 32769\n", CONFIG_ERROR_VALUE, ".conf:3: ", "0 to 32768"},
  {STREAM "width = 1.5\n", CONFIG_ERROR_VALUE, ".conf:3: ", "an integer"},
  {STREAM "width = 640px\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`640px`"},
  {STREAM "width =\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`width`"},
  {STREAM "rate_hz = nan\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`rate_hz`"},
  {STREAM "rate_hz = 29,97\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`29,97`"},
  {STREAM "rate_hz = 0x10\n", CONFIG_ERROR_VALUE, ".conf:3: ", "a number from 0 to 1000, or a fraction such as 30000/1001, not `0x10`"},
  {STREAM "rate_hz = 30000/0\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`30000/0`"},
  {STREAM "rate_hz = 30000/\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`30000/`"},
  {STREAM "rate_hz = 2001/2\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`2001/2`"},
  {STREAM "rate_hz = -30/1\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`-30/1`"},
  {STREAM "width = 0x10\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`0x10`"},
  {STREAM "coast_s = 0x1\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`0x1`"},
  {STREAM "rate_hz = inf\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`rate_hz`"},
  {STREAM "frame_timeout_s = 0\n", CONFIG_ERROR_VALUE, ".conf:3: ", "0.1 to 3600"},
  {STREAM "hfov_deg = 180\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`hfov_deg`"},
  {STREAM "history_bytes = 1e20\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`history_bytes`"},
  {STREAM "weak_score = 2\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`weak_score` must be a number from 0 to 1"},
  {STREAM "weak_score = x\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`weak_score`"},
  {STREAM "lost_score = 0.7\n", CONFIG_ERROR_VALUE, "etrackd.conf: [stream a]", "order"},
  {STREAM "controls = a\n", CONFIG_ERROR_VALUE, ".conf:3: ", "name=number"},
  {STREAM "controls = a=1,,b=2\n", CONFIG_ERROR_VALUE, ".conf:3: ", "name=number"},
  {STREAM "controls = =1\n", CONFIG_ERROR_VALUE, ".conf:3: ", "name=number"},
  {STREAM "output = \\q\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`output`: `\\q` is not an escape"},
  {STREAM "output = a\\\\\\\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`output`: `\\` is not an escape"},
  {STREAM "output = \xff\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`output` is not UTF-8"},
  {"[stream a]\nloop = true\n", CONFIG_ERROR_VALUE, "etrackd.conf: ", "[stream a] has no `source`"},
  {"[stream a]\nsource =\n", CONFIG_ERROR_VALUE, "etrackd.conf: ", "[stream a] has no `source`"},
  {"[stream a]\nsource = /dev/video0\n", CONFIG_ERROR_VALUE, ".conf:2: ", "`source` must be a v4l2://"},
  {"[stream a]\nsource = http://x\n", CONFIG_ERROR_VALUE, ".conf:2: ", "not `http://x`"},
  {"[stream a]\nsource = file://clip.webm\n", CONFIG_ERROR_VALUE,
   ".conf:2: ", "`source` must be file:// and an absolute path, as in file:///srv/clip.mkv, not `file://clip.webm`"},
  {"[stream a]\nsource = images:///d/%s.jpg\n", CONFIG_ERROR_VALUE, ".conf:2: ", "at most one number"},
  {"[stream a]\nsource = rtsp:///me:secret@host/x\n", CONFIG_ERROR_VALUE, ".conf:2: ", "rtsp://HOST/PATH"},
  {"[stream a]\nsource = http://me:secret@host/x\n", CONFIG_ERROR_VALUE, ".conf:2: ", "not `http://me:***@host/x`"},
  {STREAM "deinterlace = maybe\n", CONFIG_ERROR_VALUE, ".conf:3: ", "`deinterlace` must be auto, yes or no, not `maybe`"},
  {"[stream a]\nsource = pipeline:\n", CONFIG_ERROR_VALUE, ".conf:2: ", "`source`"},
  {"[daemon]\nhttp_port = 65536\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "`http_port`"},
  {"[daemon]\nhttp_port = -2\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "`http_port`"},
  {"[daemon]\nhttp_port = two\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "`two`"},
  {"[daemon]\ncontrol = /run/x\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "ipc://"},
  {"[daemon]\ncontrol = ipc://x\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "ipc://"},
  {"[daemon]\nevents = tcp://127.0.0.1:1\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "tcp_events"},
  {"[daemon]\nevents = ipc:///123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678"
   "\n" STREAM,
   CONFIG_ERROR_VALUE, ".conf:2: ", "107 bytes"},
  {"[daemon]\ntcp_control = tcp://127.0.0.1\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "tcp://ADDRESS:PORT"},
  {"[daemon]\ntcp_control = tcp://127.0.0.1:0\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "port"},
  {"[daemon]\ntcp_control = tcp://:5700\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "tcp://ADDRESS:PORT"},
  {"[daemon]\ntcp_control = ipc:///x\n" STREAM, CONFIG_ERROR_VALUE, ".conf:2: ", "tcp://ADDRESS:PORT"},
  /* what belongs together */
  {"[daemon]\ntcp_control = tcp://127.0.0.1:5700\n" STREAM, CONFIG_ERROR_VALUE, "etrackd.conf: ", "`insecure_loopback` = true"},
  {"[daemon]\ntcp_events = tcp://*:5700\ninsecure_loopback = true\n" STREAM, CONFIG_ERROR_VALUE, "etrackd.conf: ", "`curve_secret_file`"},
  {"[daemon]\ntcp_events = tcp://10.0.0.127:5700\ninsecure_loopback = true\n" STREAM, CONFIG_ERROR_VALUE, "etrackd.conf: ", "`tcp_events`"},
  {"[daemon]\ncurve_secret_file = /k\n" STREAM, CONFIG_ERROR_VALUE, "etrackd.conf: ", "go together"},
  {"[daemon]\ncontrol = ipc:///x\nevents = ipc:///x\n" STREAM, CONFIG_ERROR_VALUE, "etrackd.conf: ", "same endpoint"},
};

START_TEST(each_fault_is_named)
{
  write_file("etrackd.conf", refusals[_i].text);
  refused(refusals[_i].code, refusals[_i].place, refusals[_i].words);
}
END_TEST

START_TEST(loopback_needs_no_keys_where_it_is_said)
{
  struct config *config;

  write_file("etrackd.conf",
             "[daemon]\ninsecure_loopback = true\ntcp_control = tcp://127.0.0.1:5700\ntcp_events = tcp://[::1]:5701\n" STREAM);
  config = loaded();
  ck_assert_str_eq(config->tcp_control, "tcp://127.0.0.1:5700");
  config_free(&config);
}
END_TEST

START_TEST(escapes_and_carriage_returns_are_read)
{
  struct config *config;

  write_file("etrackd.conf", "[stream a]\r\nsource = pipeline:videotestsrc\\sname=x\r\nloop = true\r\n");
  config = loaded();
  ck_assert_str_eq(stream_at(config, 0)->source, "pipeline:videotestsrc name=x");
  ck_assert(stream_at(config, 0)->loop);
  config_free(&config);
}
END_TEST

START_TEST(free_accepts_nothing)
{
  struct config *none = NULL;

  config_free(NULL);
  config_free(&none);
  ck_assert_ptr_null(none);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("config");
  TCase *tests = tcase_create("config");

  tcase_add_checked_fixture(tests, make_folder, remove_folder);
  tcase_add_test(tests, the_smallest_file_gives_the_defaults);
  tcase_add_test(tests, every_key_is_read);
  tcase_add_test(tests, the_tables_are_complete);
  tcase_add_test(tests, streams_keep_their_order);
  tcase_add_test(tests, drop_ins_go_over_the_main_file);
  tcase_add_test(tests, a_drop_in_is_named_where_it_is_wrong);
  tcase_add_test(tests, a_missing_file_is_named);
  tcase_add_loop_test(tests, each_fault_is_named, 0, G_N_ELEMENTS(refusals));
  tcase_add_test(tests, loopback_needs_no_keys_where_it_is_said);
  tcase_add_test(tests, escapes_and_carriage_returns_are_read);
  tcase_add_test(tests, free_accepts_nothing);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
