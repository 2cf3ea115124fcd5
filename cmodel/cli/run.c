/* Loading, planning and scoring for the subcommands that run a network.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

vmac_net *run_net(const char *path) {
  vmac_err err;
  vmac_net *net = vmac_net_load(path, &err);
  if (!net) cli_die("%s", err.text);
  return net;
}

const vmac_mult **run_mults(char *list, bool once, size_t *count) {
  vmac_err err;
  const vmac_mult **mult = vmac_alloc(list ? strlen(list) + 1 : vmac_mult_count(), sizeof *mult);
  *count = 0;
  for (size_t i = 0; !list && i < vmac_mult_count(); i++) mult[(*count)++] = vmac_mult_at(i);
  for (char *name = list ? strtok(list, ",") : NULL; name; name = strtok(NULL, ",")) {
    const vmac_mult *found = vmac_mult_find(name, &err);
    if (!found) cli_usage("--mults: %s", err.text);
    for (size_t i = 0; once && i < *count; i++)
      if (mult[i] == found) cli_usage("--mults: %s twice", name);
    mult[(*count)++] = found;
  }
  return mult;
}

vmac_dataset run_load(const char *spec, const vmac_net *net, const char *net_path,
                      long long *images, const char *option) {
  vmac_dataset data;
  vmac_err err;
  if (!vmac_dataset_load(&data, spec, &err)) cli_die("%s", err.text);
  if (!vmac_net_takes(net, &data, &err))
    cli_die("%s does not fit %s: %s", spec, net_path, err.text);
  if (!*images) *images = (long long)data.n;
  if ((size_t)*images > data.n)
    cli_die("%s: expected at most %zu, the images in %s, found %lld", option, data.n, spec,
            *images);
  return data;
}

vmac_dataset run_load_labelled(const char *spec, const vmac_net *net, const char *net_path,
                               long long *images, const char *option) {
  vmac_dataset data = run_load(spec, net, net_path, images, option);
  run_want_labels(&data, spec);
  return data;
}

void run_want_labels(const vmac_dataset *data, const char *spec) {
  if (!data->classes)
    cli_die(
        "%s: a picture without a label, and labels are asked for: a sheet has some (varimac data "
        "--help)",
        spec);
}

void run_refuse_test_set(const char *option, const char *spec) {
  const size_t n = strlen(spec);
  if (n >= 5 && !strcmp(spec + n - 5, ":test"))
    cli_die("%s: %s is a test set; use training images, such as subset:calib or "
            "cifar10:train",
            option, spec);
}

void run_note_calibration(vmac_plan *plan, const char *calib_spec, size_t calib_images) {
  plan->calibration[0] = '\0';
  if (vmac_mode_calibrates(plan->mode))
    snprintf(plan->calibration, sizeof plan->calibration, "%zu images of %s", calib_images,
             calib_spec);
}

vmac_plan *run_plan(const vmac_net *net, const vmac_mult *mult, vmac_mode mode,
                    const vmac_dataset *calib, const char *calib_spec, size_t calib_images,
                    vmac_err *err) {
  return run_plan_layers(net, mult, NULL, mode, NULL, calib, calib_spec, calib_images, err);
}

vmac_plan *run_plan_layers(const vmac_net *net, const vmac_mult *mult, const bool *layers,
                           vmac_mode mode, vmac_ktiles *ktiles, const vmac_dataset *calib,
                           const char *calib_spec, size_t calib_images, vmac_err *err) {
  vmac_err why;
  vmac_plan *plan =
      vmac_plan_make_tiled(net, mult, layers, mode, ktiles, calib, calib_images, &why);
  if (!plan) {
    vmac_fail(err, "%s, correction %s: %.900s", mult->name, vmac_mode_name(mode), why.text);
    return NULL;
  }
  run_note_calibration(plan, calib_spec, calib_images);
  return plan;
}

vmac_map *run_map(const char *path, const vmac_net *net, vmac_hw *hw) {
  vmac_err err;
  bool of_pes;
  vmac_map *map = NULL;
  if (!vmac_map_of_pes_file(path, &of_pes, &err)) cli_die("%s", err.text);
  if (!of_pes) {
    map = vmac_map_load(path, net, &err);
    if (!map) cli_die("%s", err.text);
    hw->cell = vmac_hw_cell(map->mult[0]);
    hw->opt_mode = map->mult[0]->mode >= 0;
    return map;
  }
  uint8_t *pes = vmac_pe_map_load(path, &hw->rows, &hw->cols, &err);
  if (!pes) cli_die("%s", err.text);
  hw->map = pes;
  hw->cell = pes[0];
  map = vmac_map_of_pes(net, hw, &err);
  if (!map) cli_die("%s: %s", path, err.text);
  return map;
}

vmac_plan *run_plan_map(const vmac_net *net, const vmac_map *map, vmac_mode mode,
                        vmac_ktiles *ktiles, const vmac_dataset *calib, const char *calib_spec,
                        size_t calib_images, vmac_err *err) {
  vmac_err why;
  vmac_plan *plan = vmac_plan_make_map(net, map, mode, ktiles, calib, calib_images, &why);
  if (!plan) {
    vmac_fail(err, "correction %s: %.900s", vmac_mode_name(mode), why.text);
    return NULL;
  }
  run_note_calibration(plan, calib_spec, calib_images);
  return plan;
}

/* What is asked for is looked at before images are read. */
vmac_plan *run_plan_from(const vmac_net *net, const run_source *from, const fitted *fit) {
  vmac_err err;
  if (from->plan) {
    vmac_plan *plan = vmac_plan_load(net, fit->net, from->plan, &err);
    if (!plan) cli_die("%s", err.text);
    return plan;
  }
  if (!from->mult && !from->map) return NULL;
  const vmac_mult *mult = from->map ? NULL : vmac_mult_find(from->mult, &err);
  if (!from->map && !mult) cli_die("%s", err.text);
  vmac_hw hw = vmac_hw_default();
  vmac_map *map = from->map ? run_map(from->map, net, &hw) : NULL;
  bool *layers = vmac_alloc((size_t)net->ops, sizeof *layers);
  if (!vmac_layers_parse(net, fit->layers ? fit->layers : "all", layers, &err))
    cli_usage("--layers: %s", err.text);
  vmac_ktiles *tiles = run_ktiles(net, from->ktile);
  if (tiles && hw.map && (tiles->rows != hw.rows || tiles->cols != hw.cols))
    cli_usage("--ktile %s: %s is of %d x %d PEs", from->ktile, from->map, hw.rows, hw.cols);
  vmac_dataset calib = {0};
  long long images = fit->calib_images;
  if (vmac_mode_calibrates(from->mode))
    calib = run_load(fit->calib, net, fit->net, &images, "--calib-images");
  const size_t n = (size_t)images;
  vmac_plan *plan =
      map ? run_plan_map(net, map, from->mode, tiles, &calib, fit->calib, n, &err)
          : run_plan_layers(net, mult, layers, from->mode, tiles, &calib, fit->calib, n, &err);
  if (!plan) cli_die("%s", err.text);
  vmac_dataset_free(&calib);
  vmac_map_free(map);
  free((void *)(uintptr_t)hw.map);
  free(layers);
  return plan;
}

