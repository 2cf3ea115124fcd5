/* fuzz.h: what the fuzz targets share. A target is one file: LLVMFuzzerTestOneInput() of clang's
 * libFuzzer gives bytes to one reader of foreign files, and uses what it accepts. Any answer will
 * do but a crash, a sanitizer's report, a leak, more time or memory than rules.mk allows, or
 * failure without a word. SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "vmac.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The path of a file with these bytes, in memory; slot 0 or 1, good until the slot's next. */
const char *fuzz_file(int slot, const uint8_t *data, size_t size);

/* The first byte, which says which reader; takes it off. 0 where there is none. */
static inline uint8_t fuzz_choice(const uint8_t **data, size_t *size) {
  if (!*size) return 0;
  --*size;
  return *(*data)++;
}

/* What a reader refused it must have explained. FUZZ_SAY=1 prints that. */
void fuzz_explained(bool accepted, const vmac_err *err);

/* A small convolution, prepared; made once. */
const vmac_net *fuzz_net(void);

/* Stands for the file of that network, of which plans have the hash: any file. */
#define FUZZ_NET_PATH VMAC_HOME "/LICENSE"

#endif
