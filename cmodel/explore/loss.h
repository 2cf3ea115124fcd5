/* loss.h: what a plan's answers are worth. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LOSS_H
#define VMAC_LOSS_H

#include "net/prefix.h"

/* Over the first `images` of data, which prefix is of: *loss, mean cross-entropy in nats of the
 * output's scores (before a last SOFTMAX), *correct: how many are answered right. The same whatever
 * the number of threads. */
void vmac_plan_loss(const vmac_net *net, const vmac_plan *plan, vmac_prefix *prefix,
                    const vmac_dataset *data, size_t images, double *loss, size_t *correct);

#endif
