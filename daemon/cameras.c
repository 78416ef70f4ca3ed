/* SPDX-License-Identifier: MIT */
/* Converts cameras from the pipeline's form to the protocol's. */
#include "cameras.h"

static struct proto_mode *copy_modes(const GPtrArray *modes)
{
  struct proto_mode *copies = g_new0(struct proto_mode, modes->len);

  for (guint i = 0; i < modes->len; i++) {
    const struct camera_mode *mode = g_ptr_array_index(modes, i);

    copies[i] = (struct proto_mode){mode->format, mode->width, mode->height, mode->rate_hz};
  }
  return copies;
}

static struct proto_control *copy_controls(const GPtrArray *controls)
{
  struct proto_control *copies = g_new0(struct proto_control, controls->len);

  for (guint i = 0; i < controls->len; i++) {
    const struct camera_control *c = g_ptr_array_index(controls, i);

    copies[i] = (struct proto_control){c->name, c->label, c->minimum, c->maximum, c->step, c->fallback, c->value, c->writable};
  }
  return copies;
}

char *cameras_reply(const struct proto_request *request, const char *epoch, const GPtrArray *cameras)
{
  struct proto_camera *copies = g_new0(struct proto_camera, cameras->len);
  char *reply;

  for (guint i = 0; i < cameras->len; i++) {
    const struct camera *camera = g_ptr_array_index(cameras, i);

    copies[i] = (struct proto_camera){
      camera->path, camera->name, copy_modes(camera->modes), camera->modes->len, copy_controls(camera->controls), camera->controls->len};
  }
  reply = proto_reply_cameras(request, epoch, copies, cameras->len);
  for (guint i = 0; i < cameras->len; i++) {
    g_free((void *)copies[i].modes);
    g_free((void *)copies[i].controls);
  }
  g_free(copies);
  return reply;
}
