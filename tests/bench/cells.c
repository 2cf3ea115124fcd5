/* The multipliers that are timed: random tables, which no structure helps, and a few of the
 * registry for each form that a plan can have. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "bench.h"

typedef struct {
  const char *name;
  bool in_fc;
} entry;

/* The first two are random tables, network.c takes the first and BENCH_CELL_TERM. At avx512 perf2
 * and drum6 are one term; pr1_4s is two, as its factors have 257 values; or4 to trunc6 one term and
 * bytes of 16 or 64 columns. No ROUP of the registry is one term. */
static const entry entries[BENCH_CELLS] = {
    {"random_s", true}, {"random_u", false}, {"perf2", true},   {"drum6", false}, {"pr1_4s", false},
    {"kulkarni", true}, {"or4", false},      {"trunc5", false}, {"or6", true},    {"trunc6", true}};

const char *bench_form(const vmac_scheme *scheme, char *text) {
  int at = 0;
  if (scheme->rest == VMAC_REST_ROWS) {
    snprintf(text, BENCH_FORM, "any");
    return text;
  }
  if (scheme->terms || scheme->rest == VMAC_REST_NONE)
    at = snprintf(text, BENCH_FORM, "rank %d", scheme->terms);
  if (scheme->rest != VMAC_REST_NONE)
    snprintf(text + at, (size_t)(BENCH_FORM - at), "%s%d %s columns", at ? " + " : "",
             scheme->columns, scheme->rest == VMAC_REST_BYTE ? "byte" : "word");
  return text;
}

/* 16-bit products without any structure, the extremes among them. */
static uint16_t *random_truth(vmac_class cls) {
  uint16_t *truth = vmac_alloc(65536, sizeof *truth);
  vmac_rng rng;
  vmac_rng_seed(&rng, 7 + (uint64_t)cls);
  for (int i = 0; i < 65536; i++) truth[i] = (uint16_t)vmac_rng_next(&rng);
  truth[0x8000] = 0x8000; /* class s8: activation -128, weights 0 and 1, which occur everywhere */
  truth[0x8001] = 0x7fff;
  truth[0x0080] = 0xffff; /* the same of class u8: largest and least product */
  truth[0x0081] = 0;
  return truth;
}

bool bench_cells_new(bench_cell *cells, vmac_err *err) {
  for (int i = 0; i < BENCH_CELLS; i++) {
    bench_cell *cell = &cells[i];
    cell->in_fc = entries[i].in_fc;
    if (i < 2) {
      const vmac_class cls = i == 0 ? VMAC_S8 : VMAC_U8;
      cell->mult = (vmac_mult){.name = entries[i].name,
                               .family = "import",
                               .cls = cls,
                               .params = "-",
                               .source = "-",
                               .mode = -1,
                               .truth = random_truth(cls)};
    } else {
      const vmac_mult *mult = vmac_mult_find(entries[i].name, err);
      if (!mult) return false;
      cell->mult = *mult;
    }
    cell->table = bench_alloc(65536 * sizeof *cell->table);
    vmac_mult_table(&cell->mult, cell->table);
  }
  return true;
}

void bench_cells_free(bench_cell *cells) {
  for (int i = 0; i < BENCH_CELLS; i++) {
    free(cells[i].table);
    if (i < 2) free((void *)(uintptr_t)cells[i].mult.truth);
  }
}
