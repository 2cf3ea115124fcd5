/* The power view: internal_power that OpenSTA 2.0.17 counts right.
 *
 * What it does with a group, found with one-cell designs: an output's or a data input's without
 * related_pin adds (rise + fall) / 2 for each transition, a clock pin's twice that; `when` and
 * related_pin weigh by rules of their own. So each pin has one group, of the same table for rise and
 * fall, halved for clock pins.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "prep.h"

static const char load_template[] = "vmac_view_load", slew_template[] = "vmac_view_slew";

/* ---- the transition at which outputs' tables are read ---------------------------------------- */

static double mean_input_cap(const cell_lib *lib) {
  double sum = 0, pins = 0;
  for (size_t c = 0; c < lib->cells; c++)
    for (size_t p = 0; p < lib->cell[c].pins; p++)
      if (lib->cell[c].pin[p].dir == PIN_INPUT) {
        sum += lib->cell[c].pin[p].cap;
        pins++;
      }
  return pins > 0 ? sum / pins : 0;
}

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The median output transition of all combinational arcs with three input pins to drive, at that
 * very transition of the inputs. */
static double usual_slew(const cell_lib *lib) {
  const double load = 3 * mean_input_cap(lib);
  size_t arcs = 0, room = 0;
  for (size_t c = 0; c < lib->cells; c++)
    for (size_t p = 0; p < lib->cell[c].pins; p++) room += 2 * lib->cell[c].pin[p].timings;
  double *list = vmac_alloc(room + 1, sizeof *list), slew = 0;
  for (int pass = 0; pass < 6; pass++) {
    arcs = 0;
    for (size_t c = 0; c < lib->cells; c++) {
      const lib_cell *cell = &lib->cell[c];
      for (size_t p = 0; !cell->sequential && p < cell->pins; p++)
        for (size_t i = 0; i < cell->pin[p].timings; i++) {
          const cell_arc *arc = &cell->pin[p].timing[i];
          if (arc->rise_slew.value) list[arcs++] = nldm_lookup(&arc->rise_slew, load, slew);
          if (arc->fall_slew.value) list[arcs++] = nldm_lookup(&arc->fall_slew, load, slew);
        }
    }
    if (!arcs) break;
    qsort(list, arcs, sizeof *list, by_value);
    slew = fmax(list[arcs / 2], 0);
  }
  free(list);
  return slew;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void add_edges(nldm_table *sum, const cell_arc *arc, double by, double slew) {
  const nldm_table *edge[2] = {&arc->rise, &arc->fall};
  for (int e = 0; e < 2; e++) {
    nldm_table part = nldm_scaled(edge[e], by / 2, slew);
    nldm_add(sum, &part);
    nldm_free(&part);
  }
}

/* Energy of one transition: outputs the mean over their arcs, inputs by the states that the groups
 * are for. */
static nldm_table pin_energy(const lib_cell *cell, size_t p, double slew) {
  const cell_pin *pin = &cell->pin[p];
  nldm_table sum = {0};
  const double scale = (int)p == cell->clock ? 0.5 : 1;
  for (size_t i = 0; i < pin->powers; i++) {
    if (pin->dir == PIN_OUTPUT)
      add_edges(&sum, &pin->power[i], 1 / (double)pin->powers, slew);
    else
      add_edges(&sum, &pin->power[i], scale * pin->power[i].share, -1);
  }
  return sum;
}

static char *list_text(const double *value, size_t count, double unit) {
  char *text = vmac_alloc(count, 24);
  size_t used = 0;
  for (size_t i = 0; i < count; i++)
    used += (size_t)snprintf(text + used, 24, "%s%.9g", i ? ", " : "", value[i] / unit);
  return text;
}

static void write_table(lib_group *root, lib_group *power, const char *name,
                        const nldm_table *table, const lib_loader *units) {
  const bool load = table->loads > 1, slew = !load && table->slews > 1;
  const char *template = load ? load_template : slew ? slew_template : "scalar";
  lib_group *group = lib_add_group(root, power, name, template);
  if (load || slew) {
    char *axis = load ? list_text(table->load, table->loads, units->pf)
                      : list_text(table->slew, table->slews, units->ns);
    lib_add_attr(root, group, "index_1", axis, true, true);
    free(axis);
  }
  char *values = list_text(table->value, table->loads * table->slews, units->pj);
  lib_add_attr(root, group, "values", values, true, true);
  free(values);
}

static bool not_power(const lib_group *group, void *arg) {
  (void)arg;
  return strcmp(group->name, "internal_power") != 0;
}

static void rewrite_pin(prep_lib *prep, lib_group *group, const lib_cell *cell, double slew) {
  vmac_err err;
  const int p = celllib_pin(cell, lib_name(group), &err);
  lib_filter(group, not_power, NULL, NULL);
  if (p < 0) return;
  nldm_table table = pin_energy(cell, (size_t)p, slew);
  if (table.value) {
    lib_group *power = lib_add_group(prep->root, group, "internal_power", NULL);
    /* An input's table that has a load axis all the same is read without load, as elsewhere. */
    if (cell->pin[p].dir != PIN_OUTPUT && table.loads > 1) {
      nldm_table bare = {.loads = 1, .slews = table.slews};
      bare.load = vmac_alloc(1, sizeof(double));
      bare.slew = vmac_alloc(table.slews, sizeof(double));
      bare.value = vmac_alloc(table.slews, sizeof(double));
      for (size_t j = 0; j < table.slews; j++) {
        bare.slew[j] = table.slew[j];
        bare.value[j] = nldm_lookup(&table, 0, table.slew[j]);
      }
      nldm_free(&table);
      table = bare;
    }
    write_table(prep->root, power, "rise_power", &table, &prep->units);
    write_table(prep->root, power, "fall_power", &table, &prep->units);
  }
  nldm_free(&table);
}

static void add_template(prep_lib *prep, const char *name, const char *variable) {
  lib_group *group = lib_add_group(prep->root, prep->root, "power_lut_template", name);
  lib_add_attr(prep->root, group, "variable_1", variable, false, false);
  lib_add_attr(prep->root, group, "index_1", "0, 1", true, true);
}

static bool not_cell(const lib_group *group, void *arg) {
  (void)arg;
  return strcmp(group->name, "cell") != 0;
}

void view_apply(prep_lib *prep, double slew) {
  lib_group *root = prep->root;
  const size_t count = root->children;
  lib_group **all = vmac_alloc(count + 1, sizeof *all);
  if (!(slew > 0)) slew = usual_slew(&prep->cells);
  memcpy(all, root->child, count * sizeof *all);
  lib_filter(root, not_cell, NULL, NULL); /* the templates stand before the cells */
  add_template(prep, load_template, "total_output_net_capacitance");
  add_template(prep, slew_template, "input_transition_time");
  size_t c = 0;
  for (size_t i = 0; i < count; i++) {
    if (strcmp(all[i]->name, "cell")) continue;
    for (size_t k = 0; k < all[i]->children; k++)
      if (!strcmp(all[i]->child[k]->name, "pin"))
        rewrite_pin(prep, all[i]->child[k], &prep->cells.cell[c], slew);
    lib_add_child(root, root, all[i]);
    c++;
  }
  free(all);
}
