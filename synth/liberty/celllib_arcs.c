/* Timing and internal_power groups. SPDX-License-Identifier: Apache-2.0 */
#include "celllib_parts.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Delays from an input, or of flip-flops from the clock, to this output; not checks, not the
 * asynchronous pins, not the enabling of drivers. */
static bool is_delay(const cell_reader *rd, const lib_group *timing) {
  const char *type = lib_text(timing, "timing_type", "combinational");
  if (rd->cell->sequential) return !strcmp(type, "rising_edge") || !strcmp(type, "falling_edge");
  return !strcmp(type, "combinational") || !strcmp(type, "combinational_rise") ||
         !strcmp(type, "combinational_fall");
}

/* The next name of a list such as "A B"; NULL at its end. */
static const char *next_name(const char **at, size_t *size) {
  while (isspace((unsigned char)**at) || **at == ',') ++*at;
  const char *from = *at;
  while (**at && !isspace((unsigned char)**at) && **at != ',') ++*at;
  *size = (size_t)(*at - from);
  return *size ? from : NULL;
}

static bool read_tables(const cell_reader *rd, const lib_group *group, bool timing, cell_arc *arc) {
  const lib_loader *ld = rd->ld;
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

/* Arcs under construction: `group` each came from, to find those of another supply pin. */
typedef struct {
  cell_arc *arc;
  const lib_group **group;
  size_t count, room;
} arc_list;

static cell_arc *add_arc(arc_list *list, const lib_group *group, int related) {
  if (list->count == list->room) {
    list->room = list->room ? 2 * list->room : 4;
    cell_arc *arc = vmac_alloc(list->room, sizeof *arc);
    const lib_group **from = vmac_alloc(list->room, sizeof *from);
    if (list->count) memcpy(arc, list->arc, list->count * sizeof *arc);
    if (list->count) memcpy(from, list->group, list->count * sizeof *from);
    free(list->arc);
    free(list->group);
    list->arc = arc;
    list->group = from;
  }
  list->group[list->count] = group;
  list->arc[list->count].related = related;
  list->arc[list->count].share = 1;
  return &list->arc[list->count++];
}

static bool read_arc(const cell_reader *rd, arc_list *list, const lib_group *group, int related,
                     bool timing) {
  cell_arc *arc = add_arc(list, group, related);
  return read_tables(rd, group, timing, arc) && cell_prog(rd, group, "when", &arc->when);
}

/* One arc for each pin that the group names. */
static bool read_arcs(const cell_reader *rd, arc_list *list, const lib_group *group, bool timing) {
  const char *names = lib_text(group, "related_pin", NULL), *name;
  size_t size, count = 0;
  while (names && (name = next_name(&names, &size))) {
    const int related = cell_find_pin(rd->cell, name, size);
    if (related < 0)
      return loader_fail(rd->ld, lib_attr_of(group, "related_pin")->line, "a pin of the cell",
                         name);
    if (!read_arc(rd, list, group, related, timing)) return false;
    count++;
  }
  return count || read_arc(rd, list, group, -1, timing);
}

bool cell_timing(cell_reader *rd, size_t p) {
  arc_list list = {0};
  bool good = true;
  for (size_t i = 0; good && i < rd->from[p]->children; i++) {
    const lib_group *group = rd->from[p]->child[i];
    if (!strcmp(group->name, "timing") && is_delay(rd, group))
      good = read_arcs(rd, &list, group, true);
  }
  rd->cell->pin[p].timing = list.arc;
  rd->cell->pin[p].timings = list.count;
  free(list.group);
  return good;
}

static bool same(const lib_group *a, const lib_group *b, const char *name) {
  return !strcmp(lib_text(a, name, ""), lib_text(b, name, ""));
}

/* Energy is the sum over the supply pins: the last arc of the list is added to one that differs from
 * it in the supply only, and goes. */
static void add_supplies(arc_list *list) {
  const size_t last = list->count - 1;
  cell_arc *from = &list->arc[last];
  if (!*lib_text(list->group[last], "related_pg_pin", "")) return;
  for (size_t i = last; i-- > 0;) {
    cell_arc *to = &list->arc[i];
    if (to->related != from->related || !same(list->group[i], list->group[last], "when") ||
        same(list->group[i], list->group[last], "related_pg_pin"))
      continue;
    nldm_add(&to->rise, &from->rise);
    nldm_add(&to->fall, &from->fall);
    nldm_free(&from->rise);
    nldm_free(&from->fall);
    bool_free(&from->when);
    *from = (cell_arc){0};
    list->count--;
    return;
  }
}

/* Groups without `when` share the states that the others of the same related pin leave. */
static void share_states(const cell_reader *rd, arc_list *list) {
  for (size_t i = 0; i < list->count; i++)
    if (list->arc[i].when.op) list->arc[i].share = cell_share(rd, &list->arc[i].when);
  for (size_t i = 0; i < list->count; i++) {
    if (list->arc[i].when.op) continue;
    double rest = 1, alike = 0;
    for (size_t k = 0; k < list->count; k++) {
      if (list->arc[k].related != list->arc[i].related) continue;
      rest -= list->arc[k].when.op ? list->arc[k].share : 0;
      alike += !list->arc[k].when.op;
    }
    list->arc[i].share = fmax(rest, 0) / alike;
  }
}

bool cell_power(cell_reader *rd, size_t p) {
  arc_list list = {0};
  bool good = true;
  for (size_t i = 0; good && i < rd->from[p]->children; i++) {
    const lib_group *group = rd->from[p]->child[i];
    if (strcmp(group->name, "internal_power") || cell_mirrored(rd, rd->from[p], group)) continue;
    const size_t before = list.count;
    good = read_arcs(rd, &list, group, false);
    if (good && list.count == before + 1) add_supplies(&list);
  }
  if (good) share_states(rd, &list);
  rd->cell->pin[p].power = list.arc;
  rd->cell->pin[p].powers = list.count;
  free(list.group);
  return good;
}
