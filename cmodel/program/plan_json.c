/* Plans as JSON:
 *   {"format": "varimac-plan-3", "network": "<FNV-1a of the .tflite file>", "mult": "perf2",
 *    "mult_table": "<FNV-1a of the cell's truth table>", "mode": "cv", "fraction_bits": 6,
 *    "calibration": "200 images of subset:calib", "ops": [0, 1, 4],
 *    "layers": [{"op": 0, "c0": [..], "c": [..]}, ...]}
 * ops are those that have the cell, the other MAC layers multiply exactly; a varimac-plan-2 has
 * none, and the cell in all. c holds a channel's slopes side by side: one, or one per plane. A
 * varimac-plan-4 has "ktile": [16, 16], rows and columns of the array whose K tiles have slopes of
 * their own; then c holds those of a channel's first tile, its second and so on.
 * "towards", of tuned weights: the network whose sums the coefficients are fitted to; else "". One
 * that does not say comes from a version that tuned weights and did not tell; a varimac-plan-2 is
 * older than these.
 * The two hashes refuse a plan made for another network or another cell of the same name.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "vmac.h"

static const char format[] = "varimac-plan-3", older_format[] = "varimac-plan-2";
static const char tiled_format[] = "varimac-plan-4";

static void hex(char *text, uint64_t hash) {
  snprintf(text, 17, "%016" PRIx64, hash);
}

bool vmac_plan_network(const char *path, char *text, vmac_err *err) {
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, err);
  if (!bytes) return false;
  hex(text, vmac_hash(bytes, size));
  free(bytes);
  return true;
}

static bool of_one_cell(const vmac_plan *plan) {
  for (int i = 0; i < plan->ops; i++)
    if (vmac_plan_has(plan, i) && (plan->mac[i].table != plan->cell->table || plan->mac[i].cell))
      return false;
  return true;
}

bool vmac_plan_save(const vmac_plan *plan, const char *net_path, const char *path, vmac_err *err) {
  if (!of_one_cell(plan)) return vmac_fail(err, "%s: a plan file is of one cell", path);
  char net_hash[17], table_hash[17];
  if (!vmac_plan_network(net_path, net_hash, err)) return false;
  hex(table_hash, vmac_table_hash(plan->cell->table));
  cJSON *root = cJSON_CreateObject(), *layers = cJSON_CreateArray(), *ops = cJSON_CreateArray();
  for (int i = 0; i < plan->ops; i++) {
    const vmac_mac *mac = &plan->mac[i];
    if (vmac_plan_has(plan, i)) cJSON_AddItemToArray(ops, cJSON_CreateNumber(i));
    if (!mac->c0) continue;
    cJSON *layer = cJSON_CreateObject();
    cJSON_AddNumberToObject(layer, "op", i);
    cJSON_AddItemToObject(layer, "c0", cJSON_CreateIntArray(mac->c0, mac->n));
    cJSON_AddItemToObject(layer, "c", cJSON_CreateIntArray(mac->c, mac->n * vmac_mac_sums(mac)));
    cJSON_AddItemToArray(layers, layer);
  }
  cJSON_AddStringToObject(root, "format", plan->ktiles ? tiled_format : format);
  cJSON_AddStringToObject(root, "network", net_hash);
  cJSON_AddStringToObject(root, "mult", plan->mult->name);
  cJSON_AddStringToObject(root, "mult_table", table_hash);
  cJSON_AddStringToObject(root, "mode", vmac_mode_name(plan->mode));
  cJSON_AddNumberToObject(root, "fraction_bits", VMAC_CORR_F);
  cJSON_AddStringToObject(root, "calibration", plan->calibration);
  cJSON_AddStringToObject(root, "towards", plan->towards);
  if (plan->ktiles) {
    const int shape[] = {plan->ktiles->rows, plan->ktiles->cols};
    cJSON_AddItemToObject(root, "ktile", cJSON_CreateIntArray(shape, 2));
  }
  cJSON_AddItemToObject(root, "ops", ops);
  cJSON_AddItemToObject(root, "layers", layers);
  return vmac_write_json(path, root, err);
}

/* The string under key, or "" where there is none. */
static const char *string_of(const cJSON *object, const char *key) {
  const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
  return text ? text : "";
}

