/* SPDX-License-Identifier: MIT */
/* etrack-eval from the command line: its output, files and exit codes, and one line on stderr per
 * error. */
#include "command.h"
#include "files.h"
#include "test/main.h"

static char *model;

static void setup(void)
{
  char *folder;

  command_open("eval/etrack-eval");
  folder = in_root("all/disc");
  write_scenes(folder, 4);
  model = in_source("tests/golden/tiny.safetensors");
  g_setenv("ETRACK_MODEL", model, TRUE);
  g_free(folder);
}

static void teardown(void)
{
  g_free(model);
  command_close();
}

START_TEST(a_sequence_gives_a_table)
{
  succeed("--raw all/disc");
  ck_assert_msg(strstr(out, "AUC") && strstr(out, "P@20px") && strstr(out, "p50 ms"), "%s", out);
  ck_assert_msg(strstr(out, "\ndisc ") && strstr(out, "\nall "), "%s", out);
}
END_TEST

START_TEST(a_folder_of_sequences_and_every_output)
{
  succeed("--raw --frames 2 --trajectories t --json r.json --draw d all");
  ck_assert(exists("t/disc.txt"));
  ck_assert(exists("r.json"));
  ck_assert(exists("d/disc-00002.png"));
  ck_assert(!exists("d/disc-00003.png"));
}
END_TEST

START_TEST(kernels_are_named_in_the_json)
{
  char *path = g_build_filename(root, "r.json", NULL), *text;

  succeed("--raw --kernels portable --json r.json all/disc");
  ck_assert(g_file_get_contents(path, &text, NULL, NULL));
  ck_assert_msg(strstr(text, "\"portable\"") && strstr(text, "\"tiny\""), "%s", text);
  g_free(text);
  g_free(path);
}
END_TEST

START_TEST(every_frame_is_written_as_csv)
{
  char *path = g_build_filename(root, "f.csv", NULL), *text = NULL, **lines;

  succeed("--frames 3 --csv f.csv all/disc");
  ck_assert(g_file_get_contents(path, &text, NULL, NULL));
  lines = g_strsplit(text, "\n", -1);
  ck_assert_uint_eq(g_strv_length(lines), 5); /* the head, three frames, and the end */
  ck_assert_str_eq(lines[0], "sequence,frame,present,overlap,state,event,score,raw_score,likeness");
  ck_assert_str_eq(lines[1], "\"disc\",1,1,1.0000,tracking,started,1.00000,1.00000,1.00000");
  ck_assert_msg(g_str_has_prefix(lines[2], "\"disc\",2,1,"), "%s", lines[2]);
  g_strfreev(lines);
  g_free(text);
  g_free(path);
}
END_TEST

START_TEST(states_are_told_beside_the_raw_procedure)
{
  char *path = g_build_filename(root, "r.json", NULL), *text = NULL;

  succeed("--states --json r.json all/disc");
  ck_assert_msg(strstr(out, "right boxes told as") && strstr(out, "wrong re-acquisitions: 0 of 0"), "%s", out);
  ck_assert(g_file_get_contents(path, &text, NULL, NULL));
  ck_assert_msg(strstr(text, "\"raw_auc\"") && strstr(text, "\"honesty\"") && strstr(text, "\"cost_p99\""), "%s", text);
  g_free(text);
  g_free(path);
}
END_TEST

START_TEST(a_video_is_tracked_from_its_box)
{
  char *video = in_source("tests/media/cup.webm"), *line = g_strdup_printf("--frames 3 --box 305,120,118,262 --trajectories t '%s'", video);

  succeed(line);
  ck_assert_msg(strstr(out, "\ncup  ") && strstr(out, " 3 "), "%s", out);
  ck_assert(exists("t/cup.txt"));
  g_free(line);
  g_free(video);
}
END_TEST

