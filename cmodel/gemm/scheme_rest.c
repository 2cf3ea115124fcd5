/* What the terms of a scheme leave: nothing but sums, or a table of bytes or words with as few
 * columns as there are kinds of activations. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme_parts.h"

enum { ROUNDS = 12, PATIENCE = 3 };

/* left[a][w] = of_a[a] + of_w[w] + a number >= 0 that w and column[a] decide. */
typedef struct {
  int columns;
  int32_t largest; /* of those numbers */
  int32_t of_a[SCHEME_CODES], of_w[SCHEME_CODES];
  uint8_t column[SCHEME_CODES];
  uint8_t first[SCHEME_CODES]; /* the first activation of a column */
} split;

static void subtract_terms(const int32_t *table, const vmac_scheme *s, int32_t *left) {
  for (int a = 0; a < SCHEME_CODES; a++) {
    int32_t *row = left + a * SCHEME_CODES;
    memcpy(row, table + a * SCHEME_CODES, SCHEME_CODES * sizeof *row);
    for (int i = 0; i < s->terms; i++)
      for (int w = 0; w < SCHEME_CODES; w++) row[w] -= s->f[i][a] * s->g[i][w];
  }
}

/* Activations whose rows, less of_a, are the same share a column. */
static void find_columns(const int32_t *left, split *s) {
  uint64_t hash[SCHEME_CODES] = {0};
  int32_t row[SCHEME_CODES];
  s->columns = 0;
  for (int a = 0; a < SCHEME_CODES; a++) {
    const int32_t *x = left + a * SCHEME_CODES;
    uint64_t h = 0;
    for (int w = 0; w < SCHEME_CODES; w++) {
      row[w] = x[w] - s->of_a[a];
      h = (h ^ (uint32_t)row[w]) * 0x9e3779b97f4a7c15u;
      h ^= h >> 32;
    }
    int c = 0;
    for (; c < s->columns; c++) {
      if (hash[c] != h) continue;
      const int b = s->first[c];
      int w = 0;
      while (w < SCHEME_CODES && left[b << 8 | w] - s->of_a[b] == row[w]) w++;
      if (w == SCHEME_CODES) break;
    }
    if (c == s->columns) {
      hash[c] = h;
      s->first[c] = (uint8_t)a;
      s->columns++;
    }
    s->column[a] = (uint8_t)c;
  }
}

/* The least of_w for the of_a at hand, and the largest number left. */
static void settle_of_w(const int32_t *left, split *s) {
  s->largest = 0;
  int32_t top[SCHEME_CODES] = {0};
  for (int c = 0; c < s->columns; c++) {
    const int a = s->first[c];
    for (int w = 0; w < SCHEME_CODES; w++) {
      const int32_t x = left[a << 8 | w] - s->of_a[a];
      if (!c || x < s->of_w[w]) s->of_w[w] = x;
      if (!c || x > top[w]) top[w] = x;
    }
  }
  for (int w = 0; w < SCHEME_CODES; w++)
    if (top[w] - s->of_w[w] > s->largest) s->largest = top[w] - s->of_w[w];
}

/* Moves the columns' of_a until what is left is at most `limit`: half-way between each weight's
 * extremes, then each column's, in turn (Diliberto and Straus 1951). */
