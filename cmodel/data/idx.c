/* MNIST's IDX files (LeCun, Cortes and Burges). SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "data/data.h"

static uint32_t big32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The payload of one IDX file of bytes with `dims` dimensions want[], copied. NULL on error. */
static uint8_t *read_payload(const char *path, int dims, const uint32_t *want, vmac_err *err) {
  static const char *const axis[] = {"image count", "height", "width"};
  const size_t header = 4 + 4 * (size_t)dims;
  size_t size, payload = 1;
  uint8_t *bytes = vmac_read_file(path, &size, err), *copy = NULL;
  if (!bytes) return NULL;
  bool ok = size >= header;
  if (!ok) vmac_fail(err, "%s: expected an IDX header of %zu bytes, found %zu", path, header, size);
  if (ok && big32(bytes) != (0x800u | (uint32_t)dims))
    ok = vmac_fail(err,
                   "%s: not this kind of IDX file: expected the number 0x%08x first, found 0x%08x",
                   path, 0x800u | (unsigned)dims, (unsigned)big32(bytes));
  for (int d = 0; ok && d < dims; d++) {
    const uint32_t found = big32(bytes + 4 + 4 * d);
    payload *= want[d];
    if (found != want[d])
      ok = vmac_fail(err, "%s: %s: expected %u, found %u", path, axis[d], (unsigned)want[d],
                     (unsigned)found);
  }
  if (ok && size != header + payload)
    ok = vmac_fail(err, "%s: expected %zu bytes, found %zu", path, header + payload, size);
  if (ok) {
    copy = vmac_alloc(payload, 1);
    memcpy(copy, bytes + header, payload);
  }
  free(bytes);
  return copy;
}

bool data_read_idx(const char *images, const char *labels, size_t n, int h, int w,
                   vmac_dataset *data, vmac_err *err) {
  const uint32_t want[3] = {(uint32_t)n, (uint32_t)h, (uint32_t)w};
  *data = (vmac_dataset){n, h, w, 1, 10, read_payload(images, 3, want, err), NULL};
  if (!data->pixels) return false;
  data->labels = read_payload(labels, 1, want, err);
  bool ok = data->labels != NULL;
  for (size_t i = 0; ok && i < n; i++)
    if (data->labels[i] > 9)
      ok = vmac_fail(err, "%s: entry %zu: expected a label 0..9, found %d", labels, i,
                     data->labels[i]);
  if (!ok) vmac_dataset_free(data);
  return ok;
}
