/* Tables of 65,536 products, binary and text: `varimac mult import`.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "mult/import.h"

/* So many entries may stand in few bytes: a row of products, repeated to a whole table. */
static bool read_repeated(const uint8_t *data, size_t size, int32_t *value, vmac_err *err) {
  const size_t whole = 2 * IMPORT_PAIRS;
  if (!size) return import_read(fuzz_file(0, data, size), value, err);
  uint8_t *bytes = vmac_alloc(whole, 1);
  for (size_t i = 0; i < whole; i++) bytes[i] = data[i % size];
  const bool ok = import_read(fuzz_file(0, bytes, whole), value, err);
  free(bytes);
  return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int32_t value[IMPORT_PAIRS];
  vmac_err err = {""};
  const bool ok = fuzz_choice(&data, &size) % 2
                      ? read_repeated(data, size, value, &err)
                      : import_read(fuzz_file(0, data, size), value, &err);
  fuzz_explained(ok, &err);
  return 0;
}
