/* post: vmac_post, from accumulators to bytes in the buffers or on the stream.
 *
 * TEST RATIONALE
 * 1. State space. Scales of every column (shadows and those in use), the set's words, ten results
 * in flight. Random jobs (matrix product or vector, one or two roundings, stream or buffer, either
 * set, every legal replication, zero point and bounds over their range), sets of 1..40 results
 * with random gaps. The next set's records move in from the cycle in which the present ones are
 * taken; from set_written_o on the next set's words stand in the place of the set's, or random
 * ones. Accumulators are random over their range and over small ranges; scales over theirs. One
 * cycle of reset anywhere.
 * 2. Parameters. Square, long and flat arrays, numbers of lanes that are no powers of two.
 * Expected bytes are vmac_requantize() of vmac.h, zero point and clamp added here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_post.h"

#include "bench.h"

enum { LATENCY = 5, MAX_COLS = 64 };

struct Shape {
  uint32_t rows, cols;
};
/* The same list stands in vmac_tb_post.v. */
static const Shape shapes[] = {{16, 16}, {12, 20}, {20, 12}, {4, 64}, {64, 4}};

struct Job {
  bool vector, single, stream, dst;
  uint32_t code, step;
  int8_t zero, min, max;
};

struct Set {
  uint32_t w[4];
  uint32_t lo, cnt, base, addr;
  vmac_scale scale, column[MAX_COLS];
};

struct Result {
  bool valid, set_first, tlast;
  uint32_t addr;
  uint8_t byte[MAX_COLS];
};

static Bench bench;
static const Shape *shape;
static Result pipe_of[LATENCY + 1]; /* [i]: entered i cycles ago */

static uint32_t below(uint32_t n) {
  return vmac_rng_below(&bench.rng, n);
}
static uint32_t word() {
  return (uint32_t)vmac_rng_next(&bench.rng);
}
static uint32_t most() {
  return shape->rows > shape->cols ? shape->rows : shape->cols;
}

static void check(const char *what, uint32_t want, uint32_t got) {
  if (want != got)
    bench_fail(&bench, "%ux%u: %s: expected 0x%x, found 0x%x", shape->rows, shape->cols, what, want,
               got);
}

static vmac_scale draw_scale() {
  vmac_scale s = {};
  s.mult = (int32_t)(word() >> 1);
  if (!bench_chance(&bench, 200)) s.mult |= 1 << 30;
  s.shift = bench_chance(&bench, 700) ? (int32_t)below(13) - 12 : (int32_t)below(62) - 31;
  return s;
}

static Job draw_job() {
  Job j = {};
  j.vector = below(2), j.single = below(2), j.stream = bench_chance(&bench, 300), j.dst = below(2);
  do j.code = bench_chance(&bench, 500) ? 15 : below(7);
  while (j.code != 15 && 2u << j.code > shape->rows);
  j.step = word() & 0xffff;
  j.zero = (int8_t)word();
  j.min = bench_chance(&bench, 500) ? -128 : (int8_t)word();
  j.max = bench_chance(&bench, 500) ? 127 : (int8_t)word();
  if (j.min > j.max) j.min = -128;
  return j;
}

static Set draw_set(const Job *j) {
  Set s = {};
  const uint32_t lanes = j->code == 15 ? most() : 1u << j->code;
  const uint32_t part = shape->rows < shape->cols ? shape->rows : shape->cols;
  s.base = below((lanes + part - 1) / part) * part;
  const uint32_t end = lanes < s.base + shape->cols ? lanes : s.base + shape->cols;
  s.lo = s.base + below(end - s.base);
  s.cnt = below(end - s.lo + 1);
  s.addr = word() & 0xffff;
  s.scale = draw_scale();
  for (vmac_scale &c : s.column) c = draw_scale();
  for (uint32_t &w : s.w) w = word();
  s.w[1] = s.addr | s.lo << 16 | s.cnt << 24;
  s.w[2] = (s.w[2] & 1u << 31) | (uint32_t)s.scale.mult;
  s.w[3] = (s.w[3] & 0xffff00c0) | ((uint32_t)s.scale.shift & 63) | s.base << 8;
  return s;
}

static uint8_t byte_of(const Job *j, vmac_scale scale, int32_t acc) {
  const int32_t r = vmac_requantize(acc, scale, j->single ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE);
  const int64_t q = (int64_t)r + j->zero;
  return (uint8_t)(q < j->min ? j->min : q > j->max ? j->max : q);
}

static int32_t draw_acc() {
  static const int32_t corner[] = {0, -1, 1, INT32_MIN, INT32_MAX};
  if (bench_chance(&bench, 100)) return corner[below(5)];
  return (int32_t)word() >> below(24);
}

/* What leaves now is what entered LATENCY cycles ago, in the lanes of its set. */
static void check_out(const Job *j, const Set *leaving, const Vtb_post *dut) {
  const Result *r = &pipe_of[LATENCY];
  check("written", r->valid, dut->flags_o & 1);
  check("stream valid", r->valid && j->stream, dut->flags_o >> 2 & 1);
  if (!r->valid || j->stream) check("lanes written at rest", 0, dut->we_o != 0);
  if (!r->valid) return;
  uint8_t out[64], data[64];
  memcpy(out, &dut->out_o, 64);
  memcpy(data, &dut->wdata_o, 64);
  if (j->stream) {
    check("tlast", r->tlast, dut->flags_o >> 1 & 1);
    for (uint32_t c = 0; c < shape->cols; c++) check("byte on the stream", r->byte[c], out[c]);
    return;
  }
  check("set of the buffers", j->dst, dut->flags_o >> 3 & 1);
  check("address", r->addr, dut->waddr_o);
  for (uint32_t bank = 0; bank < most(); bank++) {
    const uint32_t lane = j->code == 15 ? bank : bank % (1u << j->code);
    const bool we = lane >= leaving->lo && lane < leaving->lo + leaving->cnt;
    check("lane written", we, dut->we_o >> bank & 1);
    if (we) check("byte of the lane", r->byte[lane - leaving->base], data[bank]);
  }
}

