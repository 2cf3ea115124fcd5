/* vcd_names.h: a table from text to number. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_VCD_NAMES_H
#define VMAC_VCD_NAMES_H

#include "vmac.h"

/* Open addressing; keys are copied. */
typedef struct {
  char **key;
  size_t *value;
  size_t size, used;
} vcd_names;

/* The value of a key, or NULL. */
size_t *vcd_names_find(const vcd_names *names, const char *key);
/* The value of a key, 0 at first. */
size_t *vcd_names_add(vcd_names *names, const char *key);
void vcd_names_free(vcd_names *names);

#endif
