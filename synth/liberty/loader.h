/* loader.h: what reading numbers out of a Liberty tree needs of the file: its name for errors and
 * its units.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LOADER_H
#define VMAC_LOADER_H

#include "liberty.h"

typedef struct {
  const char *path;
  const lib_group *root;
  double ns, pf, pj, nw; /* one unit of the file in ours */
  double voltage;
  vmac_err *err;
} lib_loader;

/* Reads the root's units and voltage; a unit that is not known is an error with its name. */
bool loader_units(lib_loader *ld);

/* false, and "path:line: expected ..., found '...'"; found == NULL: nothing. */
bool loader_fail(const lib_loader *ld, int line, const char *expected, const char *found);

/* A number of the group, or `otherwise` where the attribute is missing. */
bool loader_number(const lib_loader *ld, const lib_group *group, const char *name, double otherwise,
                   double *out);

#endif
