/* slope.h: what stands for the derivative of a cell's product in the backward pass.
 *
 * Operands are told by int8 codes taken as 0..255, derivatives are per unit of an operand's value.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_TRAIN_SLOPE_H
#define VMAC_TRAIN_SLOPE_H

#include "vmac.h"

/* d (256, 256), [A << 8 | W] by bits: the derivative of the table's product to A, or to W. With
 * S(x) = the mean of the products of operands x - h .. x + h, it is (S(x + 1) - S(x - 1)) / 2;
 * where that looks beyond an end of the operand's range, (largest - smallest product) / 256 with
 * the sign of the difference between the two ends (Meng et al., DATE 2025, whose products only
 * rise). */
void train_derivative(const int32_t *table, vmac_class cls, bool to_w, int h, double *d);

/* A derivative less the exact product's, as sum of a[i][A's code] * w[i][W's code] + what is left
 * out: the singular vectors, largest first. */
enum { TRAIN_TERMS = 8 };
typedef struct {
  int terms;
  double left_out; /* root of the sum of squares, relative to that of dF/dA or dF/dW, in which
                      operands count from their code 0 */
  float a[TRAIN_TERMS][256], w[TRAIN_TERMS][256];
} train_terms;

/* The fewest terms that leave out no more than `tolerance`, or `most`. */
void train_terms_find(const int32_t *table, vmac_class cls, bool to_w, int h, int most,
                      double tolerance, train_terms *terms);

/* Slopes, by W's code, of the line through the products over A that is nearest by least squares, A
 * as often as count (256), by A's code, says; one code alone: the exact product's slope. */
void train_slopes_to_a(const int32_t *table, vmac_class cls, const uint64_t *count, double *slope);
/* Likewise over W, by A's code. */
void train_slopes_to_w(const int32_t *table, vmac_class cls, const uint64_t *count, double *slope);
/* Slope of a function of A alone. */
double train_slope_of(vmac_class cls, const uint64_t *count, const double *of_code);

#endif
