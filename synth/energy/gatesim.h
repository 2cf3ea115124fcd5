/* gatesim.h: zero-delay simulation of a mapped netlist, 64 vectors per machine word.
 *
 * A block of `words` words holds 64 * words lanes; every net has one block. Lanes are independent
 * streams: step s of a lane follows step s - 1 of the same lane.
 * Not: delays, hence no glitches: a net toggles at most once per step.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_GATESIM_H
#define VMAC_GATESIM_H

#include "netlist.h"

typedef struct {
  uint64_t rises, falls; /* summed over lanes and steps */
} net_activity;

typedef struct {
  const net_list *nl;
  size_t words;
  uint64_t *value;        /* (nets, words) */
  uint64_t *before;       /* (nets, words): the values of the step before */
  net_activity *activity; /* (nets) */
} gatesim;

gatesim *gatesim_new(const net_list *nl, size_t words);
void gatesim_free(gatesim *sim);

/* Sets an 8-bit input port (or any of up to 8 bits): lane i gets the bits of byte[i * stride]. */
void gatesim_set(gatesim *sim, const net_port *port, const uint8_t *byte, size_t lanes,
                 size_t stride);
/* The port's bits in one lane, bit 0 first; at most 32 of them. */
uint32_t gatesim_get(const gatesim *sim, const net_port *port, size_t lane);

void gatesim_settle(gatesim *sim); /* evaluates all gates once, in order */

/* Counts what differs from the values of the last call, in the first `lanes` lanes. With first ==
 * true it only remembers: a stream's first vector has nothing before it. */
void gatesim_count(gatesim *sim, size_t lanes, bool first);

#endif