vmac_plan *run_control(const vmac_net *net, const vmac_plan *plan, vmac_control_kind kind,
                       long long seed, const fitted *fit) {
  if (!kind) return NULL;
  long long images = fit->calib_images;
  vmac_dataset calib = run_load(fit->calib, net, fit->net, &images, "--calib-images");
  vmac_plan *control = vmac_control_plan(net, plan, kind, (uint64_t)seed, &calib, (size_t)images);
  vmac_dataset_free(&calib);
  return control;
}

size_t run_tune(const vmac_net *net, const vmac_tuner *tuner, const vmac_mult *mult,
                const bool *layers, vmac_mode mode, vmac_net *tuned) {
  vmac_err err;
  char what[96];
  size_t all = 0, done = 0, changed = 0;
  for (int i = 0; i < net->ops; i++)
    if (layers[i]) all += net->tensor[net->op[i].weight].size;
  snprintf(what, sizeof what, "tuning for %s %s, weights", mult->name, vmac_mode_name(mode));
  cli_progress(what, 0, all);
  for (int i = 0; i < net->ops; i++) {
    const vmac_tensor *was = layers[i] ? &net->tensor[net->op[i].weight] : NULL;
    if (!was) continue;
    vmac_tune_layer(tuner, mult, mode, i, tuned);
    for (size_t w = 0; w < was->size; w++)
      changed += was->i8[w] != tuned->tensor[net->op[i].weight].i8[w];
    cli_progress(what, done += was->size, all);
  }
  if (!vmac_net_prepare(tuned, &err)) cli_die("tuned weights: %s", err.text);
  return changed;
}

bool run_judge(const vmac_tuner *tuner, const vmac_plan *given, const vmac_plan *tuned,
               run_verdict *v) {
  v->images = vmac_tune_judges(tuner, &v->seen);
  const size_t chunk = run_chunk(v->images), left = v->images - v->judged;
  const size_t count = left < chunk ? left : chunk;
  if (!left) return false;
  v->given += vmac_tune_agree(tuner, given, v->judged, count);
  v->tuned += vmac_tune_agree(tuner, tuned, v->judged, count);
  v->judged += count;
  return true;
}

