/* top_nets.h: random networks (cmodel/testing/random_net.h, which is C) for runners.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_TOP_NETS_H
#define SIM_TOP_NETS_H

#include "program/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A network that runs on some hardware, with all that its results depend on but the input. */
typedef struct top_net top_net;

/* The network of a seed, with coefficients for hw's correction unit; large: of one operator on a
 * large map. NULL: refused, see err. */
top_net *top_net_make(uint64_t seed, const vmac_hw *hw, bool large, vmac_err *err);
void top_net_free(top_net *net);

const vmac_net *top_net_net(const top_net *net);
const vmac_plan *top_net_plan(const top_net *net);
vmac_rounding top_net_rounding(const top_net *net);
/* Its operators, and what it has at its ends. */
const char *top_net_what(const top_net *net);
/* The next random input, into the input tensor of a state. */
void top_net_input(top_net *net, vmac_state *state);

#ifdef __cplusplus
}
#endif
#endif
