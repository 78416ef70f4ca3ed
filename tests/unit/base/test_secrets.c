/* SPDX-License-Identifier: MIT */
/* Passwords in addresses, in gst-launch descriptions and in messages are hidden; everything else
 * stays. */
#include "base/secrets.h"

#include <stdlib.h>
#include <string.h>

#include "test/main.h"

static void shown_as(const char *text, const char *wanted)
{
  char *shown = malloc(ET_SECRETS_SIZE(strlen(text)));

  et_hide_secrets(text, shown);
  ck_assert_str_eq(shown, wanted);
  free(shown);
}

static const struct {
  const char *text, *shown;
} cases[] = {
  /* addresses */
  {"rtsp://me:secret@cam.example/1", "rtsp://me:***@cam.example/1"},
  {"rtsps://me:s:e@c@cam.example:554/1", "rtsps://me:***@cam.example:554/1"},
  {"rtsp://me:se/cr@et@cam.example/1", "rtsp://me:***@cam.example/1"},
  {"rtsp://me:two words@cam.example/1", "rtsp://me:***@cam.example/1"},
  {"rtsp://me:q\"uo'te@cam.example/1", "rtsp://me:***@cam.example/1"},
  {"rtsp://me:@cam.example/1", "rtsp://me:***@cam.example/1"},
  {"rtsp://192.0.2.1:554/user=admin&password=secret&channel=1", "rtsp://192.0.2.1:554/user=admin&password=***"},
  {"srt://192.0.2.1:7001?passphrase=secret", "srt://192.0.2.1:7001?passphrase=***"},
  /* descriptions */
  {"pipeline:rtspsrc location=rtsp://a:b@c ! decodebin ! x uri=http://d:e@f/",
   "pipeline:rtspsrc location=rtsp://a:***@c ! decodebin ! x uri=http://d:***@f/"},
  {"pipeline:rtspsrc location=rtsp://a:b\\ c@d ! x", "pipeline:rtspsrc location=rtsp://a:***@d ! x"},
  {"pipeline:rtspsrc location=\"rtsp://a:b c@d\" ! x", "pipeline:rtspsrc location=\"rtsp://a:***@d\" ! x"},
  {"pipeline:rtspsrc location='rtsp://a:b\"c@d' ! x", "pipeline:rtspsrc location='rtsp://a:***@d' ! x"},
  {"rtspsrc user-id=me user-pw=secret location=rtsp://c/ ! x", "rtspsrc user-id=*** user-pw=*** location=rtsp://c/ ! x"},
  {"rtspsrc user-pw=\"two \\\" words\" latency=0", "rtspsrc user-pw=*** latency=0"},
  {"rtspsrc user-pw='two words' latency=0", "rtspsrc user-pw=*** latency=0"},
  {"rtspsrc user-pw = two\\ words latency=0", "rtspsrc user-pw = *** latency=0"},
  {"rtspsrc user-pw=a;b&c,d\"e latency=0", "rtspsrc user-pw=*** latency=0"},
  {"rtspsrc user-pw=(string)\"a b\" latency=0", "rtspsrc user-pw=(string)*** latency=0"},
  {"souphttpsrc proxy-pw=a proxy-id=b src::User_PW=c cookies=d location=http://h/",
   "souphttpsrc proxy-pw=*** proxy-id=*** src::User_PW=*** cookies=*** location=http://h/"},
  {"srtsrc uri=srt://h:1 passphrase=secret ! x", "srtsrc uri=srt://h:1 passphrase=*** ! x"},
  {"x location=\"http://h/?access_token=secret&size=2\" ! y", "x location=\"http://h/?access_token=***\" ! y"},
  {"souphttpsrc extra-headers=\"headers,Authorization=(string)\\\"Basic c2VjcmV0\\\"\" ! y",
   "souphttpsrc extra-headers=\"headers,Authorization=(string)***\" ! y"},
  {"rtspsrc user-pw='two words'more latency=0", "rtspsrc user-pw=*** latency=0"},
  {"srtpdec key=secret ! x", "srtpdec key=*** ! x"},
  /* messages */
  {"cannot reach \"rtsp://a:b@c:1\": x://y", "cannot reach \"rtsp://a:***@c:1\": x://y"},
  {"can't open rtsp://a:b@c/1 it's gone", "can't open rtsp://a:***@c/1 it's gone"},
  /* what is no secret */
  {"rtsp://me@cam.example/1", "rtsp://me@cam.example/1"},
  {"rtsp://cam.example:554/1?at=me:b@c", "rtsp://cam.example:554/1?at=me:b@c"},
  {"file:///a:b@c.webm", "file:///a:b@c.webm"},
  {"v4l2src device=/dev/video0 ! x264enc key-int-max=30 bypass=true ! y",
   "v4l2src device=/dev/video0 ! x264enc key-int-max=30 bypass=true ! y"},
  {"a password has no equals sign", "a password has no equals sign"},
  {"user-pw=", "user-pw="},
  {"trailing \\", "trailing \\"},
  {"", ""},
};

START_TEST(what_is_secret_is_hidden_and_the_rest_stays)
{
  shown_as(cases[_i].text, cases[_i].shown);
}
END_TEST

/* The most that a text can grow. */
START_TEST(the_copy_has_room)
{
  char text[4000] = "", shown[ET_SECRETS_SIZE(sizeof text)];

  for (int i = 0; i < 600; i++)
    strcat(text, "://:@ ");
  et_hide_secrets(text, shown);
  ck_assert_uint_eq(strlen(shown), 600 * strlen("://:***@ "));
}
END_TEST

/* Whatever the text, the copy ends within its room. */
START_TEST(any_text_is_taken)
{
  static const char *const pieces[] = {"://", ":", "@", "/", "pw", "key=", "=", "\"", "'", "\\", " ", "a", "(s)", "\xc3\xa9", "?", "rtsp"};
  unsigned state = 1;

  for (int round = 0; round < 20000; round++) {
    char text[200] = "", *shown;

    for (int i = round % 25; i > 0; i--) {
      state = state * 1103515245u + 12345u;
      strcat(text, pieces[(state >> 16) % (sizeof pieces / sizeof *pieces)]);
    }
    shown = malloc(ET_SECRETS_SIZE(strlen(text)));
    et_hide_secrets(text, shown);
    ck_assert_uint_lt(strlen(shown), ET_SECRETS_SIZE(strlen(text)));
    free(shown);
  }
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("secrets");
  TCase *tests = tcase_create("secrets");

  tcase_add_loop_test(tests, what_is_secret_is_hidden_and_the_rest_stays, 0, sizeof cases / sizeof *cases);
  tcase_add_test(tests, the_copy_has_room);
  tcase_add_test(tests, any_text_is_taken);
  suite_add_tcase(suite, tests);
  return suite;
}

TEST_MAIN(make_suite)
