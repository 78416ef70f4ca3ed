/* SPDX-License-Identifier: MIT */
/* Checks of text values. */
#include "values.h"

#include <glib.h>

#include "test/main.h"

static void holds(value_check *check, const char *text, bool good)
{
  const char *wanted = check(text);

  ck_assert_msg(!wanted == good, "`%s`: %s", text, wanted ? wanted : "taken");
}

START_TEST(endpoints)
{
  g_autofree char *longest = g_strdup_printf("ipc://%0107d", 0), *too_long = g_strdup_printf("ipc:///%0107d", 0);

  longest[6] = '/';
  holds(check_ipc, "ipc:///run/etrackd/control", true);
  holds(check_ipc, longest, true);
  holds(check_ipc, too_long, false);
  holds(check_ipc, "ipc://relative", false);
  holds(check_ipc, "ipc://@abstract", false);
  holds(check_ipc, "", false);
  holds(check_tcp, "tcp://127.0.0.1:5700", true);
  holds(check_tcp, "tcp://*:1", true);
  holds(check_tcp, "tcp://[fe80::1%eth0]:65535", true);
  holds(check_tcp, "tcp://eth0:*", true);
  holds(check_tcp, "tcp://eth0:*1", false);
  holds(check_tcp, "tcp://eth0:0", false);
  holds(check_tcp, "tcp://", false);
  holds(check_tcp, "tcp://1.2.3.4:65536", false);
  holds(check_tcp, "tcp://1.2.3.4:-1", false);
  holds(check_tcp, "tcp://1.2.3.4: 1", false);
  holds(check_tcp, "nothing", false);
}
END_TEST

START_TEST(loopback)
{
  ck_assert(tcp_is_loopback("tcp://127.0.0.1:1"));
  ck_assert(tcp_is_loopback("tcp://127.9.9.9:1"));
  ck_assert(tcp_is_loopback("tcp://[::1]:1"));
  ck_assert(!tcp_is_loopback("tcp://*:1"));
  ck_assert(!tcp_is_loopback("tcp://0.0.0.0:1"));
  ck_assert(!tcp_is_loopback("tcp://[::]:1"));
  ck_assert(!tcp_is_loopback("tcp://lo:1"));
  ck_assert(!tcp_is_loopback("tcp://127.example.org:1"));
}
END_TEST

START_TEST(sources)
{
  static const char *const good[] = {
    "v4l2:///dev/video0", "file:///a.mkv",        "file:///vidéo clip 100%.mkv", "rtsp://host/x",       "rtsps://me:pw@host:322/x",
    "test://ball",        "images:///d/%08d.jpg", "images:///50%%/%d.jpg",       "images:///d/one.jpg", "pipeline:videotestsrc"};
  static const char *const bad[] = {"",
                                    "v4l2",
                                    "v4l2://",
                                    "v4l2:/dev/video0",
                                    "v4l2://dev/video0",
                                    "/dev/video0",
                                    "FILE:///a",
                                    "file://clip.webm",
                                    "file://localhost/clip.webm",
                                    "rtsp://",
                                    "rtsps:///x",
                                    "test:///ball",
                                    "images://d/%d.jpg",
                                    "images:///d/%s.jpg",
                                    "images:///d/%d%d.jpg",
                                    "images:///d/%",
                                    "images:///d/%-8d",
                                    "pipeline:",
                                    "https://x"};

  for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
    holds(check_source, good[i], true);
  for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
    holds(check_source, bad[i], false);
}
END_TEST

START_TEST(controls)
{
  holds(check_controls, "a=1", true);
  holds(check_controls, "a=-1, b_c=2147483647", true);
  holds(check_controls, "a", false);
  holds(check_controls, "a=", false);
  holds(check_controls, "a=b", false);
  holds(check_controls, "a=1,", false);
  holds(check_controls, "a=2147483648", false);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("config values");
  TCase *tests = tcase_create("values");

  tcase_add_test(tests, endpoints);
  tcase_add_test(tests, loopback);
  tcase_add_test(tests, sources);
  tcase_add_test(tests, controls);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
