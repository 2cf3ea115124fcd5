/* The level of vector instructions, found once per call. SPDX-License-Identifier: Apache-2.0 */
#include "base/isa.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[VMAC_ISAS] = {"portable", "avx2", "avx512"};

const char *vmac_isa_name(vmac_isa isa) {
  return names[isa];
}

vmac_isa vmac_isa_best(void) {
#if VMAC_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2"))
    return VMAC_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return VMAC_AVX2;
#endif
  return VMAC_PORTABLE;
}

bool vmac_isa_choose(vmac_isa *isa, vmac_err *err) {
  const char *name = getenv("VARIMAC_ISA");
  const vmac_isa best = vmac_isa_best();
  *isa = best;
  if (!name || !*name) return true;
  for (int i = 0; i < VMAC_ISAS; i++)
    if (!strcmp(name, names[i])) {
      if (i > (int)best)
        return vmac_fail(err, "VARIMAC_ISA=%s: this processor has %s at most", name, names[best]);
      *isa = (vmac_isa)i;
      return true;
    }
  return vmac_fail(err, "VARIMAC_ISA: expected portable, avx2 or avx512, found '%s'", name);
}

vmac_isa vmac_isa_now(void) {
  vmac_isa isa;
  vmac_err err;
  if (vmac_isa_choose(&isa, &err)) return isa;
  fprintf(stderr, "%s\n", err.text);
  exit(2);
}
