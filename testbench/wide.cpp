/* wide: every line of rtl/mult/wide.tbl, the cells of 12 and 16 bits, RTL against the C model.
 *
 * TEST RATIONALE
 * 1. State space. 2^24 to 2^32 operand pairs, too many for all: all pairs of the corners (0 .. 3,
 *    powers of two with their neighbours and their negatives, largest and smallest of both classes,
 *    alternating patterns; of 12 and of 16 bits), then random pairs, --pairs N of them. Half of
 *    these are uniform; in the other half each operand is uniform or has a log-uniform magnitude,
 *    one or the other at even odds: leading ones and carries at the low end are rare in uniform
 *    operands. What equality for all operands adds stands in testbench/formal.
 * 2. Parameters. Every line of the table, both classes.
 *
 * Prints, for each cell, from the uniform pairs: mean |error / exact| and mean error / exact (pairs
 * with exact = 0 left out); from all pairs: how many products lie above the exact one in magnitude
 * or on the other side of 0. tests/wide.t holds these against published figures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <time.h>

#include <verilated.h>
#include "Vtb_wide.h"

#include "bench.h"
#include "vmac_wide_list.h"

struct WideCell {
  const char *name;
  vmac_form form;
  int param[3];
  int64_t (*product)(vmac_form form, const int *param, int64_t a, int64_t w);
};

static const WideCell cells[] = {VMAC_WIDE_ROWS};
enum { CELLS = sizeof cells / sizeof *cells, CORNERS_MAX = 400 };

struct Tally {
  uint64_t pairs;      /* uniform ones with exact != 0 */
  double sum, sum_abs; /* of error / exact over these */
  uint64_t beyond;     /* of all: |product| > |exact|, or of the other sign */
};

struct Wide {
  Bench bench;
  Vtb_wide *dut;
  Tally tally[CELLS];
  uint32_t product[CELLS];
};

static int64_t operand(vmac_form form, uint32_t bits) {
  const int64_t low = bits & ((1u << form.width) - 1);
  return form.is_signed && low >> (form.width - 1) ? low - ((int64_t)1 << form.width) : low;
}

static void check(Wide *wide, uint32_t a_bits, uint32_t w_bits, bool uniform) {
  Vtb_wide *dut = wide->dut;
  dut->a_i = (uint16_t)a_bits;
  dut->w_i = (uint16_t)w_bits;
  dut->eval();
  memcpy(wide->product, &dut->p_o, sizeof wide->product);
  for (int c = 0; c < CELLS; c++) {
    const WideCell *cell = &cells[c];
    const int64_t a = operand(cell->form, a_bits), w = operand(cell->form, w_bits);
    const int64_t want = cell->product(cell->form, cell->param, a, w);
    /* Compared as numbers: a C product that does not fit the RTL's bits differs. */
    const int64_t bits = wide->product[c], above = (int64_t)1 << (2 * cell->form.width);
    const int64_t got = cell->form.is_signed && bits >= above / 2 ? bits - above : bits;
    if (got != want)
      bench_fail(&wide->bench, "cell %s: f(%lld, %lld): expected %lld, found %lld", cell->name,
                 (long long)a, (long long)w, (long long)want, (long long)got);
    const int64_t exact = a * w;
    wide->tally[c].beyond += exact < 0 ? want < exact || want > 0 : want > exact || want < 0;
    if (!uniform || !exact) continue;
    const double error = (double)(want - exact) / (double)exact;
    wide->tally[c].pairs++;
    wide->tally[c].sum += error;
    wide->tally[c].sum_abs += fabs(error);
  }
  wide->bench.cycles++;
}

