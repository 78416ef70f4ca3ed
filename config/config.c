/* SPDX-License-Identifier: MIT */
/* Reads the configuration files into one checked struct. */
#include "config/config.h"

#include <stdarg.h>
#include <string.h>

#include "base/number.h"
#include "keys.h"
#include "lines.h"
#include "values.h"

GQuark config_error_quark(void)
{
  return g_quark_from_static_string("etrackd-config");
}

static const char stream_prefix[] = "stream ";

/* One file while it is read. */
struct source {
  const char *path;
  char *text;
  GKeyFile *keys;
};

G_GNUC_PRINTF(5, 6)
static bool refuse(const struct source *s, const char *section, const char *key, GError **error, const char *format, ...)
{
  const int line = section ? line_of(s->text, section, key) : 0;
  va_list args;
  char *words;

  va_start(args, format);
  words = g_strdup_vprintf(format, args);
  va_end(args);
  g_set_error(error, CONFIG_ERROR, key || !section ? CONFIG_ERROR_VALUE : CONFIG_ERROR_KEY, "%s:%d: %s", s->path, line, words);
  g_free(words);
  return false;
}

static bool valid_name(const char *name)
{
  const size_t length = strlen(name);

  return length >= 1 && length <= 32 && strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_-") == length;
}

static struct config_stream *add_stream(struct config *config, const char *name)
{
  struct config_stream *stream = g_new0(struct config_stream, 1);

  key_set_defaults(stream_keys, stream);
  et_params_default(&stream->params);
  stream->name = g_strdup(name);
  g_ptr_array_add(config->streams, stream);
  return stream;
}

struct config_stream *config_find_stream(const struct config *config, const char *name)
{
  for (guint i = 0; i < config->streams->len; i++) {
    struct config_stream *stream = g_ptr_array_index(config->streams, i);

    if (g_str_equal(stream->name, name))
      return stream;
  }
  return NULL;
}

static bool set_param(const struct et_param_info *info, struct et_params *params, const char *text, char **words)
{
  if (!et_number_parse(text, info->minimum, info->maximum, et_param_value(params, info))) {
    *words = g_strdup_printf("`%s` must be a number from %g to %g, not `%s`", info->name, info->minimum, info->maximum, text);
    return false;
  }
  return true;
}

/* The keys of a section and what they are written to. `params` is NULL if it has no live
 * parameters. */
struct target {
  const struct key *table;
  void *object;
  struct et_params *params;
};

static bool set_key(const struct target *to, const char *section, const char *name, const char *text, char **words)
{
  const struct key *key = key_find(to->table, name);
  const struct et_param_info *info = to->params ? et_param_find(name) : NULL;

  if (key)
    return key_set(key, to->object, text, words);
  if (info)
    return set_param(info, to->params, text, words);
  *words = g_strdup_printf("there is no key `%s` in [%s]; did you mean `%s`?", name, section, key_nearest(to->table, to->params, name));
  return false;
}

/* GKeyFile refuses unknown escapes too, but complains on stderr about the second one in a value. */
static const char *bad_escape(const char *raw)
{
  for (const char *p = strchr(raw, '\\'); p; p = strchr(p + 2, '\\'))
    if (!p[1] || !strchr("stnr\\", p[1]))
      return p;
  return NULL;
}

static bool read_key(const struct source *s, const char *section, const char *name, const struct target *to, GError **error)
{
  char *raw = g_key_file_get_value(s->keys, section, name, NULL), *text = NULL, *words = NULL;
  const char *escape = bad_escape(raw);
  bool done = false;

  if (escape)
    words = g_strdup_printf("`%s`: `%.2s` is not an escape; the escapes are \\s \\t \\n \\r \\\\", name, escape);
  else if (!g_utf8_validate(raw, -1, NULL))
    words = g_strdup_printf("`%s` is not UTF-8", name);
  else
    text = g_key_file_get_string(s->keys, section, name, NULL);
  if (text)
    done = set_key(to, section, name, g_strstrip(text), &words);
  if (!done)
    refuse(s, section, name, error, "%s", words);
  g_free(words);
  g_free(text);
  g_free(raw);
  return done;
}

