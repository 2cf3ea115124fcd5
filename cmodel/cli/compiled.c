/* A program from the command line's options. SPDX-License-Identifier: Apache-2.0 */
#include "cli/compiled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

compiled compiled_new(const char *command) {
  return (compiled){.command = command, .hw = vmac_hw_default(), .operand_mode = -1};
}

void compiled_option(compiled *c, int option, const char *value) {
  switch (option) {
  case COMPILED_NET:
    c->net_path = value;
    break;
  case COMPILED_MULT:
    c->mult = value;
    break;
  case COMPILED_MAP:
    c->map_path = value;
    break;
  case COMPILED_MODE:
    c->operand_mode = (int)cli_int("--mode", value, 0, 15);
    c->hw.opt_mode = 1;
    break;
  case COMPILED_ROWS:
    c->sized = true;
    c->hw.rows = (int)cli_int("--rows", value, VMAC_ROWS_MIN, VMAC_ROWS_MAX);
    break;
  case COMPILED_COLS:
    c->sized = true;
    c->hw.cols = (int)cli_int("--cols", value, VMAC_ROWS_MIN, VMAC_ROWS_MAX);
    break;
  case COMPILED_ACC:
    c->hw.acc_depth = (int)cli_int("--acc-depth", value, 4, 65536);
    break;
  case COMPILED_BUF:
    c->hw.buf_depth = (int)cli_int("--buf-depth", value, 16, 32768);
    break;
  case COMPILED_OPT:
    c->hw.opt_correction = (int)cli_int("--opt-correction", value, 0, 3);
    break;
  case COMPILED_RANK:
    c->hw.phi_rank = (int)cli_int("--phi-rank", value, 1, VMAC_PHI_MAX);
    break;
  case COMPILED_KTILE:
    c->hw.opt_ktile = 1;
    break;
  case COMPILED_CORRECTION:
    c->mode_name = value;
    break;
  case COMPILED_CALIB:
    c->calib = value;
    break;
  case COMPILED_CALIB_IMAGES:
    c->calib_images = cli_int("--calib-images", value, 1, INT32_MAX);
    break;
  case COMPILED_PLAN:
    c->plan_path = value;
    break;
  case COMPILED_ROUNDING:
    c->rounding = run_rounding(value);
    break;
  }
}

/* Options that a map of cells leaves no place for. */
static void check_map(const compiled *c) {
  if (!c->map_path) return;
  if (c->mult || c->plan_path)
    cli_usage("%s: --map brings the cells: no --mult or --plan with it", c->command);
  if (c->hw.opt_mode)
    cli_usage("%s: --mode is of one cell for all PEs: no --map with it", c->command);
}

/* Options that would be ignored are refused. */
void compiled_check(compiled *c) {
  vmac_err err;
  if (!c->net_path)
    cli_usage("%s: --net is missing; see varimac %s --help", c->command, c->command);
  if (c->mode_name && !vmac_mode_find(c->mode_name, &c->mode, &err))
    cli_usage("--correction: %s", err.text);
  if (c->plan_path && (c->mult || c->mode_name))
    cli_usage("%s: --plan brings multiplier and mode: no --mult or --correction with it",
              c->command);
  check_map(c);
  if (c->hw.phi_rank && c->hw.opt_correction != 3)
    cli_usage("%s: --phi-rank wants --opt-correction 3", c->command);
  if (c->hw.opt_ktile && !c->hw.opt_correction)
    cli_usage("%s: --opt-ktile wants hardware that corrects: no --opt-correction 0", c->command);
  if (c->plan_path && c->hw.opt_mode)
    cli_usage("%s: --mode wants --mult: a plan is of one mode", c->command);
  if (!c->plan_path && !c->mult && !c->map_path)
    cli_usage("%s: --mult is missing (the cell of the array), or --map, or --plan; see varimac %s "
              "--help",
              c->command, c->command);
  if (!vmac_mode_calibrates(c->mode) && (c->calib || c->calib_images))
    cli_usage("%s: --calib and --calib-images want --correction bias, cv, bitplane or phi",
              c->command);
  if (!c->calib) c->calib = "subset:calib";
  run_refuse_test_set("--calib", c->calib);
  if (c->hw.buf_depth & (c->hw.buf_depth - 1))
    cli_usage("--buf-depth: expected a power of two, found %d", c->hw.buf_depth);
}

