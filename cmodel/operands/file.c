/* Operand stream files. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "operands/operands.h"

enum {
  VERSION = 3,
  ORIGIN = 40,
  HEADER = ORIGIN + VMAC_OPERANDS_ORIGIN,
  LAYER = 16 + VMAC_OPERANDS_NAME
};
static const char magic[8] = {'V', 'M', 'A', 'C', 'O', 'P', 'N', 'D'};

void vmac_operands_new(vmac_operands *ops, vmac_class cls, size_t layers, size_t columns,
                       size_t rows, size_t steps) {
  *ops = (vmac_operands){.cls = cls,
                         .layers = layers,
                         .layer = vmac_alloc(layers, sizeof *ops->layer),
                         .columns = columns,
                         .rows = rows,
                         .steps = steps,
                         .layer_of = vmac_alloc(columns, sizeof *ops->layer_of),
                         .w = vmac_alloc(columns * rows, 1),
                         .en = vmac_alloc(columns * rows, 1),
                         .a = vmac_alloc(columns * rows * steps, 1)};
}

void vmac_operands_free(vmac_operands *ops) {
  free(ops->layer);
  free(ops->layer_of);
  free(ops->w);
  free(ops->en);
  free(ops->a);
  *ops = (vmac_operands){0};
}

static void put(uint8_t *at, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get(const uint8_t *at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; i++) value |= (uint64_t)at[i] << 8 * i;
  return value;
}

/* Bytes of a file with these counts; the counts are checked before. */
static size_t size_of(size_t layers, size_t columns, size_t rows, size_t steps) {
  return HEADER + LAYER * layers + 2 * columns + columns * rows * (2 + steps);
}

bool vmac_operands_save(const vmac_operands *ops, const char *path, vmac_err *err) {
  const size_t pes = ops->columns * ops->rows;
  const size_t size = size_of(ops->layers, ops->columns, ops->rows, ops->steps);
  uint8_t *bytes = vmac_alloc(size, 1), *at = bytes + HEADER;
  memcpy(bytes, magic, sizeof magic);
  put(bytes + 8, VERSION, 4);
  put(bytes + 12, ops->cls == VMAC_S8, 4);
  put(bytes + 16, ops->layers, 4);
  put(bytes + 20, ops->columns, 4);
  put(bytes + 24, ops->rows, 4);
  put(bytes + 28, ops->steps, 4);
  put(bytes + 32, ops->net_hash, 8);
  memcpy(bytes + ORIGIN, ops->origin, sizeof ops->origin);
  for (size_t i = 0; i < ops->layers; i++, at += LAYER) {
    put(at, (uint32_t)ops->layer[i].op, 4);
    put(at + 4, (uint32_t)ops->layer[i].tiles, 4);
    put(at + 8, ops->layer[i].macs, 8);
    memcpy(at + 16, ops->layer[i].name, VMAC_OPERANDS_NAME);
  }
  for (size_t i = 0; i < ops->columns; i++, at += 2) put(at, ops->layer_of[i], 2);
  memcpy(at, ops->w, pes);
  memcpy(at + pes, ops->en, pes);
  memcpy(at + 2 * pes, ops->a, pes * ops->steps);
  const bool good = vmac_write_file(path, bytes, size, err);
  free(bytes);
  return good;
}

