/* stimulus_run.h: plays a design's stimuli in the modes of the gate simulation, layer by layer, and
 * turns what is counted into energy per cycle of one lane.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_STIMULUS_RUN_H
#define VMAC_STIMULUS_RUN_H

#include "power.h"
#include "stimulus.h"

enum { RUN_MODES = SIM_INERTIAL + 1 };
const char *run_mode_name(sim_mode mode);

/* pJ of one step of one lane. */
typedef struct {
  double energy; /* switching + internal + leakage */
  double switching, internal, leakage;
  double part[PARTS]; /* of the energy */
  double toggles;
  double leakage_nw;
} run_figure;

typedef struct {
  bool modes[RUN_MODES]; /* SIM_ZERO is always run: it watches the states for all */
  double period;         /* ns, for leakage */
  double output_load, slew;
  const char *vcd; /* where lane 0 of the first layer goes as a VCD file, in mode `nets`; or NULL */
  sim_mode nets;   /* whose transitions are summed in run_result.activity */
  bool
      rows_alone; /* PEs: the source's rows for themselves; a layer counts by what it uses of them */
} run_setup;

typedef struct {
  size_t layers;
  bool done[RUN_MODES][STIM_KINDS];
  run_figure mean[RUN_MODES][STIM_KINDS];     /* over the layers, as run_weight() weighs them */
  run_figure (*layer)[RUN_MODES][STIM_KINDS]; /* (layers) */
  net_activity *activity;                     /* (nets) of BUSY, all layers */
  double arrival_ns;
  uint64_t counted; /* steps times lanes of BUSY, of one mode */
  double share;     /* of all rows' multiplications those in the rows that stand for themselves */
} run_result;

/* Busy in all modes; gated and unused likewise, with fewer steps; idle once, as SIM_ZERO. False where
 * the netlist is not what the C model says. */
bool run_design(const stim_design *design, const stim_source *src, const cell_lib *lib,
                const run_setup *setup, run_result *result, vmac_err *err);
/* From a VCD file of any simulator, per period: states and which input moved an output are not known,
 * tables count with their plain means. clock: its variable, where the netlist has none. */
bool run_vcd(const stim_design *design, const net_list *nl, const cell_lib *lib,
             const run_setup *setup, const char *path, const char *clock, run_figure *figure,
             uint64_t *periods, vmac_err *err);
/* How often a network has a layer's busy cycle, in proportion: its MACs; of a correction unit its
 * accumulators, that is MACs by K, which is its tiles' mean of enabled rows times the tiles. */
double run_weight(const stim_design *design, const vmac_operands *ops, size_t layer);
void run_free(run_result *result);

/* The same busy cycles, all layers' columns alike, as one line per gate (power_gates.h), SIM_ZERO. */
bool run_gates(const stim_design *design, const stim_source *src, const cell_lib *lib,
               const run_setup *setup, const char *path, vmac_err *err);

#endif
