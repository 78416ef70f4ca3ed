/* SPDX-License-Identifier: MIT */
/* Local endpoints: what is refused, locks between processes, modes at the moment of the bind. */
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access.h"
#include "exit.h"
#include "test/folder.h"
#include "test/main.h"

static char *folder;

static void make_folder(void)
{
  folder = g_dir_make_tmp("etrackd-XXXXXX", NULL);
}

static void drop_folder(void)
{
  remove_tree(folder);
  g_free(folder);
}

static char *uri_of(const char *name)
{
  return g_strdup_printf("ipc://%s/%s", folder, name);
}

static void assert_refused(const char *uri, const char *group, int code, const char *words)
{
  struct access_endpoint endpoint = {0};
  g_autoptr(GError) error = NULL;

  ck_assert(!access_take(uri, group, &endpoint, &error));
  ck_assert_ptr_null(endpoint.uri);
  ck_assert_msg(error->code == code, "code %d, not %d: %s", error->code, code, error->message);
  ck_assert_msg(strstr(error->message, words) != NULL, "`%s` does not mention `%s`", error->message, words);
}

START_TEST(bad_paths_are_refused)
{
  g_autofree char *file = uri_of("file"), *deep = uri_of("no/such/folder");
  g_autofree char *longest = g_strnfill(200, 'x'), *too_long = uri_of(longest);

  ck_assert(g_file_set_contents(file + strlen("ipc://"), "precious", -1, NULL));
  assert_refused("ipc://relative", NULL, EXIT_CONFIG, "absolute");
  assert_refused("ipc://@abstract", NULL, EXIT_CONFIG, "absolute");
  assert_refused("tcp://*:1", NULL, EXIT_CONFIG, "absolute");
  assert_refused(too_long, NULL, EXIT_CONFIG, "107");
  assert_refused(file, NULL, EXIT_CONFIG, "not a socket");
  assert_refused(deep, NULL, EXIT_CONFIG, "cannot make the folder");
}
END_TEST

START_TEST(an_unknown_group_is_refused)
{
  g_autofree char *uri = uri_of("s");

  assert_refused(uri, "no-such-group", EXIT_CONFIG, "no-such-group");
}
END_TEST

/* Takes the endpoint in a child, which reports whether it could and then waits to be killed. */
static pid_t take_elsewhere(const char *uri)
{
  int ends[2];
  char said = 0;
  pid_t child;

  ck_assert_int_eq(pipe(ends), 0);
  child = fork();
  if (child == 0) {
    struct access_endpoint endpoint;

    said = access_take(uri, NULL, &endpoint, NULL) ? 'y' : 'n';
    if (write(ends[1], &said, 1) == 1)
      pause();
    _exit(0);
  }
  ck_assert_int_eq(read(ends[0], &said, 1), 1);
  ck_assert_int_eq(said, 'y');
  return child;
}

START_TEST(a_second_process_learns_the_first_ones_pid)
{
  g_autofree char *uri = uri_of("s");
  const pid_t child = take_elsewhere(uri);
  g_autofree char *words = g_strdup_printf("pid %d", (int)child);
  struct access_endpoint endpoint = {0};

  assert_refused(uri, NULL, EXIT_RUNNING, words);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  ck_assert_msg(access_take(uri, NULL, &endpoint, NULL), "the lock outlived its process");
  access_release(&endpoint);
  access_release(&endpoint);
}
END_TEST

/* What the file's mode was inside the bind, and its path. */
static mode_t mode_at_bind;

static bool bind_socket(const char *uri, void *user, GError **error)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int *listener = user;
  struct stat st;

  *listener = socket(AF_UNIX, SOCK_STREAM, 0);
  g_strlcpy(address.sun_path, uri + strlen("ipc://"), sizeof address.sun_path);
  ck_assert_int_eq(bind(*listener, (struct sockaddr *)&address, sizeof address), 0);
  ck_assert_int_eq(stat(address.sun_path, &st), 0);
  mode_at_bind = st.st_mode & 0777;
  return true;
}

