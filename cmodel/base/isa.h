/* isa.h: which vector instructions the kernels use, and one function compiled for each.
 *
 * The build targets any x86-64 processor; what the one at hand has is found at run time. Every
 * level gives the same bytes, so VARIMAC_ISA=portable|avx2|avx512 may force a lower one: that is
 * how each is tested everywhere. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_ISA_H
#define VMAC_ISA_H

#include "base/base.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  VMAC_PORTABLE, /* plain C, whatever the compiler makes of it */
  VMAC_AVX2,
  VMAC_AVX512, /* F, BW, DQ, VL, VNNI, VBMI, VBMI2: Ice Lake, Zen 4 and later */
  VMAC_ISAS
} vmac_isa;

const char *vmac_isa_name(vmac_isa isa);
vmac_isa vmac_isa_best(void); /* of this processor */

/* The level that VARIMAC_ISA names, else the best; false where it names none or one that this
 * processor lacks. */
bool vmac_isa_choose(vmac_isa *isa, vmac_err *err);

/* The same; ends the program where that is false. */
vmac_isa vmac_isa_now(void);

#ifdef __cplusplus
}
#endif

#if defined(__x86_64__) && defined(__GNUC__)
#define VMAC_X86 1
#define VMAC_TARGET_AVX2 __attribute__((target("avx2,bmi2")))
#ifdef __clang__
#define VMAC_WIDE ""
#else
#define VMAC_WIDE ",prefer-vector-width=512" /* gcc would choose 256 bits */
#endif
#define VMAC_TARGET_AVX512                                                                         \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vbmi,avx512vbmi2,"    \
                        "bmi2,popcnt" VMAC_WIDE)))
#else
#define VMAC_X86 0
#define VMAC_TARGET_AVX2
#define VMAC_TARGET_AVX512
#endif

/* `static inline VMAC_BODY void f_body(int n, int *x) {...}` in plain C loops, then
 *   VMAC_PER_ISA(f, (int n, int *x), (n, x))
 * gives f[isa](n, x): the body compiled for each level. */
#define VMAC_BODY __attribute__((always_inline))
#define VMAC_PER_ISA(name, params, args)                                                           \
  static void name##_portable params {                                                             \
    name##_body args;                                                                              \
  }                                                                                                \
  VMAC_TARGET_AVX2 static void name##_avx2 params {                                                \
    name##_body args;                                                                              \
  }                                                                                                \
  VMAC_TARGET_AVX512 static void name##_avx512 params {                                            \
    name##_body args;                                                                              \
  }                                                                                                \
  static void(*const name[VMAC_ISAS]) params = {name##_portable, name##_avx2, name##_avx512}

#endif