static bool read_keys(const struct source *s, const char *section, const struct target *to, GError **error)
{
  char **names = g_key_file_get_keys(s->keys, section, NULL, NULL);
  bool done = true;

  for (char **name = names; done && name && *name; name++)
    done = read_key(s, section, *name, to, error);
  g_strfreev(names);
  return done;
}

static bool read_stream(const struct source *s, const char *section, struct config *config, GError **error)
{
  const char *name = section + strlen(stream_prefix);
  struct config_stream *stream = config_find_stream(config, name);

  if (!valid_name(name))
    return refuse(s, section, NULL, error, "[%s]: a stream's name has 1 to 32 letters, digits, _ and -", section);
  if (!stream)
    stream = add_stream(config, name);
  return read_keys(s, section, &(struct target){stream_keys, stream, &stream->params}, error);
}

static bool read_section(const struct source *s, const char *section, struct config *config, GError **error)
{
  if (g_str_equal(section, "daemon"))
    return read_keys(s, section, &(struct target){daemon_keys, config, NULL}, error);
  if (g_str_has_prefix(section, stream_prefix))
    return read_stream(s, section, config, error);
  return refuse(s, section, NULL, error, "there is no section [%s]; there are [daemon] and [stream NAME]", section);
}

/* GKeyFile does not give the line of a fault, and accepts doubles silently. */
static bool check_lines(const struct source *s, GError **error)
{
  char *section = NULL, *key = NULL;
  const int odd = line_of_nonsense(s->text);
  const int line = odd ? 0 : line_of_double(s->text, &section, &key);

  if (odd)
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE, "%s:%d: not a [section], a key=value in a section, or a # comment", s->path, odd);

  if (line && key)
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_KEY, "%s:%d: `%s` appears twice in [%s]", s->path, line, key, section);
  else if (line)
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_KEY, "%s:%d: there is a second [%s]; put its keys into the first", s->path, line,
                section);
  g_free(section);
  g_free(key);
  return !odd && !line;
}

static bool read_sections(const struct source *s, struct config *config, GError **error)
{
  char **sections = g_key_file_get_groups(s->keys, NULL);
  bool done = true;

  for (char **section = sections; done && *section; section++)
    done = read_section(s, *section, config, error);
  g_strfreev(sections);
  return done;
}

/* Some editors write a byte order mark before the text, where readers do not see it. */
static bool check_mark(const char *path, const char *text, GError **error)
{
  static const struct {
    const char *bytes, *encoding;
  } marks[] = {{"\xef\xbb\xbf", "UTF-8"}, {"\xff\xfe", "UTF-16"}, {"\xfe\xff", "UTF-16"}};

  for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
    if (g_str_has_prefix(text, marks[i].bytes)) {
      g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE,
                  "%s:1: the file begins with a byte order mark (BOM) of %s; save it as UTF-8 without one", path, marks[i].encoding);
      return false;
    }
  return true;
}

static bool read_file(const char *path, struct config *config, GError **error)
{
  struct source s = {.path = path, .keys = g_key_file_new()};
  gsize length = 0;
  GError *why = NULL;
  bool done = g_file_get_contents(path, &s.text, &length, &why) && check_mark(path, s.text, error) && check_lines(&s, error) &&
              g_key_file_load_from_data(s.keys, s.text, length, G_KEY_FILE_KEEP_TRANSLATIONS, &why) && read_sections(&s, config, error);

  if (why) {
    g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_FILE, "%s: %s", path, why->message);
    g_error_free(why);
  }
  g_key_file_free(s.keys);
  g_free(s.text);
  return done;
}

