/* scheme.h: how the products of one cell are summed fast: an identity, proved on all 65,536 pairs.
 *
 *   table[a << 8 | w] = sum of f[i][a] * g[i][w], i < terms, + of_a[a] + of_w[w] + rest(a, w)
 *
 * a and w are operand BITS. A term costs one integer matrix product of u8 by s8; of_a is summed
 * once per output pixel, of_w folds into the bias; rest is looked up. Everything is modulo 2^32, as
 * the accumulators are. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_SCHEME_H
#define VMAC_SCHEME_H

#include <stdio.h>

#include "base/isa.h"

enum { VMAC_TERMS_MAX = 6 };

typedef enum {
  VMAC_REST_NONE, /* rest(a, w) = 0 */
  VMAC_REST_BYTE, /* rest(a, w) = entry[w][column[a]], 0 .. 255: byte shuffles */
  VMAC_REST_WORD, /* the same, 0 .. 65535: two byte planes */
  VMAC_REST_ROWS  /* terms = 0, of_a = of_w = 0: product rows, any table; entry and column unused */
} vmac_rest;

typedef struct vmac_scheme {
  int terms;
  uint8_t f[VMAC_TERMS_MAX][256]; /* by the activation's bits */
  int8_t g[VMAC_TERMS_MAX][256];  /* by the weight's bits */
  int32_t of_a[256], of_w[256];
  vmac_rest rest;
  int columns;              /* of entry, rounded up to 16, 64, 128 or 256 */
  uint8_t column[256];      /* by the activation's bits */
  uint16_t entry[256][256]; /* (weight's bits, column) */
  double cost;              /* predicted, an exact product = 1 */
} vmac_scheme;

/* The cheapest scheme for kernels of level `isa`, proved, or the program ends; the same one every
 * time. table has 65,536 entries of 16 bits, signed or unsigned, at index a << 8 | w. */
void vmac_scheme_find(const int32_t *table, vmac_isa isa, vmac_scheme *scheme);

/* Whether the identity holds on all 65,536 pairs; else the first pair where it does not. */
bool vmac_scheme_prove(const vmac_scheme *scheme, const int32_t *table, int *a, int *w);

/* What such a scheme costs on a level, an exact product = 1; infinite where it has no kernels. */
double vmac_scheme_price(vmac_isa isa, int terms, bool of_a, vmac_rest rest, int columns);

#endif
