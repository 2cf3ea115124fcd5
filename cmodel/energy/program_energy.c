/* Energy of a compiled program: how many cycles each PE spends in which state, from its jobs and the
 * cycle contract, times measured energies. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "energy/ppa.h"

/* The designs that a program runs on. */
typedef struct {
  const vmac_hw *hw;
  const vmac_ppa *ppa;
  const vmac_ppa_design *pe[VMAC_ROWS_MAX * VMAC_ROWS_MAX]; /* (rows, cols) */
  const vmac_map *map;                                      /* NULL: each PE is its own cell */
  const vmac_ppa_design *of[256];                           /* (cells of the map) as all PEs are */
  const vmac_ppa_design *side;                              /* NULL: the cell needs none */
  const vmac_ppa_design *correct;                           /* that of accumulators, or tiles */
  double period;                                            /* ns, of all */
  double idle;                                              /* pJ of all PEs, a cycle */
} hardware;

/* pJ: leakage of a cycle's time beyond what the design was measured for. */
static double longer(const hardware *h, const vmac_ppa_design *d) {
  return d->leakage * (h->period - d->period) * 1e-6;
}

static bool is_of(const vmac_ppa_design *d, const vmac_program *p) {
  char hash[sizeof d->net_hash];
  snprintf(hash, sizeof hash, "%016" PRIx64, p->net_hash);
  return !strcmp(hash, d->net_hash);
}

/* Partial sums grow with the rows above, and so does what a PE costs. */
static bool check_rows(const hardware *h, const vmac_ppa_design *d, bool any_rows, vmac_err *err) {
  if (any_rows || d->rows == h->hw->rows) return true;
  return vmac_fail(err,
                   "%s: %s of %s: measured with operands of an array of %d rows, and this one has "
                   "%d; --any-rows takes the figures all the same",
                   h->ppa->path, d->kind, d->mult->name, d->rows, h->hw->rows);
}

/* Weights and activations decide what switches: another network's say little of this one. */
static bool check_net(const hardware *h, const vmac_ppa_design *d, const vmac_program *p,
                      bool any_operands, vmac_err *err) {
  if (any_operands || is_of(d, p)) return true;
  return vmac_fail(err,
                   "%s: %s of %s: measured with operands of another network (%s), not of the "
                   "one given, whose hash is %016" PRIx64 " and not %s; `make ppa SYNTH_NET=...` "
                   "makes them from it, --any-operands takes the figures all the same",
                   h->ppa->path, d->kind, d->mult->name, d->origin, p->net_hash, d->net_hash);
}

/* A PE of the cell, measured for such an array and network. */
static const vmac_ppa_design *find_pe(const hardware *h, const vmac_program *p,
                                      const vmac_mult *mult, const vmac_energy_leave *leave,
                                      vmac_err *err) {
  const vmac_ppa_design *pe = vmac_ppa_find(h->ppa, "pe", mult, 0, 0, err);
  return pe && check_rows(h, pe, leave->any_rows, err) &&
                 check_net(h, pe, p, leave->any_operands, err)
             ? pe
             : NULL;
}

static bool find_designs(hardware *h, const vmac_program *p, const vmac_ppa *ppa,
                         const vmac_energy_leave *leave, vmac_err *err) {
  const vmac_hw *hw = &p->hw;
  const vmac_mult *edge = vmac_mult_at((size_t)hw->cell);
  h->hw = hw;
  h->ppa = ppa;
  for (int r = 0; r < hw->rows; r++)
    for (int c = 0; c < hw->cols; c++) {
      const vmac_mult *mult = vmac_mult_at((size_t)vmac_hw_pe(hw, r, c));
      h->pe[r * hw->cols + c] = find_pe(h, p, mult, leave, err);
      if (!h->pe[r * hw->cols + c]) return false;
    }
  for (int i = 0; h->map && i < h->map->cells; i++)
    if (!(h->of[i] = find_pe(h, p, h->map->mult[i], leave, err))) return false;
  /* An s8 cell's side column sums X alone. */
  const bool has_x = hw->opt_correction == 3 || (hw->opt_correction && edge->xkind != VMAC_X_NONE);
  if ((edge->cls == VMAC_U8 || has_x) &&
      (!(h->side = vmac_ppa_find(ppa, "side", edge, hw->opt_correction, hw->phi_rank, err)) ||
       !check_rows(h, h->side, leave->any_rows, err) ||
       !check_net(h, h->side, p, leave->any_operands, err)))
    return false;
  const char *unit = hw->opt_ktile ? "tile" : "correct";
  h->correct = vmac_ppa_find(ppa, unit, edge, hw->opt_correction, hw->phi_rank, err);
  /* The sums of a tile are those of the array's rows, of accumulators those of all tiles. */
  return h->correct && check_rows(h, h->correct, leave->any_rows || !hw->opt_ktile, err) &&
         check_net(h, h->correct, p, leave->any_operands, err);
}

