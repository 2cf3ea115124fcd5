/* results: vmac_results between a source that counts places and a random sink.
 *
 * TEST RATIONALE
 * 1. State space. How many results wait; whether the last that came had TLAST; packets of random
 *    length, some given up: their source falls silent, and once the queue is empty the close comes
 *    after a random while. Willingness of both sides as in the bench of the queue, resets amid all
 *    of it. Expected in every cycle: valid, count and open, the beat with its zeros above the
 *    columns, its TLAST. No output follows an input before the edge. The rules of a stream are
 *    asserted at the output.
 * 2. Parameters. BEAT = COLS, and wider; OUT_DEPTH only sets the queue's: 5 and 48.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_results.h"

#include "queue.h"

enum { UNITS = 2 };
static const unsigned depths[UNITS] = {48, 5}, columns[UNITS] = {3, 2};

struct Unit {
  Queue queue;            /* of results, TLAST above their bytes */
  bool open, given_up;    /* the packet begun has no end yet; nobody will finish it */
  bool in, close;         /* this cycle */
  uint64_t closed, ended; /* ends added; beats with TLAST of their own */
};

static unsigned tlast_bit(int i) {
  return 1U << 8 * columns[i];
}

static void draw(Bench *bench, Unit *u, bool reset) {
  queue_draw(bench, &u->queue, reset);
  if (u->open && bench_chance(bench, 2)) u->given_up = true;
  if (!u->open) u->given_up = false;
  if (u->given_up || u->queue.held == u->queue.depth) u->queue.offered = false;
  u->in = u->queue.offered;
  u->close = !reset && u->given_up && u->queue.held == 0 && bench_chance(bench, 300);
}

static void step(Unit *u, int i, bool reset) {
  if (u->close) {
    u->queue.offered = true;
    u->queue.data = tlast_bit(i);
    u->closed++;
  }
  if (u->in || u->close) u->open = !(u->queue.data & tlast_bit(i));
  if (u->in && !u->open) u->ended++;
  queue_step(&u->queue, reset);
  if (reset) u->open = u->given_up = false;
}

static void check(const Bench *bench, const Unit *u, int i, const Vtb_results *dut) {
  const bool valid = dut->m_axis_tvalid >> i & 1;
  const uint64_t beat = (uint64_t)dut->m_axis_tdata[2 * i + 1] << 32 | dut->m_axis_tdata[2 * i];
  if (valid && beat >= tlast_bit(i))
    bench_fail(bench, "unit %d: 0x%llx: expected zeros above %u columns", i,
               (unsigned long long)beat, columns[i]);
  queue_check(bench, &u->queue, i, u->queue.held < u->queue.depth, valid,
              (unsigned)beat | (dut->m_axis_tlast >> i & 1) * tlast_bit(i),
              dut->count_o >> 8 * i & 0xff);
  if ((dut->open_o >> i & 1) != u->open) bench_fail(bench, "unit %d: expected open %d", i, u->open);
}

int main(int argc, char **argv) {
  Bench bench = bench_start("results", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_results dut(&context);
  static Unit unit[UNITS];
  for (int i = 0; i < UNITS; i++) {
    unit[i].queue.depth = depths[i];
    unit[i].queue.mask = 2 * tlast_bit(i) - 1;
    unit[i].queue.source = unit[i].queue.sink = 500;
  }
  dut.clk = 0;
  dut.eval();
  for (; bench.cycles < 300000; bench.cycles++) {
    dut.rst = bench.cycles < 2 || (bench.cycles % 10000 > 9000 && bench_chance(&bench, 2));
    dut.in_valid_i = dut.in_tlast_i = dut.close_i = dut.m_axis_tready = 0;
    dut.in_i = 0;
    for (int i = 0; i < UNITS; i++) {
      draw(&bench, &unit[i], dut.rst);
      dut.in_valid_i |= (uint8_t)(unit[i].in << i);
      dut.close_i |= (uint8_t)(unit[i].close << i);
      dut.in_tlast_i |= (uint8_t)(!!(unit[i].queue.data & tlast_bit(i)) << i);
      dut.in_i |= (uint64_t)(unit[i].queue.data & (tlast_bit(i) - 1)) << 24 * i;
      dut.m_axis_tready |= (uint8_t)(unit[i].queue.willing << i);
    }
    for (int turn = 0; turn < 2; turn++) { /* with inputs turned round, then as they are */
      dut.in_valid_i ^= 3;
      dut.in_tlast_i ^= 3;
      dut.close_i ^= 3;
      dut.m_axis_tready ^= 3;
      dut.in_i ^= 0xffffffffffff;
      dut.clk = 0;
      dut.eval();
      for (int i = 0; i < UNITS && bench.cycles > 2; i++) check(&bench, &unit[i], i, &dut);
    }
    for (int i = 0; i < UNITS; i++) step(&unit[i], i, dut.rst);
    dut.clk = 1;
    dut.eval();
  }
  for (int i = 0; i < UNITS; i++)
    if (!unit[i].queue.filled || unit[i].closed < 100 || unit[i].ended < 1000)
      bench_fail(&bench,
                 "unit %d: full in %llu cycles, %llu ends added, %llu of their own: too few", i,
                 (unsigned long long)unit[i].queue.filled, (unsigned long long)unit[i].closed,
                 (unsigned long long)unit[i].ended);
  return bench_pass(&bench);
}
