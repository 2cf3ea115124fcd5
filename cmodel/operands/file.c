/* Operand stream files. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "operands/operands.h"

enum { VERSION = 1, HEADER = 24 };
static const char magic[8] = {'V', 'M', 'A', 'C', 'O', 'P', 'N', 'D'};

void vmac_operands_new(vmac_operands *ops, vmac_class cls, size_t lanes, size_t steps) {
  *ops = (vmac_operands){cls, lanes, steps, vmac_alloc(lanes, 1), vmac_alloc(lanes * steps, 1)};
}

void vmac_operands_free(vmac_operands *ops) {
  free(ops->w);
  free(ops->a);
  *ops = (vmac_operands){0};
}

static void put_u32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_u32(const uint8_t *at) {
  return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

bool vmac_operands_save(const vmac_operands *ops, const char *path, vmac_err *err) {
  const size_t size = HEADER + ops->lanes + ops->lanes * ops->steps;
  uint8_t *bytes = vmac_alloc(size, 1);
  memcpy(bytes, magic, sizeof magic);
  put_u32(bytes + 8, VERSION);
  put_u32(bytes + 12, ops->cls == VMAC_S8);
  put_u32(bytes + 16, (uint32_t)ops->lanes);
  put_u32(bytes + 20, (uint32_t)ops->steps);
  memcpy(bytes + HEADER, ops->w, ops->lanes);
  memcpy(bytes + HEADER + ops->lanes, ops->a, ops->lanes * ops->steps);
  const bool good = vmac_write_file(path, bytes, size, err);
  free(bytes);
  return good;
}

static bool check(const uint8_t *bytes, size_t size, const char *path, vmac_err *err) {
  if (size < HEADER || memcmp(bytes, magic, sizeof magic))
    return vmac_fail(err, "%s: not an operand stream (made by `varimac operands`)", path);
  const uint32_t version = get_u32(bytes + 8), cls = get_u32(bytes + 12);
  const uint64_t lanes = get_u32(bytes + 16), steps = get_u32(bytes + 20);
  if (version != VERSION)
    return vmac_fail(err, "%s: byte 8: expected version %d, found %u", path, VERSION, version);
  if (cls > 1) return vmac_fail(err, "%s: byte 12: expected class 0 or 1, found %u", path, cls);
  if (!lanes || !steps || lanes * steps > VMAC_OPERANDS_MAX)
    return vmac_fail(err, "%s: byte 16: expected 1..%d lanes x steps, found %llu x %llu", path,
                     VMAC_OPERANDS_MAX, (unsigned long long)lanes, (unsigned long long)steps);
  if (size != HEADER + lanes + lanes * steps)
    return vmac_fail(err, "%s: expected %llu bytes for %llu lanes x %llu steps, found %zu%s", path,
                     (unsigned long long)(HEADER + lanes + lanes * steps),
                     (unsigned long long)lanes, (unsigned long long)steps, size,
                     size < HEADER + lanes + lanes * steps ? " (truncated?)" : "");
  return true;
}

bool vmac_operands_load(vmac_operands *ops, const char *path, vmac_err *err) {
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, err);
  *ops = (vmac_operands){0};
  const bool good = bytes && check(bytes, size, path, err);
  if (good) {
    const size_t lanes = get_u32(bytes + 16), steps = get_u32(bytes + 20);
    vmac_operands_new(ops, get_u32(bytes + 12) ? VMAC_S8 : VMAC_U8, lanes, steps);
    memcpy(ops->w, bytes + HEADER, lanes);
    memcpy(ops->a, bytes + HEADER + lanes, lanes * steps);
  }
  free(bytes);
  return good;
}
