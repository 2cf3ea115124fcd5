/* ppa.h: measured energies of mapped designs, as `vmac-energy collect` writes them, and what a
 * compiled program costs with them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_PPA_H
#define VMAC_PPA_H

#include "program/program.h"

/* pJ of one cycle with one layer's operands: at work; rows without operands; columns without a
 * channel, whose correction units are at rest as those of all columns are without accumulators.
 * Designs that know only one figure have it in all three. */
typedef struct {
  int op;
  uint64_t macs;
  double busy, gated, unused;
} vmac_ppa_layer;

typedef struct {
  char kind[16]; /* cell, pe, side, correct, tile: the unit that corrects every K tile, array */
  char variant[32];
  const vmac_mult *mult;
  int opt_correction; /* side, correct, tile; else -1 */
  int phi_rank;       /* of those with 3, as in vmac_hw; else 0 */
  int rows;           /* of the array whose operands were recorded */
  double area;        /* um2 */
  double period;      /* ns: its leakage is of as long a cycle */
  double delay;       /* ns: the shortest clock that it meets, or its longest path */
  double idle;        /* pJ of a cycle in which nothing changes */
  double leakage;     /* nW, at work */
  char net_hash[17];  /* of the network's file, whose operands were recorded: hexadecimal */
  char origin[96];    /* its name, data and seed */
  int layers;
  vmac_ppa_layer *layer;
} vmac_ppa_design;

typedef struct {
  char path[256];
  char platform[64]; /* or "" */
  int designs;
  vmac_ppa_design *design;
} vmac_ppa;

/* activity: zero, unit or inertial. Every field that is missing or no number is an error that names
 * it; bare cells and whole arrays are passed over, and cells that are in no registry. */
vmac_ppa *vmac_ppa_load(const char *path, const char *activity, vmac_err *err);
void vmac_ppa_free(vmac_ppa *ppa);

/* The design of that kind for a cell, of correction opt_correction with phi_rank planes of phi (as
 * in vmac_hw); of side column and correction unit also one that was made for another cell, or
 * correction, and is the same hardware: of phi, with the same phi. Those without a variant, or
 * "plain", come first. A PE with a mode operand is measured in its registry line's mode. */
const vmac_ppa_design *vmac_ppa_find(const vmac_ppa *ppa, const char *kind, const vmac_mult *mult,
                                     int opt_correction, int phi_rank, vmac_err *err);

/* ---- memories ---------------------------------------------------------------------------------
 * By a model, apart from what is measured: activation banks of 8 x buf_depth bits, two per lane, and
 * acc_depth accumulators of each column, of the sum of A and of each of X, a macro each. An access
 * costs as the bits of a word and the root of the macro's size, as feature size and the square of
 * the voltage; writing as much as reading. Leakage and clock of memories are not in it. */
typedef struct {
  double node_nm, volts; /* feature size, supply */
} vmac_memory_model;

/* pJ of one access to a memory of so many words of width bits. */
double vmac_memory_access_pj(const vmac_memory_model *model, double width, double words);
double vmac_memory_pj(const vmac_memory_model *model, const vmac_hw *hw, const vmac_accesses *n);
/* (jobs) of a compiled program, counted by its interpreter; caller frees. */
vmac_accesses *vmac_program_accesses(const vmac_program *program, vmac_err *err);

/* ---- a program's energy ----------------------------------------------------------------------- */

/* pJ per inference. */
typedef struct {
  int op; /* -1: the input, a copy to the stream, and in the total */
  vmac_jobkind kind;
  uint64_t cycles, issue,
      macs;       /* of vmac_program_cycles(): all, with a pixel at work, useful ones */
  double busy;    /* PEs that multiply for an output channel */
  double waste;   /* PEs of rows without operands, of columns without a channel */
  double idle;    /* PEs while no pixel is at work: the clock */
  double side;    /* the side column */
  double correct; /* the correction units */
  double energy;  /* all of them */
  /* Not in energy: memories, where a model was given. */
  vmac_accesses accesses;
  double memory;
} vmac_layer_energy;

typedef struct {
  int layers;
  vmac_layer_energy *layer; /* caller frees */
  vmac_layer_energy total;  /* with the cycles before the first layer and after the last */
  double area;              /* um2: PEs, side column, correction units */
  double period;            /* ns: what the designs were measured for, or what the slowest needs */
  const vmac_ppa_design
      *slowest; /* that needs it; NULL: none needs more than it was measured for */
  /* Whose figures were taken. side: NULL where none is needed; correct: a tile's with OPT_KTILE. */
  const vmac_ppa_design *side, *correct;
  int other_rows; /* that something of it was measured for, or 0: as the array has */
  const vmac_ppa_design *other_net; /* one with operands of another network, or NULL */
} vmac_energy;

/* Which network and rows the designs may have been measured with, besides the program's own. */
typedef struct {
  /* PEs then count as they are, with that array's partial sums, and so do units that correct every
   * K tile; a side column in proportion. */
  bool any_rows;
  bool any_operands; /* of a network that has the same layers */
} vmac_energy_leave;

/* For all that say it: what stands at the array's edge (low_q: the low bits of activations that only
 * the side column reads), below it, behind and around it. */
#define VMAC_ENERGY_WITHOUT                                                                        \
  "input skew, edge rounders, low_q of column 0, deskew, the token's wait line, accumulators "     \
  "(adders, registers, memory), requantization, vector unit, activation and coefficient "          \
  "memories, control, loading of weights and coefficients, wires"

/* map: which weight brings which mode along, or NULL; where the PEs differ, p->hw says so. PEs
 * without a weight count as those of hw->cell do.
 * Where the period is longer than what a design was measured for, it leaks for the rest of it too.
 * VMAC_ENERGY_WITHOUT is not in it; memories stand beside it, where memory is not NULL.
 * The program's net_hash says which network it is of. */
bool vmac_program_energy(const vmac_program *program, const vmac_net *net, const vmac_map *map,
                         const vmac_ppa *ppa, const vmac_energy_leave *leave,
                         const vmac_memory_model *memory, vmac_energy *energy, vmac_err *err);

#endif
