/* JSON of our own: maps of cells, of a network and of PEs, plans, energies, and recorded operands.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "energy/ppa.h"
#include "operands/operands.h"
#include "program/program.h"
#include "vmac_nets.h"

static bool read_map(const char *path, vmac_err *err) {
  vmac_map *map = vmac_map_load(path, fuzz_net(), err);
  if (!map) return false;
  vmac_err other;
  vmac_plan *plan = vmac_plan_make_map(fuzz_net(), map, VMAC_CORR_NONE, NULL, NULL, 0, &other);
  vmac_plan_free(plan);
  vmac_map_free(map);
  return true;
}

static bool read_pes(const char *path, vmac_err *err) {
  int rows, cols;
  uint8_t *cells = vmac_pe_map_load(path, &rows, &cols, err);
  if (!cells) return false;
  if (rows < 1 || cols < 1) abort();
  free(cells);
  return true;
}

static bool read_plan(const char *path, vmac_err *err) {
  vmac_plan *plan = vmac_plan_load(fuzz_net(), FUZZ_NET_PATH, path, err);
  vmac_plan_free(plan);
  return plan;
}

static bool read_ppa(const char *path, vmac_err *err) {
  vmac_ppa *ppa = vmac_ppa_load(path, "zero", err);
  vmac_ppa_free(ppa);
  return ppa;
}

static bool read_operands(const char *path, vmac_err *err) {
  vmac_operands operands;
  if (!vmac_operands_load(&operands, path, err)) return false;
  vmac_operands_free(&operands);
  return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static bool (*const read[])(const char *, vmac_err *) = {read_map, read_pes, read_plan, read_ppa,
                                                           read_operands};
  const uint8_t which = fuzz_choice(&data, &size);
  vmac_err err = {""};
  fuzz_explained(read[which % (sizeof read / sizeof *read)](fuzz_file(0, data, size), &err), &err);
  return 0;
}
