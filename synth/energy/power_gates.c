/* Energy per gate, for a person and for tools of others. SPDX-License-Identifier: Apache-2.0 */
#include "power_gates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const part_names[PARTS] = {"mult", "add", "register", "clock", "other"};

const char *power_part_name(power_part part) {
  return part_names[part];
}

/* Transitions a period of the gate's outputs that drive something, their mean. */
static double activity_of(const power_source *src, const net_gate *gate) {
  uint64_t sum = 0;
  size_t outputs = 0;
  for (size_t p = 0; p < gate->cell->pins; p++)
    if (gate->cell->pin[p].dir == PIN_OUTPUT && gate->net[p] >= 0) {
      const net_activity *activity = &src->activity[gate->net[p]];
      sum += activity->rises + activity->falls;
      outputs++;
    }
  return outputs ? (double)sum / (double)outputs / (double)src->periods : 0;
}

/* ns, the mean over the gate's data inputs. */
static double slew_of(const power_source *src, const net_gate *gate) {
  double sum = 0;
  size_t inputs = 0;
  for (size_t p = 0; p < gate->cell->pins; p++)
    if (gate->cell->pin[p].dir == PIN_INPUT && (int)p != gate->cell->clock) {
      sum += src->ann->slew[gate->net[p]];
      inputs++;
    }
  return inputs ? sum / (double)inputs : 0;
}

bool power_write_gates(const power_source *src, const char *path, vmac_err *err) {
  if (!src->periods)
    return vmac_fail(err, "%s: nothing was counted, so no activity per gate", path);
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) return vmac_fail(err, "%s: no memory", path);
  power_source plain = *src;
  plain.watch = NULL;
  fputs("#gate\tpart\ttransitions\tswitching_pj\tinternal_pj\tleakage_nw\tslew_ns\t"
        "clock_pj\talike_pj\n",
        out);
  for (size_t g = 0; g < src->nl->gates; g++) {
    const net_gate *gate = &src->nl->gate[g];
    const double periods = (double)src->periods;
    power_sum own = {0}, clock = {0}, unused = {0}, alike = {0};
    power_add_gate(src, g, &own, &clock);
    power_add_gate(&plain, g, &unused, &alike);
    fprintf(out, "%s\t%s\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\n", gate->name,
            part_names[power_part_of(src->nl, g)], activity_of(src, gate), own.switching / periods,
            (own.internal + clock.internal) / periods, own.leakage, slew_of(src, gate),
            alike.internal / periods, (unused.internal + alike.internal) / periods);
  }
  const bool good = !fclose(out) && vmac_write_file(path, text, size, err);
  free(text);
  return good;
}
