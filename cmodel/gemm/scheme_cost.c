/* What a scheme costs, an exact product of the same level = 1: rounded from measurements of one
 * thread; a word rest only of 256 columns, of fewer in proportion to bytes. All constants that
 * plans depend on are here. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "gemm/scheme_parts.h"

#define NEVER INFINITY /* no kernel does it */

enum { WIDTHS = 4 };

typedef struct {
  double term;                       /* one product of u8 by s8 */
  double rows;                       /* product rows, the half of whose activations are 0 */
  double byte[WIDTHS], word[WIDTHS]; /* a rest of 16, 64, 128, 256 columns */
  double of_a;                       /* a sum per output pixel */
} prices;

static const prices of_level[VMAC_ISAS] = {
    [VMAC_PORTABLE] = {.term = 1,
                       .rows = 1.05,
                       .byte = {NEVER, NEVER, NEVER, NEVER},
                       .word = {NEVER, NEVER, NEVER, NEVER},
                       .of_a = 0.1},
    [VMAC_AVX2] = {.term = 1,
                   .rows = 1.6,
                   .byte = {NEVER, NEVER, NEVER, NEVER},
                   .word = {NEVER, NEVER, NEVER, NEVER},
                   .of_a = 0.1},
    [VMAC_AVX512] = {.term = 1,
                     .rows = 4.6,
                     .byte = {2, 3.3, 3.6, 5.3},
                     .word = {3.7, 5.5, 6.1, 9.5},
                     .of_a = 0.1},
};

int vmac_scheme_columns(int kinds) {
  return kinds <= 16 ? 16 : kinds <= 64 ? 64 : kinds <= 128 ? 128 : 256;
}

double vmac_scheme_price(vmac_isa isa, int terms, bool of_a, vmac_rest rest, int columns) {
  const prices *p = &of_level[isa];
  const int width = columns <= 16 ? 0 : columns <= 64 ? 1 : columns <= 128 ? 2 : 3;
  double sum = terms * p->term + (of_a ? p->of_a : 0);
  if (rest == VMAC_REST_BYTE) sum += p->byte[width];
  if (rest == VMAC_REST_WORD) sum += p->word[width];
  if (rest == VMAC_REST_ROWS) sum += p->rows;
  return sum;
}