/* The figures of op, which must be the layer that was recorded. */
static const vmac_ppa_layer *layer_of(const hardware *h, const vmac_ppa_design *d,
                                      const vmac_net *net, int op, vmac_err *err) {
  const uint64_t macs = (uint64_t)vmac_op_macs(&net->op[op]);
  for (int i = 0; i < d->layers; i++)
    if (d->layer[i].op == op && d->layer[i].macs == macs) return &d->layer[i];
  vmac_fail(err,
            "%s: %s of %s: no figures of operator %d (%s, %llu MACs): it was made with operands of "
            "another network; `make ppa SYNTH_NET=...` makes them from this one",
            h->ppa->path, d->kind, d->mult->name, op, vmac_op_name(net->op[op].kind),
            (unsigned long long)macs);
  return NULL;
}

/* Cycles that a layer's pixels keep PEs at work. */
typedef struct {
  uint64_t on[VMAC_ROWS_MAX];                   /* the row has operands */
  uint64_t busy[VMAC_ROWS_MAX * VMAC_ROWS_MAX]; /* (rows, cols) of them for a channel */
  uint64_t of[256];                             /* of all those, with each cell of the map */
} work;

/* Returns the accumulators that leave. */
static uint64_t count_job(const hardware *h, const vmac_net *net, const vmac_job *job, work *w) {
  const uint64_t pixels = (uint64_t)job->pixels;
  const vmac_hw *hw = h->hw;
  for (int s = 0; s < job->sets; s++)
    for (int t = 0; t < job->k_tiles; t++)
      for (int r = 0; r < hw->rows; r++) {
        const int k = vmac_job_k(job, hw->rows, s, t, r);
        if (k < 0) continue;
        w->on[r] += pixels;
        for (int i = 0; i < job->set[s].count; i++) {
          w->busy[r * hw->cols + job->set[s].column + i] += pixels;
          const int n = job->set[s].channel + i;
          if (h->map) w->of[h->map->cell[job->op][n * net->op[job->op].k + k]] += pixels;
        }
      }
  return pixels * (uint64_t)job->sets;
}

/* PEs at work, where their weights say which cell they are. */
static bool mode_energy(const hardware *h, const vmac_net *net, const work *w, vmac_layer_energy *e,
                        vmac_err *err) {
  for (int i = 0; h->map && i < h->map->cells; i++) {
    const vmac_ppa_layer *l = w->of[i] ? layer_of(h, h->of[i], net, e->op, err) : NULL;
    if (w->of[i] && !l) return false;
    if (l) e->busy += (double)w->of[i] * (l->busy + longer(h, h->of[i]));
  }
  return true;
}

/* One MAC layer's PEs while pixels are at work. */
static bool pe_energy(const hardware *h, const vmac_net *net, const work *w, vmac_layer_energy *e,
                      vmac_err *err) {
  const vmac_hw *hw = h->hw;
  const uint64_t *busy = w->busy;
  for (int i = 0; i < hw->rows * hw->cols; i++) {
    const vmac_ppa_layer *l = layer_of(h, h->pe[i], net, e->op, err);
    if (!l) return false;
    const uint64_t row_on = w->on[i / hw->cols];
    const double more = longer(h, h->pe[i]);
    if (!h->map) e->busy += (double)busy[i] * (l->busy + more);
    e->waste += (double)(row_on - busy[i]) * l->unused + (double)(e->issue - row_on) * l->gated;
    e->waste += (double)(e->issue - busy[i]) * more;
  }
  return mode_energy(h, net, w, e, err);
}

