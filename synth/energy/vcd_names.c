/* Hash table of names. SPDX-License-Identifier: Apache-2.0 */
#include "vcd_names.h"

#include <stdlib.h>
#include <string.h>

/* Where the key is, or the free place where it belongs; size is a power of two. */
static size_t place(const vcd_names *names, const char *key) {
  size_t at = vmac_hash(key, strlen(key)) & (names->size - 1);
  while (names->key[at] && strcmp(names->key[at], key)) at = (at + 1) & (names->size - 1);
  return at;
}

size_t *vcd_names_find(const vcd_names *names, const char *key) {
  if (!names->size) return NULL;
  const size_t at = place(names, key);
  return names->key[at] ? &names->value[at] : NULL;
}

size_t *vcd_names_add(vcd_names *names, const char *key) {
  if (2 * names->used >= names->size) {
    const vcd_names old = *names;
    names->size = old.size ? 2 * old.size : 256;
    names->key = vmac_alloc(names->size, sizeof *names->key);
    names->value = vmac_alloc(names->size, sizeof *names->value);
    for (size_t i = 0; i < old.size; i++) {
      if (!old.key[i]) continue;
      const size_t at = place(names, old.key[i]);
      names->key[at] = old.key[i];
      names->value[at] = old.value[i];
    }
    free(old.key);
    free(old.value);
  }
  const size_t at = place(names, key);
  if (!names->key[at]) {
    names->key[at] = strdup(key);
    names->value[at] = 0;
    names->used++;
  }
  return &names->value[at];
}

void vcd_names_free(vcd_names *names) {
  for (size_t i = 0; i < names->size; i++) free(names->key[i]);
  free(names->key);
  free(names->value);
  *names = (vcd_names){0};
}