static void run_job(Vtb_post *dut) {
  const Job j = draw_job();
  enum { SETS = 4 };
  Set set[SETS];
  for (Set &s : set) s = draw_set(&j);
  const uint32_t gap = below(700), sets = 1 + below(SETS);
  const int64_t reset = bench_chance(&bench, 150) ? below(200) : -1;
  uint32_t now = 0, leaving = 0;   /* the set whose results enter; leave */
  uint32_t left = 1 + below(40);   /* results of it to come */
  uint32_t results = 0;            /* that have entered */
  uint32_t moved = 0;              /* records of the set that is not taken yet */
  uint32_t taken = 0, written = 0; /* sets */
  uint32_t idle = 0, late = 0;
  for (int64_t cycle = 0; idle < 8; cycle++, bench.cycles++) {
    Result r = {};
    const bool more = now < sets, first = results == 0;
    const bool ready = first ? (j.vector ? written == now : taken == now + 1) : true;
    const bool must = !j.vector && first && taken == now + 1; /* one cycle after take */
    r.valid = more && ready && (must || !bench_chance(&bench, gap));
    r.set_first = r.valid ? first : below(2);
    r.tlast = below(2);
    for (uint32_t c = 0; c < shape->cols; c++) {
      const int32_t acc = draw_acc();
      dut->res_acc_i[c] = (uint32_t)acc;
      if (r.valid) r.byte[c] = byte_of(&j, j.vector ? set[now].scale : set[now].column[c], acc);
    }
    if (r.valid) r.addr = (set[now].addr + results * j.step) & 0xffff;
    /* The set's words are there with its first result, and until set_written_o; then the next
     * set's may stand there, or anything. */
    const uint32_t *w = set[written].w;
    const bool there = written < sets && (r.valid || written < now || !first);
    for (uint32_t i = 0; i < 4; i++) dut->set_i[i] = there ? w[i] : word();

    const bool last = r.valid && left == 1;
    /* A set's first result may come when its predecessor's has been written, a cycle after take. */
    const bool next_free = now + (last ? 1 : 0) == taken && written == taken;
    dut->take_i =
        !j.vector && taken < sets && moved == shape->cols && next_free && bench_chance(&bench, 300);
    /* The last column's record comes first. */
    const uint32_t moving = taken + dut->take_i;
    const uint32_t done = dut->take_i ? 0 : moved;
    dut->k_shift_i = !j.vector && moving < sets && done < shape->cols && bench_chance(&bench, 800);
    const vmac_scale k = dut->k_shift_i ? set[moving].column[shape->cols - 1 - done] : draw_scale();
    dut->k_i = (uint64_t)((uint32_t)k.shift & 63) << 31 | (uint32_t)k.mult;
    dut->cfg_i = (uint8_t)(j.vector << 3 | j.single << 2 | j.stream << 1 | j.dst);
    dut->cfg_code_i = (uint8_t)j.code;
    dut->cfg_zero_i = (uint8_t)j.zero;
    dut->cfg_min_i = (uint8_t)j.min;
    dut->cfg_max_i = (uint8_t)j.max;
    dut->cfg_step_i = (uint16_t)j.step;
    dut->res_valid_i = r.valid;
    dut->res_set_first_i = r.set_first;
    dut->res_tlast_i = r.tlast;
    dut->rst = cycle == reset;
    dut->clk = 0;
    dut->eval();

    memmove(&pipe_of[1], &pipe_of[0], LATENCY * sizeof pipe_of[0]);
    pipe_of[0] = r;
    if (pipe_of[LATENCY].valid && pipe_of[LATENCY].set_first) leaving++;
    check_out(&j, leaving ? &set[leaving - 1] : set, dut);
    const bool said = dut->flags_o >> 4;
    if (said) {
      check("set written without a result", 1, written < now + (first ? 0 : 1));
      written++;
    }
    if (pipe_of[LATENCY].valid) check("set written too late", 1, written >= leaving);
    if (dut->take_i) taken++;
    moved = done + dut->k_shift_i;
    if (r.valid) {
      results++;
      if (--left == 0) now++, results = 0, left = 1 + below(40);
    }
    late = r.valid ? 0 : late + 1;
    check("stands still", 0, late > 3000);
    idle = now == sets ? idle + 1 : 0;
    dut->clk = 1;
    dut->eval();
    if (cycle == reset) {
      memset(pipe_of, 0, sizeof pipe_of);
      for (int i = 0; i < LATENCY + 2; i++) {
        dut->rst = dut->res_valid_i = dut->clk = 0;
        dut->eval();
        check("leaves after reset: lanes, flags", 0, dut->we_o != 0 || (dut->flags_o & 0x15));
        dut->clk = 1;
        dut->eval();
      }
      return;
    }
  }
  check("sets written", sets, written);
}

int main(int argc, char **argv) {
  bench = bench_start("post", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_post dut(&context);
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    shape = &shapes[i];
    dut.sel_i = (uint8_t)i;
    dut.rst = 1;
    for (int c = 0; c < 4; c++) dut.clk = c & 1, dut.eval();
    dut.rst = 0;
    for (int n = 0; n < 150; n++) run_job(&dut);
  }
  return bench_pass(&bench);
}