static void check_modes(const char *group, mode_t at_bind)
{
  g_autofree char *uri = uri_of("s");
  struct access_endpoint endpoint = {0};
  struct stat st;
  int listener = -1;
  mode_t before;

  ck_assert(access_take(uri, group, &endpoint, NULL));
  ck_assert(access_bind(&endpoint, bind_socket, &listener, NULL));
  ck_assert_int_eq(stat(endpoint.path, &st), 0);
  ck_assert_msg(mode_at_bind == at_bind, "mode %o at the bind, not %o", mode_at_bind, at_bind);
  ck_assert_msg((st.st_mode & 0777) == 0660, "mode %o after it, not 660", st.st_mode & 0777);
  before = umask(022);
  ck_assert_msg(before != 0177 && before != 0117, "the umask stayed at %o", before);
  umask(before);
  access_release(&endpoint);
  ck_assert_msg(stat(uri + strlen("ipc://"), &st) != 0, "the socket file was left behind");
  close(listener);
}

START_TEST(the_socket_is_never_open_to_others)
{
  check_modes(NULL, 0660);
}
END_TEST

START_TEST(a_socket_for_a_group_is_the_owners_until_it_is_the_groups)
{
  if (geteuid() != 0) {
    printf("SKIP a_socket_for_a_group_is_the_owners_until_it_is_the_groups: only root can give a file to any group\n");
    return;
  }
  check_modes("video", 0600);
}
END_TEST

/* Makes a folder under a umask that would keep everybody out. Returns its stat. */
static struct stat make_new_folder(const char *group)
{
  g_autofree char *uri = uri_of("new/s"), *path = g_build_filename(folder, "new", NULL);
  struct access_endpoint endpoint = {0};
  const mode_t before = umask(0077);
  struct stat st;

  ck_assert(access_take(uri, group, &endpoint, NULL));
  umask(before);
  ck_assert_int_eq(stat(path, &st), 0);
  ck_assert_msg(S_ISDIR(st.st_mode) && (st.st_mode & 0777) == 0751, "mode %o, not 751", st.st_mode & 0777);
  access_release(&endpoint);
  return st;
}

START_TEST(the_folder_is_made)
{
  ck_assert_uint_eq(make_new_folder(NULL).st_gid, getegid());
}
END_TEST

START_TEST(the_folder_is_made_for_the_group)
{
  if (geteuid() != 0) {
    printf("SKIP the_folder_is_made_for_the_group: only root can give a folder to any group\n");
    return;
  }
  ck_assert_uint_eq(make_new_folder("video").st_gid, getgrnam("video")->gr_gid);
}
END_TEST

START_TEST(one_file_by_two_paths_is_the_same)
{
  g_autofree char *name = g_path_get_basename(folder), *alias = g_strdup_printf("../%s/s", name);
  g_autofree char *one = uri_of("s"), *other = uri_of(alias), *third = uri_of("t");
  struct access_endpoint endpoint[3] = {0};

  ck_assert(access_take(one, NULL, &endpoint[0], NULL));
  ck_assert(access_take(other, NULL, &endpoint[1], NULL));
  ck_assert(access_take(third, NULL, &endpoint[2], NULL));
  ck_assert(access_same(&endpoint[0], &endpoint[1]));
  ck_assert(!access_same(&endpoint[0], &endpoint[2]));
  for (int i = 0; i < 3; i++)
    access_release(&endpoint[i]);
}
END_TEST

static Suite *make_suite(void)
{
  Suite *suite = suite_create("access");
  TCase *tc = tcase_create("access");

  tcase_add_checked_fixture(tc, make_folder, drop_folder);
  tcase_add_test(tc, bad_paths_are_refused);
  tcase_add_test(tc, an_unknown_group_is_refused);
  tcase_add_test(tc, a_second_process_learns_the_first_ones_pid);
  tcase_add_test(tc, the_socket_is_never_open_to_others);
  tcase_add_test(tc, a_socket_for_a_group_is_the_owners_until_it_is_the_groups);
  tcase_add_test(tc, the_folder_is_made);
  tcase_add_test(tc, the_folder_is_made_for_the_group);
  tcase_add_test(tc, one_file_by_two_paths_is_the_same);
  suite_add_tcase(suite, tc);
  return suite;
}

TEST_MAIN(make_suite)
