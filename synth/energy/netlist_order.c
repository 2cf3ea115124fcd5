/* Drivers of nets and the order of gates. SPDX-License-Identifier: Apache-2.0 */
#include "netlist_order.h"

#include <stdlib.h>

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

/* ---- order ----------------------------------------------------------------------------------- */

typedef struct {
  size_t gate, pin; /* and the next of its pins to follow */
} visit;

/* The gate that drives a net; SIZE_MAX: an input port, a constant or a flip-flop, known at once. */
static size_t *find_drivers(const net_list *nl) {
  size_t *driver = vmac_alloc(nl->nets, sizeof *driver);
  for (size_t n = 0; n < nl->nets; n++) driver[n] = SIZE_MAX;
  for (size_t g = 0; g < nl->gates; g++)
    for (size_t p = 0; p < nl->gate[g].cell->pins; p++)
      if (nl->gate[g].cell->pin[p].dir == PIN_OUTPUT && nl->gate[g].net[p] >= 0 &&
          !nl->gate[g].cell->sequential)
        driver[nl->gate[g].net[p]] = g;
  return driver;
}

/* Depth first from the gates in the file's order, so that gates of one instance stay together and
 * a large array's values pass through the cache once. false: stack[*depth - 1] is in a loop. */
static bool sort_gates(const net_list *nl, size_t *order, visit *stack, size_t *depth) {
  enum { NEW, ON_STACK, PLACED };
  char *state = vmac_alloc(nl->gates, 1);
  size_t *driver = find_drivers(nl), placed = 0;
  bool good = true;
  *depth = 0;
  for (size_t first = 0; good && first < nl->gates; first++) {
    if (state[first] != NEW || nl->gate[first].cell->sequential) continue;
    state[first] = ON_STACK;
    stack[(*depth)++] = (visit){first, 0};
    while (good && *depth) {
      visit *top = &stack[*depth - 1];
      const net_gate *gate = &nl->gate[top->gate];
      size_t next = SIZE_MAX;
      while (top->pin < gate->cell->pins && next == SIZE_MAX) {
        const size_t p = top->pin++;
        if (gate->cell->pin[p].dir == PIN_INPUT) next = driver[gate->net[p]];
        if (next != SIZE_MAX && state[next] == PLACED) next = SIZE_MAX;
      }
      if (next == SIZE_MAX) {
        state[top->gate] = PLACED;
        order[placed++] = top->gate;
        --*depth;
      } else if (state[next] == ON_STACK) {
        good = false;
      } else {
        state[next] = ON_STACK;
        stack[(*depth)++] = (visit){next, 0};
      }
    }
  }
  for (size_t g = 0; good && g < nl->gates; g++)
    if (nl->gate[g].cell->sequential) order[placed++] = g;
  free(state);
  free(driver);
  return good;
}

bool netlist_order(const char *path, net_list *nl, vmac_err *err) {
  size_t *order = vmac_alloc(nl->gates, sizeof *order), depth;
  visit *stack = vmac_alloc(nl->gates, sizeof *stack);
  bool good = sort_gates(nl, order, stack, &depth);
  if (good) {
    net_gate *sorted = vmac_alloc(nl->gates, sizeof *sorted);
    for (size_t g = 0; g < nl->gates; g++) {
      sorted[g] = nl->gate[order[g]];
      nl->combs += !sorted[g].cell->sequential;
    }
    free(nl->gate);
    nl->gate = sorted;
  } else {
    good = vmac_fail(err, "%s: combinational loop through %.80s", path,
                     nl->gate[stack[depth - 1].gate].name);
  }
  free(order);
  free(stack);
  return good;
}