/* Corner values of 12 and of 16 bits, without repetition. */
static int corners(uint32_t *value) {
  static const uint32_t pattern[] = {0x5555, 0xaaaa, 0x3333, 0xcccc, 0x0f0f, 0xf0f0, 0x00ff,
                                     0xff00, 0x0fff, 0xf000, 0x5a5a, 0xa5a5, 0x7fff, 0x8001};
  bool seen[65536] = {};
  int count = 0;
  for (uint32_t i = 0; i < 17 * 6 + 4 + sizeof pattern / sizeof *pattern; i++) {
    uint32_t x;
    if (i < 17 * 6) { /* +-2^k, each with its neighbours */
      const uint32_t power = 1u << i / 6;
      x = (i % 2 ? power : -power) + i / 2 % 3 - 1;
    } else if (i < 17 * 6 + 4) {
      x = i - 17 * 6;
    } else {
      x = pattern[i - 17 * 6 - 4];
    }
    x &= 0xffff;
    if (!seen[x] && count < CORNERS_MAX) value[count++] = x;
    seen[x] = true;
  }
  return count;
}

/* Uniform, or a magnitude of 0 .. 16 bits under either sign. */
static uint32_t draw(Bench *bench, bool uniform) {
  const uint64_t random = vmac_rng_next(&bench->rng);
  const uint32_t x = (uint32_t)(random >> 16) & 0xffff;
  if (uniform || random >> 63) return x;
  const uint32_t magnitude = x >> vmac_rng_below(&bench->rng, 17);
  return (random >> 62 & 1 ? -magnitude : magnitude) & 0xffff;
}

static void progress(uint64_t done, uint64_t pairs, time_t *last) {
  const time_t now = time(NULL);
  if (now < *last + 2) return;
  *last = now;
  fprintf(stderr, "wide: %llu %% of %llu random pairs\n", (unsigned long long)(done * 100 / pairs),
          (unsigned long long)pairs);
}

/* Takes --pairs N out of the arguments; bench_start() reads the rest. */
static uint64_t take_pairs(int *argc, char **argv) {
  uint64_t pairs = 1000000;
  int kept = 1;
  for (int i = 1; i < *argc; i++) {
    char *end = NULL;
    if (strcmp(argv[i], "--pairs") != 0) {
      argv[kept++] = argv[i];
      continue;
    }
    if (++i < *argc) pairs = strtoull(argv[i], &end, 10);
    if (!end || end == argv[i] || *end || argv[i][0] == '-') {
      fprintf(stderr, "wide: --pairs: expected a number of pairs, found '%s'\n",
              i < *argc ? argv[i] : "");
      bench_usage("wide [--pairs N]");
    }
  }
  *argc = kept;
  return pairs;
}

int main(int argc, char **argv) {
  static Wide wide;
  const uint64_t pairs = take_pairs(&argc, argv);
  wide.bench = bench_start("wide", argc, argv);
  VerilatedContext context;
  Vtb_wide dut(&context);
  wide.dut = &dut;
  dut.eval();
  static_assert(sizeof dut.p_o == sizeof wide.product, "RTL and C have different lists of cells");
  if (dut.cells_o != CELLS)
    bench_fail(&wide.bench, "%d cells in the C list, %u in the RTL", CELLS, dut.cells_o);

  static uint32_t corner[CORNERS_MAX];
  const int count = corners(corner);
  for (int i = 0; i < count; i++)
    for (int j = 0; j < count; j++) check(&wide, corner[i], corner[j], false);
  printf("wide: %d cells, %d corners in all pairs, %llu random pairs, seed %llu\n", CELLS, count,
         (unsigned long long)pairs, (unsigned long long)wide.bench.seed);

  time_t last = time(NULL);
  for (uint64_t i = 0; i < pairs; i++) {
    const bool uniform = i & 1;
    const uint32_t a = draw(&wide.bench, uniform);
    check(&wide, a, draw(&wide.bench, uniform), uniform);
    if (i % 4096 == 0) progress(i, pairs, &last);
  }
  printf("%-14s %12s %9s %9s %12s\n", "cell", "uniform", "MRE %", "mean %", "beyond exact");
  for (int c = 0; c < CELLS; c++) {
    const Tally *tally = &wide.tally[c];
    const double n = tally->pairs ? (double)tally->pairs : 1;
    printf("%-14s %12llu %9.4f %9.4f %12llu\n", cells[c].name, (unsigned long long)tally->pairs,
           100 * tally->sum_abs / n, 100 * tally->sum / n, (unsigned long long)tally->beyond);
  }
  return bench_pass(&wide.bench);
}