static uint64_t file_hash(const char *path) {
  vmac_err err;
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, &err);
  if (!bytes) cli_die("%s", err.text);
  const uint64_t hash = vmac_hash(bytes, size);
  free(bytes);
  return hash;
}

/* The registry's cell that mode N makes of this one. */
static const vmac_mult *in_mode(const vmac_mult *mult, int mode) {
  if (mult->mode < 0) cli_die("--mode: the cell %s has no mode operand", mult->name);
  for (size_t i = 0; i < vmac_mult_count(); i++) {
    const vmac_mult *other = vmac_mult_at(i);
    if (other->mode == mode && other->cls == mult->cls && !strcmp(other->family, mult->family))
      return other;
  }
  cli_die("--mode: no cell of the registry says what mode %d of %s (family %s) computes", mode,
          mult->name, mult->family);
}

static void load_map(compiled *c) {
  c->map = run_map(c->map_path, c->net, &c->hw);
  if (c->hw.map && c->sized)
    cli_usage("%s: --map brings rows and columns: no --rows or --cols", c->command);
}

static void make_plan(compiled *c) {
  vmac_err err;
  if (c->plan_path) {
    c->plan = vmac_plan_load(c->net, c->net_path, c->plan_path, &err);
    if (!c->plan) cli_die("%s", err.text);
    c->hw.cell = vmac_hw_cell(c->plan->mult);
    return;
  }
  const vmac_mult *mult = c->map ? c->map->mult[0] : vmac_mult_find(c->mult, &err);
  if (!mult) cli_die("%s", err.text);
  c->hw.cell = vmac_hw_cell(mult);
  if (c->operand_mode >= 0) mult = in_mode(mult, c->operand_mode);
  vmac_dataset calib = {0};
  long long images = c->calib_images;
  if (vmac_mode_calibrates(c->mode))
    calib = run_load(c->calib, c->net, c->net_path, &images, "--calib-images");
  vmac_ktiles *tiles = NULL;
  if (c->hw.opt_ktile) {
    tiles = vmac_ktiles_new(c->net, c->hw.rows, c->hw.cols, &err);
    if (!tiles) cli_die("%s does not compile: %s", c->net_path, err.text);
  }
  c->plan =
      c->map ? run_plan_map(c->net, c->map, c->mode, tiles, &calib, c->calib, (size_t)images, &err)
             : run_plan_layers(c->net, mult, NULL, c->mode, tiles, &calib, c->calib, (size_t)images,
                               &err);
  if (!c->plan) cli_die("%s", err.text);
  vmac_dataset_free(&calib);
}

void compiled_make(compiled *c) {
  vmac_err err;
  c->net = run_net(c->net_path);
  if (c->map_path) load_map(c);
  make_plan(c);
  if (c->hw.opt_correction == 3) {
    if (!c->hw.phi_rank) c->hw.phi_rank = 1;
    vmac_phi(vmac_mult_at((size_t)c->hw.cell), c->hw.phi_rank, c->phi);
    c->hw.phi = c->phi;
  }
  c->program = vmac_program_compile(c->net, c->plan, &c->hw, c->rounding, &err);
  if (!c->program)
    cli_die("%s does not compile for %d x %d: %s", c->net_path, c->hw.rows, c->hw.cols, err.text);
  c->program->net_hash = file_hash(c->net_path);
}

void compiled_free(compiled *c) {
  vmac_program_free(c->program);
  vmac_plan_free(c->plan);
  vmac_net_free(c->net);
  vmac_map_free(c->map);
  free((void *)(uintptr_t)c->hw.map);
}

void compiled_name(const compiled *c, int op, vmac_jobkind kind, char *text, size_t size) {
  if (op >= 0)
    snprintf(text, size, "%3d %s", op, vmac_op_name(c->net->op[op].kind));
  else
    snprintf(text, size, "  - %s", kind == VMAC_JOB_INPUT ? "input" : "copy");
}
