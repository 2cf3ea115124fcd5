/* match.h: the cheapest cell that each layer bears. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_MATCH_H
#define VMAC_MATCH_H

#include "explore/error_model.h"

/* Standard deviation of a layer's exact sums of products (real operands, before the bias), over the
 * patches and all channels, in units of its accumulators. */
double vmac_signal_sd(const vmac_net *net, const vmac_op *op, const vmac_patches *patches);

/* For each of `layers` the cheapest of `cells` whose error is within the layer's limit, sd[l * cells +
 * c] <= limit[l] (Trommer et al., ICCAD 2022), of at most `distinct` cells in all (0: as many as
 * there are), such that the sum of macs * price is least. QoS-Nets (2410.07762) cluster for that;
 * here every set is tried. Where two are alike the cell named first wins. cell (layers). False: a
 * layer bears none of the cells, *which; or, *which = -1, no set of so many serves all. */
bool vmac_match(int layers, int cells, const double *sd, const double *limit, const double *macs,
                const double *price, int distinct, int *cell, int *which);

/* Sets of at most `distinct` of `cells`, that vmac_match() tries; infinite beyond what a double
 * counts. */
double vmac_match_sets(int cells, int distinct);

#endif
