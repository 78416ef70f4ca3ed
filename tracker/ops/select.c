/* SPDX-License-Identifier: MIT */
/* Selects the kernels that this processor runs. */
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

#include "ops/ops.h"

extern const struct et_ops et_ops_portable;
#if defined(__x86_64__)
extern const struct et_ops et_ops_sse2, et_ops_avx2, et_ops_avxvnni, et_ops_avx512, et_ops_avx512vnni;
#elif defined(__aarch64__)
extern const struct et_ops et_ops_neon, et_ops_dotprod, et_ops_i8mm;
#endif

#if defined(__x86_64__)
static bool runs_avx2(void)
{
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool runs_avx512(void)
{
  return runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}

/* gcc 12's __builtin_cpu_supports() does not know it. */
static bool runs_avxvnni(void)
{
  unsigned a, b, c, d;

  return runs_avx2() && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & bit_AVXVNNI);
}
#endif

const struct et_ops *et_ops_at(size_t index)
{
  const struct et_ops *sets[6] = {&et_ops_portable};
  size_t count = 1;

#if defined(__x86_64__)
  sets[count++] = &et_ops_sse2;
  if (runs_avx2())
    sets[count++] = &et_ops_avx2;
  if (runs_avxvnni())
    sets[count++] = &et_ops_avxvnni;
  if (runs_avx512())
    sets[count++] = &et_ops_avx512;
  if (runs_avx512() && __builtin_cpu_supports("avx512vnni"))
    sets[count++] = &et_ops_avx512vnni;
#elif defined(__aarch64__)
  sets[count++] = &et_ops_neon;
  if (getauxval(AT_HWCAP) & HWCAP_ASIMDDP)
    sets[count++] = &et_ops_dotprod;
  if (getauxval(AT_HWCAP2) & HWCAP2_I8MM)
    sets[count++] = &et_ops_i8mm;
#endif
  return index < count ? sets[index] : NULL;
}

const struct et_ops *et_ops_find(const char *name)
{
  const struct et_ops *found = NULL;

  for (size_t i = 0; et_ops_at(i); i++)
    if (!name || strcmp(et_ops_at(i)->name, name) == 0)
      found = et_ops_at(i);
  return found;
}
