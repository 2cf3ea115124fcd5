/* netlist_order.h: what netlist_load() does once the file is read.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_NETLIST_ORDER_H
#define VMAC_NETLIST_ORDER_H

#include "netlist.h"

/* Every net that is read has one driver. */
bool netlist_drivers(const char *path, const net_list *nl, vmac_err *err);

/* Sorts the gates as net_list says, in time proportional to their pins; a loop is an error. */
bool netlist_order(const char *path, net_list *nl, vmac_err *err);

/* Finds the clock, once the gates are sorted, and refuses what a simulation of whole clock periods
 * cannot know. */
bool netlist_clock(const char *path, net_list *nl, vmac_err *err);

#endif
