/* mac_unit: vmac_mac_unit (array, skew, side column, accumulators, correction, deskew).
 *
 * TEST RATIONALE
 * 1. State space. Matrix products whose M, K and N lie around the array's edges: 1, R-1, R, R+1,
 *    2R, 2R+1 and primes, R = ROWS for M and K and COLS for N, so that there are full and ragged
 *    tiles, one and several of them, along each dimension; M also crosses the accumulator memory's
 *    DEPTH, and is shorter than a weight load. Operands are random bits with extra zeros and
 *    extremes, coefficients use their whole range; idle rows and columns, and every payload without
 *    its valid bit, are random bits. Pixels come in any order, at any addresses; tiles often begin
 *    where the tile before them ended. Not exhaustive: random idle cycles on each input stream
 *    decide how weight load, wave and coefficient load overlap.
 * 2. Bounds. The longest K with extreme operands, where the sums are widest (small models only: it
 *    is long). One cycle of reset in the middle of everything, then a right product.
 * 3. Speed. Where no stream idles, the number of cycles is what the contract promises.
 * 4. Parameters. Square, long, flat and smallest arrays, side lengths and DEPTH that are no power
 *    of two; u8 and s8 cells, X = low bits, OR bit, none; without the correction unit, with one
 *    sum of X, with one per bit plane or plane of phi; coefficients for the whole K and for every K
 *    tile. The list is SIM_MODELS and SIM_EXTRA in sim/rules.mk.
 * 5. The checker. Units broken on purpose must fail, and the error must name the place; streams
 *    that break a rule must fail that rule's assertion and no other, and what verilator says of it
 *    is read, not shown. An assertion that fails when all results have come fails the product too.
 * Expected values are plain loops over the C golden model's table (sim_expect).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "bench.h"
#include "net/net.h"
#include "sim.h"

static uint8_t random_operand(Bench *bench) {
  static const uint8_t corner[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0xff};
  return bench_chance(bench, 300) ? corner[vmac_rng_below(&bench->rng, 6)]
                                  : (uint8_t)vmac_rng_next(&bench->rng);
}

/* Cycles of a product from reset to its last accumulator, no stream idle, by the contract's rules:
 * weights are taken one by one from ROWS + COLS - 1 cycles after the tile before started,
 * coefficients from ROWS + COLS + 2 cycles after the set before started its last K tile, or, where
 * every K tile has them, ROWS + COLS cycles after the tile before started. */
static uint64_t promised_cycles(const sim_model *model, const sim_job *job) {
  const int r = model->rows, c = model->cols;
  int64_t weights = 1, coefficients = 1, start = 0, free_at = 0;
  for (int m0 = 0; m0 < job->m; m0 += model->depth)
    for (int n0 = 0; n0 < job->n; n0 += c)
      for (int k0 = 0; k0 < job->k; k0 += r) {
        const bool wanted = model->tiled || k0 + r >= job->k;
        start = weights + r > free_at ? weights + r : free_at;
        if (wanted && coefficients + c > start) start = coefficients + c;
        weights = start + r + c - 1;
        if (wanted) coefficients = start + r + c + (model->tiled ? 0 : 2);
        free_at = start + (job->m - m0 < model->depth ? job->m - m0 : model->depth);
      }
  return (uint64_t)(free_at - 1 + r + c + 5);
}

static void run_job(Bench *bench, const sim_model *model, const int32_t *table, const sim_job *job,
                    const sim_options *options) {
  int32_t *want = (int32_t *)vmac_alloc((size_t)(job->m * job->n), sizeof *want);
  sim_expect(model, table, job, want);
  vmac_err err;
  uint64_t cycles = 0;
  if (!sim_check(model, job, options, want, &cycles, &err)) bench_fail(bench, "%s", err.text);
  const uint64_t promised = promised_cycles(model, job);
  if (!options->idle && !options->reset && cycles != promised)
    bench_fail(bench, "layer %s: expected %llu cycles, found %llu", job->layer,
               (unsigned long long)promised, (unsigned long long)cycles);
  bench->cycles += cycles;
  free(want);
}

