/* Memory: zeroed, aligned, and scratch that is used again. SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE /* madvise() */
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/base.h"

void *vmac_alloc(size_t count, size_t size) {
  void *p = calloc(count ? count : 1, size ? size : 1);
  if (!p) {
    fprintf(stderr, "varimac: out of memory: %zu x %zu bytes\n", count, size);
    exit(1);
  }
  return p;
}

void *vmac_alloc_raw(size_t size) {
  enum { LINE = 64, HUGE = 1 << 21 };
  const size_t unit = size < HUGE / 16 ? LINE : HUGE;
  void *p = size < SIZE_MAX / 2 ? aligned_alloc(unit, (size / unit + 1) * unit) : NULL;
  if (!p) {
    fprintf(stderr, "varimac: out of memory: %zu bytes\n", size);
    exit(1);
  }
#ifdef MADV_HUGEPAGE
  if (unit == HUGE) madvise(p, size, MADV_HUGEPAGE); /* tables are read at random: spare the TLB */
#endif
  return p;
}

void *vmac_alloc_aligned(size_t size) {
  return memset(vmac_alloc_raw(size), 0, size);
}

void vmac_keep_memory(void) {
#ifdef M_TRIM_THRESHOLD
  enum { MOST = 32 << 20 }; /* the most that M_MMAP_THRESHOLD takes */
  mallopt(M_MMAP_THRESHOLD, MOST);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

void *vmac_scratch_get(vmac_scratch *scratch, size_t size) {
  if (scratch->size < size) {
    free(scratch->bytes);
    scratch->bytes = vmac_alloc_aligned(size);
    scratch->size = size;
  }
  return scratch->bytes;
}

void vmac_scratch_free(vmac_scratch *scratch) {
  free(scratch->bytes);
  *scratch = (vmac_scratch){0};
}