static int by_name(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The paths of the drop-ins, sorted; empty if there is no such folder. A file whose name begins
 * with a dot is an editor's lock or copy. */
static GPtrArray *list_drop_ins(const char *path)
{
  char *folder = g_strconcat(path, ".d", NULL);
  GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
  GDir *dir = g_dir_open(folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name(dir)))
    if (*name != '.' && g_str_has_suffix(name, ".conf"))
      g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
  if (dir)
    g_dir_close(dir);
  g_ptr_array_sort(paths, by_name);
  g_free(folder);
  return paths;
}

static bool read_drop_ins(const char *path, struct config *config, GError **error)
{
  GPtrArray *paths = list_drop_ins(path);
  bool done = true;

  for (guint i = 0; done && i < paths->len; i++)
    done = read_file(g_ptr_array_index(paths, i), config, error);
  g_ptr_array_unref(paths);
  return done;
}

G_GNUC_PRINTF(3, 4)
static bool refuse_whole(const char *path, GError **error, const char *format, ...)
{
  va_list args;
  char *words;

  va_start(args, format);
  words = g_strdup_vprintf(format, args);
  va_end(args);
  g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_VALUE, "%s: %s", path, words);
  g_free(words);
  return false;
}

static bool check_tcp_access(const char *path, const struct config *config, const char *key, const char *endpoint, GError **error)
{
  if (!endpoint || config->curve_secret_file || (config->insecure_loopback && tcp_is_loopback(endpoint)))
    return true;
  return refuse_whole(path, error, "`%s` = %s needs `curve_secret_file` and `curve_clients_file`%s", key, endpoint,
                      tcp_is_loopback(endpoint) ? ", or `insecure_loopback` = true" : "");
}

static bool check_endpoints(const char *path, const struct config *config, GError **error)
{
  if (config->control && config->events && g_str_equal(config->control, config->events))
    return refuse_whole(path, error, "`control` and `events` are the same endpoint");
  if (config->tcp_control && config->tcp_events && g_str_equal(config->tcp_control, config->tcp_events) &&
      !g_str_has_suffix(config->tcp_control, ":*"))
    return refuse_whole(path, error, "`tcp_control` and `tcp_events` are the same endpoint");
  if (!config->curve_secret_file != !config->curve_clients_file)
    return refuse_whole(path, error, "`curve_secret_file` and `curve_clients_file` go together; set both or neither");
  return check_tcp_access(path, config, "tcp_control", config->tcp_control, error) &&
         check_tcp_access(path, config, "tcp_events", config->tcp_events, error);
}

static bool check_stream(const char *path, const struct config_stream *stream, GError **error)
{
  struct et_error_detail why;

  if (!stream->source)
    return refuse_whole(path, error, "[stream %s] has no `source`", stream->name);
  if (et_params_check(&stream->params, &why) != ET_OK)
    return refuse_whole(path, error, "[stream %s]: %s", stream->name, why.text);
  return true;
}

/* Checks what depends on all files together. */
static bool check_whole(const char *path, const struct config *config, GError **error)
{
  bool done = check_endpoints(path, config, error);

  if (done && config->streams->len == 0)
    return refuse_whole(path, error, "there is no stream; add a section [stream NAME] with a `source`");
  for (guint i = 0; done && i < config->streams->len; i++)
    done = check_stream(path, g_ptr_array_index(config->streams, i), error);
  return done;
}

static void free_stream(gpointer data)
{
  struct config_stream *stream = data;

  key_free_strings(stream_keys, stream);
  g_free(stream->name);
  g_free(stream);
}

struct config *config_load(const char *path, GError **error)
{
  struct config *config = g_new0(struct config, 1);

  config->streams = g_ptr_array_new_with_free_func(free_stream);
  key_set_defaults(daemon_keys, config);
  if (!read_file(path, config, error) || !read_drop_ins(path, config, error) || !check_whole(path, config, error))
    config_free(&config);
  return config;
}

void config_free(struct config **config)
{
  if (!config || !*config)
    return;
  key_free_strings(daemon_keys, *config);
  g_ptr_array_unref((*config)->streams);
  g_free(*config);
  *config = NULL;
}
