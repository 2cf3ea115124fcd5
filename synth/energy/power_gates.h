/* power_gates.h: energy per gate as text, one line each: what OpenSTA is compared with.
 *
 * Tab-separated: name, part, transitions a period of its outputs (their mean), and of one period
 * switching pJ, internal pJ (a flip-flop's with its clock pin), then leakage nW, the mean
 * transition of its data inputs in ns, and where every state is alike: pJ of its clock pin, what a
 * period costs in which nothing changes, and its internal pJ, all of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_POWER_GATES_H
#define VMAC_POWER_GATES_H

#include "power.h"

const char *power_part_name(power_part part); /* "mult", "add", "register", "clock", "other" */

bool power_write_gates(const power_source *src, const char *path, vmac_err *err);

#endif
