/* Beats and their checksum. SPDX-License-Identifier: Apache-2.0 */
#include "program/beats.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *grow(vmac_beats *b, size_t beats) {
  if (b->count + beats > b->room) {
    const size_t room = b->count + beats > 2 * b->room ? b->count + beats : 2 * b->room;
    uint8_t *bytes = vmac_alloc(room, (size_t)b->beat);
    if (b->count) memcpy(bytes, b->bytes, b->count * (size_t)b->beat);
    free(b->bytes);
    b->bytes = bytes;
    b->room = room;
  }
  uint8_t *at = b->bytes + b->count * (size_t)b->beat;
  b->count += beats;
  return at;
}

static uint32_t rotate(uint32_t x, int by) {
  by &= 31;
  return by ? x << by | x >> (32 - by) : x;
}

static void add(vmac_beats *b, const uint8_t *beat) {
  uint32_t x = 0;
  for (int i = 0; i < b->beat / 4; i++) {
    const uint8_t *p = beat + 4 * i;
    x ^= rotate(p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24, i);
  }
  b->sum = rotate(b->sum, 1) ^ x;
}

void vmac_beats_words(vmac_beats *b, const uint32_t *word, int words) {
  const int per_beat = b->beat / 4, beats = (words + per_beat - 1) / per_beat;
  uint8_t *at = grow(b, (size_t)beats);
  for (int i = 0; i < words; i++)
    for (int j = 0; j < 4; j++) at[4 * i + j] = (uint8_t)(word[i] >> 8 * j);
  for (int i = 0; i < beats; i++) add(b, at + i * b->beat);
}

void vmac_beats_bytes(vmac_beats *b, const uint8_t *bytes, int count) {
  uint8_t *at = grow(b, 1);
  memcpy(at, bytes, (size_t)count);
  add(b, at);
}

void vmac_beats_payload(vmac_beats *b, size_t beats) {
  grow(b, beats);
}
