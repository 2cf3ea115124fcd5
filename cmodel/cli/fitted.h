/* fitted.h: the options that eval, sweep, tune, predict, match and plane share: a network, layers of
 * it that have a cell, images to score and images to fit to. Each says in its own help what for.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_FITTED_H
#define VMAC_FITTED_H

#include "cli/cli.h"

enum {
  FITTED_NET,
  FITTED_LAYERS,
  FITTED_IMAGES,
  FITTED_CALIB,
  FITTED_CALIB_IMAGES,
  FITTED_LAST /* a command's own options count from here */
};
/* clang-format off */
#define FITTED_OPTIONS                                                                             \
  {"net", 1, 0, FITTED_NET}, {"layers", 1, 0, FITTED_LAYERS}, {"images", 1, 0, FITTED_IMAGES},     \
  {"calib", 1, 0, FITTED_CALIB}, {"calib-images", 1, 0, FITTED_CALIB_IMAGES}
/* clang-format on */

typedef struct {
  const char *net, *calib;        /* NULL: not given */
  char *layers;                   /* likewise; of argv, so it may be taken apart */
  long long images, calib_images; /* 0: not given */
} fitted;

void fitted_option(fitted *f, int option, char *value); /* one of FITTED_* */

#endif
