/* A map of cells, which PE has which, as JSON:
 *   {"format": "varimac-map-1", "rows": 4, "cols": 6,
 *    "cells": ["exact", ["exact", "perf2", "perf2", "perf2", "trunc6", "trunc6"], ...]}
 * cells: a row each, top row first; a row is the names of its PEs, column 0's first, or one name
 * for all; cells may itself be one name for all PEs. Names are the registry's.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "program/program.h"

static const char format[] = "varimac-map-1";

static const char *kind_of(const cJSON *item) {
  return !item                  ? "nothing"
         : cJSON_IsNumber(item) ? "a number"
         : cJSON_IsString(item) ? "a name"
         : cJSON_IsArray(item)  ? "a list"
                                : "something else";
}

/* root[key], 4..64. */
static bool read_side(const char *path, const cJSON *root, const char *key, int *side,
                      vmac_err *err) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
  const double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
  if (!(value >= VMAC_ROWS_MIN && value <= VMAC_ROWS_MAX) || value != (double)(int)value) {
    if (cJSON_IsNumber(item))
      return vmac_fail(err, "%s: \"%s\": expected a whole number in %d..%d, found %g", path, key,
                       VMAC_ROWS_MIN, VMAC_ROWS_MAX, value);
    return vmac_fail(err, "%s: \"%s\": expected a whole number in %d..%d, found %s", path, key,
                     VMAC_ROWS_MIN, VMAC_ROWS_MAX, kind_of(item));
  }
  *side = (int)value;
  return true;
}

/* One name for `count` PEs from cell[0] on. place: in words, for errors. */
static bool read_name(const char *path, const char *place, const cJSON *item, uint8_t *cell,
                      size_t count, vmac_err *err) {
  vmac_err why;
  const vmac_mult *mult = vmac_mult_find(item->valuestring, &why);
  if (!mult) return vmac_fail(err, "%s: %s: %.900s", path, place, why.text);
  const int index = vmac_hw_cell(mult);
  if (index > UINT8_MAX)
    return vmac_fail(err, "%s: %s: expected a cell in 0..%d (a byte per PE), found %s, which is %d",
                     path, place, UINT8_MAX, mult->name, index);
  memset(cell, index, count);
  return true;
}

static bool read_row(const char *path, const cJSON *row, int r, int cols, uint8_t *cell,
                     vmac_err *err) {
  char place[64];
  snprintf(place, sizeof place, "\"cells\", row %d", r);
  if (cJSON_IsString(row)) return read_name(path, place, row, cell, (size_t)cols, err);
  if (!cJSON_IsArray(row))
    return vmac_fail(err, "%s: %s: expected a name or a list of %d, found %s", path, place, cols,
                     kind_of(row));
  if (cJSON_GetArraySize(row) != cols)
    return vmac_fail(err, "%s: %s: expected %d names, found %d", path, place, cols,
                     cJSON_GetArraySize(row));
  const cJSON *item;
  int c = 0;
  cJSON_ArrayForEach(item, row) {
    snprintf(place, sizeof place, "\"cells\", row %d, column %d", r, c);
    if (!cJSON_IsString(item))
      return vmac_fail(err, "%s: %s: expected a name, found %s", path, place, kind_of(item));
    if (!read_name(path, place, item, &cell[c++], 1, err)) return false;
  }
  return true;
}

static bool read_cells(const char *path, const cJSON *cells, int rows, int cols, uint8_t *cell,
                       vmac_err *err) {
  if (cJSON_IsString(cells))
    return read_name(path, "\"cells\"", cells, cell, (size_t)rows * (size_t)cols, err);
  if (!cJSON_IsArray(cells))
    return vmac_fail(err, "%s: \"cells\": expected a name or a list of %d rows, found %s", path,
                     rows, kind_of(cells));
  if (cJSON_GetArraySize(cells) != rows)
    return vmac_fail(err, "%s: \"cells\": expected %d rows, found %d", path, rows,
                     cJSON_GetArraySize(cells));
  const cJSON *row;
  int r = 0;
  cJSON_ArrayForEach(row, cells) {
    if (!read_row(path, row, r, cols, cell + r * cols, err)) return false;
    r++;
  }
  return true;
}

static uint8_t *map_from_json(const char *path, const cJSON *root, int *rows, int *cols,
                              vmac_err *err) {
  const char *found = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "format"));
  if (!found || strcmp(found, format)) {
    vmac_fail(err, "%s: \"format\": expected \"%s\", found \"%s\"; is this a map of cells?", path,
              format, found ? found : "");
    return NULL;
  }
  if (!read_side(path, root, "rows", rows, err) || !read_side(path, root, "cols", cols, err))
    return NULL;
  uint8_t *cell = vmac_alloc((size_t)*rows * (size_t)*cols, 1);
  vmac_hw hw = vmac_hw_default();
  vmac_err why;
  bool good =
      read_cells(path, cJSON_GetObjectItemCaseSensitive(root, "cells"), *rows, *cols, cell, err);
  hw.rows = *rows;
  hw.cols = *cols;
  hw.cell = cell[0];
  hw.map = cell;
  if (good && !vmac_hw_check(&hw, &why)) good = vmac_fail(err, "%s: %.900s", path, why.text);
  if (good) return cell;
  free(cell);
  return NULL;
}

bool vmac_map_of_pes_file(const char *path, bool *of_pes, vmac_err *err) {
  cJSON *root = vmac_read_json(path, err);
  const char *found = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "format"));
  *of_pes = found && !strcmp(found, format);
  cJSON_Delete(root);
  return root;
}

uint8_t *vmac_pe_map_load(const char *path, int *rows, int *cols, vmac_err *err) {
  cJSON *root = vmac_read_json(path, err);
  uint8_t *map = root ? map_from_json(path, root, rows, cols, err) : NULL;
  cJSON_Delete(root);
  return map;
}
