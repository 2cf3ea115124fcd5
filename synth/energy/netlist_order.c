/* Drivers of nets and the order of gates. SPDX-License-Identifier: Apache-2.0 */
#include "netlist_order.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool claim(const char *path, const net_list *nl, bool *driven, int net, const char *driver,
                  vmac_err *err) {
  if (net < 0) return true;
  if (net < NET_FIRST || driven[net])
    return vmac_fail(err, "%s: net %s has a second driver, %.80s", path, nl->name[net], driver);
  return driven[net] = true;
}

bool netlist_drivers(const char *path, const net_list *nl, vmac_err *err) {
  bool *driven = vmac_alloc(nl->nets, sizeof *driven), good = true;
  for (size_t i = 0; good && i < nl->ports; i++)
    for (size_t b = 0; good && nl->port[i].dir == PIN_INPUT && b < nl->port[i].width; b++)
      good = claim(path, nl, driven, nl->port[i].net[b], nl->port[i].name, err);
  for (size_t g = 0; good && g < nl->gates; g++)
    for (size_t p = 0; good && p < nl->gate[g].cell->pins; p++)
      if (nl->gate[g].cell->pin[p].dir == PIN_OUTPUT)
        good = claim(path, nl, driven, nl->gate[g].net[p], nl->gate[g].name, err);
  driven[NET_ZERO] = driven[NET_ONE] = true;
  for (size_t g = 0; good && g < nl->gates; g++)
    for (size_t p = 0; good && p < nl->gate[g].cell->pins; p++)
      if (nl->gate[g].cell->pin[p].dir == PIN_INPUT && !driven[nl->gate[g].net[p]])
        good = vmac_fail(err, "%s: %.80s: net %s has no driver", path, nl->gate[g].name,
                         nl->name[nl->gate[g].net[p]]);
  for (size_t i = 0; good && i < nl->ports; i++)
    for (size_t b = 0; good && b < nl->port[i].width; b++)
      if (!driven[nl->port[i].net[b]])
        good = vmac_fail(err, "%s: port %.80s bit %zu has no driver", path, nl->port[i].name, b);
  free(driven);
  return good;
}

/* ---- levels ---------------------------------------------------------------------------------- */

typedef struct {
  size_t gate;
  int level;
  const lib_cell *cell;
} place;

enum { UNKNOWN = -1, FLIP_FLOP = INT_MAX };

static int by_level(const void *a, const void *b) {
  const place *x = a, *y = b;
  if (x->level != y->level) return x->level < y->level ? -1 : 1;
  if (x->cell != y->cell && x->level != FLIP_FLOP) return x->cell < y->cell ? -1 : 1;
  return x->gate < y->gate ? -1 : x->gate > y->gate;
}

/* first[net] .. first[net + 1]: where the combinational gates that read a net stand in reader[]. */
static size_t *readers(const net_list *nl, size_t **reader) {
  size_t *first = vmac_alloc(nl->nets + 2, sizeof *first), total = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t g = 0; g < nl->gates; g++) {
      const net_gate *gate = &nl->gate[g];
      for (size_t p = 0; !gate->cell->sequential && p < gate->cell->pins; p++) {
        if (gate->cell->pin[p].dir != PIN_INPUT) continue;
        if (pass == 0)
          first[gate->net[p] + 2]++, total++;
        else
          (*reader)[first[gate->net[p] + 1]++] = g;
      }
    }
    if (pass == 1) break;
    for (size_t n = 2; n < nl->nets + 2; n++) first[n] += first[n - 1];
    *reader = vmac_alloc(total + 1, sizeof **reader);
  }
  return first;
}

/* Kahn's order: a gate is placed when its last input is known; at[g].level stays UNKNOWN in a loop. */
static void find_levels(const net_list *nl, place *at) {
  size_t *reader, *first = readers(nl, &reader), queued = 0;
  int *queue = vmac_alloc(nl->nets, sizeof *queue);
  size_t *waits = vmac_alloc(nl->gates, sizeof *waits);
  int *level = vmac_alloc(nl->nets, sizeof *level);
  bool *known = vmac_alloc(nl->nets, sizeof *known);
  known[NET_ZERO] = known[NET_ONE] = true;
  for (size_t i = 0; i < nl->ports; i++)
    for (size_t b = 0; nl->port[i].dir == PIN_INPUT && b < nl->port[i].width; b++)
      known[nl->port[i].net[b]] = true;
  for (size_t g = 0; g < nl->gates; g++)
    for (size_t p = 0; p < nl->gate[g].cell->pins; p++) {
      const pin_dir dir = nl->gate[g].cell->pin[p].dir;
      const int net = nl->gate[g].net[p];
      if (nl->gate[g].cell->sequential && dir == PIN_OUTPUT && net >= 0) known[net] = true;
      if (!nl->gate[g].cell->sequential && dir == PIN_INPUT) waits[g]++;
    }
  for (size_t n = 0; n < nl->nets; n++)
    if (known[n]) queue[queued++] = (int)n;
  /* Gates without inputs (ties) stand at the head as if a net had just been read for them. */
  for (size_t g = 0; g < nl->gates; g++) {
    at[g] = (place){g, nl->gate[g].cell->sequential ? FLIP_FLOP : UNKNOWN, nl->gate[g].cell};
    if (at[g].level == FLIP_FLOP || waits[g]) continue;
    at[g].level = 0;
    for (size_t p = 0; p < nl->gate[g].cell->pins; p++)
      if (nl->gate[g].cell->pin[p].dir == PIN_OUTPUT && nl->gate[g].net[p] >= 0) {
        level[nl->gate[g].net[p]] = 1;
        queue[queued++] = nl->gate[g].net[p];
      }
  }
  for (size_t i = 0; i < queued; i++)
    for (size_t r = first[queue[i]]; r < first[queue[i] + 1]; r++) {
      const size_t g = reader[r];
      const net_gate *gate = &nl->gate[g];
      if (--waits[g]) continue;
      at[g].level = 0;
      for (size_t p = 0; p < gate->cell->pins; p++)
        if (gate->cell->pin[p].dir == PIN_INPUT && level[gate->net[p]] > at[g].level)
          at[g].level = level[gate->net[p]];
      for (size_t p = 0; p < gate->cell->pins; p++)
        if (gate->cell->pin[p].dir == PIN_OUTPUT && gate->net[p] >= 0) {
          level[gate->net[p]] = at[g].level + 1;
          queue[queued++] = gate->net[p];
        }
    }
  free(reader);
  free(first);
  free(queue);
  free(waits);
  free(level);
  free(known);
}

bool netlist_order(const char *path, net_list *nl, vmac_err *err) {
  place *at = vmac_alloc(nl->gates, sizeof *at);
  find_levels(nl, at);
  bool good = true;
  for (size_t g = 0; good && g < nl->gates; g++)
    if (at[g].level == UNKNOWN)
      good = vmac_fail(err, "%s: combinational loop through %.80s", path, nl->gate[g].name);
  if (good && nl->gates) {
    net_gate *order = vmac_alloc(nl->gates, sizeof *order);
    qsort(at, nl->gates, sizeof *at, by_level);
    for (size_t g = 0; g < nl->gates; g++) {
      order[g] = nl->gate[at[g].gate];
      nl->combs += at[g].level != FLIP_FLOP;
    }
    memcpy(nl->gate, order, nl->gates * sizeof *order);
    free(order);
  }
  free(at);
  return good;
}
