/* States by their hash. A hash of 64 bits wants a check for collisions, and so the states
 * themselves; of 128 bits it does not.
 *
 * Each lane multiplies a word into 128 bits and folds the halves, as wyhash does. A plain multiply
 * and shift would not do: of codes of one bit only signs are left, words differ in their upper
 * bits, and differences there come out where the next word can undo them, in both lanes alike.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "plane/plane.h"

__extension__ typedef unsigned __int128 wide;

static uint64_t fold(uint64_t hash, uint64_t word, uint64_t by) {
  const wide product = (wide)(hash ^ word) * by;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static void add(vmac_digest *digest, uint64_t word) {
  digest->lane[0] = fold(digest->lane[0], word, 0x9e3779b97f4a7c15u);
  digest->lane[1] = fold(digest->lane[1], word, 0xd1342543de82ef95u);
}

void vmac_digest_codes(const int8_t *codes, size_t size, vmac_digest of[VMAC_PLANE_BITS]) {
  for (int b = 0; b < VMAC_PLANE_BITS; b++)
    of[b] = (vmac_digest){{0x243f6a8885a308d3u, 0x13198a2e03707344u}};
  for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
    const size_t left = size - i;
    uint64_t word = 0;
    memcpy(&word, codes + i, left < sizeof word ? left : sizeof word);
    for (unsigned b = 0; b < VMAC_PLANE_BITS; b++)
      add(&of[b], word & (0xff << (VMAC_PLANE_BITS - 1 - b) & 0xff) * 0x0101010101010101u);
  }
  for (int b = 0; b < VMAC_PLANE_BITS; b++) add(&of[b], size); /* mixes the last word, too */
}

static bool same(const vmac_digest *a, const vmac_digest *b) {
  return a->lane[0] == b->lane[0] && a->lane[1] == b->lane[1];
}

/* Open addressing, at most half full. */
vmac_states vmac_states_of(const vmac_digest *digest, size_t step, size_t n) {
  vmac_states s = {.n = n, .id = vmac_alloc(n, sizeof *s.id)};
  size_t slots = 2;
  while (slots < 2 * n) slots *= 2;
  size_t *slot = vmac_alloc(slots, sizeof *slot); /* the first image of a state, plus 1 */
  for (size_t i = 0; i < n; i++) {
    const vmac_digest *d = &digest[i * step];
    vmac_digest where = {{1, 2}};
    add(&where, d->lane[0]);
    add(&where, d->lane[1]);
    size_t at = where.lane[0] & (slots - 1);
    while (slot[at] && !same(&digest[(slot[at] - 1) * step], d)) at = (at + 1) & (slots - 1);
    if (slot[at]) {
      s.id[i] = s.id[slot[at] - 1];
    } else {
      slot[at] = i + 1;
      s.id[i] = s.count++;
    }
  }
  free(slot);
  return s;
}

vmac_states vmac_states_labels(const uint8_t *labels, size_t n) {
  vmac_digest *d = vmac_alloc(n, sizeof *d);
  for (size_t i = 0; i < n; i++) d[i].lane[0] = labels[i];
  const vmac_states s = vmac_states_of(d, 1, n);
  free(d);
  return s;
}

vmac_states vmac_states_pair(const vmac_states *a, const vmac_states *b) {
  vmac_digest *d = vmac_alloc(a->n, sizeof *d);
  for (size_t i = 0; i < a->n; i++) d[i] = (vmac_digest){{a->id[i], b->id[i]}};
  const vmac_states s = vmac_states_of(d, 1, a->n);
  free(d);
  return s;
}

void vmac_states_free(vmac_states *states) {
  free(states->id);
  *states = (vmac_states){0};
}