static void level(const int32_t *left, int32_t limit, split *s) {
  int32_t of_w[SCHEME_CODES], of_c[SCHEME_CODES] = {0}, best[SCHEME_CODES] = {0};
  int32_t least = INT32_MAX;
  for (int round = 0, since = 0; round < ROUNDS && since < PATIENCE; round++, since++) {
    int32_t lo[SCHEME_CODES] = {0}, hi[SCHEME_CODES] = {0}, largest = 0;
    for (int c = 0; c < s->columns; c++) {
      const int32_t *x = left + s->first[c] * SCHEME_CODES, of = s->of_a[s->first[c]] + of_c[c];
      for (int w = 0; w < SCHEME_CODES; w++) {
        const int32_t y = x[w] - of;
        lo[w] = !c || y < lo[w] ? y : lo[w];
        hi[w] = !c || y > hi[w] ? y : hi[w];
      }
    }
    for (int w = 0; w < SCHEME_CODES; w++) {
      if (hi[w] - lo[w] > largest) largest = hi[w] - lo[w];
      of_w[w] = lo[w] + (hi[w] - lo[w]) / 2;
    }
    if (largest < least) {
      least = largest;
      since = 0;
      memcpy(best, of_c, sizeof best);
    }
    if (least <= limit) break;
    for (int c = 0; c < s->columns; c++) {
      const int32_t *x = left + s->first[c] * SCHEME_CODES, of = s->of_a[s->first[c]];
      int32_t low = INT32_MAX, high = INT32_MIN;
      for (int w = 0; w < SCHEME_CODES; w++) {
        const int32_t y = x[w] - of - of_w[w];
        low = y < low ? y : low;
        high = y > high ? y : high;
      }
      of_c[c] = low + (high - low) / 2;
    }
  }
  for (int a = 0; a < SCHEME_CODES; a++) s->of_a[a] += best[s->column[a]] - best[s->column[0]];
}

static bool has_of_a(const int32_t *of_a) {
  for (int a = 0; a < SCHEME_CODES; a++)
    if (of_a[a]) return true;
  return false;
}

static void store(const int32_t *left, vmac_rest rest, const split *s, vmac_scheme *scheme) {
  scheme->rest = rest;
  scheme->columns = rest == VMAC_REST_NONE ? 0 : vmac_scheme_columns(s->columns);
  memcpy(scheme->of_a, s->of_a, sizeof s->of_a);
  memcpy(scheme->of_w, s->of_w, sizeof s->of_w);
  memset(scheme->column, 0, sizeof scheme->column);
  memset(scheme->entry, 0, sizeof scheme->entry);
  if (rest == VMAC_REST_NONE) return;
  memcpy(scheme->column, s->column, sizeof s->column);
  for (int c = 0; c < s->columns; c++) {
    const int a = s->first[c];
    for (int w = 0; w < SCHEME_CODES; w++)
      scheme->entry[w][c] = (uint16_t)(left[a << 8 | w] - s->of_a[a] - s->of_w[w]);
  }
}

/* Takes a split where a rest of that kind holds it and is cheaper than *below. */
static bool offer(const int32_t *left, vmac_isa isa, vmac_rest rest, bool with_a, split *s,
                  double *below, vmac_scheme *scheme) {
  static const int32_t limit[] = {
      [VMAC_REST_NONE] = 0, [VMAC_REST_BYTE] = UINT8_MAX, [VMAC_REST_WORD] = UINT16_MAX};
  const int columns = vmac_scheme_columns(s->columns);
  if (vmac_scheme_price(isa, scheme->terms, false, rest, columns) >= *below) return false;
  if (with_a && s->largest > limit[rest]) {
    level(left, limit[rest], s);
    settle_of_w(left, s);
  }
  if (s->largest > limit[rest]) return false;
  const double cost = vmac_scheme_price(isa, scheme->terms, has_of_a(s->of_a), rest, columns);
  if (cost >= *below) return false;
  scheme->cost = *below = cost;
  store(left, rest, s, scheme);
  return true;
}

bool vmac_scheme_settle(const int32_t *table, vmac_isa isa, double below, vmac_scheme *scheme) {
  int32_t *left = vmac_alloc(SCHEME_PAIRS, sizeof *left);
  split *s = vmac_alloc(1, sizeof *s);
  bool found = false;
  subtract_terms(table, scheme, left);
  for (int with_a = 1; with_a >= 0; with_a--) {
    for (int a = 0; a < SCHEME_CODES; a++) s->of_a[a] = with_a ? left[a << 8] - left[0] : 0;
    find_columns(left, s);
    settle_of_w(left, s);
    if (s->columns == 1) { /* sums alone, of_a only where it must be */
      found |= offer(left, isa, VMAC_REST_NONE, with_a, s, &below, scheme);
      break;
    }
    found |= offer(left, isa, VMAC_REST_BYTE, with_a, s, &below, scheme);
    if (!scheme->terms) found |= offer(left, isa, VMAC_REST_WORD, with_a, s, &below, scheme);
  }
  free(s);
  free(left);
  return found;
}
