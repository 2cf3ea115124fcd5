/* colour.h: the colour of an error in pictures that are made without gnuplot.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_COLOUR_H
#define VMAC_COLOUR_H

#include <stdint.h>
#include <stdlib.h>

enum { COLOUR_NONE = 0xcc }; /* gray: nothing is there */

/* Red, green, blue of an error in -reach..reach: blue below 0, white, red above; as `mult map` has
 * it in gnuplot's palette. */
static inline void colour_of_error(uint8_t pixel[3], int error, int reach) {
  static const uint8_t low[3] = {0x21, 0x66, 0xac}, high[3] = {0xb2, 0x18, 0x2b};
  for (int k = 0; k < 3; k++) {
    const int end = error < 0 ? low[k] : high[k];
    pixel[k] = (uint8_t)(255 + (end - 255) * abs(error) / (reach ? reach : 1));
  }
}

#endif
