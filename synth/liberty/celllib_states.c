/* All states of a cell side by side, to see in which part of them a condition holds.
 * SPDX-License-Identifier: Apache-2.0 */
#include "celllib_parts.h"

#include <stdlib.h>

enum { MOST_BITS = 16, SEED = 1 }; /* cells with more inputs: 2^16 states drawn at random */

void cell_states(cell_reader *rd) {
  const lib_cell *cell = rd->cell;
  size_t bits = 0;
  for (size_t p = 0; p < cell->pins; p++) bits += cell->pin[p].dir == PIN_INPUT;
  bits += cell->sequential;
  rd->words = (size_t)1 << (bits > MOST_BITS ? MOST_BITS - 6 : bits > 6 ? bits - 6 : 0);
  rd->used = bits < 6 ? ((uint64_t)1 << ((size_t)1 << bits)) - 1 : ~(uint64_t)0;
  rd->state = vmac_alloc(rd->words * rd->values, sizeof *rd->state);
  static const uint64_t pattern[6] = {0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc, 0xf0f0f0f0f0f0f0f0,
                                      0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffffffff00000000};
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  for (size_t w = 0; w < rd->words; w++) {
    uint64_t *value = rd->state + w * rd->values;
    size_t bit = 0;
    for (size_t v = 0; v < rd->values; v++) {
      const bool input = v < cell->pins && cell->pin[v].dir == PIN_INPUT;
      if (!input && v != cell->pins) continue;
      if (bits > MOST_BITS)
        value[v] = vmac_rng_next(&rng);
      else
        value[v] = bit < 6 ? pattern[bit] : w >> (bit - 6) & 1 ? ~(uint64_t)0 : 0;
      bit++;
    }
    if (cell->sequential) value[cell->pins + 1] = ~value[cell->pins];
    for (size_t p = 0; p < cell->pins; p++)
      if (cell->pin[p].dir == PIN_OUTPUT) value[p] = bool_eval(&cell->pin[p].function, value);
  }
}

double cell_share(const cell_reader *rd, const bool_prog *when) {
  size_t holds = 0, all = 0;
  for (size_t w = 0; w < rd->words; w++) {
    const uint64_t true_in = bool_eval(when, rd->state + w * rd->values) & rd->used;
    holds += (size_t)__builtin_popcountll(true_in);
    all += (size_t)__builtin_popcountll(rd->used);
  }
  return (double)holds / (double)all;
}
