/* Stimuli through simulation to energy. SPDX-License-Identifier: Apache-2.0 */
#include "stimulus_run.h"

#include <stdlib.h>
#include <string.h>

#include "power_gates.h"
#include "vcd.h"

/* Counted steps of what is a correction to the busy figure, and of idling, where all are alike. */
enum { SHORT_STEPS = 16, IDLE_STEPS = 2 };

const char *run_mode_name(sim_mode mode) {
  static const char *const names[RUN_MODES] = {"zero", "unit", "inertial"};
  return names[mode];
}

/* The first `steps` steps of a stream. */
static void cut(vmac_operands *out, const vmac_operands *ops, size_t steps) {
  vmac_operands_new(out, ops->cls, ops->layers, ops->columns, ops->rows, steps);
  const size_t pes = ops->columns * ops->rows;
  memcpy(out->layer, ops->layer, ops->layers * sizeof *ops->layer);
  memcpy(out->layer_of, ops->layer_of, ops->columns * sizeof *ops->layer_of);
  memcpy(out->w, ops->w, pes);
  memcpy(out->en, ops->en, pes);
  for (size_t i = 0; i < pes; i++) memcpy(out->a + i * steps, ops->a + i * ops->steps, steps);
}

/* Registers next door bring the inputs: they change as late after the clock as this design's own
 * flip-flops do. A design without any has its inputs at 0. */
static void annotate_design(net_annotation *ann, const stim_design *design, const net_list *nl,
                            const run_setup *setup) {
  net_setup how = {.output_load = setup->output_load,
                   .input_slew = setup->slew,
                   .clock_slew = setup->slew,
                   .own_inputs = design->own_inputs};
  annotate(ann, nl, &how);
  double sum = 0;
  size_t outputs = 0;
  for (size_t g = nl->combs; g < nl->gates; g++)
    for (size_t p = 0; p < nl->gate[g].cell->pins; p++)
      if (nl->gate[g].cell->pin[p].dir == PIN_OUTPUT && nl->gate[g].net[p] >= 0) {
        sum += ann->delay[nl->gate[g].net[p]];
        outputs++;
      }
  if (!outputs) return;
  annotate_free(ann);
  how.input_arrival = sum / (double)outputs;
  annotate(ann, nl, &how);
}

static void make_figure(run_figure *f, const power_sum part[PARTS], uint64_t counted,
                        double period) {
  const double n = (double)counted;
  *f = (run_figure){0};
  for (int i = 0; i < PARTS; i++) {
    const double leakage = part[i].leakage * period * 1e-6;
    f->switching += part[i].switching / n;
    f->internal += part[i].internal / n;
    f->leakage_nw += part[i].leakage;
    f->leakage += leakage;
    f->toggles += (double)part[i].transitions / n;
    f->part[i] = (part[i].switching + part[i].internal) / n + leakage;
    f->energy += f->part[i];
  }
}

/* sum += share * f */
static void add_figure(run_figure *sum, const run_figure *f, double share) {
  sum->energy += share * f->energy;
  sum->switching += share * f->switching;
  sum->internal += share * f->internal;
  sum->leakage += share * f->leakage;
  sum->leakage_nw += share * f->leakage_nw;
  sum->toggles += share * f->toggles;
  for (int i = 0; i < PARTS; i++) sum->part[i] += share * f->part[i];
}

typedef struct {
  const stim_design *design;
  const cell_lib *lib;
  const run_setup *setup;
  net_annotation ann;
  run_result *result;
  vmac_err *err;
} runner;

