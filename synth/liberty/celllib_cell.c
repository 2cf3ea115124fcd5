/* One cell: its pins and functions. SPDX-License-Identifier: Apache-2.0 */
#include "celllib_cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "celllib_parts.h"

cell_place cell_where(const cell_reader *rd, int line) {
  cell_place place;
  snprintf(place.text, sizeof place.text, "%.100s:%d: %.60s", rd->ld->path, line, rd->cell->name);
  return place;
}

int cell_find_pin(const lib_cell *cell, const char *name, size_t size) {
  for (size_t i = 0; i < cell->pins; i++)
    if (!strncmp(cell->pin[i].name, name, size) && !cell->pin[i].name[size]) return (int)i;
  return -1;
}

bool cell_prog(const cell_reader *rd, const lib_group *group, const char *name, bool_prog *prog) {
  const lib_attr *attr = lib_attr_of(group, name);
  *prog = (bool_prog){0};
  if (!attr || !attr->values) return true;
  return bool_parse(prog, attr->value[0].text, rd->name, rd->values,
                    cell_where(rd, attr->line).text, rd->ld->err);
}

/* `capacitance`, else the mean of the edges', else the library's default. */
static bool read_cap(const lib_loader *ld, const lib_group *group, cell_pin *pin) {
  double rise, fall, otherwise;
  if (!loader_number(ld, ld->root, "default_input_pin_cap", 0, &otherwise)) return false;
  if (pin->dir != PIN_INPUT) otherwise = 0;
  if (!loader_number(ld, group, "rise_capacitance", otherwise, &rise)) return false;
  if (!loader_number(ld, group, "fall_capacitance", otherwise, &fall)) return false;
  if (!loader_number(ld, group, "capacitance", (rise + fall) / 2, &pin->cap)) return false;
  pin->cap *= ld->pf;
  return true;
}

/* What no default stands in for: a usable cell's area, and how much each input loads its net. */
static bool has_numbers(const cell_reader *rd) {
  char expected[100];
  snprintf(expected, sizeof expected, "an area of cell %.60s", rd->cell->name);
  if (!lib_attr_of(rd->group, "area")) return loader_fail(rd->ld, rd->group->line, expected, NULL);
  for (size_t p = 0; p < rd->cell->pins; p++) {
    const lib_group *from = rd->from[p];
    if (rd->cell->pin[p].dir != PIN_INPUT || lib_attr_of(from, "capacitance") ||
        (lib_attr_of(from, "rise_capacitance") && lib_attr_of(from, "fall_capacitance")) ||
        lib_attr_of(rd->ld->root, "default_input_pin_cap"))
      continue;
    snprintf(expected, sizeof expected, "a capacitance of input %.20s of cell %.40s",
             rd->cell->pin[p].name, rd->cell->name);
    return loader_fail(rd->ld, from->line, expected, NULL);
  }
  return true;
}

/* The pins of one group: pin (A) or pin (A, B). */
static bool read_pins(cell_reader *rd, const lib_group *group) {
  const char *dir = lib_text(group, "direction", "other");
  if (!group->args) return loader_fail(rd->ld, group->line, "a pin's name", NULL);
  for (size_t i = 0; i < group->args; i++) {
    const char *name = group->arg[i].text;
    if (!*name || cell_find_pin(rd->cell, name, strlen(name)) >= 0)
      return loader_fail(rd->ld, group->line, "a pin's name, not used in the cell before", name);
    const size_t p = rd->cell->pins++;
    cell_pin *pin = &rd->cell->pin[p];
    pin->name = strdup(name);
    pin->dir = !strcmp(dir, "input") ? PIN_INPUT : !strcmp(dir, "output") ? PIN_OUTPUT : PIN_OTHER;
    rd->from[p] = group;
    rd->name[p] = pin->name;
    if (!read_cap(rd->ld, group, pin)) return false;
  }
  return true;
}

static bool has(const lib_group *group, const char *name) {
  return lib_child_of(group, name) != NULL;
}