static bool expect(const char *path, const cJSON *root, const char *key, const char *want,
                   const char *hint, vmac_err *err) {
  const char *found = string_of(root, key);
  return !strcmp(found, want) || vmac_fail(err, "%s: \"%s\": expected \"%s\", found \"%s\"; %s",
                                           path, key, want, found, hint);
}

/* n whole numbers lo..hi from layer[key] into new memory. */
static int32_t *integers(const char *path, const cJSON *layer, int op, const char *key, int n,
                         int64_t lo, int64_t hi, vmac_err *err) {
  const cJSON *array = cJSON_GetObjectItemCaseSensitive(layer, key), *item;
  const int found = cJSON_IsArray(array) ? cJSON_GetArraySize(array) : -1;
  if (found != n) {
    vmac_fail(err, "%s: layer of op %d: \"%s\": expected %d numbers, found %d", path, op, key, n,
              found);
    return NULL;
  }
  int32_t *value = vmac_alloc((size_t)n, sizeof *value);
  int i = 0;
  cJSON_ArrayForEach(item, array) {
    const double v = cJSON_IsNumber(item) ? item->valuedouble : 0.5;
    if (!(v >= (double)lo && v <= (double)hi) || v != (double)(int32_t)v) {
      vmac_fail(err, "%s: layer of op %d: \"%s\"[%d]: expected a whole number in %lld..%lld", path,
                op, key, i, (long long)lo, (long long)hi);
      free(value);
      return NULL;
    }
    value[i++] = (int32_t)v;
  }
  return value;
}

static bool read_layers(const vmac_net *net, vmac_plan *plan, const char *path, const cJSON *root,
                        vmac_err *err) {
  const cJSON *layers = cJSON_GetObjectItemCaseSensitive(root, "layers"), *layer;
  const int64_t limit = 1 << (VMAC_CORR_C_BITS - 1);
  const vmac_mode mode = plan->mode;
  cJSON_ArrayForEach(layer, layers) {
    const cJSON *op = cJSON_GetObjectItemCaseSensitive(layer, "op");
    const int i = cJSON_IsNumber(op) && op->valuedouble == op->valueint ? op->valueint : -1;
    if (i < 0 || i >= net->ops || !vmac_plan_has(plan, i) || plan->mac[i].c0)
      return vmac_fail(err, "%s: layer of op %d: expected each op that has the cell once", path, i);
    vmac_mac *mac = &plan->mac[i];
    mac->c0 = integers(path, layer, i, "c0", mac->n, INT32_MIN, INT32_MAX, err);
    const int slopes = mac->n * vmac_mac_sums(mac);
    mac->c = mac->c0 ? integers(path, layer, i, "c", slopes, -limit, limit - 1, err) : NULL;
    if (!mac->c) return false;
    for (int c = 0; c < slopes; c++)
      if (mode == VMAC_CORR_NONE || (mode == VMAC_CORR_BIAS && mac->c[c]))
        return vmac_fail(err, "%s: layer of op %d: mode %s has no %s", path, i,
                         vmac_mode_name(mode), mode == VMAC_CORR_NONE ? "coefficients" : "slope");
  }
  for (int i = 0; i < net->ops; i++)
    if (mode != VMAC_CORR_NONE && vmac_plan_has(plan, i) && !plan->mac[i].c0)
      return vmac_fail(err, "%s: no layer for op %d of the network", path, i);
  return true;
}

/* The ops that have the cell, into has (ops). */
static bool read_ops(const vmac_net *net, const char *path, const cJSON *root, bool *has,
                     vmac_err *err) {
  const bool older = !strcmp(string_of(root, "format"), older_format);
  for (int i = 0; i < net->ops; i++) has[i] = older && vmac_op_is_mac(&net->op[i]);
  if (older) return true;
  const cJSON *ops = cJSON_GetObjectItemCaseSensitive(root, "ops"), *item;
  if (!cJSON_IsArray(ops)) return vmac_fail(err, "%s: \"ops\": expected numbers of ops", path);
  cJSON_ArrayForEach(item, ops) {
    const int i = cJSON_IsNumber(item) && item->valuedouble == item->valueint ? item->valueint : -1;
    if (i < 0 || i >= net->ops || !vmac_op_is_mac(&net->op[i]) || has[i])
      return vmac_fail(
          err, "%s: \"ops\": expected multiplying ops of the network, each once; op %d", path, i);
    has[i] = true;
  }
  return true;
}

