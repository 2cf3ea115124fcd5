/* Watched states of cells. SPDX-License-Identifier: Apache-2.0 */
#include "power_state.h"

#include <stdlib.h>
#include <string.h>

enum { ALWAYS = -1 };

/* The conditions of one cell; every gate of that cell has one handle for each. */
typedef struct {
  const lib_cell *cell;
  bool_prog *cond;
  size_t conds;
  int **group; /* [pin][power group], then [pins][leak]: an index into cond, or ALWAYS */
  int **whole; /* [pin][power group]: likewise without `when` */
} watched_cell;

struct power_watch {
  const gatesim *sim;
  watched_cell *kind;
  size_t kinds, gates;
  const watched_cell **of; /* (gates) */
  size_t **handle;         /* (gates)(conds) */
};

/* ---- programs ------------------------------------------------------------------------------ */

static void push(bool_prog *prog, bool_kind kind, int pin) {
  bool_op *op = vmac_alloc(prog->ops + 1, sizeof *op);
  if (prog->ops) memcpy(op, prog->op, prog->ops * sizeof *op);
  free(prog->op);
  prog->op = op;
  prog->op[prog->ops++] = (bool_op){kind, pin};
}

/* `from`, with pin `fixed` (-1: none) replaced by a constant. */
static void append(bool_prog *prog, const bool_prog *from, int fixed, bool_kind constant) {
  for (size_t i = 0; i < from->ops; i++) {
    const bool_op op = from->op[i];
    const bool replaced = op.kind == BOOL_PIN && op.pin == fixed;
    push(prog, replaced ? constant : op.kind, replaced ? 0 : op.pin);
  }
}

/* True where `function` depends on `pin`. */
static void append_difference(bool_prog *prog, const bool_prog *function, int pin) {
  append(prog, function, pin, BOOL_ZERO);
  append(prog, function, pin, BOOL_ONE);
  push(prog, BOOL_XOR, 0);
}

static bool fits(const bool_prog *prog) {
  int depth = 0, most = 0;
  for (size_t i = 0; i < prog->ops; i++) {
    const bool_kind kind = prog->op[i].kind;
    depth += kind <= BOOL_ONE ? 1 : kind == BOOL_NOT ? 0 : -1;
    if (depth > most) most = depth;
  }
  return most <= BOOL_STACK;
}

static bool same(const bool_prog *a, const bool_prog *b) {
  if (a->ops != b->ops) return false;
  for (size_t i = 0; i < a->ops; i++)
    if (a->op[i].kind != b->op[i].kind || a->op[i].pin != b->op[i].pin) return false;
  return true;
}

/* The index of `prog` among the cell's conditions; takes it over. */
static int condition(watched_cell *states, bool_prog *prog) {
  const bool watched = prog->ops && fits(prog);
  for (size_t i = 0; watched && i < states->conds; i++)
    if (same(&states->cond[i], prog)) {
      free(prog->op);
      return (int)i;
    }
  if (!watched) {
    free(prog->op);
    return ALWAYS;
  }
  bool_prog *cond = vmac_alloc(states->conds + 1, sizeof *cond);
  if (states->conds) memcpy(cond, states->cond, states->conds * sizeof *cond);
  free(states->cond);
  states->cond = cond;
  cond[states->conds] = *prog;
  return (int)states->conds++;
}

/* ---- cells --------------------------------------------------------------------------------- */

/* What group `arc` of `pin` is for: the function's difference (of gates' outputs), and `when`. */
static int group_condition(watched_cell *states, const cell_pin *pin, const cell_arc *arc,
                           bool with_when) {
  bool_prog prog = {0};
  const bool gated =
      pin->dir == PIN_OUTPUT && !states->cell->sequential && pin->function.op && arc->related >= 0;
  if (gated) append_difference(&prog, &pin->function, arc->related);
  if (with_when && arc->when.op) {
    append(&prog, &arc->when, -1, BOOL_PIN);
    if (gated) push(&prog, BOOL_AND, 0);
  }
  return condition(states, &prog);
}

static void read_states(watched_cell *states, const lib_cell *cell) {
  *states = (watched_cell){.cell = cell};
  states->group = vmac_alloc(cell->pins + 1, sizeof *states->group);
  states->whole = vmac_alloc(cell->pins, sizeof *states->whole);
  for (size_t p = 0; p < cell->pins; p++) {
    const cell_pin *pin = &cell->pin[p];
    states->group[p] = vmac_alloc(pin->powers, sizeof(int));
    states->whole[p] = vmac_alloc(pin->powers, sizeof(int));
    for (size_t i = 0; i < pin->powers; i++) {
      /* One group needs no weight, whatever its state. */
      const bool alone = pin->powers == 1 && pin->dir == PIN_OUTPUT;
      states->group[p][i] = alone ? ALWAYS : group_condition(states, pin, &pin->power[i], true);
      states->whole[p][i] = alone ? ALWAYS : group_condition(states, pin, &pin->power[i], false);
    }
  }
  states->group[cell->pins] = vmac_alloc(cell->leaks, sizeof(int));
  for (size_t i = 0; i < cell->leaks; i++) {
    bool_prog prog = {0};
    append(&prog, &cell->leak[i].when, -1, BOOL_PIN);
    states->group[cell->pins][i] = condition(states, &prog);
  }
}