/* Functions of the outputs; whether each has one. */
static bool read_functions(cell_reader *rd, bool *complete) {
  for (size_t p = 0; p < rd->cell->pins; p++) {
    cell_pin *pin = &rd->cell->pin[p];
    if (pin->dir != PIN_OUTPUT) continue;
    if (!lib_attr_of(rd->from[p], "three_state") &&
        !cell_prog(rd, rd->from[p], "function", &pin->function))
      return false;
    *complete = *complete && pin->function.op;
  }
  return true;
}

/* Some libraries say it at the pins only. */
static bool is_scan(const cell_reader *rd) {
  for (size_t p = 0; p < rd->cell->pins; p++)
    if (!strncmp(lib_text(rd->from[p], "nextstate_type", ""), "scan_", 5)) return true;
  return false;
}

static void forget_functions(lib_cell *cell) {
  cell->clock = -1;
  for (size_t p = 0; p < cell->pins; p++) bool_free(&cell->pin[p].function);
}

static bool read_body(cell_reader *rd) {
  const lib_group *group = rd->group;
  lib_cell *cell = rd->cell;
  if (!loader_number(rd->ld, group, "area", 0, &cell->area)) return false;
  for (size_t i = 0; i < group->children; i++)
    if (!strcmp(group->child[i]->name, "pin") && !read_pins(rd, group->child[i])) return false;
  rd->values = cell->pins;
  const bool other = has(group, "latch") || has(group, "statetable") || has(group, "test_cell") ||
                     has(group, "ff_bank") || has(group, "latch_bank") || is_scan(rd);
  const bool flipflop = has(group, "ff");
  bool usable = true;
  cell->sequential = other || flipflop;
  cell->clock = -1;
  if (flipflop && !other && !cell_flipflop(rd)) return false;
  if (cell->sequential && cell->clock < 0) usable = false;
  if (usable && !read_functions(rd, &usable)) return false;
  if (!usable && cell->sequential) forget_functions(cell);
  if (usable && !has_numbers(rd)) return false;
  if (usable) cell_states(rd);
  for (size_t p = 0; usable && p < cell->pins; p++) {
    if (cell->pin[p].dir == PIN_OUTPUT && !cell_timing(rd, p)) return false;
    if (!cell_power(rd, p)) return false;
  }
  return cell_leakage(rd, usable);
}

bool cell_read(const lib_loader *ld, const lib_group *group, lib_cell *cell) {
  if (!group->args) return loader_fail(ld, group->line, "a cell's name", NULL);
  cell->name = strdup(group->arg[0].text);
  size_t pins = 0;
  for (size_t i = 0; i < group->children; i++)
    if (!strcmp(group->child[i]->name, "pin")) pins += group->child[i]->args;
  cell->pin = vmac_alloc(pins + 1, sizeof *cell->pin);
  cell_reader rd = {.ld = ld,
                    .group = group,
                    .cell = cell,
                    .from = vmac_alloc(pins + 1, sizeof *rd.from),
                    .name = vmac_alloc(pins + 2, sizeof *rd.name)};
  const bool good = read_body(&rd);
  free(rd.from);
  free(rd.name);
  free(rd.state);
  return good;
}

static void free_arcs(cell_arc *arc, size_t arcs) {
  for (size_t i = 0; i < arcs; i++) {
    nldm_free(&arc[i].rise);
    nldm_free(&arc[i].fall);
    nldm_free(&arc[i].rise_slew);
    nldm_free(&arc[i].fall_slew);
    bool_free(&arc[i].when);
  }
  free(arc);
}

void cell_free(lib_cell *cell) {
  for (size_t p = 0; p < cell->pins; p++) {
    free_arcs(cell->pin[p].timing, cell->pin[p].timings);
    free_arcs(cell->pin[p].power, cell->pin[p].powers);
    bool_free(&cell->pin[p].function);
    free(cell->pin[p].name);
  }
  for (size_t i = 0; i < cell->leaks; i++) bool_free(&cell->leak[i].when);
  bool_free(&cell->next);
  bool_free(&cell->clear);
  bool_free(&cell->preset);
  free(cell->leak);
  free(cell->pin);
  free(cell->name);
}
