/* clones.h: one function, compiled for several vector widths and chosen at start.
 *
 * The build targets any x86-64 processor; loops that carry a run's time gain from what the one at
 * hand has. The choice needs the loader's indirect functions (glibc). Integer loops, and float
 * loops in C11 mode (no fused multiply-add), give the same bytes at every level.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CLONES_H
#define VMAC_CLONES_H

#include <stdint.h> /* defines __GLIBC__ where there is one */

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__has_attribute)
#if __has_attribute(target_clones)
#define VMAC_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif
#endif
#ifndef VMAC_CLONES
#define VMAC_CLONES
#endif

#endif
