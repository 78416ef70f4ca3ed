/* SPDX-License-Identifier: MIT */
/* The plugin `etrack`: libgstetrack.so. */
#include "gstetrack.h"

static gboolean plugin_init(GstPlugin *plugin)
{
  return GST_ELEMENT_REGISTER(etrack, plugin);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, etrack, "Visual tracking of one object", plugin_init, PACKAGE_VERSION, "MIT/X11",
                  "etrackd", "etrackd")
