/* SPDX-License-Identifier: MIT */
/* Cameras by GstDeviceMonitor, their controls by libv4l2. */
#include "pipeline/camera.h"

#include <errno.h>
#include <fcntl.h>
#include <gst/gst.h>
#include <libv4l2.h>
#include <linux/videodev2.h>
#include <string.h>

#include "base/number.h"
#include "modes.h"
#include "pipeline/graph.h"

/* v4l2src loses a reference when it gives up buffers that are still in use. With this variable,
 * which is GStreamer's own, it waits for them. */
void camera_let_go_of_devices(void)
{
  guint major, minor, micro, nano;

  gst_version(&major, &minor, &micro, &nano);
  if (major == 1 && minor < 24)
    g_setenv("GST_V4L2_FORCE_DRAIN", "1", FALSE);
}

static void free_control(gpointer data)
{
  struct camera_control *control = data;

  g_free(control->name);
  g_free(control->label);
  g_free(control);
}

static void free_camera(gpointer data)
{
  struct camera *camera = data;

  g_free(camera->path);
  g_free(camera->name);
  g_ptr_array_unref(camera->modes);
  g_ptr_array_unref(camera->controls);
  g_free(camera);
}

/* "Exposure Time, Absolute" -> "exposure_time_absolute", as v4l2-ctl spells it. */
static char *name_of_label(const char *label)
{
  GString *name = g_string_new(NULL);

  for (; *label; label++) {
    if (g_ascii_isalnum(*label))
      g_string_append_c(name, g_ascii_tolower(*label));
    else if (name->len && name->str[name->len - 1] != '_')
      g_string_append_c(name, '_');
  }
  if (name->len && name->str[name->len - 1] == '_')
    g_string_truncate(name, name->len - 1);
  return g_string_free(name, FALSE);
}

static struct camera_control *read_control(int fd, const struct v4l2_queryctrl *query)
{
  struct v4l2_control value = {.id = query->id};
  struct camera_control *c = g_new0(struct camera_control, 1);

  *c = (struct camera_control){
    .label = g_strndup((const char *)query->name, sizeof query->name),
    .minimum = query->minimum,
    .maximum = query->maximum,
    .step = query->step,
    .fallback = query->default_value,
    .writable = !(query->flags & (V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_INACTIVE | V4L2_CTRL_FLAG_GRABBED)),
  };
  c->name = name_of_label(c->label);
  if (v4l2_ioctl(fd, VIDIOC_G_CTRL, &value) == 0)
    c->value = value.value;
  return c;
}

static bool is_number(const struct v4l2_queryctrl *query)
{
  return !(query->flags & V4L2_CTRL_FLAG_DISABLED) && (query->type == V4L2_CTRL_TYPE_INTEGER || query->type == V4L2_CTRL_TYPE_BOOLEAN ||
                                                       query->type == V4L2_CTRL_TYPE_MENU || query->type == V4L2_CTRL_TYPE_INTEGER_MENU);
}

/* Calls `act` for every control until it returns false. */
static void each_control(int fd, bool (*act)(int fd, const struct v4l2_queryctrl *query, void *data), void *data)
{
  struct v4l2_queryctrl query = {.id = V4L2_CTRL_FLAG_NEXT_CTRL};

  while (v4l2_ioctl(fd, VIDIOC_QUERYCTRL, &query) == 0) {
    if (is_number(&query) && !act(fd, &query, data))
      return;
    query.id |= V4L2_CTRL_FLAG_NEXT_CTRL;
  }
}

static bool add_control(int fd, const struct v4l2_queryctrl *query, void *controls)
{
  g_ptr_array_add(controls, read_control(fd, query));
  return true;
}

static GPtrArray *list_controls(const char *path)
{
  GPtrArray *controls = g_ptr_array_new_with_free_func(free_control);
  const int fd = v4l2_open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0)
    return controls;
  each_control(fd, add_control, controls);
  v4l2_close(fd);
  return controls;
}

