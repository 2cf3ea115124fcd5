/* Cell libraries: Liberty as text, read for timing and power, prepared and written for the tools.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdio.h>

#include "celllib.h"
#include "prep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vmac_err err = {""};
  const char *path = fuzz_file(0, data, size);
  cell_lib *lib = celllib_load(&path, 1, &err);
  fuzz_explained(lib, &err);
  if (!lib) return 0;
  celllib_free(lib);
  prep_lib *prep = prep_load(&path, 1, NULL, 0, &err);
  fuzz_explained(prep, &err);
  if (!prep) return 0;
  char *text = NULL;
  size_t written;
  FILE *f = open_memstream(&text, &written);
  if (!f) abort();
  view_apply(prep, 0);
  lib_write(f, prep->root);
  fclose(f);
  lib_group *again = lib_parse("again", text, written, &err);
  if (!again) abort(); /* what it wrote it must read */
  lib_free(again);
  free(text);
  prep_free(prep);
  return 0;
}
