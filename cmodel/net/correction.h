/* correction.h: how the coefficients of acc* = acc + ((c0 + sum of c[i] * X[i] + half) >> F) are
 * found.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CORRECTION_H
#define VMAC_CORRECTION_H

#include "gemm/gemm.h"
#include "vmac.h"

__extension__ typedef __int128 vmac_wide; /* of products: no data set is too large */

/* What a fit of one channel needs: exact sums over all output pixels of all images of
 * y = exact - approximate accumulator and of the sums X. xx[i][j] is kept for j <= i. */
typedef struct {
  int planes;
  int64_t count, y, x[VMAC_CORR_PLANES];
  vmac_wide yy;
  vmac_wide xx[VMAC_CORR_PLANES][VMAC_CORR_PLANES], xy[VMAC_CORR_PLANES];
} vmac_moments;

/* The sums X that calibration looks at together, each a beginning of the next: the cell's variate,
 * which modes of one X take; the bits that are bitplane's planes; phi's planes. */
enum { VMAC_XS_MAX = 1 + VMAC_CORR_PLANES + VMAC_PHI_MAX };
typedef struct {
  int first, planes; /* the mode's own among them */
  int xs;            /* how many there must be */
} vmac_take;
vmac_take vmac_take_of(const vmac_mult *mult, vmac_mode mode);
/* terms (VMAC_XS_MAX, 256) of the first xs, by the activation's bits. */
void vmac_take_terms(const vmac_mult *mult, int xs, uint8_t *terms);

/* Terms of several sums by the activation's CODE, four to a word: that of X i in the 16 bits from
 * 16 (i % 4) on of word i / 4. */
typedef struct {
  int xs;
  uint64_t word[(VMAC_XS_MAX + 3) / 4][256];
} vmac_variates;
void vmac_variates_set(vmac_variates *variates, vmac_class cls, int xs, const uint8_t *terms);

/* sum (xs) of count codes. */
void vmac_sum_codes(const vmac_variates *variates, int count, const int8_t *codes, int32_t *sum);

/* Each output pixel's sums of each K tile: x[(tile * xs + i) * per_x + pixel * per_pixel]. */
void vmac_tile_sums(const vmac_window *window, const vmac_variates *variates, int tiles,
                    const int *end, const int8_t *input, int8_t zero, ptrdiff_t per_x,
                    ptrdiff_t per_pixel, int32_t *x, vmac_scratch *scratch);

/* Channels of an op that have sums X of their own: depthwise those of its input, else one. */
int vmac_variate_groups(const vmac_net *net, const vmac_op *op);
/* Entries of the scratch that vmac_layer_variates() takes. */
size_t vmac_variate_scratch(const vmac_net *net, const vmac_op *op, int xs);
/* x (m, groups, xs): each output pixel's sums. */
void vmac_layer_variates(const vmac_net *net, const vmac_op *op, const vmac_variates *variates,
                         const int8_t *input, int32_t *scratch, int32_t *x);

/* The moments of one layer's channels, with what they share kept once. */
struct vmac_sums {
  int n, groups, xs;
  int tiles; /* of K: the X's are those of `mode`, of each tile; 0: as vmac_take says */
  vmac_mode mode;
  size_t images; /* that were looked at */
  int64_t count; /* pixels of them */
  int64_t *y;    /* (n) */
  int64_t *x;    /* (groups, xs) */
  vmac_wide *xx; /* (groups, xs, xs) */
  vmac_wide *xy; /* (xs, n) */
  vmac_wide *yy; /* (n) */
};
vmac_sums *vmac_sums_new(const vmac_net *net, const vmac_op *op, int xs);
void vmac_sums_free(vmac_sums *sums);
/* Adds one image: exact and approximate accumulators (m, n), x (m, groups, xs). */
void vmac_sums_add(vmac_sums *sums, int m, int k, const int32_t *exact, const int32_t *approx,
                   const int32_t *x);
void vmac_sums_join(vmac_sums *to, const vmac_sums *from);
/* One channel's, of the X's that are a mode's own. */
vmac_moments vmac_sums_moments(const vmac_sums *sums, vmac_take take, int channel);

/* Sees to it that plan->sums has what the mode is fitted to, of every layer that has the cell. The
 * plan is uncorrected meanwhile. */
void vmac_calibrate(vmac_calib *calib, vmac_plan *plan, vmac_mode mode);
/* The plan without coefficients, and with what another mode sums; both in plan.c. */
void vmac_plan_drop(vmac_plan *plan);
void vmac_plan_mode(vmac_plan *plan, vmac_mode mode);
/* K tiles of the plan's op that have slopes of their own in that mode; 0: the whole K has one. */
int vmac_plan_tiles(const vmac_plan *plan, int op, vmac_mode mode);

/* One channel's correction in real numbers, V = c0 + sum of c[i] * X[i]. */
typedef struct {
  double c0, c[VMAC_CORR_PLANES];
} vmac_line;

vmac_line vmac_fit_bias(const vmac_moments *moments);
vmac_line vmac_fit(const vmac_moments *moments); /* least squares: cv, bitplane, phi */

/* What a weight contributes to the analytic correction, activations taken as uniform. */
vmac_line vmac_paper_weight(const vmac_mult *mult, const int32_t *table, uint8_t w);

/* To fixed point, c and to (count); false where a coefficient leaves its register. */
bool vmac_coefficients_round(double c0, const double *c, int count, int32_t *to0, int32_t *to);

/* a c = b for many b: a (n, n) symmetric and nowhere negative definite. An unknown whose diagonal
 * is 0, or that depends on those already solved for, is 0. b is destroyed. */
typedef struct vmac_solver vmac_solver;
vmac_solver *vmac_solver_new(int n, const double *a);
void vmac_solve(const vmac_solver *solver, double *b, double *c);
void vmac_solver_free(vmac_solver *solver);

/* Slopes of a channel that are fitted together. Their products take 16 bytes each in every thread:
 * 64 MiB at most. */
enum { VMAC_TILE_SLOPES = 2048 };

/* Coefficients of each K tile, of all channels of a layer: net/fit_tiles.c. */
typedef struct vmac_tile_fit vmac_tile_fit;
vmac_tile_fit *vmac_tile_fit_new(const vmac_sums *sums, int tiles, int planes);
/* c (tiles, planes), c0 fitted to them as they will be rounded. */
void vmac_tile_fit_line(const vmac_tile_fit *fit, int channel, double *c0, double *c);
void vmac_tile_fit_free(vmac_tile_fit *fit);

#endif