/* The manual page names every option that there is, and no other. */
START_TEST(the_manual_has_every_option)
{
  char *path = in_source("docs/man/etrack-eval.1"), *page, **words;
  int there = 0, here = 0;

  ck_assert(g_file_get_contents(path, &page, NULL, NULL));
  for (char *p = page; (p = strstr(p, ".TP\n.B")); p++)
    there += strstr(p, "\\-\\-") && strstr(p, "\\-\\-") < strchr(p + 4, '\n');
  succeed("--help");
  words = g_strsplit_set(out, " ,=\n", -1);
  for (char **w = words; *w; w++)
    if (g_str_has_prefix(*w, "--")) {
      char *option = g_strconcat("\\-\\-", *w + 2, NULL);

      ck_assert_msg(strstr(page, option) != NULL, "the manual page lacks %s", *w);
      here++;
      g_free(option);
    }
  ck_assert_msg(there == here, "the manual page has %d options, --help %d", there, here);
  g_strfreev(words);
  g_free(page);
  g_free(path);
}
END_TEST

START_TEST(usage_is_64)
{
  fail_with(64, "", "--help");
  fail_with(64, "--nonsense all", "--nonsense");
  fail_with(64, "--frames -1 all", "--frames");
  fail_with(64, "--frames 0x3 all", "--frames must be a whole number from 0 on, not `0x3`");
  fail_with(64, "--rate 0 all", "--rate");
  fail_with(64, "--rate nan all", "--rate must be a number from 0.001 to 1000, not `nan`");
  fail_with(64, "--rate 1e-300 all", "--rate");
  fail_with(64, "--box 1,2,30,0x28 all/disc", "1,2,30,0x28");
  fail_with(64, "--draw '' all", "--draw");
  fail_with(64, "--raw --states all", "--states");
  fail_with(64, "--box 1,2,3 all/disc", "1,2,3");
  fail_with(64, "--box 1,2,30,40 all/disc all/disc", "--box");
  fail_with(64, "--kernels nonsense all", "nonsense");
  fail_with(64, "--trajectories t all/disc all/disc", "disc");
}
END_TEST

START_TEST(a_video_without_a_box_is_64)
{
  put("clip.mp4", "anything");
  fail_with(64, "clip.mp4", "--box");
}
END_TEST

START_TEST(bad_data_is_1)
{
  put("bare/note.txt", "nothing");
  put("line/img/1.jpg", "no JPEG");
  put("line/groundtruth_rect.txt", "1,2,3\n");
  put("picture/img/1.jpg", "no JPEG");
  put("picture/groundtruth_rect.txt", "1,2,30,40\n");
  fail_with(1, "nowhere", "nowhere");
  fail_with(1, "bare", "bare");
  fail_with(1, "line", "line/groundtruth_rect.txt:1");
  fail_with(1, "picture", "picture/img/1.jpg");
  fail_with(1, "--box 500,500,40,40 all/disc", "--box: ");
}
END_TEST

START_TEST(a_bad_model_is_1)
{
  put("bad.safetensors", "no model");
  fail_with(1, "--model bad.safetensors all", "bad.safetensors");
  fail_with(1, "--model nowhere.safetensors all", "nowhere.safetensors");
}
END_TEST

START_TEST(what_cannot_be_written_is_1)
{
  put("file", "in the way");
  fail_with(1, "--trajectories file/t all/disc", "file/t");
  fail_with(1, "--draw file/d all/disc", "file/d");
  fail_with(1, "--json file/r.json all/disc", "file/r.json");
  fail_with(1, "--json /dev/full all/disc", "/dev/full: cannot write: No space left");
  fail_with(1, "--csv file/f.csv all/disc", "file/f.csv");
  fail_with(1, "all/disc >/dev/full", "stdout: cannot write: No space left");
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("command");
  TCase *tcase = tcase_create("command");

  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, a_sequence_gives_a_table);
  tcase_add_test(tcase, a_folder_of_sequences_and_every_output);
  tcase_add_test(tcase, kernels_are_named_in_the_json);
  tcase_add_test(tcase, every_frame_is_written_as_csv);
  tcase_add_test(tcase, states_are_told_beside_the_raw_procedure);
  tcase_add_test(tcase, a_video_is_tracked_from_its_box);
  tcase_add_test(tcase, the_manual_has_every_option);
  tcase_add_test(tcase, usage_is_64);
  tcase_add_test(tcase, a_video_without_a_box_is_64);
  tcase_add_test(tcase, bad_data_is_1);
  tcase_add_test(tcase, a_bad_model_is_1);
  tcase_add_test(tcase, what_cannot_be_written_is_1);
  suite_add_tcase(suite, tcase);
  return suite;
}

TEST_MAIN(make_suite)
