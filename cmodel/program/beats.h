/* beats.h: a growing stream of beats with its checksum. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_BEATS_H
#define VMAC_BEATS_H

#include "program/program.h"

typedef struct {
  uint8_t *bytes;
  size_t count, room; /* beats */
  int beat;           /* bytes of one */
  uint32_t sum;
} vmac_beats;

/* `words` words, the rest of the last beat 0. */
void vmac_beats_words(vmac_beats *b, const uint32_t *word, int words);
/* One beat of bytes. */
void vmac_beats_bytes(vmac_beats *b, const uint8_t *bytes, int count);
/* Beats of zeros that the checksum leaves out: an INPUT payload. */
void vmac_beats_payload(vmac_beats *b, size_t beats);

#endif
