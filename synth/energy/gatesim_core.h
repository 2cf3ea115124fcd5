/* gatesim_core.h: the compiled netlist that the simulation's files share.
 *
 * 512 lanes are one block, and a block is simulated alone: its values, one word of 512 bits a net,
 * stay near the processor. Values have a slot each: first the nets, then two of each flip-flop, its
 * state and the complement. A node computes one slot from others: as exclusive or of products of
 * its inputs (algebraic normal form), the coefficients stored as words of zeros or ones, so that a
 * function of few inputs needs no branch and no table.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_GATESIM_CORE_H
#define VMAC_GATESIM_CORE_H

#include "base/isa.h"
#include "gatesim.h"

enum {
  SIM_LANES = 512,
  SIM_WORDS = SIM_LANES / 64,
  SIM_INPUTS = 6, /* of a node in normal form; wider ones walk their program */
  SIM_WIDE = SIM_INPUTS + 1
};

typedef uint64_t sim_word __attribute__((vector_size(SIM_LANES / 8)));

typedef struct {
  uint32_t out;
  uint32_t inputs; /* up to SIM_INPUTS, or SIM_WIDE */
  uint32_t in[SIM_INPUTS];
  const uint64_t *form; /* (2^inputs) coefficients, each 0 or ~0; bit i of the index: in[i] */
  const net_gate *gate; /* of wide nodes: */
  const bool_prog *prog;
  uint32_t *slot; /* (pins + 2) of the gate's values, or NO_SLOT */
} sim_node;

#define NO_SLOT UINT32_MAX

typedef struct sim_form { /* a truth table and its normal form; kept once */
  uint64_t table;
  uint32_t inputs;
  uint64_t *form;
} sim_form;

typedef struct {
  sim_node node[2]; /* with the clock at 0 and at 1, where the program reads it */
  size_t nodes;
  uint64_t count;
} sim_watch;

typedef struct sim_queue sim_queue;

struct gatesim {
  const net_list *nl;
  sim_mode mode;
  vmac_isa isa;
  bool counts; /* SIM_COUNTS of this processor */
  size_t lanes, blocks, slots;
  sim_node *node; /* of the combinational gates, each after those it reads */
  size_t nodes;
  sim_node *next; /* (flip-flops) their next states */
  size_t ffs;
  sim_node *ff_out; /* their output nets */
  size_t ff_outs;
  sim_form *form;
  size_t forms;
  int *input_net, *input_of; /* (inputs); (nets): its place among the inputs, or -1 */
  size_t inputs;
  sim_word *value;  /* (blocks, slots) */
  sim_word *coming; /* (blocks, inputs): what the next step sets */
  sim_word *state;  /* (ffs): a block's next states */
  sim_word *valid;  /* (blocks): the lanes in use */
  net_activity *activity;
  uint64_t counted, clocked;
  sim_watch *watch;
  size_t watches;
  sim_queue *queue; /* not in SIM_ZERO */
  sim_trace *trace;
  void *trace_user;
  bool *traced; /* (nets) lane 0, for SIM_ZERO */
};

/* The node that computes `prog`, a function of the gate's values, into slot `out`. `clock`: the
 * slot that stands for the clock pin. */
sim_node sim_compile(gatesim *sim, size_t gate, const bool_prog *prog, uint32_t out,
                     uint32_t clock);
void sim_node_free(sim_node *node);
void sim_wide(const sim_node *node, const sim_word *slot, sim_word *out);

/* One step of all blocks. */
void sim_zero_step(gatesim *sim, bool clocked, bool counted);
void sim_event_step(gatesim *sim, bool clocked, bool counted);
void sim_watch_step(gatesim *sim);

sim_queue *sim_queue_new(const gatesim *sim, const int *delay);
void sim_queue_free(sim_queue *queue);

/* ---- bodies, compiled for each level of instructions ----------------------------------------- */

/* Half of the work is to count ones: processors with a vector instruction for that have a
 * version of their own. SIM_PER_ISA(f, ...) is VMAC_PER_ISA, and f_of(sim) the version to call. */
#if VMAC_X86
#define SIM_TARGET_COUNTS                                                                          \
  __attribute__((                                                                                  \
      target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,bmi2,popcnt" VMAC_WIDE)))
#define SIM_COUNTS(isa) ((isa) == VMAC_AVX512 && __builtin_cpu_supports("avx512vpopcntdq"))
#else
#define SIM_TARGET_COUNTS
#define SIM_COUNTS(isa) false
#endif
#define SIM_PER_ISA(name, params, args)                                                            \
  VMAC_PER_ISA(name, params, args);                                                                \
  SIM_TARGET_COUNTS static void name##_counts params {                                             \
    name##_body args;                                                                              \
  }                                                                                                \
  static void(*name##_of(const gatesim *simulation)) params {                                      \
    return simulation->counts ? name##_counts : name[simulation->isa];                             \
  }

#define SIM_FORM1(c) ((c)[0] ^ (x0 & (c)[1]))
#define SIM_FORM2(c) (SIM_FORM1(c) ^ (x1 & SIM_FORM1((c) + 2)))
#define SIM_FORM3(c) (SIM_FORM2(c) ^ (x2 & SIM_FORM2((c) + 4)))
#define SIM_FORM4(c) (SIM_FORM3(c) ^ (x3 & SIM_FORM3((c) + 8)))
#define SIM_FORM5(c) (SIM_FORM4(c) ^ (x4 & SIM_FORM4((c) + 16)))
#define SIM_FORM6(c) (SIM_FORM5(c) ^ (x5 & SIM_FORM5((c) + 32)))

static inline VMAC_BODY void sim_eval(const sim_node *node, const sim_word *slot, sim_word *out) {
  const uint64_t *c = node->form;
  const sim_word x0 = slot[node->in[0]], x1 = slot[node->in[1]];
  switch (node->inputs) {
  case 0:
    *out = (sim_word){0} ^ c[0];
    return;
  case 1:
    *out = SIM_FORM1(c);
    return;
  case 2:
    *out = SIM_FORM2(c);
    return;
  case SIM_WIDE:
    sim_wide(node, slot, out);
    return;
  }
  const sim_word x2 = slot[node->in[2]], x3 = slot[node->in[3]];
  if (node->inputs == 3)
    *out = SIM_FORM3(c);
  else if (node->inputs == 4)
    *out = SIM_FORM4(c);
  else {
    const sim_word x4 = slot[node->in[4]], x5 = slot[node->in[5]];
    *out = node->inputs == 5 ? SIM_FORM5(c) : SIM_FORM6(c);
  }
}

static inline VMAC_BODY uint64_t sim_ones(const sim_word *word) {
  uint64_t sum = 0;
  for (int i = 0; i < SIM_WORDS; i++) sum += (uint64_t)__builtin_popcountll((*word)[i]);
  return sum;
}

/* Computes all next states, then stores them: a flip-flop sees the old state of the others. */
static inline VMAC_BODY void sim_load(gatesim *sim, sim_word *slot) {
  for (size_t f = 0; f < sim->ffs; f++) sim_eval(&sim->next[f], slot, &sim->state[f]);
  for (size_t f = 0; f < sim->ffs; f++) {
    const size_t at = sim->nl->nets + 2 * f;
    slot[at] = sim->state[f];
    slot[at + 1] = ~sim->state[f];
  }
}

#endif
