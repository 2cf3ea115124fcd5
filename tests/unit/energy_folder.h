/* energy_folder.h: a folder of one test program: library, netlist, waveforms.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_ENERGY_FOLDER_H
#define VMAC_ENERGY_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"

static char folder[64];
static char name_buffer[128];

static inline const char *in_folder(const char *name) {
  snprintf(name_buffer, sizeof name_buffer, "%s/%s", folder, name);
  return name_buffer;
}

/* A new file each time: fsync, or rewriting one in place, costs half a minute over thousands of
 * them. */
static inline const char *put(const char *name, const void *bytes, size_t size) {
  unlink(in_folder(name));
  FILE *f = fopen(name_buffer, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, size, f), size);
  assert_int_equal(fclose(f), 0);
  return name_buffer;
}

static inline int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/test_energy.XXXXXX");
  return mkdtemp(folder) ? 0 : 1;
}

static inline int remove_folder(void **state) {
  (void)state;
  unlink(in_folder("lib"));
  unlink(in_folder("net"));
  unlink(in_folder("vcd"));
  return rmdir(folder);
}

#endif
