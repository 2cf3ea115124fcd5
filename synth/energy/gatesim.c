/* Bit-parallel zero-delay gate simulation. SPDX-License-Identifier: Apache-2.0 */
#include "gatesim.h"

#include <stdlib.h>
#include <string.h>

gatesim *gatesim_new(const net_list *nl, size_t words) {
  gatesim *sim = vmac_alloc(1, sizeof *sim);
  sim->nl = nl;
  sim->words = words;
  sim->value = vmac_alloc(nl->nets * words, sizeof(uint64_t));
  sim->before = vmac_alloc(nl->nets * words, sizeof(uint64_t));
  sim->activity = vmac_alloc(nl->nets, sizeof *sim->activity);
  memset(sim->value + NET_ONE * words, 0xff, words * sizeof(uint64_t));
  return sim;
}

void gatesim_free(gatesim *sim) {
  if (!sim) return;
  free(sim->value);
  free(sim->before);
  free(sim->activity);
  free(sim);
}

void gatesim_set(gatesim *sim, const net_port *port, const uint8_t *byte, size_t lanes,
                 size_t stride) {
  for (size_t b = 0; b < port->width; b++) {
    uint64_t *block = sim->value + (size_t)port->net[b] * sim->words;
    for (size_t w = 0; w * 64 < lanes; w++) {
      uint64_t word = 0;
      for (size_t i = 0; i < 64 && w * 64 + i < lanes; i++)
        word |= (uint64_t)(byte[(w * 64 + i) * stride] >> b & 1) << i;
      block[w] = word;
    }
  }
}

uint32_t gatesim_get(const gatesim *sim, const net_port *port, size_t lane) {
  uint32_t bits = 0;
  for (size_t b = 0; b < port->width; b++) {
    const uint64_t word = sim->value[(size_t)port->net[b] * sim->words + lane / 64];
    bits |= (uint32_t)(word >> lane % 64 & 1) << b;
  }
  return bits;
}

void gatesim_settle(gatesim *sim) {
  enum { MAX_PINS = 16 };
  const net_list *nl = sim->nl;
  for (size_t g = 0; g < nl->gates; g++) {
    const net_gate *gate = &nl->gate[g];
    const lib_cell *cell = gate->cell;
    uint64_t small[MAX_PINS];
    uint64_t *pins = cell->pins <= MAX_PINS ? small : vmac_alloc(cell->pins, sizeof *pins);
    for (size_t w = 0; w < sim->words; w++) {
      for (size_t p = 0; p < cell->pins; p++)
        pins[p] =
            cell->pin[p].dir == PIN_INPUT ? sim->value[(size_t)gate->net[p] * sim->words + w] : 0;
      for (size_t p = 0; p < cell->pins; p++)
        if (cell->pin[p].dir == PIN_OUTPUT && gate->net[p] >= 0)
          sim->value[(size_t)gate->net[p] * sim->words + w] =
              bool_eval(&cell->pin[p].function, pins);
    }
    if (pins != small) free(pins);
  }
}

void gatesim_count(gatesim *sim, size_t lanes, bool first) {
  for (size_t n = NET_FIRST; !first && n < sim->nl->nets; n++)
    for (size_t w = 0; w * 64 < lanes; w++) {
      const uint64_t now = sim->value[n * sim->words + w], old = sim->before[n * sim->words + w];
      const size_t left = lanes - w * 64;
      const uint64_t valid = left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
      sim->activity[n].rises += (uint64_t)__builtin_popcountll(now & ~old & valid);
      sim->activity[n].falls += (uint64_t)__builtin_popcountll(~now & old & valid);
    }
  memcpy(sim->before, sim->value, sim->nl->nets * sim->words * sizeof(uint64_t));
}
