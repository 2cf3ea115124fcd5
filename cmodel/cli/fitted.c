/* The options that eval, sweep and tune share. SPDX-License-Identifier: Apache-2.0 */
#include "cli/fitted.h"

#include <stdlib.h>

void fitted_option(fitted *f, int option, char *value) {
  switch (option) {
  case FITTED_NET:
    f->net = value;
    break;
  case FITTED_LAYERS:
    f->layers = value;
    break;
  case FITTED_IMAGES:
    f->images = cli_int("--images", value, 1, INT32_MAX);
    break;
  case FITTED_CALIB:
    f->calib = value;
    break;
  case FITTED_CALIB_IMAGES:
    f->calib_images = cli_int("--calib-images", value, 1, INT32_MAX);
    break;
  default: /* an option of the caller's table that the caller has no case for */
    abort();
  }
}
