/* From Liberty groups to numbers. SPDX-License-Identifier: Apache-2.0 */
#include "celllib.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A number of the group, or `otherwise` where the attribute is missing. */
static bool number(const lib_loader *ld, const lib_group *group, const char *name, double otherwise,
                   double *out) {
  const lib_attr *attr = lib_attr_of(group, name);
  *out = otherwise;
  if (!attr) return true;
  char *end = NULL;
  const char *text = attr->values ? attr->value[0] : "";
  *out = strtod(text, &end);
  while (isspace((unsigned char)*end)) end++;
  if (end != text && !*end && isfinite(*out)) return true;
  char expected[80];
  snprintf(expected, sizeof expected, "a number for %.40s", name);
  return loader_fail(ld, attr->line, expected, text);
}

/* "1ns", "10ps" and the like: the leading number times its prefix, in units of 10^-9 (time) or in
 * nW (power). */
static bool unit_text(const lib_loader *ld, const char *name, const char *fallback, double *out) {
  static const struct {
    const char *suffix;
    double scale;
  } known[] = {{"fs", 1e-6}, {"ps", 1e-3}, {"ns", 1},   {"us", 1e3}, {"fW", 1e-6},
               {"pW", 1e-3}, {"nW", 1},    {"uW", 1e3}, {"mW", 1e6}, {"W", 1e9}};
  const char *text = lib_text(ld->root, name, fallback);
  char *end;
  const double factor = strtod(text, &end);
  while (*end == ' ') end++;
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (end != text && factor > 0 && !strcmp(end, known[i].suffix)) {
      *out = factor * known[i].scale;
      return true;
    }
  char expected[80];
  snprintf(expected, sizeof expected, "%.40s such as \"%s\"", name, fallback);
  const lib_attr *attr = lib_attr_of(ld->root, name);
  return loader_fail(ld, attr ? attr->line : ld->root->line, expected, text);
}

static bool read_units(lib_loader *ld, cell_lib *lib) {
  const lib_attr *cap = lib_attr_of(ld->root, "capacitive_load_unit");
  if (!number(ld, ld->root, "nom_voltage", 0, &lib->voltage)) return false;
  if (!(lib->voltage > 0)) return loader_fail(ld, ld->root->line, "nom_voltage above 0", NULL);
  if (!unit_text(ld, "time_unit", "1ns", &ld->ns)) return false;
  if (!unit_text(ld, "leakage_power_unit", "1nW", &ld->nw)) return false;
  ld->pf = cap && cap->values == 2 ? strtod(cap->value[0], NULL) : 0;
  const char *unit = ld->pf > 0 ? cap->value[1] : NULL;
  if (unit && !strcasecmp(unit, "ff"))
    ld->pf *= 1e-3;
  else if (!unit || strcasecmp(unit, "pf"))
    return loader_fail(ld, cap ? cap->line : ld->root->line,
                       "capacitive_load_unit (1, pf) or (1, ff)", unit);
  ld->pj = ld->pf; /* Liberty: the unit of internal energy is capacitance unit times volt squared */
  return true;
}

/* ---- cells ----------------------------------------------------------------------------------- */

static int pin_index(const lib_cell *cell, const char *name) {
  for (size_t i = 0; i < cell->pins; i++)
    if (!strcmp(cell->pin[i].name, name)) return (int)i;
  return -1;
}

static bool read_arc(const lib_loader *ld, const lib_cell *cell, const lib_group *group,
                     bool timing, cell_arc *arc) {
  const char *related = lib_text(group, "related_pin", NULL);
  arc->related = related ? pin_index(cell, related) : -1;
  if (timing)
    return nldm_read(ld, group, "cell_rise", ld->ns, &arc->rise) &&
           nldm_read(ld, group, "cell_fall", ld->ns, &arc->fall) &&
           nldm_read(ld, group, "rise_transition", ld->ns, &arc->rise_slew) &&
           nldm_read(ld, group, "fall_transition", ld->ns, &arc->fall_slew);
  /* One table `power` stands for both edges. */
  const bool both = lib_child_of(group, "power") != NULL;
  return nldm_read(ld, group, both ? "power" : "rise_power", ld->pj, &arc->rise) &&
         nldm_read(ld, group, both ? "power" : "fall_power", ld->pj, &arc->fall);
}