static void free_states(watched_cell *states) {
  for (size_t i = 0; i < states->conds; i++) free(states->cond[i].op);
  for (size_t p = 0; p <= states->cell->pins; p++) free(states->group[p]);
  for (size_t p = 0; p < states->cell->pins; p++) free(states->whole[p]);
  free(states->cond);
  free(states->group);
  free(states->whole);
}

power_watch *power_prepare(gatesim *sim, const net_list *nl, const cell_lib *lib) {
  power_watch *watch = vmac_alloc(1, sizeof *watch);
  watch->sim = sim;
  watch->gates = nl->gates;
  watch->of = vmac_alloc(nl->gates, sizeof *watch->of);
  watch->handle = vmac_alloc(nl->gates, sizeof *watch->handle);
  watch->kinds = lib->cells;
  watch->kind = vmac_alloc(lib->cells, sizeof *watch->kind);
  for (size_t g = 0; g < nl->gates; g++) {
    watched_cell *states = &watch->kind[nl->gate[g].cell - lib->cell];
    if (!states->cell) read_states(states, nl->gate[g].cell);
    watch->of[g] = states;
    watch->handle[g] = vmac_alloc(states->conds, sizeof **watch->handle);
    for (size_t i = 0; i < states->conds; i++)
      watch->handle[g][i] = gatesim_watch(sim, g, &states->cond[i]);
  }
  return watch;
}

void power_free(power_watch *watch) {
  if (!watch) return;
  for (size_t i = 0; i < watch->kinds; i++)
    if (watch->kind[i].cell) free_states(&watch->kind[i]);
  for (size_t g = 0; g < watch->gates; g++) free(watch->handle[g]);
  free(watch->kind);
  free(watch->of);
  free(watch->handle);
  free(watch);
}

/* ---- shares -------------------------------------------------------------------------------- */

static double seen(const power_watch *watch, size_t g, int cond) {
  const uint64_t counted = gatesim_counted(watch->sim);
  if (cond == ALWAYS || !counted) return 1;
  return (double)gatesim_watched(watch->sim, watch->handle[g][cond]) / (double)counted;
}

/* A group without `when`: what those with one leave of `whole`, shared alike by its like. */
static double remainder_of(const power_source *src, size_t g, size_t p, size_t i, double whole) {
  const cell_pin *pin = &src->nl->gate[g].cell->pin[p];
  size_t alike = 0;
  for (size_t k = 0; k < pin->powers; k++) {
    if (pin->power[k].related != pin->power[i].related) continue;
    if (pin->power[k].when.op)
      whole -= seen(src->watch, g, src->watch->of[g]->group[p][k]);
    else
      alike++;
  }
  return whole > 0 ? whole / (double)alike : 0;
}

double power_output_share(const power_source *src, size_t g, size_t p, size_t i) {
  if (!src->watch) return 1;
  const watched_cell *states = src->watch->of[g];
  const double own = seen(src->watch, g, states->group[p][i]);
  if (states->cell->pin[p].power[i].when.op) return own;
  return remainder_of(src, g, p, i, seen(src->watch, g, states->whole[p][i]));
}

double power_input_share(const power_source *src, size_t g, size_t p, size_t i) {
  const cell_arc *arc = &src->nl->gate[g].cell->pin[p].power[i];
  if (!src->watch) return arc->share;
  if (arc->when.op) return seen(src->watch, g, src->watch->of[g]->group[p][i]);
  return remainder_of(src, g, p, i, 1);
}

double power_leakage(const power_source *src, size_t g) {
  const lib_cell *cell = src->nl->gate[g].cell;
  if (!src->watch || !cell->leaks) return cell->leakage;
  double sum = 0, left = 1, rest = cell->leakage;
  for (size_t i = 0; i < cell->leaks; i++) {
    if (!cell->leak[i].when.op) {
      rest = cell->leak[i].nw;
      continue;
    }
    const double share = seen(src->watch, g, src->watch->of[g]->group[cell->pins][i]);
    sum += share * cell->leak[i].nw;
    left -= share;
  }
  return left > 0 ? sum + left * rest : sum;
}
