/* The plan of a cell: the cheapest of exact sums of products, sums of products and a small rest,
 * and product rows; and the proof of whatever was chosen. SPDX-License-Identifier: Apache-2.0 */
#include "gemm/scheme.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gemm/scheme_parts.h"

static void centre(const int32_t *table, int32_t *d) {
  for (int a = 0; a < SCHEME_CODES; a++)
    for (int w = 0; w < SCHEME_CODES; w++)
      d[a << 8 | w] = table[a << 8 | w] - table[a << 8] - table[w] + table[0];
}

/* Whether columns and types are such that kernels can run it; else the activation that is not. */
static bool is_whole(const vmac_scheme *s, int *a) {
  *a = 0;
  if (s->terms < 0 || s->terms > VMAC_TERMS_MAX) return false;
  if (s->rest == VMAC_REST_ROWS) return !s->terms;
  if (s->rest == VMAC_REST_NONE) return true;
  if (s->columns != vmac_scheme_columns(s->columns)) return false;
  for (; *a < SCHEME_CODES; ++*a)
    if (s->column[*a] >= s->columns) return false;
  return true;
}

bool vmac_scheme_prove(const vmac_scheme *scheme, const int32_t *table, int *a, int *w) {
  uint32_t sum[SCHEME_CODES];
  const uint16_t most = scheme->rest == VMAC_REST_BYTE ? UINT8_MAX : UINT16_MAX;
  const bool has_entries = scheme->rest == VMAC_REST_BYTE || scheme->rest == VMAC_REST_WORD;
  *w = 0;
  if (!is_whole(scheme, a)) return false;
  for (int i = 0; i < SCHEME_CODES; i++) {
    const int32_t *row = table + i * SCHEME_CODES;
    for (int j = 0; j < SCHEME_CODES; j++)
      sum[j] = (uint32_t)scheme->of_a[i] + (uint32_t)scheme->of_w[j];
    for (int t = 0; t < scheme->terms; t++)
      for (int j = 0; j < SCHEME_CODES; j++)
        sum[j] += (uint32_t)(scheme->f[t][i] * scheme->g[t][j]);
    for (int j = 0; j < SCHEME_CODES && has_entries; j++) {
      const uint16_t entry = scheme->entry[j][scheme->column[i]];
      sum[j] += entry;
      if (entry > most) sum[j] = ~(uint32_t)row[j]; /* a plane of bytes would lose a bit */
    }
    if (scheme->rest == VMAC_REST_ROWS)
      for (int j = 0; j < SCHEME_CODES; j++) sum[j] += (uint32_t)row[j];
    for (int j = 0; j < SCHEME_CODES; j++)
      if (sum[j] != (uint32_t)row[j]) {
        *a = i;
        *w = j;
        return false;
      }
  }
  return true;
}

/* Product rows in its place would hide the fault behind a slower program. */
void vmac_scheme_require(const vmac_scheme *scheme, const int32_t *table) {
  int a, w;
  if (vmac_scheme_prove(scheme, table, &a, &w)) return;
  fprintf(
      stderr,
      "varimac: a fault of the planner: the sums of products found for a multiplier differ from "
      "its table at the operand bits %d, %d\n",
      a, w);
  exit(1);
}

/* What the shift of each g must be for of_a to vanish: u(a) = sum of shift[i] * f[i][a]. All 0
 * where there are no such shifts. */
static void find_shifts(const int32_t *table, const vmac_factors *x, int32_t *shift) {
  int32_t u[SCHEME_CODES];
  int64_t s[VMAC_TERMS_MAX + 1];
  for (int a = 0; a < SCHEME_CODES; a++) u[a] = table[a << 8] - table[0];
  const bool found = vmac_lattice_weights(x->terms, x->f, u, s);
  for (int i = 0; i < x->terms; i++)
    shift[i] = found && llabs(s[i]) <= UINT16_MAX ? (int32_t)s[i] : 0;
}

static bool find_terms(const int32_t *table, const int32_t *d, vmac_isa isa, int most,
                       vmac_scheme *scheme) {
  int32_t shift[VMAC_TERMS_MAX];
  vmac_factors *x = vmac_alloc(1, sizeof *x);
  bool good = vmac_factor(d, most, x) && vmac_factors_fit(x, most);
  if (good) {
    find_shifts(table, x, shift);
    scheme->terms = 0;
    for (int i = 0; i < x->terms; i++) vmac_scheme_add(scheme, x->f[i], x->g[i], shift[i]);
    good = vmac_scheme_settle(table, isa, INFINITY, scheme) && scheme->rest == VMAC_REST_NONE;
  }
  free(x);
  return good;
}

bool vmac_scheme_terms(const int32_t *table, vmac_isa isa, int most, vmac_scheme *scheme) {
  int32_t *d = vmac_alloc(SCHEME_PAIRS, sizeof *d);
  centre(table, d);
  const bool found = find_terms(table, d, isa, most, scheme);
  free(d);
  return found;
}

static void choose_rows(vmac_isa isa, vmac_scheme *scheme) {
  memset(scheme, 0, sizeof *scheme);
  scheme->rest = VMAC_REST_ROWS;
  scheme->cost = vmac_scheme_price(isa, 0, false, VMAC_REST_ROWS, 0);
}

void vmac_scheme_find(const int32_t *table, vmac_isa isa, vmac_scheme *scheme) {
  vmac_scheme *other = vmac_alloc(1, sizeof *other);
  int32_t *d = vmac_alloc(SCHEME_PAIRS, sizeof *d);
  centre(table, d);
  choose_rows(isa, scheme);
  if (vmac_scheme_settle(table, isa, scheme->cost, other)) *scheme = *other;
  int most = 0; /* terms that are cheaper than that */
  while (most < VMAC_TERMS_MAX &&
         vmac_scheme_price(isa, most + 1, false, VMAC_REST_NONE, 0) < scheme->cost)
    most++;
  if (find_terms(table, d, isa, most, other) && other->cost < scheme->cost) *scheme = *other;
  vmac_scheme_approach(table, d, isa, scheme);
  free(d);
  free(other);
  vmac_scheme_require(scheme, table);
}
