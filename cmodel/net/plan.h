/* plan.h: building a plan piece by piece, for plan.c and plan_json.c.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_PLAN_H
#define VMAC_PLAN_H

#include "vmac.h"

vmac_plan *vmac_plan_new(const vmac_net *net); /* every op exact */

/* Gives every MAC layer `mult`, uncorrected; plan->mode says how many sums X. Call once. */
void vmac_plan_set(const vmac_net *net, vmac_plan *plan, const vmac_mult *mult);

#endif
