/* nldm.h: lookup tables of a Liberty file, and what reading one needs of the file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_NLDM_H
#define VMAC_NLDM_H

#include "loader.h"

/* value[i * slews + j] at output load load[i] and input transition slew[j]; an axis of one entry
 * means "does not depend". values == NULL: no table. */
typedef struct {
  size_t loads, slews;
  double *load, *slew, *value;
} nldm_table;

/* Reads the table group `name` of `parent` where there is one, values times `unit`; the axes' order
 * is the template's. */
bool nldm_read(const lib_loader *ld, const lib_group *parent, const char *name, double unit,
               nldm_table *table);
void nldm_free(nldm_table *table);

/* Adds one table to another, exactly: on a grid of both tables' entries. */
void nldm_add(nldm_table *to, const nldm_table *from);

/* table times `by`, at one slew where `slew` is not negative. */
nldm_table nldm_scaled(const nldm_table *table, double by, double slew);

/* Bilinear; outside the axes the border segment goes on in a line, as in OpenSTA. 0 without one. */
double nldm_lookup(const nldm_table *table, double load, double slew);

#endif