static void run_shape(Bench *bench, const sim_model *model, const int32_t *table, int m, int k,
                      int n, int reset) {
  char layer[64];
  snprintf(layer, sizeof layer, "%s (M %d, K %d, N %d)", model->name, m, k, n);
  uint8_t *a = (uint8_t *)vmac_alloc((size_t)(m * k), 1);
  uint8_t *w = (uint8_t *)vmac_alloc((size_t)(n * k), 1);
  int32_t *bias = (int32_t *)vmac_alloc((size_t)n, sizeof *bias);
  const int sets = n * sim_tiles(model, k), slopes = sets * sim_planes(model);
  int32_t *c0 = (int32_t *)vmac_alloc((size_t)sets, sizeof *c0);
  int32_t *c = (int32_t *)vmac_alloc((size_t)slopes + 1, sizeof *c);
  for (int i = 0; i < m * k; i++) a[i] = random_operand(bench);
  for (int i = 0; i < n * k; i++) w[i] = random_operand(bench);
  for (int i = 0; i < n; i++) bias[i] = (int32_t)vmac_rng_next(&bench->rng) >> 8;
  for (int i = 0; i < sets; i++)
    c0[i] = (int32_t)vmac_rng_next(&bench->rng) >> vmac_rng_below(&bench->rng, 24);
  for (int i = 0; i < slopes; i++)
    c[i] = ((int32_t)vmac_rng_next(&bench->rng) >> 14) >> vmac_rng_below(&bench->rng, 12);
  static const int idle[] = {0, 0, 100, 500};
  const sim_job job = {layer, m, k, n, a, w, bias, c0, c};
  const sim_options options = {vmac_rng_next(&bench->rng), idle[vmac_rng_below(&bench->rng, 4)], -1,
                               reset};
  run_job(bench, model, table, &job, &options);
  free(c);
  free(c0);
  free(bias);
  free(w);
  free(a);
}

/* The longest K: the sums of products, of A and of X reach their bounds. One k more is refused. */
static void run_longest(Bench *bench, const sim_model *model, const int32_t *table) {
  enum { M = 3, N = 2, K = VMAC_MAX_K };
  static const uint8_t extreme[M] = {0xff, 0x80, 0x7f};
  static const int32_t bias[N] = {};
  const int sets = sim_tiles(model, K), slopes = sets * sim_planes(model);
  int32_t *c0 = (int32_t *)vmac_alloc((size_t)(N * sets), sizeof *c0);
  int32_t *c = (int32_t *)vmac_alloc((size_t)(N * slopes) + 1, sizeof *c);
  /* extremes too, all of one sign in a channel */
  for (int i = 0; i < N * sets; i++) c0[i] = i < sets ? 1 << 20 : -1;
  for (int i = 0; i < N * slopes; i++) c[i] = i < slopes ? (1 << 17) - 1 : -(1 << 17);
  uint8_t *a = (uint8_t *)vmac_alloc(M * (K + 1), 1), *w = (uint8_t *)vmac_alloc(N * (K + 1), 1);
  for (int i = 0; i < M; i++) memset(a + i * K, extreme[i], K);
  for (int i = 0; i < N; i++) memset(w + i * K, extreme[i], K);
  char layer[64];
  snprintf(layer, sizeof layer, "%s, the longest K (%d)", model->name, K);
  sim_job job = {layer, M, K, N, a, w, bias, c0, c};
  const sim_options options = {vmac_rng_next(&bench->rng), 0, -1, 0};
  run_job(bench, model, table, &job, &options);
  job.k = K + 1;
  int32_t acc[M * N];
  uint64_t cycles = 0;
  vmac_err err;
  if (sim_product(model, &job, &options, acc, &cycles, &err) || !strstr(err.text, "at most"))
    bench_fail(bench, "K = %d was not refused", job.k);
  free(c);
  free(c0);
  free(w);
  free(a);
}

/* The checker itself: a model between harness and DUT that breaks one thing on purpose. */
struct Saboteur {
  const sim_model *real;
  enum { WEIGHT, OUTPUT, ASSERTION } what; /* OUTPUT: once; ASSERTION: behind the last result */
  int words, address;
  bool done;
  int vectors; /* that have come */
};
static Saboteur saboteur;
enum { BAD_ROW = 2, BAD_COLUMN = 1, BAD_PIXEL = 5, MARK = 0x41 };
enum { BAD_M = 7, BAD_K = 9, BAD_N = 6 };

