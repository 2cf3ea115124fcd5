/* correction.h: how the coefficients of acc* = acc + ((c0 + c1 * X + half) >> F) are found.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CORRECTION_H
#define VMAC_CORRECTION_H

#include "vmac.h"

/* What calibration keeps of one channel: exact sums over all output pixels of all images of
 * y = exact - approximate accumulator and of the control variate x. */
__extension__ typedef __int128 vmac_wide; /* of products: no data set is too large */
typedef struct {
  int64_t count, y, x;
  vmac_wide xx, xy;
} vmac_moments;

/* One moments entry per (op, channel), (ops)[n]; entries of ops that do not multiply are NULL. */
vmac_moments **vmac_calibrate(const vmac_net *net, const vmac_plan *plan, const vmac_dataset *data,
                              size_t images);
void vmac_moments_free(const vmac_net *net, vmac_moments **moments);

/* One channel's correction in real numbers, V = c0 + c1 * X. */
typedef struct {
  double c0, c1;
} vmac_line;

vmac_line vmac_fit_bias(const vmac_moments *moments);
vmac_line vmac_fit_cv(const vmac_moments *moments);

/* What a weight contributes to the analytic correction, activations taken as uniform. */
vmac_line vmac_paper_weight(const vmac_mult *mult, const int32_t *table, uint8_t w);

/* To fixed point; false where a coefficient leaves its register (c1: 18 bits, c0: 32 bits). */
bool vmac_line_round(vmac_line line, int32_t *c0, int32_t *c1);

#endif
