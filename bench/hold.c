/* SPDX-License-Identifier: MIT */
/* Holds OpenCV to AVX2, and names the processor. ONNX Runtime cannot be held: it asks the processor
 * itself, and has no setting. XNNPACK is held in xnnpack.c. */
#include "bench/hold.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ops/ops.h"

/* In OpenCV's own spelling. It warns of a name that it does not know, and then holds nothing. */
static const char disabled[] = "AVX512F,AVX512-COMMON,AVX512-SKX,AVX512-CNL,AVX512-CLX,AVX512-ICL";
static const char variable[] = "OPENCV_CPU_DISABLE";

bool bench_hold_opencv(char **argv)
{
  const char *set = getenv(variable);

  if (set && strcmp(set, disabled) == 0)
    return true;
  if (setenv(variable, disabled, 1) != 0)
    return false;
  execv("/proc/self/exe", argv);
  return false;
}

bool bench_hold_matters(void)
{
  return et_ops_find("avx2") && (et_ops_find("avx512") || et_ops_find("avxvnni"));
}

void bench_processor(char *name, int size)
{
  FILE *file = fopen("/proc/cpuinfo", "r");
  char line[256];

  snprintf(name, (size_t)size, "unknown");
  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
      line[strcspn(line, "\n")] = '\0';
      snprintf(name, (size_t)size, "%s", strchr(line, ':') + 2);
      break;
    }
  if (file)
    fclose(file);
}
