/* Checkpoints: .safetensors files, as tensors and as a network's weights.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "train/train.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  vmac_err err = {""};
  const char *path = fuzz_file(0, data, size);
  safetensors *st = safetensors_read(path, &err);
  fuzz_explained(st, &err);
  if (!st) return 0;
  volatile float sink = 0; /* every value that it says there is */
  for (int i = 0; i < st->entries; i++)
    for (size_t k = 0; k < st->entry[i].size; k++) sink = st->entry[i].data[k];
  (void)sink;
  safetensors_free(st);
  train_model *model = train_load(path, &err);
  fuzz_explained(model, &err);
  if (model) train_model_free(model);
  return 0;
}