/* One mode of one layer; watch: the handles of `watched`, or NULL for this simulation to watch. */
static gatesim *play(runner *r, const stim_source *src, size_t layer, stim_kind kind, sim_mode mode,
                     power_watch **watch) {
  const net_list *nl = src->nl;
  gatesim *sim = gatesim_new(nl, r->design->lanes(src, layer), mode,
                             mode == SIM_INERTIAL ? r->ann.steps : NULL);
  if (!*watch) *watch = power_prepare(sim, nl, r->lib);
  const bool dump = r->setup->vcd && kind == STIM_BUSY && layer == 0 && mode == r->setup->nets;
  vcd_writer *vcd = dump ? vcd_record(sim, nl, (uint64_t)(r->setup->period * 1000)) : NULL;
  bool good = r->design->play(sim, src, layer, kind, r->err);
  vmac_err unsaved;
  if (vcd && !vcd_save(vcd, r->setup->vcd, good ? r->err : &unsaved)) good = false;
  if (!good) {
    gatesim_free(sim);
    return NULL;
  }
  power_sum part[PARTS];
  power_of(nl, r->lib, &r->ann, sim, *watch, part);
  make_figure(&r->result->layer[layer][mode][kind], part, gatesim_counted(sim), r->setup->period);
  const net_activity *activity = gatesim_activity(sim);
  for (size_t n = 0; kind == STIM_BUSY && mode == r->setup->nets && n < nl->nets; n++) {
    r->result->activity[n].rises += activity[n].rises;
    r->result->activity[n].falls += activity[n].falls;
    r->result->activity[n].high += activity[n].high;
  }
  return sim;
}

/* All modes of one layer. States are watched once: what settles does not depend on the mode. */
static bool run_layer(runner *r, const stim_source *src, size_t layer, stim_kind kind) {
  power_watch *watch = NULL;
  gatesim *watched = play(r, src, layer, kind, SIM_ZERO, &watch);
  bool good = watched != NULL;
  if (good && kind == STIM_BUSY) r->result->counted += gatesim_counted(watched);
  for (int m = SIM_ZERO + 1; good && m < RUN_MODES; m++) {
    if (!r->setup->modes[m] || kind == STIM_IDLE) continue;
    gatesim *sim = play(r, src, layer, kind, (sim_mode)m, &watch);
    good = sim != NULL;
    gatesim_free(sim);
  }
  power_free(watch);
  gatesim_free(watched);
  return good;
}

double run_weight(const stim_design *design, const vmac_operands *ops, size_t layer) {
  const double macs = (double)ops->layer[layer].macs;
  if (!design->accumulators) return macs;
  const size_t columns = ops->columns / ops->layers, pes = columns * ops->rows;
  double enabled = 0;
  for (size_t i = layer * pes; i < (layer + 1) * pes; i++) enabled += ops->en[i];
  return macs * (double)columns / (enabled * ops->layer[layer].tiles);
}

/* A layer's weight, or that of the rows that stand for themselves. */
static double weight_of(const runner *r, const stim_source *src, size_t layer) {
  const double weight = run_weight(r->design, src->ops, layer);
  if (!r->setup->rows_alone) return weight;
  stim_source whole = *src;
  whole.from_row = whole.to_row = 0;
  return weight * (double)r->design->lanes(src, layer) / (double)r->design->lanes(&whole, layer);
}

static bool run_kind(runner *r, const stim_source *src, stim_kind kind) {
  double all = 0, whole = 0;
  const vmac_operands *ops = src->ops;
  for (size_t l = 0; l < ops->layers; l++) {
    all += weight_of(r, src, l);
    whole += run_weight(r->design, ops, l);
  }
  r->result->share = all / whole;
  for (size_t l = 0; l < ops->layers; l++) {
    if (!r->design->lanes(src, l)) continue;
    if (!run_layer(r, src, l, kind)) return false;
    for (int m = 0; m < RUN_MODES; m++)
      add_figure(&r->result->mean[m][kind], &r->result->layer[l][m][kind],
                 weight_of(r, src, l) / all);
  }
  for (int m = 0; m < RUN_MODES; m++)
    r->result->done[m][kind] = m == SIM_ZERO || (r->setup->modes[m] && kind != STIM_IDLE);
  return true;
}

