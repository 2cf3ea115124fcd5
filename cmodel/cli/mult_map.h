/* The error map of a cell as an image. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_MULT_MAP_H
#define VMAC_MULT_MAP_H

#include "vmac.h"

/* Writes a PNG of the error approximate - exact over all operand pairs: W to the right, A upwards,
 * operand values ascending. Fails where gnuplot is missing or complains, or path is not writable;
 * leaves no file then. */
bool mult_map(const vmac_mult *mult, const char *path, vmac_err *err);

#endif
