/* A network's map as JSON:
 *   {"format": "varimac-map-2", "edge": "dyn4", "rest": "exact",
 *    "layers": [{"layer": 0, "cell": "perf2"},
 *               {"layer": 1, "filters": ["dyn4", "dyn0", ...]},
 *               {"layer": 2, "inputs": ["dyn0", "dyn2", ...]},
 *               {"layer": 5, "taps": ["dyn4", "dyn4", "dyn0", ...]}]}
 * layers: MAC layers, counted from 0 in the order of the ops, as --layers has it; each once. "cell":
 * all its products. "filters": a name for each output channel, or in its place a list of names, one
 * for each weight in vmac_patch()'s order. "inputs": a name for each input channel, of a fully
 * connected layer for each input; "taps": for each place of the window, in rows.
 * rest: the cell of layers not named; without it they multiply exactly. edge: one array has them all,
 * whose side column sums that cell's X; without it a layer of one cell has that one's, as on an array
 * of its own, and one of several those of the first cell named. Names are the registry's.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "net/net.h"

static const char format[] = "varimac-map-2";

/* What is being read. */
typedef struct {
  const char *path;
  const vmac_net *net;
  vmac_map *map; /* NULL until a cell is named */
  vmac_err *err;
} reader;

/* The number in the map of the cell that `item` names, -1: an error. place: in words. */
static int cell_of(reader *r, const cJSON *item, const char *place) {
  const char *name = cJSON_GetStringValue(item);
  vmac_err why;
  if (!name) {
    vmac_fail(r->err, "%s: %s: expected the name of a cell", r->path, place);
    return -1;
  }
  const vmac_mult *mult = vmac_mult_find(name, &why);
  if (!mult) {
    vmac_fail(r->err, "%s: %s: %.900s", r->path, place, why.text);
    return -1;
  }
  if (!r->map) r->map = vmac_map_new(r->net, mult);
  const int cell = vmac_map_cell(r->map, mult);
  if (cell < 0) vmac_fail(r->err, "%s: %s: expected at most 256 cells", r->path, place);
  return cell;
}

/* `count` names from a list into cell. */
static bool read_names(reader *r, const cJSON *list, const char *place, int count, uint8_t *cell) {
  if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != count)
    return vmac_fail(r->err, "%s: %s: expected a list of %d names, found %d", r->path, place, count,
                     cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0);
  const cJSON *item;
  int i = 0;
  cJSON_ArrayForEach(item, list) {
    char at[160];
    snprintf(at, sizeof at, "%.120s, entry %d", place, i);
    const int found = cell_of(r, item, at);
    if (found < 0) return false;
    cell[i++] = (uint8_t)found;
  }
  return true;
}

static bool read_filters(reader *r, const cJSON *list, const char *place, const vmac_op *op,
                         uint8_t *cell) {
  if (!cJSON_IsArray(list) || cJSON_GetArraySize(list) != op->n)
    return vmac_fail(r->err, "%s: %s: expected %d entries, one for each output channel, found %d",
                     r->path, place, op->n, cJSON_IsArray(list) ? cJSON_GetArraySize(list) : 0);
  const cJSON *item;
  int j = 0;
  cJSON_ArrayForEach(item, list) {
    char at[160];
    snprintf(at, sizeof at, "%.120s, entry %d", place, j);
    uint8_t *to = cell + (size_t)j++ * (size_t)op->k;
    if (cJSON_IsArray(item)) {
      if (!read_names(r, item, at, op->k, to)) return false;
      continue;
    }
    const int found = cell_of(r, item, at);
    if (found < 0) return false;
    memset(to, found, (size_t)op->k);
  }
  return true;
}

/* Places inside the filters: the same in all. */
static bool read_places(reader *r, const cJSON *list, const char *place, const vmac_op *op,
                        bool taps, uint8_t *cell) {
  const bool fc = op->kind == VMAC_FC, depthwise = op->kind == VMAC_DEPTHWISE;
  if (taps ? fc : depthwise)
    return vmac_fail(r->err, "%s: %s: %s has %s", r->path, place, vmac_op_name(op->kind),
                     taps ? "no window" : "one input channel for each filter; name filters");
  const int window = fc ? 1 : op->kh * op->kw, channels = op->k / window;
  const int count = taps ? window : channels;
  uint8_t *of = vmac_alloc((size_t)count, 1);
  const bool good = read_names(r, list, place, count, of);
  for (int i = 0; good && i < op->n * op->k; i++)
    cell[i] = of[taps ? i % op->k / channels : i % op->k % channels];
  free(of);
  return good;
}

