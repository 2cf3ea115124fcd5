/* mac_unit: vmac_mac_unit (array, skew, side column, accumulators, correction, deskew).
 *
 * TEST RATIONALE
 * 1. State space. Matrix products whose M, K and N lie around the array's edges: 1, R-1, R, R+1,
 * 2R, 2R+1 and primes, R = ROWS for K and COLS for N, so that there are full and ragged tiles, one
 * and several of them, along each dimension; M also crosses the accumulator memory's DEPTH, and is
 *    shorter than a weight load. Operands are random bits with extra zeros and extremes, idle rows
 * carry garbage, coefficients use their whole range. Not exhaustive: random idle cycles on each
 *    input stream decide how weight load, wave and coefficient load overlap.
 * 2. Parameters. Square, long, flat and smallest arrays, side lengths that are no power of two; u8
 *    and s8 cells, X = low bits, OR bit, none; with and without the correction unit. The list is
 *    SIM_MODELS and SIM_EXTRA in sim/rules.mk.
 * 3. The checker. Units broken on purpose must fail, and the error must name the place.
 * Expected values are plain loops over the C golden model's table (sim_expect).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench.h"
#include "sim.h"

static uint8_t random_operand(Bench *bench) {
  static const uint8_t corner[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0xff};
  return bench_chance(bench, 300) ? corner[vmac_rng_below(&bench->rng, 6)]
                                  : (uint8_t)vmac_rng_next(&bench->rng);
}

static void run_shape(Bench *bench, const sim_model *model, const int32_t *table, int m, int k,
                      int n) {
  char layer[64];
  snprintf(layer, sizeof layer, "%s (M %d, K %d, N %d)", model->name, m, k, n);
  uint8_t *a = (uint8_t *)vmac_alloc((size_t)(m * k), 1);
  uint8_t *w = (uint8_t *)vmac_alloc((size_t)(n * k), 1);
  int32_t *bias = (int32_t *)vmac_alloc((size_t)n, sizeof *bias);
  int32_t *c0 = (int32_t *)vmac_alloc((size_t)n, sizeof *c0);
  int32_t *c1 = (int32_t *)vmac_alloc((size_t)n, sizeof *c1);
  int32_t *want = (int32_t *)vmac_alloc((size_t)(m * n), sizeof *want);
  for (int i = 0; i < m * k; i++) a[i] = random_operand(bench);
  for (int i = 0; i < n * k; i++) w[i] = random_operand(bench);
  for (int i = 0; i < n; i++) {
    bias[i] = (int32_t)vmac_rng_next(&bench->rng) >> 8;
    c0[i] = (int32_t)vmac_rng_next(&bench->rng) >> vmac_rng_below(&bench->rng, 24);
    c1[i] = ((int32_t)vmac_rng_next(&bench->rng) >> 14) >> vmac_rng_below(&bench->rng, 12);
  }
  const sim_job job = {layer, m, k, n, a, w, bias, c0, c1};
  static const int idle[] = {0, 0, 100, 500};
  const sim_options options = {vmac_rng_next(&bench->rng), idle[vmac_rng_below(&bench->rng, 4)],
                               -1};
  sim_expect(vmac_mult_at((size_t)model->cell), table, &job, model->correction, want);
  vmac_err err;
  if (!sim_check(model, &job, &options, want, &bench->cycles, &err))
    bench_fail(bench, "%s", err.text);
  free(want);
  free(c1);
  free(c0);
  free(bias);
  free(w);
  free(a);
}

/* The checker itself: a model between harness and DUT that breaks one thing on purpose. */
struct Saboteur {
  const sim_model *real;
  bool weight; /* else: the output */
  int words;
};
static Saboteur saboteur;
enum { BAD_ROW = 2, BAD_COLUMN = 1, BAD_PIXEL = 5 };

static void *sabotage_open(uint64_t seed) {
  saboteur.words = 0;
  return saboteur.real->open(seed);
}

static void sabotage_cycle(void *dut, const sim_in *in, sim_out *out) {
  sim_in bad = *in;
  const int row = saboteur.real->rows - 1 - saboteur.words % saboteur.real->rows;
  if (saboteur.weight && row == BAD_ROW) bad.w[BAD_COLUMN] ^= 0x40;
  saboteur.real->cycle(dut, &bad, out);
  if (in->w_valid && out->w_ready) saboteur.words++;
  if (!saboteur.weight && out->out_valid && out->addr == BAD_PIXEL) out->acc[BAD_COLUMN]++;
}

/* A broken weight must be named by row and k, a broken output by pixel and column. */
static void run_sabotage(Bench *bench, const sim_model *model, const int32_t *table, bool weight,
                         const char *name) {
  saboteur = {model, weight, 0};
  sim_model broken = *model;
  broken.open = sabotage_open;
  broken.cycle = sabotage_cycle;
  enum { M = 7, K = 9, N = 6 };
  uint8_t a[M * K], w[N * K];
  int32_t bias[N] = {}, want[M * N];
  for (uint8_t &x : a) x = (uint8_t)(0x40 | vmac_rng_next(&bench->rng));
  for (uint8_t &x : w) x = (uint8_t)vmac_rng_next(&bench->rng);
  const sim_job job = {"sabotage", M, K, N, a, w, bias, NULL, NULL};
  const sim_options options = {bench->seed, 100, -1};
  sim_expect(vmac_mult_at((size_t)model->cell), table, &job, model->correction, want);
  vmac_err err;
  if (sim_check(&broken, &job, &options, want, &bench->cycles, &err))
    bench_fail(bench, "a broken unit passed: %s", name);
  if (!strstr(err.text, name))
    bench_fail(bench, "a broken unit: expected the words '%s', found '%s'", name, err.text);
}

static void run_model(Bench *bench, const sim_model *model) {
  int32_t *table = (int32_t *)vmac_alloc(65536, sizeof *table);
  vmac_mult_table(vmac_mult_at((size_t)model->cell), table);
  const int r = model->rows, c = model->cols;
  const int ms[] = {1, 2, r, 2 * r + 1, 37};
  const int ks[] = {1, r - 1, r, r + 1, 2 * r, 2 * r + 1, 53};
  const int ns[] = {1, c - 1, c, c + 1, 2 * c, 2 * c + 1, 43};
  for (int m : ms)
    for (int k : ks)
      for (int n : ns) run_shape(bench, model, table, m, k, n);
  const int depth = model->depth;
  const int deep[] = {depth - 1, depth, depth + 1, 2 * depth + 3};
  for (int m : deep) run_shape(bench, model, table, m, 2 * r + 1, c + 1);
  run_sabotage(bench, model, table, true, "column 1 (channel 1)");
  run_sabotage(bench, model, table, true, "row 2, k 2");
  run_sabotage(bench, model, table, false, "pixel 5, column 1 (channel 1)");
  run_sabotage(bench, model, table, false, "every product alone is right");
  free(table);
}

int main(int argc, char **argv) {
  Bench bench = bench_start("mac_unit", argc, argv);
  for (size_t i = 0; i < sim_model_count; i++) run_model(&bench, sim_models[i]);
  return bench_pass(&bench);
}
