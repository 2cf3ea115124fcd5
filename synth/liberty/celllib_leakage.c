/* Leakage, as one figure and by state. SPDX-License-Identifier: Apache-2.0 */
#include "celllib_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_leak(const cell_reader *rd, size_t i) {
  const lib_group *group = rd->group->child[i];
  return !strcmp(group->name, "leakage_power") && !cell_mirrored(rd, rd->group, group);
}

/* The group that stands for group `i`: the first of the same state and another supply pin. */
static size_t first_alike(const cell_reader *rd, size_t i) {
  const lib_group *cell = rd->group;
  const char *when = lib_text(cell->child[i], "when", "");
  const char *supply = lib_text(cell->child[i], "related_pg_pin", "");
  for (size_t k = 0; k < i; k++)
    if (is_leak(rd, k) && *supply && !strcmp(lib_text(cell->child[k], "when", ""), when) &&
        strcmp(lib_text(cell->child[k], "related_pg_pin", ""), supply))
      return k;
  return i;
}

/* leak[]: one entry per state, summed over the supply pins. */
static bool read_states(cell_reader *rd) {
  const lib_group *group = rd->group;
  lib_cell *cell = rd->cell;
  size_t *entry = vmac_alloc(group->children + 1, sizeof *entry);
  bool good = true;
  cell->leak = vmac_alloc(group->children + 1, sizeof *cell->leak);
  for (size_t i = 0; good && i < group->children; i++) {
    if (!is_leak(rd, i)) continue;
    const size_t first = first_alike(rd, i);
    double value;
    good = loader_number(rd->ld, group->child[i], "value", 0, &value);
    entry[i] = first == i ? cell->leaks++ : entry[first];
    cell->leak[entry[i]].nw += value * rd->ld->nw;
    if (good && first == i)
      good = cell_prog(rd, group->child[i], "when", &cell->leak[entry[i]].when);
  }
  free(entry);
  return good;
}

/* Weighed by how many states each entry is for; entries without a state are for the rest. */
static double mean(const cell_reader *rd) {
  double sum = 0, covered = 0, rest = 0;
  size_t defaults = 0;
  for (size_t i = 0; i < rd->cell->leaks; i++) {
    const cell_leak *leak = &rd->cell->leak[i];
    if (!leak->when.op) {
      rest += leak->nw;
      defaults++;
      continue;
    }
    const double share = cell_share(rd, &leak->when);
    sum += share * leak->nw;
    covered += share;
  }
  if (defaults) return sum + fmax(1 - covered, 0) * rest / (double)defaults;
  return covered > 0 ? sum / covered : 0;
}

bool cell_leakage(cell_reader *rd, bool usable) {
  lib_cell *cell = rd->cell;
  double given;
  if (!loader_number(rd->ld, rd->group, "cell_leakage_power", -1, &given)) return false;
  if (usable && !read_states(rd)) return false;
  const bool figure = lib_attr_of(rd->group, "cell_leakage_power") != NULL;
  if (figure)
    cell->leakage = given * rd->ld->nw;
  else if (cell->leaks)
    cell->leakage = mean(rd);
  else if (!loader_number(rd->ld, rd->ld->root, "default_cell_leakage_power", 0, &given))
    return false;
  else
    cell->leakage = given * rd->ld->nw;
  return true;
}
