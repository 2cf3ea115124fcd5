/* netlist.h: one flat mapped module, read from the JSON that yosys writes.
 *
 * Flip-flops of one clock, which an input port brings and only their clock pins take. Not: latches,
 * gated or buffered clocks, set and reset pins in use, buses of instances.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_NETLIST_H
#define VMAC_NETLIST_H

#include "celllib.h"

enum { NET_ZERO, NET_ONE, NET_FIRST }; /* the constants are nets 0 and 1 */
enum { NET_PINS = 62 };                /* most pins of a cell that a netlist may use */

typedef struct {
  char *name; /* the instance path as the netlist has it: "u_mult.n123" */
  const lib_cell *cell;
  int *net; /* one per cell->pin[]; -1 = unconnected output */
} net_gate;

typedef struct {
  char *name;
  pin_dir dir;
  int *net; /* bit 0 first */
  size_t width;
} net_port;

typedef struct {
  char *module;
  char **name; /* one per net: "p_o[3]", "_0123_" */
  size_t nets;
  /* First the combinational gates, each after its drivers and those of an instance together; from
   * gate[combs] on the flip-flops. */
  net_gate *gate;
  size_t combs, gates;
  int clock; /* the net of all clock pins, or -1 where there is no flip-flop */
  net_port *port;
  size_t ports;
} net_list;

/* Only cells of `lib`. An error that names the place: a cell without function, a latch, a loop, an
 * undriven or doubly driven net, a second clock, a clock that no input port brings, a set or reset
 * pin that is not tied off. */
net_list *netlist_load(const char *path, const cell_lib *lib, vmac_err *err);
void netlist_free(net_list *netlist);

/* The port of that name, direction and width, or NULL and an error. */
const net_port *netlist_port(const net_list *netlist, const char *name, pin_dir dir, size_t width,
                             vmac_err *err);

double netlist_area(const net_list *netlist);    /* um2 */
double netlist_leakage(const net_list *netlist); /* nW */

/* load[net], in pF: the input pins it feeds, plus `output_load` for each bit of an output port. */
double *netlist_loads(const net_list *netlist, double output_load);

#endif