/* The K tiles of a plan that has them. */
static bool read_ktile(const vmac_net *net, vmac_plan *plan, const char *path, const cJSON *root,
                       vmac_err *err) {
  if (strcmp(string_of(root, "format"), tiled_format)) return true;
  const cJSON *shape = cJSON_GetObjectItemCaseSensitive(root, "ktile");
  const cJSON *rows = cJSON_GetArrayItem(shape, 0), *cols = cJSON_GetArrayItem(shape, 1);
  if (cJSON_GetArraySize(shape) != 2 || !cJSON_IsNumber(rows) || !cJSON_IsNumber(cols))
    return vmac_fail(err, "%s: \"ktile\": expected rows and columns of an array", path);
  vmac_err why;
  vmac_ktiles *tiles = vmac_ktiles_new(net, rows->valueint, cols->valueint, &why);
  if (!tiles) return vmac_fail(err, "%s: \"ktile\": %.900s", path, why.text);
  vmac_plan_tile(plan, tiles);
  return true;
}

static vmac_plan *plan_from_json(const vmac_net *net, const char *net_path, const char *path,
                                 const cJSON *root, vmac_err *err) {
  char hash[17];
  vmac_mode mode;
  if (strcmp(string_of(root, "format"), older_format) &&
      strcmp(string_of(root, "format"), tiled_format) &&
      !expect(path, root, "format", format, "is this a plan file?", err))
    return NULL;
  if (!vmac_plan_network(net_path, hash, err) ||
      !expect(path, root, "network", hash, "the plan belongs to another network file", err))
    return NULL;
  vmac_err why;
  const vmac_mult *mult = vmac_mult_find(string_of(root, "mult"), &why);
  if (!mult || !vmac_mode_find(string_of(root, "mode"), &mode, &why)) {
    vmac_fail(err, "%s: %.900s", path, why.text);
    return NULL;
  }
  if (strcmp(string_of(root, "format"), older_format) &&
      !cJSON_IsString(cJSON_GetObjectItemCaseSensitive(root, "towards"))) {
    vmac_fail(err,
              "%s: \"towards\": expected the network whose sums tuned weights are to give, or "
              "\"\", found neither, as earlier versions wrote it: calibrate again",
              path);
    return NULL;
  }
  const cJSON *fraction = cJSON_GetObjectItemCaseSensitive(root, "fraction_bits");
  if (!cJSON_IsNumber(fraction) || fraction->valuedouble != VMAC_CORR_F) {
    vmac_fail(err, "%s: \"fraction_bits\": expected %d", path, VMAC_CORR_F);
    return NULL;
  }
  bool *has = vmac_alloc((size_t)net->ops, sizeof *has);
  if (!read_ops(net, path, root, has, err)) {
    free(has);
    return NULL;
  }
  vmac_plan *plan = vmac_plan_new(net);
  plan->mode = mode;
  vmac_plan_set(net, plan, mult, has);
  free(has);
  snprintf(plan->calibration, sizeof plan->calibration, "%s", string_of(root, "calibration"));
  snprintf(plan->towards, sizeof plan->towards, "%s", string_of(root, "towards"));
  hex(hash, vmac_table_hash(plan->cell->table));
  if (expect(path, root, "mult_table", hash, "the cell has changed: calibrate again", err) &&
      read_ktile(net, plan, path, root, err) && read_layers(net, plan, path, root, err))
    return plan;
  vmac_plan_free(plan);
  return NULL;
}

vmac_plan *vmac_plan_load(const vmac_net *net, const char *net_path, const char *path,
                          vmac_err *err) {
  cJSON *root = vmac_read_json(path, err);
  vmac_plan *plan = root ? plan_from_json(net, net_path, path, root, err) : NULL;
  cJSON_Delete(root);
  return plan;
}
