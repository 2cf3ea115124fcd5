/* report.h: a design's figures as a line of name=value pairs, and as a JSON object.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_REPORT_H
#define VMAC_REPORT_H

#include "stimulus_run.h"

typedef struct {
  const stim_design *design;
  const stim_source *src;
  const run_setup *setup;
  const run_result *result;
  const char *variant; /* of the mapping; NULL: none */
} report;

void report_line(const report *r); /* to stdout */

/* The object, in new memory:
 *   design, cell, variant (where there is one), class, gates, area_um2, leakage_nw, period_ns,
 *   arrival_ns (mean delays, no timing report)
 *   energy_pj, switching_pj, internal_pj, toggles: by mode, of one busy cycle of one lane, leakage
 *   included in energy: per MAC of a cell or PE, per cycle of side column and array, per accumulator
 *   of the correction unit
 *   parts: by part, by mode: of energy_pj
 *   leakage_pj; idle_pj (the clock alone); gated_pj, unused_pj by mode (stimulus.h)
 *   layers: op, name, macs, tiles, energy_pj, gated_pj, unused_pj by mode
 *   opt_correction (side, correct, tile), phi_rank (those with 3), rows, net_hash and origin (of the
 *   operands' network), operand_count */
bool report_json(const report *r, const char *path, vmac_err *err);

bool report_nets(const net_list *nl, const net_activity *activity, const char *path, vmac_err *err);

#endif
