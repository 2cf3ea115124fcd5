/* family_sweep.h: a multiplier family against a second formulation of it, for both classes, widths
 * 4, 5, 8, 12 and 16 and every parameter that its Verilog header allows. Operand pairs: all of them
 * up to 8 bits, the corners of the range and random pairs above.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef FAMILY_SWEEP_H
#define FAMILY_SWEEP_H

#include <math.h>
#include <string.h>

#include "cmocka_all.h"
#include "vmac_mult_list.h"

typedef int64_t (*family_product)(vmac_form form, const int *param, int64_t a, int64_t w);

/* Parameter bound halves * width / 2 + plus: {0, 3} = 3, {1, 0} = w/2, {4, -1} = 2w-1. */
typedef struct {
  int halves, plus;
} family_bound;

typedef struct {
  const char *name;
  family_product product, reference;
  int classes;        /* bit 0: unsigned, bit 1: signed */
  int lowest, widest; /* width */
  struct {
    family_bound lowest, highest;
  } range[3];           /* of the parameters; unused ones are 0..0 */
  bool zero_gives_more; /* f(0, w) and f(a, 0) may differ from 0 */
  int stride;           /* above 5 bits only every stride-th parameter set; 0 = every one */
} family_case;

enum { FAMILY_SEED = 20101, FAMILY_RANDOM_PAIRS = 64 };

/* The families that are a set of kept partial products: test_mult.c sums them bit by bit. */
static const char *const partial_product_families[] = {
    "exact",     "array",     "dadda",           "booth", "zero", "perforated",
    "truncated", "recursive", "truncated_const", "ppab",  "bam"};
/* The families of sign and magnitude: test_magnitudes.c. All others: test_families.c. */
static const char *const magnitude_families[] = {"drum",     "ssm", "roba",
                                                 "mitchell", "mbm", "kulkarni"};
#define FAMILY_NAMES(list) (sizeof(list) / sizeof *(list))

static inline int64_t family_low(vmac_form form) {
  return form.is_signed ? -((int64_t)1 << (form.width - 1)) : 0;
}
static inline int64_t family_high(vmac_form form) {
  return ((int64_t)1 << (form.width - form.is_signed)) - 1;
}

/* f(a, w) as the library has it, checked against the reference and the product's 2n bits. */
static inline int64_t family_check(const family_case *f, vmac_form form, const int *param,
                                   int64_t a, int64_t w) {
  const int64_t got = f->product(form, param, a, w), want = f->reference(form, param, a, w);
  const vmac_form wide = {form.is_signed, 2 * form.width};
  const bool zero = (a == 0 || w == 0) && !f->zero_gives_more;
  if (got != want || got < family_low(wide) || got > family_high(wide) || (zero && got != 0))
    fail_msg("%s %d,%d,%d %s width %d: f(%lld, %lld): expected %lld (%s), found %lld", f->name,
             param[0], param[1], param[2], form.is_signed ? "signed" : "unsigned", form.width,
             (long long)a, (long long)w, (long long)want, zero ? "and 0" : "in 2n bits",
             (long long)got);
  return got;
}

static inline void family_pairs(const family_case *f, vmac_form form, const int *param,
                                vmac_rng *rng) {
  const int64_t low = family_low(form), high = family_high(form);
  if (form.width <= 8) {
    for (int64_t a = low; a <= high; a++)
      for (int64_t w = low; w <= high; w++) family_check(f, form, param, a, w);
    return;
  }
  const int64_t corner[] = {low, low + 1, low / 2, 0, 1, 3, high / 2, high / 2 + 1, high - 1, high};
  enum { CORNERS = sizeof corner / sizeof *corner };
  for (int i = 0; i < CORNERS * CORNERS; i++)
    family_check(f, form, param, corner[i / CORNERS], corner[i % CORNERS]);
  for (int i = 0; i < FAMILY_RANDOM_PAIRS; i++) {
    const int64_t a = low + vmac_rng_below(rng, 1u << form.width);
    const int64_t w = low + vmac_rng_below(rng, 1u << form.width);
    family_check(f, form, param, a, w);
  }
}

static inline void family_sweep(const family_case *f) {
  static const int widths[] = {4, 5, 8, 12, 16};
  vmac_rng rng;
  vmac_rng_seed(&rng, FAMILY_SEED);
  int sets = 0;
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    for (int is_signed = 0; is_signed <= 1; is_signed++) {
      const vmac_form form = {is_signed, widths[i]};
      if (!(f->classes >> is_signed & 1) || form.width < f->lowest || form.width > f->widest)
        continue;
      int low[3], high[3], p[3];
      for (int k = 0; k < 3; k++) {
        low[k] = f->range[k].lowest.halves * form.width / 2 + f->range[k].lowest.plus;
        high[k] = f->range[k].highest.halves * form.width / 2 + f->range[k].highest.plus;
      }
      for (p[0] = low[0]; p[0] <= high[0]; p[0]++)
        for (p[1] = low[1]; p[1] <= high[1]; p[1]++)
          for (p[2] = low[2]; p[2] <= high[2]; p[2]++)
            if (sets++ % (f->stride && form.width > 5 ? f->stride : 1) == 0)
              family_pairs(f, form, p, &rng);
    }
  if (!sets) fail_msg("%s: expected parameter sets to check, found none", f->name);
}

/* A metric equal to its closed form, up to the rounding of the last few operations. */
static inline void near(const char *name, const char *metric, double got, double want) {
  if (fabs(got - want) > 1e-9 * (1 + fabs(want)))
    fail_msg("%s: %s: expected %.12g, found %.12g", name, metric, want, got);
}

/* The case of a registry line's family, or NULL. */
static inline const family_case *family_find(const family_case *list, size_t count,
                                             const char *name) {
  for (size_t i = 0; i < count; i++)
    if (!strcmp(list[i].name, name)) return &list[i];
  return NULL;
}

/* A registry line's whole truth table, as the library makes it, against the reference. */
static inline void family_table(const family_case *f, const vmac_mult *mult) {
  static int32_t table[65536];
  vmac_mult_table(mult, table);
  const vmac_form form = {mult->cls == VMAC_S8, 8};
  for (int i = 0; i < 65536; i++) {
    const int64_t a = vmac_operand(mult->cls, (uint8_t)(i >> 8));
    const int64_t w = vmac_operand(mult->cls, (uint8_t)i);
    if (table[i] != f->reference(form, mult->param, a, w))
      fail_msg("%s: f(%d, %d): expected %d, found %d", mult->name, (int)a, (int)w,
               (int)f->reference(form, mult->param, a, w), table[i]);
  }
}

#endif