/* Function and arcs of an output pin, once all pins have names. */
static bool read_output(const lib_loader *ld, const lib_cell *cell, cell_pin *pin,
                        const lib_group *group, const char *const *names) {
  const char *function = lib_text(group, "function", NULL);
  char where[200];
  snprintf(where, sizeof where, "%.80s:%d: %.50s/%.50s", ld->path, group->line, cell->name,
           pin->name);
  if (function && !cell->sequential && !lib_attr_of(group, "three_state") &&
      !bool_parse(&pin->function, function, names, cell->pins, where, ld->err))
    return false;
  pin->timing = vmac_alloc(group->children, sizeof *pin->timing);
  pin->power = vmac_alloc(group->children, sizeof *pin->power);
  for (size_t i = 0; i < group->children; i++) {
    const lib_group *child = group->child[i];
    const bool timing = !strcmp(child->name, "timing");
    if (!timing && strcmp(child->name, "internal_power")) continue;
    cell_arc *arc = timing ? &pin->timing[pin->timings++] : &pin->power[pin->powers++];
    if (!read_arc(ld, cell, child, timing, arc)) return false;
  }
  return true;
}

/* The part of all states of the cell's input pins, each counted alike, in which `when` holds. */
static bool read_share(const lib_loader *ld, const lib_cell *cell, const lib_attr *when,
                       const char *const *names, double *share) {
  enum { MOST_INPUTS = 16 };
  char where[200];
  snprintf(where, sizeof where, "%.80s:%d: %.50s", ld->path, when->line, cell->name);
  size_t inputs = 0, holds = 0;
  for (size_t p = 0; p < cell->pins; p++) inputs += cell->pin[p].dir == PIN_INPUT;
  if (inputs > MOST_INPUTS) return loader_fail(ld, when->line, "at most 16 input pins", cell->name);
  bool_prog prog;
  bool good =
      bool_parse(&prog, when->values ? when->value[0] : "", names, cell->pins, where, ld->err);
  uint64_t *value = vmac_alloc(cell->pins, sizeof *value);
  for (size_t state = 0; good && state < (size_t)1 << inputs; state++) {
    size_t bit = 0;
    for (size_t p = 0; p < cell->pins; p++)
      if (cell->pin[p].dir == PIN_INPUT) value[p] = state >> bit++ & 1;
    for (size_t p = 0; p < cell->pins; p++)
      if (cell->pin[p].dir == PIN_OUTPUT) value[p] = bool_eval(&cell->pin[p].function, value);
    holds += bool_eval(&prog, value) & 1;
  }
  *share = (double)holds / (double)((size_t)1 << inputs);
  free(value);
  bool_free(&prog);
  return good;
}

/* internal_power of an input pin: groups without `when` share the states that the others leave. */
static bool read_input(const lib_loader *ld, const lib_cell *cell, cell_pin *pin,
                       const lib_group *group, const char *const *names) {
  double rest = 1, defaults = 0;
  pin->power = vmac_alloc(group->children, sizeof *pin->power);
  for (size_t i = 0; i < group->children; i++) {
    if (strcmp(group->child[i]->name, "internal_power")) continue;
    cell_arc *arc = &pin->power[pin->powers++];
    const lib_attr *when = lib_attr_of(group->child[i], "when");
    if (!read_arc(ld, cell, group->child[i], false, arc)) return false;
    if (when && !read_share(ld, cell, when, names, &arc->share)) return false;
    rest -= arc->share;
    defaults += !when;
    if (!when) arc->share = -1;
  }
  for (size_t i = 0; i < pin->powers; i++)
    if (pin->power[i].share < 0) pin->power[i].share = fmax(rest, 0) / defaults;
  return true;
}

static bool read_pin(const lib_loader *ld, const lib_group *group, cell_pin *pin) {
  const char *dir = lib_text(group, "direction", "other");
  if (!group->args) return loader_fail(ld, group->line, "a pin's name", NULL);
  pin->name = strdup(group->arg[0]);
  pin->dir = !strcmp(dir, "input") ? PIN_INPUT : !strcmp(dir, "output") ? PIN_OUTPUT : PIN_OTHER;
  if (!number(ld, group, "capacitance", 0, &pin->cap)) return false;
  pin->cap *= ld->pf;
  return true;
}

/* cell_leakage_power, or the mean over the input states of the leakage_power groups. */
static bool read_leakage(const lib_loader *ld, const lib_group *group, double *leakage) {
  if (!number(ld, group, "cell_leakage_power", 0, leakage)) return false;
  double sum = 0, value;
  size_t states = 0;
  for (size_t i = 0; i < group->children; i++) {
    const lib_group *state = group->child[i];
    if (strcmp(state->name, "leakage_power") || !lib_attr_of(state, "when")) continue;
    if (!number(ld, state, "value", 0, &value)) return false;
    sum += value;
    states++;
  }
  if (!lib_attr_of(group, "cell_leakage_power") && states) *leakage = sum / (double)states;
  *leakage *= ld->nw;
  return true;
}