static bool read_layer(reader *r, const cJSON *layer, int op, int number) {
  static const char *const keys[] = {"cell", "filters", "inputs", "taps"};
  const vmac_op *of = &r->net->op[op];
  const cJSON *item = NULL, *found;
  int key = -1;
  char place[96];
  for (int i = 0; i < 4; i++)
    if ((found = cJSON_GetObjectItemCaseSensitive(layer, keys[i]))) {
      if (item)
        return vmac_fail(r->err, "%s: layer %d: expected one of cell, filters, inputs and taps",
                         r->path, number);
      item = found;
      key = i;
    }
  if (!item || cJSON_GetArraySize(layer) != 2)
    return vmac_fail(r->err,
                     "%s: layer %d: expected \"layer\" and one of cell, filters, inputs "
                     "and taps, found other keys",
                     r->path, number);
  snprintf(place, sizeof place, "layer %d, \"%s\"", number, keys[key]);
  uint8_t *cell = vmac_alloc((size_t)of->n * (size_t)of->k, 1);
  int all = 0;
  bool good = true;
  if (key == 0) {
    good = (all = cell_of(r, item, place)) >= 0;
    memset(cell, all, (size_t)of->n * (size_t)of->k);
  } else if (key == 1) {
    good = read_filters(r, item, place, of, cell);
  } else {
    good = read_places(r, item, place, of, key == 3, cell);
  }
  if (good)
    r->map->cell[op] = cell;
  else
    free(cell);
  return good;
}

/* The op of MAC layer `number`, -1: there is none. */
static int op_of(const vmac_net *net, double number) {
  for (int i = 0, at = 0; i < net->ops; i++)
    if (vmac_op_is_mac(&net->op[i]) && at++ == number) return i;
  return -1;
}

static bool read_map(reader *r, const cJSON *root) {
  static const char *const known[] = {"format", "edge", "rest", "layers"};
  const cJSON *key, *layer;
  cJSON_ArrayForEach(key, root) {
    bool good = false;
    for (int i = 0; i < 4; i++) good = good || !strcmp(key->string, known[i]);
    if (!good)
      return vmac_fail(r->err, "%s: \"%s\": expected format, edge, rest and layers", r->path,
                       key->string);
  }
  const cJSON *edge = cJSON_GetObjectItemCaseSensitive(root, "edge");
  const cJSON *rest = cJSON_GetObjectItemCaseSensitive(root, "rest");
  const cJSON *layers = cJSON_GetObjectItemCaseSensitive(root, "layers");
  int of_rest = -1;
  if (edge && cell_of(r, edge, "\"edge\"") < 0) return false;
  if (rest && (of_rest = cell_of(r, rest, "\"rest\"")) < 0) return false;
  if (!cJSON_IsArray(layers))
    return vmac_fail(r->err, "%s: \"layers\": expected a list of layers", r->path);
  cJSON_ArrayForEach(layer, layers) {
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(layer, "layer");
    const int op = cJSON_IsNumber(number) ? op_of(r->net, number->valuedouble) : -1;
    if (op < 0 || (r->map && r->map->cell[op]))
      return vmac_fail(r->err,
                       "%s: \"layers\": expected MAC layers of the network, each once; "
                       "\"layer\": %g",
                       r->path, cJSON_IsNumber(number) ? number->valuedouble : -1);
    if (!read_layer(r, layer, op, number->valueint)) return false;
  }
  if (!r->map) return vmac_fail(r->err, "%s: expected some cell, found none", r->path);
  r->map->shared = edge;
  for (int i = 0; i < r->net->ops; i++)
    if (vmac_op_is_mac(&r->net->op[i]) && !r->map->cell[i] && of_rest >= 0)
      vmac_map_fill(r->map, r->net, i, of_rest);
  vmac_err why;
  return vmac_map_check(r->map, r->net, &why) || vmac_fail(r->err, "%s: %.900s", r->path, why.text);
}

vmac_map *vmac_map_load(const char *path, const vmac_net *net, vmac_err *err) {
  cJSON *root = vmac_read_json(path, err);
  if (!root) return NULL;
  reader r = {path, net, NULL, err};
  bool good = false;
  const char *found = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "format"));
  if (!found || strcmp(found, format))
    vmac_fail(err, "%s: \"format\": expected \"%s\", found \"%s\"; is this a network's map?", path,
              format, found ? found : "");
  else
    good = read_map(&r, root);
  cJSON_Delete(root);
  if (good) return r.map;
  vmac_map_free(r.map);
  return NULL;
}
