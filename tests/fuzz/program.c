/* Programs of the accelerator: .vmp files, and streams of beats through their interpreter. A file's
 * hash, which no mutation would hit, is made to fit. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "program/program.h"

static vmac_hw hardware(uint8_t kind) {
  vmac_hw hw = vmac_hw_default();
  vmac_err err;
  hw.rows = 2 + (kind & 3);
  hw.cols = 2 + (kind >> 2 & 3);
  hw.cell = vmac_hw_cell(vmac_mult_find("exact", &err));
  hw.opt_correction = (kind >> 4 & 3) % 3;
  hw.opt_ktile = kind >> 6 & 1;
  return hw;
}

static void interpret(const vmac_hw *hw, const uint8_t *beats, size_t count) {
  vmac_err err = {""};
  vmac_run run;
  const bool ok = vmac_interpret(hw, beats, count, NULL, &run, &err);
  fuzz_explained(ok, &err);
  free(run.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const uint8_t kind = fuzz_choice(&data, &size);
  vmac_err err = {""};
  if (kind & 128) {
    const vmac_hw hw = hardware(kind);
    interpret(&hw, data, size / (size_t)vmac_hw_beat(&hw));
    return 0;
  }
  uint8_t *bytes = vmac_alloc(size + 8, 1);
  if (size) memcpy(bytes, data, size);
  const uint64_t hash = vmac_hash(bytes, size);
  for (size_t i = 0; i < 8; i++) bytes[size + i] = (uint8_t)(hash >> 8 * i);
  vmac_program *program = vmac_program_load(fuzz_file(0, bytes, size + 8), &err);
  free(bytes);
  fuzz_explained(program, &err);
  if (!program) return 0;
  interpret(&program->hw, program->beats, program->beat_count);
  vmac_program_free(program);
  return 0;
}
