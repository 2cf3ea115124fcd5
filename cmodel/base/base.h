/* base.h: errors as text, memory, whole files, random numbers. Part of the public API: vmac.h includes
 * it. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_BASE_H
#define VMAC_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors and memory (base/) -------------------------------------------------------------- */

typedef struct {
  char text[1024];
} vmac_err;

/* Formats into err->text and returns false, so that a caller can `return vmac_fail(err, ...)`. */
bool vmac_fail(vmac_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The entry of names[0..n) nearest to `word` in edit distance, or NULL where none is near. */
const char *vmac_nearest(const char *word, const char *const *names, size_t n);

uint64_t vmac_hash(const void *bytes, size_t size); /* FNV-1a: a name for content */

/* Whether text (n bytes) is UTF-8, as JSON wants it. */
bool vmac_is_utf8(const char *text, size_t n);

void *vmac_alloc(size_t count, size_t size); /* zeroed; never NULL */
/* The same, aligned to 64 bytes and in huge pages where it is large. */
void *vmac_alloc_aligned(size_t size);
void *vmac_alloc_raw(size_t size); /* so too, but not zeroed */
/* From now on what is freed stays with the program: for one that takes as much again and again. */
void vmac_keep_memory(void);

/* Memory that grows and is used again; what it holds does not survive. Not shared by threads. */
typedef struct {
  uint8_t *bytes;
  size_t size;
} vmac_scratch;
void *vmac_scratch_get(vmac_scratch *scratch, size_t size); /* aligned to 64 bytes */
void vmac_scratch_free(vmac_scratch *scratch);

/* Whole file into memory (one byte longer, zero-terminated). NULL on error. Caller frees. */
uint8_t *vmac_read_file(const char *path, size_t *size, vmac_err *err);

/* Once guarded, a file that was read is an input of the program, and is not written; but one that it
 * goes on with, which it calls its own. */
void vmac_guard_inputs(void);
bool vmac_is_input(const char *path);
void vmac_own_file(const char *path);

/* Writes path through a temporary neighbour and a rename: never a partial file, nor, for signals that
 * end the program wait as long, a neighbour. A device or a pipe is written as it is,
 * a link stays one. */
bool vmac_write_file(const char *path, const void *bytes, size_t size, vmac_err *err);

/* Files that belong together: what vmac_write_file() is given from begin on is kept, and there to
 * vmac_read_file(), until end, where all is good, writes it and only then puts it in its places; an
 * error leaves those as they were. (All but a rename that fails: files before it have theirs by
 * then.) end is false where good was, or on an error. Of one thread. */
void vmac_files_begin(void);
bool vmac_files_end(bool good, vmac_err *err);

/* Whether vmac_write_file() could begin: to fail before hours of work, not after. */
bool vmac_can_write(const char *path, vmac_err *err);

/* ---- random numbers: xoshiro256**, seeded by splitmix64 ------------------------------------- */

typedef struct {
  uint64_t s[4];
} vmac_rng;

void vmac_rng_seed(vmac_rng *rng, uint64_t seed);
uint64_t vmac_rng_next(vmac_rng *rng);
uint32_t vmac_rng_below(vmac_rng *rng, uint32_t bound); /* uniform in 0..bound-1, unbiased */
double vmac_rng_uniform(vmac_rng *rng);                 /* [0, 1) */
double vmac_rng_normal(vmac_rng *rng);                  /* mean 0, variance 1 */

#ifdef __cplusplus
}
#endif
#endif
