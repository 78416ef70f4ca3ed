/* SPDX-License-Identifier: MIT */
/* Runs a tool from the command line. */
#include "command.h"

#include <check.h>
#include <string.h>
#include <sys/wait.h>

#include "test/folder.h"

char *root, *out, *err;
int code;
static char *tool, *prefix;

void command_open(const char *program)
{
  char *name = g_path_get_basename(program);

  root = g_dir_make_tmp("etrack-command-XXXXXX", NULL);
  ck_assert_ptr_nonnull(root);
  tool = g_build_filename(g_getenv("ETRACK_BUILD"), "tools", program, NULL);
  prefix = g_strconcat(name, ": ", NULL);
  g_free(name);
}

void command_close(void)
{
  remove_tree(root);
  g_clear_pointer(&root, g_free);
  g_clear_pointer(&out, g_free);
  g_clear_pointer(&err, g_free);
  g_clear_pointer(&tool, g_free);
  g_clear_pointer(&prefix, g_free);
}

void call(const char *line)
{
  char *all = g_strdup_printf("'%s' %s", tool, line), *argv[] = {(char *)"sh", (char *)"-c", all, NULL};
  GError *error = NULL;
  int status;

  g_clear_pointer(&out, g_free);
  g_clear_pointer(&err, g_free);
  ck_assert_msg(g_spawn_sync(root, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, &error), "%s",
                error ? error->message : "");
  ck_assert_msg(WIFEXITED(status), "`%s` ended by signal %d", line, WTERMSIG(status));
  code = WEXITSTATUS(status);
  g_free(all);
}

void succeed(const char *line)
{
  call(line);
  ck_assert_msg(code == 0, "`%s` gave %d: %s", line, code, err);
  ck_assert_msg(!*err, "`%s` is not silent on stderr: %s", line, err);
}

void fail_with(int wanted, const char *line, const char *named)
{
  call(line);
  ck_assert_msg(code == wanted, "`%s` gave %d, not %d: %s", line, code, wanted, err);
  ck_assert_msg(g_str_has_prefix(err, prefix) && strchr(err, '\n') == err + strlen(err) - 1, "`%s`: not one line: %s", line, err);
  ck_assert_msg(strstr(err, named), "`%s` does not name `%s`: %s", line, named, err);
}

char *in_root(const char *relative)
{
  return g_build_filename(root, relative, NULL);
}

gboolean exists(const char *relative)
{
  char *path = in_root(relative);
  const gboolean there = g_file_test(path, G_FILE_TEST_IS_REGULAR);

  g_free(path);
  return there;
}

void put(const char *relative, const char *text)
{
  char *path = in_root(relative), *folder = g_path_get_dirname(path);

  g_mkdir_with_parents(folder, 0777);
  ck_assert(g_file_set_contents(path, text, -1, NULL));
  g_free(folder);
  g_free(path);
}