void run_untune(const vmac_net *net, vmac_net *tuned) {
  vmac_err err;
  for (int i = 0; i < net->ops; i++) {
    if (!vmac_op_is_mac(&net->op[i])) continue;
    const vmac_tensor *given = &net->tensor[net->op[i].weight];
    memcpy(tuned->tensor[tuned->op[i].weight].i8, given->i8, given->size);
  }
  if (!vmac_net_prepare(tuned, &err)) cli_die("given weights: %s", err.text);
}

vmac_ktiles *run_ktiles(const vmac_net *net, const char *text) {
  if (!text || !strcmp(text, "0")) return NULL;
  const size_t digits = strcspn(text, "x");
  char *rows_text = memcpy(vmac_alloc(digits + 1, 1), text, digits);
  const char *cols_text = text[digits] ? text + digits + 1 : rows_text;
  if (!*rows_text || !*cols_text)
    cli_usage("--ktile: expected ROWSxCOLUMNS or one number for both, found '%s'", text);
  const int rows = (int)cli_int("--ktile", rows_text, 4, 64);
  vmac_err err;
  const int cols = (int)cli_int("--ktile", cols_text, 4, 64);
  free(rows_text);
  vmac_ktiles *tiles = vmac_ktiles_new(net, rows, cols, &err);
  if (!tiles) cli_die("--ktile %s: %s", text, err.text);
  return tiles;
}

/* Threads wait for each other at the end of each, so: many images, but a sign of life. */
size_t run_chunk(size_t images) {
  return images / 32 > 64 ? images / 32 : 64;
}

void run_answers(const char *what, const vmac_net *net, const vmac_plan *plan,
                 vmac_rounding rounding, const vmac_dataset *data, size_t images, uint8_t *answer,
                 int8_t *outputs) {
  const size_t chunk = run_chunk(images), size = net->tensor[net->output].size;
  cli_progress(what, 0, images);
  for (size_t i = 0; i < images; i += chunk) {
    const size_t count = images - i < chunk ? images - i : chunk;
    vmac_answers(net, plan, rounding, data, i, count, answer + i,
                 outputs ? outputs + i * size : NULL);
    cli_progress(what, i + count, images);
  }
}

void run_scores(const char *what, const vmac_net *net, vmac_scorer *scorer, const vmac_plan *plan,
                size_t images, uint8_t *answer, int8_t *outputs) {
  const size_t chunk = run_chunk(images), size = net->tensor[net->output].size;
  cli_progress(what, 0, images);
  for (size_t i = 0; i < images; i += chunk) {
    const size_t count = images - i < chunk ? images - i : chunk;
    vmac_scorer_answers(scorer, plan, i, count, answer + i, outputs ? outputs + i * size : NULL);
    cli_progress(what, i + count, images);
  }
}

size_t run_equal(const uint8_t *a, const uint8_t *b, size_t images) {
  size_t equal = 0;
  for (size_t i = 0; i < images; i++) equal += a[i] == b[i];
  return equal;
}

static bool is_exact(const int32_t *table, vmac_class cls) {
  for (int a = 0; a < 256; a++)
    for (int w = 0; w < 256; w++)
      if (table[a << 8 | w] != vmac_operand(cls, (uint8_t)a) * vmac_operand(cls, (uint8_t)w))
        return false;
  return true;
}

/* Weights of a layer that a cell multiplies which is not exact; exact: (cells of the plan). */
static int64_t approximate(const vmac_op *op, const vmac_plan *plan, const vmac_mac *mac,
                           const bool *exact) {
  int64_t count = 0;
  for (int i = 0; i < op->n * op->k; i++)
    count += !exact[(mac->table - plan->cell->table) / 65536 + (mac->cell ? mac->cell[i] : 0)];
  return count;
}

double run_share(const vmac_net *net, const vmac_plan *plan) {
  if (!plan || !plan->cells) return 0;
  bool *exact = vmac_alloc((size_t)plan->cells, sizeof *exact);
  for (int i = 0; i < plan->cells; i++)
    exact[i] = is_exact(plan->cell[i].table, plan->cell[i].mult->cls);
  int64_t all = 0, cell = 0;
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    all += vmac_op_macs(op);
    if (vmac_plan_has(plan, i)) cell += op->m * approximate(op, plan, &plan->mac[i], exact);
  }
  free(exact);
  return all ? (double)cell / (double)all : 0;
}

vmac_rounding run_rounding(const char *text) {
  if (strcmp(text, "double") && strcmp(text, "single"))
    cli_usage("--rounding: expected double or single, found '%s'", text);
  return *text == 's' ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE;
}

const char *run_rounding_name(vmac_rounding rounding) {
  return rounding == VMAC_ROUND_SINGLE ? "single" : "double";
}
