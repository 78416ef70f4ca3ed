/* SPDX-License-Identifier: MIT */
/* Runs the network on noise and prints nothing, for bench/instructions to count. */
#include <stdio.h>
#include <stdlib.h>

#include "etrack/model.h"
#include "net/model.h"
#include "net/network.h"

static const char usage[] = "usage: searches MODEL KERNELS COUNT\n";

static float *make_noise(int side)
{
  const size_t count = (size_t)side * (size_t)side * 3;
  float *rgb = malloc(count * sizeof *rgb);
  uint32_t state = 1;

  for (size_t i = 0; rgb && i < count; i++) {
    state = state * 1664525 + 1013904223;
    rgb[i] = (float)(state >> 24);
  }
  return rgb;
}

static int fail(const char *why)
{
  fprintf(stderr, "searches: %s\n", why);
  return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
  const struct et_ops *ops = argc == 4 ? et_ops_find(argv[2]) : NULL;
  struct et_error_detail detail;
  struct et_network *network = NULL;
  struct et_model *model = NULL;
  float *rgb;

  if (argc != 4)
    return fail(usage);
  if (!ops)
    return fail("this processor has no kernels of that name");
  if (et_model_open(argv[1], &model, &detail) != ET_OK || et_network_create(model, ops, &network, &detail) != ET_OK)
    return fail(detail.text);
  rgb = make_noise(model->architecture.search_size);
  if (!rgb)
    return fail("out of memory");
  et_network_set_template(network, rgb);
  for (long i = strtol(argv[3], NULL, 10); i > 0; i--)
    et_network_search(network, rgb);
  free(rgb);
  et_network_destroy(&network);
  et_model_close(&model);
  return EXIT_SUCCESS;
}