/* Side column and correction units of a layer; accumulators: that leave at each column's foot. Units
 * that correct every K tile are at work as long as its pixels are. */
static bool foot_energy(const hardware *h, const vmac_net *net, uint64_t accumulators,
                        vmac_layer_energy *e, vmac_err *err) {
  const bool mac = e->kind == VMAC_JOB_MAC;
  const double cycles = (double)e->cycles, cols = h->hw->cols;
  if (h->side) {
    const vmac_ppa_layer *l = mac ? layer_of(h, h->side, net, e->op, err) : NULL;
    if (mac && !l) return false;
    const double busy = mac ? (double)e->issue : 0;
    /* An adder and a register per row: another array's column is as many times as long. */
    const double pj =
        busy * (l ? l->busy : 0) + (cycles - busy) * h->side->idle + cycles * longer(h, h->side);
    e->side = pj * h->hw->rows / h->side->rows;
  }
  const vmac_ppa_layer *l = mac ? layer_of(h, h->correct, net, e->op, err) : NULL;
  if (mac && !l) return false;
  const double busy = !h->hw->opt_ktile ? (double)accumulators : mac ? (double)e->issue : 0;
  e->correct = cols * (busy * (l ? l->busy : 0) + (cycles - busy) * h->correct->idle +
                       cycles * longer(h, h->correct));
  return true;
}

static void add(vmac_layer_energy *sum, vmac_layer_energy *e) {
  e->energy = e->busy + e->waste + e->idle + e->side + e->correct;
  sum->busy += e->busy;
  sum->waste += e->waste;
  sum->idle += e->idle;
  sum->side += e->side;
  sum->correct += e->correct;
  sum->energy += e->energy;
}

/* One clock for all: what each was measured for, and time enough for each. */
static void clock_of(const vmac_ppa_design *d, vmac_energy *energy) {
  if (d->period > energy->period) {
    energy->period = d->period;
    energy->slowest = NULL;
  }
  if (d->delay <= energy->period) return;
  energy->period = d->delay;
  energy->slowest = d;
}

static void sizes(hardware *h, vmac_energy *energy) {
  const vmac_hw *hw = h->hw;
  for (int i = 0; i < hw->rows * hw->cols; i++) {
    energy->area += h->pe[i]->area;
    clock_of(h->pe[i], energy);
    if (h->pe[i]->rows != hw->rows) energy->other_rows = h->pe[i]->rows;
  }
  for (int i = 0; h->map && i < h->map->cells; i++) clock_of(h->of[i], energy);
  if (h->side) {
    energy->area += h->side->area * hw->rows / h->side->rows;
    clock_of(h->side, energy);
    if (h->side->rows != hw->rows) energy->other_rows = h->side->rows;
  }
  energy->area += h->correct->area * hw->cols;
  clock_of(h->correct, energy);
  if (hw->opt_ktile && h->correct->rows != hw->rows) energy->other_rows = h->correct->rows;
  energy->side = h->side;
  energy->correct = h->correct;
  h->period = energy->period;
  for (int i = 0; i < hw->rows * hw->cols; i++) h->idle += h->pe[i]->idle + longer(h, h->pe[i]);
}

static void other_net(const hardware *h, const vmac_program *p, vmac_energy *energy) {
  for (int i = 0; i < h->hw->rows * h->hw->cols; i++)
    if (!is_of(h->pe[i], p)) energy->other_net = h->pe[i];
  for (int i = 0; h->map && i < h->map->cells; i++)
    if (!is_of(h->of[i], p)) energy->other_net = h->of[i];
  if (h->side && !is_of(h->side, p)) energy->other_net = h->side;
  if (!is_of(h->correct, p)) energy->other_net = h->correct;
}

