/* verilog.h: a netlist as one Verilog program that replays vectors and prints what it counted, so
 * that any event-driven simulator confirms gatesim.h.
 *
 * Each gate is one `assign #d` of its cell's function, which is worked out once for all inputs that
 * change at a time; flip-flops are always blocks. No cell models, no setup and hold.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_VERILOG_H
#define VMAC_VERILOG_H

#include <stdio.h>

#include "gatesim.h"

/* Vectors of one lane: value[step * inputs + i] of the i-th input port that is not the clock, in
 * the netlist's order. All steps are clocked, those from `first` on counted. */
typedef struct {
  size_t steps, first, inputs;
  const uint32_t *value;
} verilog_vectors;

/* How many input ports that is. */
size_t verilog_inputs(const net_list *nl);

/* delay[net]: that of SIM_INERTIAL, counting all transitions; NULL: counting as SIM_ZERO does, from
 * the settled value of one step to that of the next. The program prints a line "net rises falls"
 * per net in use, by the netlist's name. */
void verilog_write(FILE *out, const net_list *nl, const int *delay, const verilog_vectors *vectors);

/* Whether a net is driven by a gate or an input port: numbers of a netlist may have gaps. */
bool *verilog_nets(const net_list *nl);

#endif
