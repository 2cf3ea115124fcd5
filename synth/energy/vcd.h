/* vcd.h: transitions per net from any simulator's VCD file, and a VCD of our own simulation.
 *
 * Reading: scopes, escaped names, vectors and their bits, $dumpoff, any order of variables. The
 * design is the scope that holds the netlist's ports and most of its first nets; names below it are
 * joined with dots, as a flattened netlist names them. A transition is a change between two known
 * values of which the second holds when time goes on: x and z count nothing, nor do changes that
 * are undone at the same time. Not: real variables, strengths, extended VCD.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_VCD_H
#define VMAC_VCD_H

#include "gatesim.h"

/* out (nets). A period begins when the clock rises: *periods counts them, transitions before the
 * first are left out, `high` is the value at the end of each period. `clock`: the name of the
 * variable that is the clock, in the design's scope or directly above; NULL: the netlist's own.
 * A net of the netlist that the file does not have, or of which it has no 0 or 1 once the clock has
 * risen, is an error. */
bool vcd_activity(const char *path, const net_list *nl, const char *clock, net_activity *out,
                  uint64_t *periods, vmac_err *err);

/* Records lane 0 of a simulation from now on, until it is saved: the settled values first, then
 * each step as one period, or longer where the nets need it to settle. A netlist without a clock
 * gets one by the name of vmac_clk. period_ps: at least 2. */
typedef struct vcd_writer vcd_writer;
vcd_writer *vcd_record(gatesim *sim, const net_list *nl, uint64_t period_ps);
bool vcd_save(vcd_writer *writer, const char *path, vmac_err *err); /* frees it, too */

#endif