/* Version, counts and size: everything that must hold before memory is taken. */
static bool check_header(const uint8_t *bytes, size_t size, const char *path, vmac_err *err) {
  if (size < HEADER || memcmp(bytes, magic, sizeof magic))
    return vmac_fail(err, "%s: not an operand stream (made by `varimac operands`)", path);
  const uint64_t version = get(bytes + 8, 4), cls = get(bytes + 12, 4);
  const uint64_t layers = get(bytes + 16, 4), columns = get(bytes + 20, 4);
  const uint64_t rows = get(bytes + 24, 4), steps = get(bytes + 28, 4);
  if (version != VERSION)
    return vmac_fail(err,
                     "%s: byte 8: expected version %d, found %llu; record the stream again with "
                     "`varimac operands`",
                     path, VERSION, (unsigned long long)version);
  if (cls > 1)
    return vmac_fail(err, "%s: byte 12: expected class 0 or 1, found %llu", path,
                     (unsigned long long)cls);
  if (bytes[HEADER - 1]) return vmac_fail(err, "%s: byte %d: expected a text", path, ORIGIN);
  const uint64_t most = VMAC_OPERANDS_MAX;
  if (!layers || layers > UINT16_MAX || columns % layers || columns / layers == 0)
    return vmac_fail(err,
                     "%s: byte 16: expected 1..%d layers of equally many columns, found %llu "
                     "and %llu columns",
                     path, UINT16_MAX, (unsigned long long)layers, (unsigned long long)columns);
  if (!rows || !steps || columns > most || rows > most / columns || steps > most / columns / rows)
    return vmac_fail(err,
                     "%s: byte 20: expected 1..%d columns x rows x steps, found %llu x %llu x %llu",
                     path, VMAC_OPERANDS_MAX, (unsigned long long)columns, (unsigned long long)rows,
                     (unsigned long long)steps);
  const size_t expected = size_of(layers, columns, rows, steps);
  if (size != expected)
    return vmac_fail(err,
                     "%s: expected %zu bytes for %llu columns x %llu rows x %llu steps, found "
                     "%zu%s",
                     path, expected, (unsigned long long)columns, (unsigned long long)rows,
                     (unsigned long long)steps, size, size < expected ? " (truncated?)" : "");
  return true;
}

static bool read_layers(vmac_operands *ops, const uint8_t *at, const char *path, vmac_err *err) {
  for (size_t i = 0; i < ops->layers; i++, at += LAYER) {
    vmac_operand_layer *layer = &ops->layer[i];
    layer->op = (int32_t)(uint32_t)get(at, 4);
    layer->tiles = (int32_t)(uint32_t)get(at + 4, 4);
    layer->macs = get(at + 8, 8);
    memcpy(layer->name, at + 16, VMAC_OPERANDS_NAME);
    if (layer->op < 0 || layer->tiles < 1 || !layer->macs || layer->name[VMAC_OPERANDS_NAME - 1])
      return vmac_fail(err,
                       "%s: layer %zu: expected an operator, K tiles, MACs and a name, found "
                       "operator %d, %d, %llu",
                       path, i, layer->op, layer->tiles, (unsigned long long)layer->macs);
  }
  const size_t share = ops->columns / ops->layers;
  for (size_t i = 0; i < ops->columns; i++, at += 2) {
    ops->layer_of[i] = (uint16_t)get(at, 2);
    if (ops->layer_of[i] != i / share)
      return vmac_fail(err, "%s: column %zu: expected layer %zu, found %u", path, i, i / share,
                       ops->layer_of[i]);
  }
  return true;
}

static bool read_operands(vmac_operands *ops, const uint8_t *at, const char *path, vmac_err *err) {
  const size_t pes = ops->columns * ops->rows;
  memcpy(ops->w, at, pes);
  memcpy(ops->en, at + pes, pes);
  memcpy(ops->a, at + 2 * pes, pes * ops->steps);
  for (size_t i = 0; i < pes; i++)
    if (ops->en[i] > 1 || (!ops->en[i] && ops->w[i]))
      return vmac_fail(err,
                       "%s: column %zu, row %zu: expected enable 1, or 0 with weight bits 0, "
                       "found %u and %u",
                       path, i / ops->rows, i % ops->rows, ops->en[i], ops->w[i]);
  return true;
}

bool vmac_operands_load(vmac_operands *ops, const char *path, vmac_err *err) {
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, err);
  *ops = (vmac_operands){0};
  bool good = bytes && check_header(bytes, size, path, err);
  if (good) {
    vmac_operands_new(ops, get(bytes + 12, 4) ? VMAC_S8 : VMAC_U8, get(bytes + 16, 4),
                      get(bytes + 20, 4), get(bytes + 24, 4), get(bytes + 28, 4));
    ops->net_hash = get(bytes + 32, 8);
    memcpy(ops->origin, bytes + ORIGIN, sizeof ops->origin);
    const uint8_t *columns = bytes + HEADER + LAYER * ops->layers;
    good = read_layers(ops, bytes + HEADER, path, err) &&
           read_operands(ops, columns + 2 * ops->columns, path, err);
    if (!good) vmac_operands_free(ops);
  }
  free(bytes);
  return good;
}
