/* power_state.h: how often each table of a cell applies, from the states its pins were seen in.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_POWER_STATE_H
#define VMAC_POWER_STATE_H

#include "power.h"

/* The part of all periods in which output group `i` of pin `p` of gate `g` could have carried a
 * transition of its related pin: the pin's function depends on that pin, and `when` holds. Groups
 * without `when` have what their related pin's other groups leave. 1 where nothing is watched. */
double power_output_share(const power_source *src, size_t g, size_t p, size_t i);

/* The part of all periods that group `i` of input pin `p` is for. */
double power_input_share(const power_source *src, size_t g, size_t p, size_t i);

/* nW of gate `g`, the mean over its states. */
double power_leakage(const power_source *src, size_t g);

#endif
