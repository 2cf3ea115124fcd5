/* Blocks, handed out from front to back. SPDX-License-Identifier: Apache-2.0 */
#include "liberty_arena.h"

#include <stdlib.h>
#include <string.h>

#include "vmac.h"

enum { BLOCK = 1 << 18 };

struct lib_arena {
  char *at, *end;
  void **block;
  size_t blocks, room;
};

struct lib_arena *arena_new(void) {
  return vmac_alloc(1, sizeof(struct lib_arena));
}

void *arena_take(struct lib_arena *arena, size_t size) {
  size = (size + 7) & ~(size_t)7;
  if (size > (size_t)(arena->end - arena->at)) {
    const size_t fresh = size > BLOCK / 4 ? size : BLOCK;
    if (arena->blocks == arena->room) {
      void **more = vmac_alloc(2 * arena->room + 16, sizeof *more);
      if (arena->blocks) memcpy(more, arena->block, arena->blocks * sizeof *more);
      free(arena->block);
      arena->block = more;
      arena->room = 2 * arena->room + 16;
    }
    char *block = vmac_alloc(fresh, 1);
    arena->block[arena->blocks++] = block;
    if (fresh == size) return block; /* a large one alone: the block begun is not given up */
    arena->at = block;
    arena->end = block + fresh;
  }
  char *from = arena->at;
  arena->at += size;
  return from;
}

void arena_free(struct lib_arena *arena) {
  if (!arena) return;
  for (size_t i = 0; i < arena->blocks; i++) free(arena->block[i]);
  free(arena->block);
  free(arena);
}

void *arena_grown(struct lib_arena *arena, void *array, size_t count, size_t size) {
  if (count & (count - 1)) return array;
  void *more = arena_take(arena, (count ? 2 * count : 1) * size);
  if (count) memcpy(more, array, count * size);
  return more;
}
