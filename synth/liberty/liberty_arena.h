/* liberty_arena.h: memory that is freed all at once, for trees of many small parts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LIBERTY_ARENA_H
#define VMAC_LIBERTY_ARENA_H

#include <stddef.h>

struct lib_arena;
struct lib_arena *arena_new(void);
void arena_free(struct lib_arena *arena);

/* Zeroed, aligned to 8 bytes. */
void *arena_take(struct lib_arena *arena, size_t size);

/* The array with room for one more than `count`: doubled at each power of two. */
void *arena_grown(struct lib_arena *arena, void *array, size_t count, size_t size);

#endif
