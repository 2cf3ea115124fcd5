/* netlist.h: one flat mapped module, read from the JSON that yosys writes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_NETLIST_H
#define VMAC_NETLIST_H

#include "celllib.h"

enum { NET_ZERO, NET_ONE, NET_FIRST }; /* the constants are nets 0 and 1 */

typedef struct {
  char *name;
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
  net_gate *gate; /* in an order in which every gate follows its drivers */
  size_t gates;
  net_port *port;
  size_t ports;
} net_list;

/* Only combinational cells of `lib`; a loop, an undriven or doubly driven net is an error. */
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
