/* train_common.h: what the tests of cmodel/train share: a folder of their own, images, a tiny run.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TRAIN_COMMON_H
#define TRAIN_COMMON_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "train/train.h"

enum { SEED = 11 };

static char folder[] = "/tmp/test_train.XXXXXX";

/* A name in the test's own folder, valid until the next call. */
static inline const char *in_folder(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

/* The first n of the shipped test images. */
static inline void load_images(vmac_dataset *data, size_t n) {
  vmac_err err;
  if (!vmac_dataset_load(data, "subset:test", &err)) fail_msg("%s", err.text);
  assert_true(data->n >= n);
  data->n = n;
}

/* n gray images of 28x28 in the manner of MNIST, black around: class k is a bar at its own place,
 * with noise. */
static inline void draw_digits(vmac_dataset *data, size_t n) {
  enum { SIDE = 28, INK = 24 };
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  *data = (vmac_dataset){n, SIDE, SIDE, 1, 10, vmac_alloc(n, SIDE * SIDE), vmac_alloc(n, 1)};
  for (size_t i = 0; i < n; i++) {
    const size_t label = i % 10;
    uint8_t *image = data->pixels + i * SIDE * SIDE;
    data->labels[i] = (uint8_t)label;
    for (size_t y = 2; y < INK; y++)
      for (size_t x = 2; x < INK; x++)
        image[y * SIDE + x] = (uint8_t)((x / 2 - 1 == label ? 180 : 0) + vmac_rng_below(&rng, 70));
  }
}

/* Two epochs over a few shipped images, in four shards of 32. */
static const train_config TINY = {
    5, 2,    128,           4,    0.05, 0.9,  5e-4, 0.05, TRAIN_ONECYCLE, 0.25,
    4, true, "subset:test", NULL, 0,    NULL, false};

static inline train_trainer *net_trainer(const char *name, const train_config *config,
                                         int threads) {
  vmac_err err;
  const train_net *net = train_net_find(name, &err);
  return train_trainer_new(train_model_new(net, config->seed), config, threads);
}

static inline train_trainer *tiny_trainer(const train_config *config, int threads) {
  return net_trainer("resnet8", config, threads);
}

static inline int make_folder(void **state) {
  (void)state;
  return mkdtemp(folder) ? 0 : -1;
}

static inline int remove_folder(void **state) {
  (void)state;
  char command[64];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

#endif