static bool read_cell(const lib_loader *ld, const lib_group *group, lib_cell *cell) {
  if (!group->args) return loader_fail(ld, group->line, "a cell's name", NULL);
  cell->name = strdup(group->arg[0]);
  cell->sequential = lib_child_of(group, "ff") || lib_child_of(group, "latch") ||
                     lib_child_of(group, "statetable");
  if (!number(ld, group, "area", 0, &cell->area)) return false;
  if (!read_leakage(ld, group, &cell->leakage)) return false;
  cell->pin = vmac_alloc(group->children, sizeof *cell->pin);
  const lib_group **from = vmac_alloc(group->children, sizeof *from);
  const char **names = vmac_alloc(group->children, sizeof *names);
  bool good = true;
  for (size_t i = 0; good && i < group->children; i++) {
    if (strcmp(group->child[i]->name, "pin")) continue;
    from[cell->pins] = group->child[i];
    good = read_pin(ld, group->child[i], &cell->pin[cell->pins++]);
    if (good) names[cell->pins - 1] = cell->pin[cell->pins - 1].name;
  }
  bool combinational = good;
  for (size_t i = 0; good && i < cell->pins; i++) {
    if (cell->pin[i].dir != PIN_OUTPUT) continue;
    good = read_output(ld, cell, &cell->pin[i], from[i], names);
    combinational = combinational && cell->pin[i].function.op;
  }
  for (size_t i = 0; good && combinational && i < cell->pins; i++)
    if (cell->pin[i].dir == PIN_INPUT) good = read_input(ld, cell, &cell->pin[i], from[i], names);
  free(from);
  free(names);
  return good;
}

cell_lib *celllib_load(const char *path, vmac_err *err) {
  size_t size;
  char *text = (char *)vmac_read_file(path, &size, err);
  if (!text) return NULL;
  lib_group *root = lib_parse(path, text, size, err);
  free(text);
  if (!root) return NULL;
  lib_loader ld = {.path = path, .root = root, .err = err};
  cell_lib *lib = vmac_alloc(1, sizeof *lib);
  lib->name = strdup(root->args ? root->arg[0] : path);
  lib->cell = vmac_alloc(root->children, sizeof *lib->cell);
  bool good = read_units(&ld, lib);
  for (size_t i = 0; good && i < root->children; i++)
    if (!strcmp(root->child[i]->name, "cell"))
      good = read_cell(&ld, root->child[i], &lib->cell[lib->cells++]);
  if (good && !lib->cells) good = vmac_fail(err, "%s: no cell in the library", path);
  lib_free(root);
  if (good) return lib;
  celllib_free(lib);
  return NULL;
}

static void free_arcs(cell_arc *arc, size_t arcs) {
  for (size_t i = 0; i < arcs; i++) {
    nldm_free(&arc[i].rise);
    nldm_free(&arc[i].fall);
    nldm_free(&arc[i].rise_slew);
    nldm_free(&arc[i].fall_slew);
  }
  free(arc);
}

void celllib_free(cell_lib *lib) {
  if (!lib) return;
  for (size_t i = 0; i < lib->cells; i++) {
    lib_cell *cell = &lib->cell[i];
    for (size_t p = 0; p < cell->pins; p++) {
      free_arcs(cell->pin[p].timing, cell->pin[p].timings);
      free_arcs(cell->pin[p].power, cell->pin[p].powers);
      bool_free(&cell->pin[p].function);
      free(cell->pin[p].name);
    }
    free(cell->pin);
    free(cell->name);
  }
  free(lib->cell);
  free(lib->name);
  free(lib);
}

const lib_cell *celllib_cell(const cell_lib *lib, const char *name, vmac_err *err) {
  const char **names = vmac_alloc(lib->cells, sizeof *names);
  const lib_cell *found = NULL;
  for (size_t i = 0; i < lib->cells && !found; i++) {
    names[i] = lib->cell[i].name;
    if (!strcmp(name, names[i])) found = &lib->cell[i];
  }
  if (!found) {
    const char *near = vmac_nearest(name, names, lib->cells);
    vmac_fail(err, "library %s has no cell '%.60s'%s%.60s%s", lib->name, name,
              near ? ", the nearest is '" : "", near ? near : "", near ? "'" : "");
  }
  free(names);
  return found;
}

int celllib_pin(const lib_cell *cell, const char *name, vmac_err *err) {
  const int pin = pin_index(cell, name);
  if (pin < 0) vmac_fail(err, "cell %s has no pin '%.60s'", cell->name, name);
  return pin;
}
