/* FNV-1a, 64 bits: names content, guards nothing. SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"

uint64_t vmac_hash(const void *bytes, size_t size) {
  const uint8_t *p = bytes;
  uint64_t hash = 0xcbf29ce484222325u;
  for (size_t i = 0; i < size; i++) hash = (hash ^ p[i]) * 0x100000001b3u;
  return hash;
}
