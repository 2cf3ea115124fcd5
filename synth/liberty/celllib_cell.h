/* celllib_cell.h: one cell from its group. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CELLLIB_CELL_H
#define VMAC_CELLLIB_CELL_H

#include "celllib.h"

bool cell_read(const lib_loader *ld, const lib_group *group, lib_cell *cell);
void cell_free(lib_cell *cell);

#endif
