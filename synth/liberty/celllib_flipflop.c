/* Flip-flops: the ff group. SPDX-License-Identifier: Apache-2.0 */
#include "celllib_parts.h"

#include <string.h>

/* A clock is one input pin, perhaps inverted: CLK, (CLK), !CLK, CLK'. */
static bool read_clock(cell_reader *rd, const bool_prog *prog) {
  bool inverted = false;
  if (!prog->ops || prog->op[0].kind != BOOL_PIN || (size_t)prog->op[0].pin >= rd->cell->pins)
    return false;
  for (size_t i = 1; i < prog->ops; i++) {
    if (prog->op[i].kind != BOOL_NOT) return false;
    inverted = !inverted;
  }
  rd->cell->clock = prog->op[0].pin;
  rd->cell->falling = inverted;
  return rd->cell->pin[prog->op[0].pin].dir == PIN_INPUT;
}

bool cell_flipflop(cell_reader *rd) {
  const lib_group *ff = lib_child_of(rd->group, "ff");
  lib_cell *cell = rd->cell;
  size_t groups = 0;
  for (size_t i = 0; i < rd->group->children; i++)
    groups += !strcmp(rd->group->child[i]->name, "ff");
  if (groups != 1 || ff->args != 2 || lib_attr_of(ff, "clocked_on_also")) return true;
  rd->name[rd->values++] = ff->arg[0].text;
  rd->name[rd->values++] = ff->arg[1].text;
  bool_prog clock;
  if (!cell_prog(rd, ff, "clocked_on", &clock)) return false;
  const bool good = read_clock(rd, &clock);
  bool_free(&clock);
  if (!cell_prog(rd, ff, "next_state", &cell->next) || !cell_prog(rd, ff, "clear", &cell->clear) ||
      !cell_prog(rd, ff, "preset", &cell->preset))
    return false;
  if (!good || !cell->next.op) cell->clock = -1;
  return true;
}
