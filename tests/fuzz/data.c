/* Images and labels: PNG, IDX, CIFAR-10's batches, labels as text and as JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "data/data.h"

static bool read_idx(const uint8_t *data, size_t size, vmac_err *err) {
  const size_t whole = 8 + 3, labels = size < whole ? size : whole; /* the last bytes */
  vmac_dataset set = {0};
  const char *images = fuzz_file(0, data, size - labels);
  const bool ok =
      data_read_idx(images, fuzz_file(1, data + size - labels, labels), 3, 4, 4, &set, err);
  if (ok) vmac_dataset_free(&set);
  return ok;
}

/* As `varimac infer` takes a picture, to the sizes that networks have, gray and in colour. */
static void make_small(const data_picture *picture) {
  static const int side[] = {4, 28, 32, 224};
  for (int i = 0; i < 4; i++) {
    const data_window of = data_middle(picture->w, picture->h, side[i], side[i]);
    uint8_t *small = data_resize(picture, of, side[i], side[i]);
    free(data_recolour(small, (size_t)side[i] * (size_t)side[i], picture->c, i % 2 ? 1 : 3));
    free(small);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  enum { IMAGES = 2, BYTES = 32 * 32 * 3 };
  static uint8_t pixels[IMAGES * BYTES], label[IMAGES];
  vmac_err err = {""};
  data_picture picture;
  uint8_t *labels;
  bool ok;
  switch (fuzz_choice(&data, &size) % 5) {
  case 0:
    if ((ok = data_read_png(fuzz_file(0, data, size), 0, 0, 0, &picture, &err))) {
      make_small(&picture);
      free(picture.pixels);
    }
    break;
  case 1:
    ok = read_idx(data, size, &err);
    break;
  case 2:
    ok = data_read_cifar_batch(fuzz_file(0, data, size), IMAGES, pixels, label, &err);
    break;
  case 3:
    if ((ok = (labels = data_read_labels(fuzz_file(0, data, size), 3, &err)))) free(labels);
    break;
  default:
    if ((ok = (labels = data_read_json_labels(fuzz_file(0, data, size), 3, 10, &err))))
      free(labels);
  }
  fuzz_explained(ok, &err);
  return 0;
}
