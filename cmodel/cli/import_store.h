/* import_store.h: the folder of imported cells: mults.tbl, and NAME.v, NAME.bin, NAME.hex of each.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_IMPORT_STORE_H
#define VMAC_IMPORT_STORE_H

#include "vmac.h"

typedef struct {
  const char *name;
  vmac_class cls;
  uint64_t hash;         /* of the products: what the cell is */
  char xvar[8];          /* as in the registry */
  const uint16_t *truth; /* products' bits at index A << 8 | W */
  bool table_only;       /* no Verilog of its own: a ROM, for simulation only */
} import_cell;

/* vmac_table_hash() of the products. */
uint64_t import_hash(const uint16_t *truth, vmac_class cls);

/* Letters, digits and single '_', not the name of a native cell or synthesis baseline. */
bool import_name_allowed(const char *name, vmac_err *err);

/* False where a cell of that name stands in the folder and is another function. */
bool import_may_store(const char *folder, const import_cell *cell, vmac_err *err);

/* Writes the cell's files, then its line. verilog: the file to copy; NULL: a ROM is written. */
bool import_store(const char *folder, const import_cell *cell, const char *verilog, vmac_err *err);

bool import_remove(const char *folder, const char *name, vmac_err *err);

#endif
