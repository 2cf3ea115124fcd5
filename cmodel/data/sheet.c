/* Sheets: one PNG that holds a whole labelled data set, one image a row.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "data/data.h"

/* FILE.png -> FILE.labels */
static bool labels_path(char out[DATA_PATH], const char *png, vmac_err *err) {
  const size_t length = strlen(png);
  if (length < 5 || strcmp(png + length - 4, ".png") != 0)
    return vmac_fail(err, "%s: a sheet's name must end in .png (its labels: .labels)", png);
  if (length + 4 > DATA_PATH) return vmac_fail(err, "%.64s...: path too long", png);
  memcpy(out, png, length - 4);
  memcpy(out + length - 4, ".labels", 8);
  return true;
}

/* Side of a square of `area` pixels, or 0. */
static int square_side(int area) {
  int side = 1;
  while (side < 4096 && side * side < area) side++;
  return side * side == area ? side : 0;
}

bool data_read_sheet(const char *png, vmac_dataset *data, vmac_err *err) {
  char beside[DATA_PATH];
  data_picture sheet;
  if (!labels_path(beside, png, err) || !data_read_png(png, 0, 0, 0, &sheet, err)) return false;
  const int side = square_side(sheet.w);
  uint8_t *labels = NULL;
  if (!side)
    vmac_fail(err,
              "%s: expected one square image in each row, so a width like 784 or 1024; found %d",
              png, sheet.w);
  else
    labels = data_read_labels(beside, (size_t)sheet.h, err);
  if (!labels) {
    free(sheet.pixels);
    return false;
  }
  int classes = 0;
  for (int i = 0; i < sheet.h; i++) classes = labels[i] >= classes ? labels[i] + 1 : classes;
  *data = (vmac_dataset){(size_t)sheet.h, side, side, sheet.c, classes, sheet.pixels, labels};
  return true;
}

bool data_write_sheet(const char *png, const vmac_dataset *data, vmac_err *err) {
  char beside[DATA_PATH];
  const data_picture sheet = {data->h * data->w, (int)data->n, data->c, data->pixels};
  if (!labels_path(beside, png, err)) return false;
  vmac_files_begin();
  return vmac_files_end(data_write_labels(beside, data->labels, data->n, err) &&
                            data_write_png(png, &sheet, err),
                        err);
}
