/* annotate.h: load, slew and delay of every net of a mapped netlist, from the library's tables.
 *
 * One mean slew and one delay per net: over the driver's timing arcs and both edges. Wires have no
 * capacitance: figures are those of cells placed side by side.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_ANNOTATE_H
#define VMAC_ANNOTATE_H

#include "netlist.h"

typedef struct {
  double output_load;   /* pF on each bit of an output port */
  double input_slew;    /* ns, of every input port */
  double clock_slew;    /* ns, at the clock pins */
  double input_arrival; /* ns after the clock edge at which input ports change */
  /* The nets of input ports count as this design's (a bare cell), not as their drivers'. */
  bool own_inputs;
} net_setup;

typedef struct {
  double *load;      /* (nets) pF: the input pins on it, plus output_load for output ports */
  double *slew;      /* (nets) ns */
  double *delay;     /* (nets) ns through its driver; inputs: input_arrival */
  int *steps;        /* (nets) in steps of the simulation, at least 1 where a cell drives it */
  double arrival_ns; /* latest settled net: a mean-delay path, not a timing report */
  bool own_inputs;   /* of the setup */
} net_annotation;

void annotate(net_annotation *ann, const net_list *nl, const net_setup *setup);
void annotate_free(net_annotation *ann);

#endif