/* Layer `index` of the cycles; *job: its first job, then the next layer's. */
static bool layer_energy(const hardware *h, const vmac_program *p, const vmac_net *net,
                         const vmac_layer_cycles *c, int *job, vmac_layer_energy *e,
                         vmac_err *err) {
  work *w = vmac_alloc(1, sizeof *w);
  uint64_t accumulators = 0;
  do {
    if (p->job[*job].kind == VMAC_JOB_MAC) accumulators += count_job(h, net, &p->job[*job], w);
    ++*job;
  } while (*job < p->jobs && p->job[*job].cont);
  *e = (vmac_layer_energy){
      .op = c->op, .kind = c->kind, .cycles = c->cycles, .issue = c->issue, .macs = c->useful};
  bool good = c->kind != VMAC_JOB_MAC || pe_energy(h, net, w, e, err);
  /* Vector jobs and the input leave the array alone. */
  const uint64_t at_work = c->kind == VMAC_JOB_MAC ? c->issue : 0;
  /* Layers overlap: one may issue pixels before the last result of the one before it. What is
   * negative in one is too much in another, and the total is right. */
  e->idle = ((double)c->cycles - (double)at_work) * h->idle;
  good = good && foot_energy(h, net, accumulators, e, err);
  free(w);
  return good;
}

static void add_accesses(vmac_accesses *sum, const vmac_accesses *n) {
  sum->bytes_read += n->bytes_read;
  sum->bytes_written += n->bytes_written;
  sum->sums_read += n->sums_read;
  sum->sums_written += n->sums_written;
}

/* Layers take the jobs in order, as in layer_energy(). */
static bool memory_energy(const vmac_program *p, const vmac_memory_model *model,
                          vmac_energy *energy, vmac_err *err) {
  vmac_accesses *of_job = vmac_program_accesses(p, err);
  if (!of_job) return false;
  for (int i = 0, job = 0; i < energy->layers; i++) {
    vmac_layer_energy *e = &energy->layer[i];
    do add_accesses(&e->accesses, &of_job[job++]);
    while (job < p->jobs && p->job[job].cont);
    e->memory = vmac_memory_pj(model, &p->hw, &e->accesses);
    add_accesses(&energy->total.accesses, &e->accesses);
  }
  energy->total.memory = vmac_memory_pj(model, &p->hw, &energy->total.accesses);
  free(of_job);
  return true;
}

bool vmac_program_energy(const vmac_program *p, const vmac_net *net, const vmac_map *map,
                         const vmac_ppa *ppa, const vmac_energy_leave *leave,
                         const vmac_memory_model *memory, vmac_energy *energy, vmac_err *err) {
  *energy = (vmac_energy){0};
  hardware *h = vmac_alloc(1, sizeof *h);
  h->map = p->hw.opt_mode ? map : NULL;
  if (!find_designs(h, p, ppa, leave, err)) {
    free(h);
    return false;
  }
  sizes(h, energy);
  other_net(h, p, energy);
  vmac_cycles cycles = vmac_program_cycles(p);
  energy->layer = vmac_alloc((size_t)cycles.layers, sizeof *energy->layer);
  vmac_layer_energy *total = &energy->total;
  uint64_t within = 0;
  bool good = true;
  for (int i = 0, job = 0; good && i < cycles.layers; i++) {
    good = layer_energy(h, p, net, &cycles.layer[i], &job, &energy->layer[i], err);
    energy->layers++;
    add(total, &energy->layer[i]);
    within += cycles.layer[i].cycles;
  }
  vmac_layer_energy rest = {.cycles = cycles.total.cycles - within};
  rest.idle = (double)rest.cycles * h->idle;
  good = good && foot_energy(h, net, 0, &rest, err);
  add(total, &rest);
  total->op = -1;
  total->kind = VMAC_JOB_END;
  total->cycles = cycles.total.cycles;
  total->issue = cycles.total.issue;
  total->macs = cycles.total.useful;
  good = good && (!memory || memory_energy(p, memory, energy, err));
  free(cycles.layer);
  free(h);
  if (good) return true;
  free(energy->layer);
  *energy = (vmac_energy){0};
  return false;
}