static void *sabotage_open(uint64_t seed) {
  saboteur.words = saboteur.vectors = 0;
  return saboteur.real->open(seed);
}

static void sabotage_cycle(void *dut, const sim_in *in, sim_out *out) {
  sim_in bad = *in;
  const int row = saboteur.real->rows - 1 - saboteur.words % saboteur.real->rows;
  if (saboteur.what == Saboteur::WEIGHT && row == BAD_ROW) bad.w[BAD_COLUMN] ^= 0x40;
  saboteur.real->cycle(dut, &bad, out);
  if (in->w_valid && out->w_ready && !in->rst) saboteur.words++;
  if (in->a_valid && !in->rst && saboteur.address < 0 && in->a[0] == MARK)
    saboteur.address = (int)in->a_addr;
  if (saboteur.what == Saboteur::OUTPUT && out->out_valid && !saboteur.done &&
      (int)out->addr == saboteur.address) {
    out->acc[BAD_COLUMN]++;
    saboteur.done = true;
  }
  const int sets = (BAD_N + saboteur.real->cols - 1) / saboteur.real->cols;
  if (saboteur.what == Saboteur::ASSERTION && saboteur.vectors == BAD_M * sets) out->broken = true;
  saboteur.vectors += out->out_valid && !in->rst;
}

/* A broken weight must be named by row and k, a broken output by pixel and column. */
static void run_sabotage(Bench *bench, const sim_model *model, const int32_t *table,
                         decltype(Saboteur::what) what, const char *name) {
  saboteur = {model, what, 0, -1, false, 0};
  sim_model broken = *model;
  broken.open = sabotage_open;
  broken.cycle = sabotage_cycle;
  uint8_t a[BAD_M * BAD_K], w[BAD_N * BAD_K];
  int32_t bias[BAD_N] = {}, want[BAD_M * BAD_N];
  for (uint8_t &x : a) x = (uint8_t)(0x42 | vmac_rng_next(&bench->rng));
  for (uint8_t &x : w) x = (uint8_t)vmac_rng_next(&bench->rng);
  memset(a + BAD_PIXEL * BAD_K, MARK, BAD_K);
  const sim_job job = {"sabotage", BAD_M, BAD_K, BAD_N, a, w, bias, NULL, NULL};
  const sim_options options = {bench->seed, 100, -1, 0};
  sim_expect(model, table, &job, want);
  vmac_err err;
  if (sim_check(&broken, &job, &options, want, &bench->cycles, &err))
    bench_fail(bench, "a broken unit passed: %s", name);
  if (!strstr(err.text, name))
    bench_fail(bench, "a broken unit: expected the words '%s', found '%s'", name, err.text);
}

/* Two pixels of one tile, after its weights and coefficients; `rule` breaks one thing. NO_START: a
 * reset comes between the two, so the second is the first after a reset. Rules are in the order in
 * which vmac_mac_unit.v has them. Another instance is open meanwhile: failures are this one's. */
enum { NO_RULE, NO_START, FIRST_CHANGES, LAST_CHANGES, ADDRESS, LEFT_COLUMN, RULES };

static bool breaks(const sim_model *model, int rule, uint64_t seed) {
  void *dut = model->open(seed), *other = model->open(seed);
  sim_in in = {};
  sim_out out = {};
  in.rst = true;
  model->cycle(dut, &in, &out);
  in.rst = false;
  in.w_valid = in.w_row = in.k_valid = true;
  for (int i = 0; i < model->rows + model->cols; i++) {
    in.w_col = rule == LEFT_COLUMN && i == 0 ? 2 : 3;
    model->cycle(dut, &in, &out);
  }
  in.w_valid = in.k_valid = false;
  in.a_valid = in.a_start = in.a_first = in.a_last = true;
  if (rule == ADDRESS) in.a_addr = (uint32_t)model->depth;
  model->cycle(dut, &in, &out);
  in.a_start = false;
  if (rule == FIRST_CHANGES) in.a_first = false;
  if (rule == LAST_CHANGES) in.a_last = false;
  in.rst = rule == NO_START;
  in.a_valid = !in.rst;
  model->cycle(dut, &in, &out);
  in.rst = false;
  in.a_valid = true;
  model->cycle(dut, &in, &out);
  model->close(other);
  model->close(dut);
  return out.broken;
}

