/* varimac mult plan: how the golden model sums a cell's products, and the proof that it may.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/mult.h"
#include "gemm/scheme.h"

static bool sums_a(const vmac_scheme *s) {
  for (int a = 0; a < 256; a++)
    if (s->of_a[a]) return true;
  return false;
}

static void print_words(const vmac_scheme *s) {
  if (s->rest == VMAC_REST_ROWS) {
    printf("product rows");
    return;
  }
  const char *plus = "";
  if (s->terms || s->rest == VMAC_REST_NONE) {
    printf("%d term%s", s->terms, s->terms == 1 ? "" : "s");
    plus = " + ";
  }
  if (s->rest != VMAC_REST_NONE) {
    printf("%s%s rest, %d columns", plus, s->rest == VMAC_REST_BYTE ? "byte" : "word", s->columns);
    plus = " + ";
  }
  if (sums_a(s)) printf("%ssum of A", plus);
}

static void print_ranges(const vmac_scheme *s) {
  for (int i = 0; i < s->terms; i++) {
    int f_lo = UINT8_MAX, f_hi = 0, g_lo = INT8_MAX, g_hi = INT8_MIN;
    for (int c = 0; c < 256; c++) {
      if (s->f[i][c] < f_lo) f_lo = s->f[i][c];
      if (s->f[i][c] > f_hi) f_hi = s->f[i][c];
      if (s->g[i][c] < g_lo) g_lo = s->g[i][c];
      if (s->g[i][c] > g_hi) g_hi = s->g[i][c];
    }
    printf("; (%d..%d)(%d..%d)", f_lo, f_hi, g_lo, g_hi);
  }
}

static void print_plan(const char *name, vmac_isa isa, const int32_t *table, vmac_scheme *s) {
  int a, w;
  vmac_scheme_find(table, isa, s);
  printf("  %-9s %5.2f  ", vmac_isa_name(isa), s->cost);
  print_words(s);
  if (!vmac_scheme_prove(s, table, &a, &w))
    cli_die("%s: the identity fails at the operand bits %d, %d", name, a, w);
  printf("\n                   %s", s->rest == VMAC_REST_ROWS
                                        ? "any table: products as they are, nothing to prove"
                                        : "identity holds on 65,536 of 65,536 pairs");
  print_ranges(s);
  putchar('\n');
}

/* The level of that name, or the program ends; -1 without a name. */
static int find_level(const char *name) {
  if (!name) return -1;
  for (int i = 0; i < VMAC_ISAS; i++)
    if (!strcmp(name, vmac_isa_name((vmac_isa)i))) return i;
  cli_usage("mult plan: --isa: expected portable, avx2 or avx512, found '%s'", name);
}

void mult_plan(const mult_options *opt) {
  if (!opt->count && !opt->all)
    cli_usage("mult plan: expected multipliers or --all, found none; see varimac mult --help");
  if (opt->count && opt->all)
    cli_usage("mult plan: expected multipliers or --all, found '%s' and --all; see varimac mult "
              "--help",
              opt->names[0]);
  const int only = find_level(opt->isa);
  const size_t n = opt->all ? vmac_mult_count() : (size_t)opt->count;
  for (int i = 0; i < opt->count; i++) mult_find(opt->names[i]); /* before any output */
  int32_t *table = vmac_alloc(PAIRS, sizeof *table);
  vmac_scheme *scheme = vmac_alloc(1, sizeof *scheme);
  for (size_t i = 0; i < n; i++) {
    const vmac_mult *mult = opt->all ? vmac_mult_at(i) : mult_find(opt->names[i]);
    vmac_mult_table(mult, table);
    printf("%s, table hash %016" PRIx64 "\n", mult->name, vmac_table_hash(table));
    for (int isa = 0; isa < VMAC_ISAS; isa++)
      if (only < 0 || isa == only) print_plan(mult->name, (vmac_isa)isa, table, scheme);
  }
  printf("# Behind the level: the predicted cost, an exact product of u8 by s8 = 1. A term is one\n"
         "# such product of f(A) by g(W), here with their ranges (f)(g).\n");
  free(scheme);
  free(table);
}
