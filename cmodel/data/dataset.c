/* vmac_dataset_load(): what a data-set spec means and where its files lie.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/data.h"

/* Downloaded and shipped data lie in the current directory's tree, else in the checkout's. */
#define BUILD_DATA "build/data"
#define HOME_DATA VMAC_HOME "/build/data"

bool data_path(char out[DATA_PATH], const char *dir, const char *name, vmac_err *err) {
  if (snprintf(out, DATA_PATH, "%s/%s", dir, name) < DATA_PATH) return true;
  return vmac_fail(err, "%.64s.../%s: path too long", dir, name);
}

/* The first of dirs[0..n) that holds `file`, or NULL. */
static const char *dir_with(const char *const *dirs, size_t n, const char *file) {
  char path[DATA_PATH];
  vmac_err ignored;
  for (size_t i = 0; i < n; i++)
    if (data_path(path, dirs[i], file, &ignored) && access(path, F_OK) == 0) return dirs[i];
  return NULL;
}

/* The folder of the downloaded data set `set`, found by one of its files. */
static bool find_set(char out[DATA_PATH], const char *set, const char *file, vmac_err *err) {
  const char *const chosen = getenv("VARIMAC_DATA");
  const char *const dirs[] = {chosen && *chosen ? chosen : BUILD_DATA, HOME_DATA};
  const size_t n = chosen && *chosen ? 1 : 2;
  char inside[64];
  snprintf(inside, sizeof inside, "%s/%s", set, file);
  const char *dir = dir_with(dirs, n, inside);
  if (dir) return data_path(out, dir, set, err);
  return vmac_fail(err, "%s: no such file under %s%s%s; `make data` fetches it%s", inside, dirs[0],
                   n > 1 ? " or " : "", n > 1 ? dirs[1] : "",
                   n > 1 ? ", VARIMAC_DATA names another folder" : " (VARIMAC_DATA is set)");
}

static bool load_cifar(vmac_dataset *data, bool train, vmac_err *err) {
  char dir[DATA_PATH];
  const char *binary = getenv("CIFAR10_DIR");
  if (binary && *binary) {
    vmac_err why;
    if (data_read_cifar_binary(binary, train, data, &why)) return true;
    return vmac_fail(err, "%s (CIFAR10_DIR must hold data_batch_1.bin .. 5 and test_batch.bin)",
                     why.text);
  }
  return find_set(dir, "cifar10", train ? "data_batch_1.png" : "test_batch.png", err) &&
         data_read_cifar_sheets(dir, train, data, err);
}

static bool load_mnist(vmac_dataset *data, bool train, vmac_err *err) {
  char dir[DATA_PATH], images[DATA_PATH], labels[DATA_PATH];
  const char *image_file = train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte";
  return find_set(dir, "mnist", image_file, err) && data_path(images, dir, image_file, err) &&
         data_path(labels, dir, train ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte",
                   err) &&
         data_read_idx(images, labels, train ? 60000 : 10000, 28, 28, data, err);
}

static bool load_subset(vmac_dataset *data, bool train, vmac_err *err) {
  static const char *const dirs[] = {"tests/data", VMAC_HOME "/tests/data"};
  const char *file = train ? "cifar10-calib.png" : "cifar10-test.png";
  char path[DATA_PATH];
  const char *dir = dir_with(dirs, 2, file);
  if (!dir)
    return vmac_fail(err, "%s: not in %s or %s: this file comes with the source", file, dirs[0],
                     dirs[1]);
  return data_path(path, dir, file, err) && data_read_sheet(path, data, err);
}

static bool load_picture(vmac_dataset *data, const char *path, vmac_err *err) {
  data_picture picture;
  if (!data_read_png(path, 0, 0, 0, &picture, err)) return false;
  *data = (vmac_dataset){1, picture.h, picture.w, picture.c, 0, picture.pixels, vmac_alloc(1, 1)};
  return true;
}

bool vmac_dataset_load(vmac_dataset *data, const char *spec, vmac_err *err) {
  static const char *const names[] = {"subset:test",   "subset:calib", "cifar10:test",
                                      "cifar10:train", "mnist:test",   "mnist:train"};
  static bool (*const load[])(vmac_dataset *, bool, vmac_err *) = {load_subset, load_cifar,
                                                                   load_mnist};
  *data = (vmac_dataset){0};
  for (size_t i = 0; i < 6; i++)
    if (!strcmp(spec, names[i])) return load[i / 2](data, i % 2 == 1, err);
  if (!strncmp(spec, "sheet:", 6)) return data_read_sheet(spec + 6, data, err);
  if (!strncmp(spec, "png:", 4)) return load_picture(data, spec + 4, err);
  const char *near = vmac_nearest(spec, names, 6);
  return vmac_fail(err,
                   "no data set '%s'%s%s%s: expected subset:test, subset:calib, cifar10:test, "
                   "cifar10:train, mnist:test, mnist:train, sheet:FILE.png or png:FILE.png",
                   spec, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

vmac_dataset vmac_dataset_part(const vmac_dataset *data, size_t first, size_t n) {
  vmac_dataset part = *data;
  part.pixels += first * (size_t)data->h * (size_t)data->w * (size_t)data->c;
  part.labels += first;
  part.n = n;
  return part;
}

void vmac_dataset_free(vmac_dataset *data) {
  free(data->pixels);
  free(data->labels);
  *data = (vmac_dataset){0};
}
