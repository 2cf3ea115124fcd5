/* fifo: vmac_fifo between random sources and sinks.
 *
 * TEST RATIONALE
 * 1. State space. How many words are inside, where the two pointers stand. Willingness of source
 * and sink changes every thousand cycles or so, from never to always, so that each queue runs full
 * and empty, and at one word per cycle at every filling; resets come amid all of it. Expected in
 *    every cycle: ready, valid, word, count of a plain model, so that latency and throughput are
 *    checked too. No output follows an input before the edge. The rules of a stream are
 *    asserted at both ends. (For depths to 7: proved, testbench/formal.)
 * 2. Parameters. DEPTH 2 (a memory of one word), 3 (of a power of two), 17, and 1024, the largest;
 *    WIDTH only sets the width.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_fifo.h"

#include "queue.h"

enum { QUEUES = 4 };
static const unsigned depths[QUEUES] = {2, 3, 17, 1024};

int main(int argc, char **argv) {
  Bench bench = bench_start("fifo", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_fifo dut(&context);
  static Queue queue[QUEUES];
  for (int i = 0; i < QUEUES; i++) {
    queue[i].depth = depths[i];
    queue[i].mask = 0xffff;
    queue[i].source = queue[i].sink = 500;
  }
  bool fresh = true; /* the cycle before was a reset: nothing may be offered */
  dut.clk = 0;
  dut.eval();
  for (; bench.cycles < 300000; bench.cycles++) {
    dut.rst = bench.cycles < 2 || (bench.cycles % 10000 > 9000 && bench_chance(&bench, 2));
    dut.in_valid_i = 0;
    dut.out_ready_i = 0;
    dut.in_data_i = 0;
    for (int i = 0; i < QUEUES; i++) {
      queue_draw(&bench, &queue[i], fresh || dut.rst);
      dut.in_valid_i |= (uint8_t)(queue[i].offered << i);
      dut.out_ready_i |= (uint8_t)(queue[i].willing << i);
      dut.in_data_i |= (uint64_t)queue[i].data << 16 * i;
    }
    for (int turn = 0; turn < 2; turn++) { /* with inputs turned round, then as they are */
      dut.in_valid_i ^= 15;
      dut.out_ready_i ^= 15;
      dut.in_data_i = ~dut.in_data_i;
      dut.clk = 0;
      dut.eval();
      for (int i = 0; i < QUEUES && bench.cycles > 2; i++)
        queue_check(&bench, &queue[i], i, dut.in_ready_o >> i & 1, dut.out_valid_o >> i & 1,
                    (unsigned)(dut.out_data_o >> 16 * i) & 0xffff,
                    (int)(dut.count_o >> 16 * i) & 0xffff);
    }
    for (int i = 0; i < QUEUES; i++) queue_step(&queue[i], dut.rst);
    fresh = dut.rst;
    dut.clk = 1;
    dut.eval();
  }
  for (int i = 0; i < QUEUES; i++)
    if (!queue[i].filled || queue[i].moved < 50000)
      bench_fail(&bench, "queue %d was full in %llu cycles, moved %llu words: too little", i,
                 (unsigned long long)queue[i].filled, (unsigned long long)queue[i].moved);
  return bench_pass(&bench);
}