static GPtrArray *list_modes(GstDevice *device)
{
  GstCaps *caps = gst_device_get_caps(device);
  GPtrArray *modes = modes_of_caps(caps);

  if (caps)
    gst_caps_unref(caps);
  return modes;
}

/* NULL if the device is not a V4L2 camera (a screen, a PipeWire node). */
static struct camera *read_camera(GstDevice *device)
{
  GstStructure *properties = gst_device_get_properties(device);
  const char *path = properties ? gst_structure_get_string(properties, "device.path") : NULL;
  struct camera *camera = NULL;

  if (path) {
    camera = g_new0(struct camera, 1);
    *camera = (struct camera){g_strdup(path), gst_device_get_display_name(device), list_modes(device), list_controls(path)};
  }
  if (properties)
    gst_structure_free(properties);
  return camera;
}

static gint by_path(gconstpointer a, gconstpointer b)
{
  return strcmp((*(struct camera *const *)a)->path, (*(struct camera *const *)b)->path);
}

GPtrArray *camera_list(void)
{
  GPtrArray *cameras = g_ptr_array_new_with_free_func(free_camera);
  GstDeviceMonitor *monitor = gst_device_monitor_new();
  GList *devices;

  gst_device_monitor_add_filter(monitor, "Video/Source", NULL);
  devices = gst_device_monitor_get_devices(monitor);
  for (GList *l = devices; l; l = l->next) {
    struct camera *camera = read_camera(l->data);

    if (camera)
      g_ptr_array_add(cameras, camera);
  }
  g_list_free_full(devices, gst_object_unref);
  gst_object_unref(monitor);
  g_ptr_array_sort(cameras, by_path);
  return cameras;
}

/* A control to set, while the device's controls are gone through. */
struct wanted {
  const char *name;
  int64_t value;
  bool found;
  int error; /* errno of the driver */
  gint32 minimum, maximum;
};

static bool set_if_wanted(int fd, const struct v4l2_queryctrl *query, void *data)
{
  struct wanted *w = data;
  struct v4l2_control control = {.id = query->id, .value = (gint32)w->value};
  char *name = name_of_label((const char *)query->name);

  w->found = g_str_equal(name, w->name);
  g_free(name);
  if (!w->found)
    return true;
  w->minimum = query->minimum;
  w->maximum = query->maximum;
  if (w->value < query->minimum || w->value > query->maximum)
    w->error = ERANGE;
  else
    w->error = v4l2_ioctl(fd, VIDIOC_S_CTRL, &control) == 0 ? 0 : errno;
  return false;
}

static bool set_one(int fd, const char *path, const char *assignment, GError **error)
{
  char **parts = g_strsplit(assignment, "=", 2);
  struct wanted w = {.name = g_strstrip(parts[0])};

  if (!parts[1] || !et_integer_parse(g_strstrip(parts[1]), INT64_MIN, INT64_MAX, &w.value))
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "controls: `%s` must be name=integer", assignment);
  else
    each_control(fd, set_if_wanted, &w);
  if (!*error && !w.found)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "controls: %s has no control `%s`", path, w.name);
  else if (!*error && w.error == ERANGE)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_CONFIG, "controls: `%s` must lie in %d..%d", w.name, w.minimum, w.maximum);
  else if (!*error && w.error)
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "controls: `%s`: %s", assignment, g_strerror(w.error));
  g_strfreev(parts);
  return !*error;
}

bool camera_set_controls(const char *path, const char *controls, GError **error)
{
  const int fd = v4l2_open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  char **assignments;
  GError *why = NULL;

  if (fd < 0) {
    g_set_error(error, GRAPH_ERROR, GRAPH_ERROR_SOURCE, "%s: %s", path, g_strerror(errno));
    return false;
  }
  assignments = g_strsplit(controls, ",", -1);
  for (char **a = assignments; *a && !why; a++)
    if (**a)
      set_one(fd, path, *a, &why);
  g_strfreev(assignments);
  v4l2_close(fd);
  if (!why)
    return true;
  g_propagate_error(error, why);
  return false;
}
