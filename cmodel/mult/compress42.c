/* An 8 x 8 multiplier of two compressor stages. Row j is a_i AND w_j at columns i + j. Stage 1
 * makes of rows 0..3 and of rows 4..7 a sum row and a carry row each, stage 2 of those four rows
 * (S0, C0, S1, C1) again two, which are added exactly. A stage works column by column, on the
 * wires that a column has: four meet in a 4:2 compressor, three in a full adder, two in a half
 * adder, one passes. A sum stays in its column, a carry moves one up.
 *
 * Only the columns below t differ from exact addition, so only they are built here: of what stands
 * at column t or above, the value is kept whole.
 * SPDX-License-Identifier: Apache-2.0 */
#include "compress42.h"

/* A row of wires: their values, and the columns where there is a wire at all. */
typedef struct {
  int value, wires;
} row;

/* out[0], out[1] = sum row and carry row of in[0..3] below column t. The carry out of column t-1 is
 * in out[1], in column t, where the next stage finds the exact part. */
static void compress(vmac_compressor compressor, int t, const row in[4], row out[2]) {
  out[0] = out[1] = (row){0, 0};
  for (int c = 0; c < t; c++) {
    int bit[4] = {0}, wires = 0;
    for (int r = 0; r < 4; r++)
      if (in[r].wires >> c & 1) bit[wires++] = in[r].value >> c & 1;
    const int ones = bit[0] + bit[1] + bit[2] + bit[3];
    const int both = wires == 4 ? compressor(bit[0], bit[1], bit[2], bit[3]) : ones;
    out[0].value |= (both & 1) << c;
    out[0].wires |= (wires > 0) << c;
    out[1].value |= (both >> 1) << (c + 1);
    out[1].wires |= (wires > 1) << (c + 1);
  }
}

int64_t vmac_compress42(vmac_compressor compressor, int t, int64_t a, int64_t w) {
  row partial[8], reduced[4], last[2];
  int exact = 0; /* value of everything at column t or above */
  for (int j = 0; j < 8; j++) {
    partial[j] = (row){(w >> j & 1 ? (int)a : 0) << j, 255 << j};
    exact += partial[j].value >> t << t;
  }
  compress(compressor, t, partial, reduced);
  compress(compressor, t, partial + 4, reduced + 2);
  for (int r = 0; r < 4; r++) exact += reduced[r].value >> t << t;
  compress(compressor, t, reduced, last);
  return exact + last[0].value + last[1].value;
}