/* The same with standard output in `said`: verilator names an assertion there, and nowhere else. */
static bool breaks_quietly(Bench *bench, const sim_model *model, int rule, char *said, int size) {
  FILE *file = tmpfile();
  fflush(stdout);
  const int kept = dup(STDOUT_FILENO);
  if (!file || kept < 0 || dup2(fileno(file), STDOUT_FILENO) < 0)
    bench_fail(bench, "standard output cannot be led into a temporary file");
  const bool broken = breaks(model, rule, bench->seed);
  fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
  rewind(file);
  said[fread(said, 1, (size_t)size - 1, file)] = 0;
  fclose(file);
  return broken;
}

/* The one line of vmac_mac_unit.v whose assertion failed; 0: none did, -1: more than one. */
static int failed_line(const char *said) {
  static const char file[] = "%Error: vmac_mac_unit.v:";
  int line = 0;
  for (const char *at = said; (at = strstr(at, file)) != NULL; at++) {
    const int found = atoi(at + sizeof file - 1);
    if (line != 0 && line != found) return -1;
    line = found;
  }
  return line;
}

static void run_rules(Bench *bench, const sim_model *model) {
  int above = 0;
  for (int rule = 0; rule < RULES; rule++) {
    /* An address of a full power of two cannot be too high. */
    if (rule == ADDRESS && (model->depth & (model->depth - 1)) == 0) continue;
    char said[4096];
    const bool broken = breaks_quietly(bench, model, rule, said, sizeof said);
    const int line = failed_line(said);
    if (broken != (rule != NO_RULE) || (rule == NO_RULE ? line != 0 : line <= above))
      bench_fail(bench, "%s: rule %d: the assertion is wrong; verilator said:\n%s", model->name,
                 rule, said);
    above = line;
  }
}

static void run_model(Bench *bench, const sim_model *model) {
  int32_t *table = (int32_t *)vmac_alloc(65536, sizeof *table);
  vmac_mult_table(vmac_mult_at((size_t)model->cell), table);
  const int r = model->rows, c = model->cols;
  const int ms[] = {1, 2, r - 1, r, r + 1, 2 * r, 2 * r + 1, 37};
  const int ks[] = {1, r - 1, r, r + 1, 2 * r, 2 * r + 1, 53};
  const int ns[] = {1, c - 1, c, c + 1, 2 * c, 2 * c + 1, 43};
  for (int m : ms)
    for (int k : ks)
      for (int n : ns) run_shape(bench, model, table, m, k, n, 0);
  const int depth = model->depth;
  const int deep[] = {depth - 1, depth, depth + 1, 2 * depth + 3};
  for (int m : deep) run_shape(bench, model, table, m, 2 * r + 1, c + 1, 0);
  for (int i = 0; i < 30; i++)
    run_shape(bench, model, table, 37, 2 * r + 1, c + 1,
              1 + (int)vmac_rng_below(&bench->rng, (uint32_t)(8 * (r + c) + 100)));
  if (r * c <= 64) run_longest(bench, model, table);
  run_sabotage(bench, model, table, Saboteur::WEIGHT, "column 1 (channel 1)");
  run_sabotage(bench, model, table, Saboteur::WEIGHT, "row 2, k 2");
  run_sabotage(bench, model, table, Saboteur::OUTPUT, "pixel 5, column 1 (channel 1)");
  run_sabotage(bench, model, table, Saboteur::OUTPUT, "every product alone is right");
  run_sabotage(bench, model, table, Saboteur::ASSERTION, "an assertion of the unit failed");
  free(table);
}

int main(int argc, char **argv) {
  Bench bench = bench_start("mac_unit", argc, argv);
  for (size_t i = 0; i < sim_model_count; i++) run_model(&bench, sim_models[i]);
  for (size_t i = 0; i < sim_model_count; i++)
    if (sim_models[i]->rows * sim_models[i]->cols < 64) run_rules(&bench, sim_models[i]);
  return bench_pass(&bench);
}
