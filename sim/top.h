/* top.h: drives a verilated vmac_top with compiled programs, over its buses alone, and compares
 * what it computes, on its results and on the taps of sim/vmac_top_sim.v, with the golden model.
 *
 * A model (top_model) is one verilated sim/vmac_top_sim.v; a bench (top_bench) is an open model
 * with its stimulus: AXI4-Lite master, stream source with random idle cycles, sink with random
 * back-pressure; a check (top_check) knows what a program must compute from one image.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_TOP_H
#define SIM_TOP_H

#include <stddef.h>
#include <stdint.h>

#include "program/program.h"
#include "vmac.h"
#include "vmac_csr.h"

enum { TOP_MAX_BEAT = 64, TOP_MAX_COLS = 64 };

/* ---- models (top_model.cpp, compiled once per model) ----------------------------------------- */

/* What the bench drives in one cycle; fields are the ports. */
struct top_in {
  bool rst;
  bool awvalid, wvalid, bready, arvalid, rready;
  uint8_t awaddr, araddr, wstrb;
  uint32_t wdata;
  bool s_valid, s_last, m_ready;
  const uint8_t *s_data; /* (beat bytes) */
};

/* What it sees before the clock edge. */
struct top_out {
  bool awready, wready, bvalid, arready, rvalid;
  uint8_t bresp, rresp;
  uint32_t rdata;
  bool s_ready, m_valid, m_last, irq;
  uint8_t m_data[TOP_MAX_BEAT]; /* where m_valid */
  bool beat_ready, beat_valid;  /* of the stream behind its register */
  bool weight_wait;             /* a tile is due and not all its weights are there */
  bool acc_valid, out_valid;    /* a vector enters, leaves requantization */
  int32_t acc[TOP_MAX_COLS];
  int8_t bytes[TOP_MAX_COLS];
  vmac_accesses accesses; /* of memories by now, in models that count */
  bool broken;            /* an assertion failed, in this cycle or before */
};

struct top_model {
  const char *name;
  vmac_hw hw;
  bool table;                   /* its array is sim/table/vmac_array.v */
  bool traces;                  /* built with --trace */
  bool counts;                  /* accesses of memories */
  void *(*open)(uint64_t seed); /* seed: the registers' values before reset */
  void (*cycle)(void *dut, const top_in *in, top_out *out);
  bool (*trace)(void *dut, const char *path); /* opens a VCD; NULL: closes it. false: cannot */
  void (*close)(void *dut);
};

/* All models linked into this program (generated list). */
extern const top_model *const top_models[];
extern const size_t top_model_count;

/* ---- the bench (top_bench.cpp) --------------------------------------------------------------- */

struct top_options {
  uint64_t seed;
  int idle, stall;               /* chance of an idle source, of a busy sink, in 1/1000 */
  uint64_t patience;             /* cycles without any progress that mean a deadlock */
  uint64_t trace_from, trace_to; /* cycles since the bench was opened; from == to: none */
  const char *trace_path;
};

/* Sees every vector as it comes, in order; false stops the run, with the error set. */
struct top_observer {
  void *context;
  bool (*acc)(void *context, const int32_t *acc, vmac_err *err);
  bool (*out)(void *context, const int8_t *bytes, vmac_err *err);
};

struct top_bench {
  const top_model *model;
  top_options options;
  void *dut;
  vmac_rng rng, noise; /* noise: what lies on a bus that is not valid */
  uint64_t cycles;
  top_in in;
  top_out out;
  /* the source: `count` beats, TLAST on beat `last` (count or more: none) */
  const uint8_t *beats;
  size_t count, next, last;
  bool offered;
  /* the beat that was on offer when another packet came: it must be taken first */
  bool pending, pending_last;
  uint8_t pending_data[TOP_MAX_BEAT];
  uint8_t idle[TOP_MAX_BEAT];
  /* the sink */
  uint8_t *results; /* (room, beat bytes) */
  bool *lasts;      /* (room), their TLAST */
  size_t result_beats, room;
  size_t result_lasts, last_at; /* beats with TLAST, and the latest of them */
  /* counted beside the CSRs */
  size_t inside, stale; /* beats in the stream's register, and to come before the packet's */
  size_t taken;         /* the packet's that have left it */
  uint64_t stall_in, stall_out, weight_wait;
  uint64_t accs, outs;
  uint64_t quiet; /* cycles since something moved */
  const top_observer *observer;
};

