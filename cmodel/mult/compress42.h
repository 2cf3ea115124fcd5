/* compress42.h: the 8 x 8 tree of approximate 4:2 compressors that momeni and venkatachalam share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPRESS42_H
#define COMPRESS42_H

#include <stdint.h>

/* Four bits x1..x4 of a column become sum | carry << 1; no carry comes in from the side. */
typedef int (*vmac_compressor)(int x1, int x2, int x3, int x4);

/* a * w, unsigned 8-bit operands, with `compressor` in the columns below t and exact ones above. */
int64_t vmac_compress42(vmac_compressor compressor, int t, int64_t a, int64_t w);

#endif
