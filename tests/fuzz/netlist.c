/* Mapped netlists: Yosys's JSON over the library of tests/unit/liberty_case.lib.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "netlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static cell_lib *lib;
  vmac_err err = {""};
  if (!lib) {
    const char *path = VMAC_HOME "/tests/unit/liberty_case.lib";
    lib = celllib_load(&path, 1, &err);
    if (!lib) abort();
  }
  net_list *nl = netlist_load(fuzz_file(0, data, size), lib, &err);
  fuzz_explained(nl, &err);
  if (!nl) return 0;
  free(netlist_loads(nl, 0.01));
  netlist_free(nl);
  return 0;
}