/* Opens the model, resets it and reads who it is: an error where it is not what the model says. */
bool top_open(top_bench *bench, const top_model *model, const top_options *options, vmac_err *err);
void top_close(top_bench *bench);
/* One cycle of everything. */
bool top_cycle(top_bench *bench, vmac_err *err);
bool top_reset(top_bench *bench, int cycles, vmac_err *err);

/* One access; *resp is the bus' response (0 OKAY, 2 SLVERR). Streams go on meanwhile. */
bool top_write(top_bench *bench, uint32_t offset, uint32_t value, unsigned strobe, int *resp,
               vmac_err *err);
bool top_read(top_bench *bench, uint32_t offset, uint32_t *value, int *resp, vmac_err *err);
/* The same where the response must be OKAY. */
bool top_set(top_bench *bench, uint32_t offset, uint32_t value, vmac_err *err);
bool top_get(top_bench *bench, uint32_t offset, uint32_t *value, vmac_err *err);

/* Puts a packet before the source, TLAST on beat `last`, and forgets results and counts. */
void top_offer(top_bench *bench, const uint8_t *beats, size_t count, size_t last);

/* Counters of a run. */
struct top_counts {
  uint32_t status, error, error_beat;
  uint32_t cycles, stall_in, stall_out, weight_wait, jobs, beats_in, beats_out;
  uint64_t macs;
};

/* Starts, waits for the interrupt, reads the counters, clears done. program: for the watchdog's
 * words (or NULL). False: deadlock, a broken assertion, the observer; not an error of the run. */
bool top_run(top_bench *bench, const vmac_program *program, top_counts *counts, vmac_err *err);

/* ---- the check (top_check.cpp) --------------------------------------------------------------- */

/* A vector of results: job, set, pixel, in the order in which they come. */
struct top_place {
  int job, set, pixel;
};
/* The first, and the one after it; job = program->jobs where there is none. */
top_place top_place_first(const vmac_program *program);
void top_place_next(const vmac_program *program, top_place *at);

/* Each includes those before it: the answer; every layer's bytes; the accumulators of layers with
 * weights; the sums of the others, which the interpreter makes, slower than the RTL itself. */
enum top_compare { TOP_OUTPUTS, TOP_BYTES, TOP_ALL, TOP_SUMS };

struct top_check {
  const vmac_net *net;
  const vmac_plan *plan; /* of the hardware's cell */
  vmac_rounding rounding;
  vmac_program *program; /* with its jobs */
  top_compare compare;
  vmac_state *state;       /* the golden model's tensors of the image at work */
  vmac_layer_cycles total; /* what the counters must show, by the closed formula */
  top_place acc, out;      /* where the two taps stand */
  int32_t **want;          /* (ops) the MAC layers' accumulators, (m, n) */
  vmac_accesses accesses;  /* of the program, where it was interpreted: TOP_SUMS */
  int32_t *sum; /* (sum_room, cols) of the jobs without products, from `sums` on still to come */
  size_t sums, sum_room;
  size_t compared; /* accumulators and bytes */
  bool failed;     /* an accumulator or a byte differed, at: */
  bool failed_acc;
  top_place failed_at;
  int failed_column;
  int32_t failed_want, failed_got;
};

/* Compiles. Owns nothing but program, state and scratch. */
bool top_check_open(top_check *check, const vmac_net *net, const vmac_plan *plan, const vmac_hw *hw,
                    vmac_rounding rounding, top_compare compare, vmac_err *err);
void top_check_close(top_check *check);

/* Infers what is in state's input with the golden model and puts it into the program. */
void top_check_infer(top_check *check);

/* Does so with image `index`. */
void top_check_image(top_check *check, const vmac_dataset *data, size_t index);

/* Runs the program on the bench and compares everything: taps, results, TLAST, status, counters. */
bool top_check_run(top_check *check, top_bench *bench, top_counts *counts, vmac_err *err);

/* (top_interpret.cpp) By the format: sums of the image in the program, accesses of memories. */
bool top_interpret(top_check *check, vmac_err *err);
void top_interpret_free(top_check *check);

/* (top_explain.cpp) After a failed run: the place in words, and the k whose product is wrong where
 * one is: the program again for each k with all of its job's rows masked but that one. */
void top_check_explain(const top_check *check, const top_model *model, const top_options *options,
                       vmac_err *err);

/* The output tensor's first largest code. */
int top_answer(const top_check *check);

#endif