bool run_design(const stim_design *design, const stim_source *src, const cell_lib *lib,
                const run_setup *setup, run_result *result, vmac_err *err) {
  *result = (run_result){0};
  if (!design->check(src, err)) return false;
  const vmac_operands *ops = src->ops;
  const size_t fill = design->fill(src);
  if (ops->steps < fill + IDLE_STEPS)
    return vmac_fail(err,
                     "operands: expected %zu or more steps (design %s of %zu rows), found %zu; "
                     "record with --steps",
                     fill + IDLE_STEPS, design->name, ops->rows, ops->steps);
  size_t used = 0;
  for (size_t l = 0; l < ops->layers; l++) {
    const bool some = design->lanes(src, l) > 0;
    used += some;
    if (!some && !setup->rows_alone)
      return vmac_fail(err, "operands: layer %zu (%s): no row of any column is enabled", l,
                       ops->layer[l].name);
  }
  if (!used)
    return vmac_fail(err, "operands: rows %zu to %zu: none is enabled in any layer", src->from_row,
                     stim_to_row(src) - 1);
  result->layers = ops->layers;
  result->layer = vmac_alloc(ops->layers, sizeof *result->layer);
  result->activity = vmac_alloc(src->nl->nets, sizeof *result->activity);
  runner r = {.design = design, .lib = lib, .setup = setup, .result = result, .err = err};
  annotate_design(&r.ann, design, src->nl, setup);
  result->arrival_ns = r.ann.arrival_ns;
  bool good = true;
  for (int kind = 0; good && kind < STIM_KINDS; kind++) {
    if (!design->kinds[kind]) continue;
    size_t steps = kind == STIM_BUSY   ? ops->steps
                   : kind == STIM_IDLE ? fill + IDLE_STEPS
                                       : fill + SHORT_STEPS;
    if (steps > ops->steps) steps = ops->steps;
    vmac_operands less;
    cut(&less, ops, steps);
    stim_source part = *src;
    part.ops = &less;
    good = run_kind(&r, &part, (stim_kind)kind);
    vmac_operands_free(&less);
  }
  annotate_free(&r.ann);
  return good;
}

bool run_gates(const stim_design *design, const stim_source *src, const cell_lib *lib,
               const run_setup *setup, const char *path, vmac_err *err) {
  vmac_operands all = *src->ops; /* its arrays are the stream's */
  all.layers = 1;
  stim_source whole = *src;
  whole.ops = &all;
  net_annotation ann;
  annotate_design(&ann, design, src->nl, setup);
  gatesim *sim = gatesim_new(src->nl, design->lanes(&whole, 0), SIM_ZERO, NULL);
  power_watch *watch = power_prepare(sim, src->nl, lib);
  const bool played = design->play(sim, &whole, 0, STIM_BUSY, err);
  const power_source power = {.nl = src->nl,
                              .lib = lib,
                              .ann = &ann,
                              .activity = gatesim_activity(sim),
                              .periods = gatesim_counted(sim),
                              .watch = watch};
  const bool good = played && power_write_gates(&power, path, err);
  power_free(watch);
  gatesim_free(sim);
  annotate_free(&ann);
  return good;
}

bool run_vcd(const stim_design *design, const net_list *nl, const cell_lib *lib,
             const run_setup *setup, const char *path, const char *clock, run_figure *figure,
             uint64_t *periods, vmac_err *err) {
  net_annotation ann;
  net_activity *activity = vmac_alloc(nl->nets, sizeof *activity);
  bool good = vcd_activity(path, nl, nl->clock < 0 ? clock : NULL, activity, periods, err);
  if (good && !*periods) good = vmac_fail(err, "%s: the clock never rises", path);
  if (good) {
    power_sum part[PARTS];
    annotate_design(&ann, design, nl, setup);
    power_from(&(power_source){nl, lib, &ann, activity, *periods, NULL}, part);
    make_figure(figure, part, *periods, setup->period);
    annotate_free(&ann);
  }
  free(activity);
  return good;
}

void run_free(run_result *result) {
  free(result->layer);
  free(result->activity);
  *result = (run_result){0};
}
