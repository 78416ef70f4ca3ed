/* SPDX-License-Identifier: MIT */
/* Configurations: any file is read whole, or refused with one line that names it. */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "config/config.h"
#include "file.h"
#include "fuzz.h"

const int fuzz_runs = 8000;

const char *const fuzz_seeds[] = {
  "[stream a]\nsource = test://ball\n",
  "# c\n[daemon]\ncontrol = ipc:///run/c\nhttp_port = 2\ninsecure_loopback = true\ntcp_control = tcp://127.0.0.1:5700\n\n[stream cam-0]\n"
  "source = v4l2:///dev/video0\nwidth = 1280\nrate_hz = 29.97\ncontrols = a=1,b=-2\nloop = false\nweak_score = 0.7\n",
  "[stream a]\r\nsource=pipeline:videotestsrc\\sname=x\r\noutput=\\t\\n\\\\\r\n[stream b]\r\nsource=file:///x\r\n",
  NULL,
};

const char *const fuzz_words[] = {
  "[daemon]\n", "[stream a]\n",           "[stream ", "]",     "=",   "\n", "\\s",  "\\",
  "#",          "source = test://ball\n", "width = ", "1e999", "nan", "-1", "true", "loop[de] = true\n",
  "\xff",       "weak_score = 0.99\n",    "\r",       "\t",    " ",   ";",  NULL,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *path = fuzz_file("conf", data, size);
  GError *error = NULL;
  struct config *config;

  config = config_load(path, &error);
  g_unlink(path);
  FUZZ_CHECK(!config == !!error);
  if (error) {
    FUZZ_CHECK(strstr(error->message, path) != NULL);
    FUZZ_CHECK(error->domain == CONFIG_ERROR);
    g_error_free(error);
    return 0;
  }
  FUZZ_CHECK(config->streams->len > 0);
  config_free(&config);
  return 0;
}
