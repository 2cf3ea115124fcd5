/* correction.h: how the coefficients of acc* = acc + ((c0 + sum of c[i] * X[i] + half) >> F) are
 * found.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CORRECTION_H
#define VMAC_CORRECTION_H

#include "vmac.h"

/* What calibration keeps of one channel: exact sums over all output pixels of all images of
 * y = exact - approximate accumulator and of the sums X. xx[i][j] is kept for j <= i. */
__extension__ typedef __int128 vmac_wide; /* of products: no data set is too large */
typedef struct {
  int planes;
  int64_t count, y, x[VMAC_CORR_PLANES];
  vmac_wide xx[VMAC_CORR_PLANES][VMAC_CORR_PLANES], xy[VMAC_CORR_PLANES];
} vmac_moments;

/* One moments entry per (op, channel), (ops)[n], for the sums X of the plan's cell and mode;
 * entries of ops that do not multiply are NULL. */
vmac_moments **vmac_calibrate(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data,
                              size_t images);
void vmac_moments_free(const vmac_net *net, vmac_moments **moments);

/* One channel's correction in real numbers, V = c0 + sum of c[i] * X[i]. */
typedef struct {
  double c0, c[VMAC_CORR_PLANES];
} vmac_line;

vmac_line vmac_fit_bias(const vmac_moments *moments);
vmac_line vmac_fit(const vmac_moments *moments); /* least squares: cv, bitplane */

/* What a weight contributes to the analytic correction, activations taken as uniform. */
vmac_line vmac_paper_weight(const vmac_mult *mult, const int32_t *table, uint8_t w);

/* To fixed point, c (planes); false where a coefficient leaves its register. */
bool vmac_line_round(const vmac_line *line, int planes, int32_t *c0, int32_t *c);

#endif
