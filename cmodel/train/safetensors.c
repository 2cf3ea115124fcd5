/* The safetensors format (float32 only): 8 bytes of header length, a JSON header, the data.
 * https://github.com/huggingface/safetensors describes it. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "train/train.h"

enum { LENGTH_BYTES = 8, MAX_TENSORS = 4096 };

void safetensors_free(safetensors *st) {
  if (!st) return;
  free(st->entry);
  free(st->meta);
  free(st->values);
  free(st);
}

const safetensors_entry *safetensors_find(const safetensors *st, const char *name) {
  for (int i = 0; i < st->entries; i++)
    if (!strcmp(st->entry[i].name, name)) return &st->entry[i];
  return NULL;
}

const char *safetensors_meta_find(const safetensors *st, const char *key) {
  for (int i = 0; i < st->metas; i++)
    if (!strcmp(st->meta[i].key, key)) return st->meta[i].value;
  return NULL;
}

/* A JSON number that is a whole number in 0..limit. */
static bool whole(const cJSON *item, size_t limit, size_t *value) {
  if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= (double)limit))
    return false;
  *value = (size_t)item->valuedouble;
  return (double)*value == item->valuedouble;
}

static bool copy_text(char *to, size_t size, const char *from) {
  const size_t length = strlen(from);
  if (length >= size) return false;
  memcpy(to, from, length + 1);
  return true;
}

static bool read_metadata(safetensors *st, const cJSON *item, const char *path, vmac_err *err) {
  if (!cJSON_IsObject(item)) return vmac_fail(err, "%s: __metadata__ is not an object", path);
  st->meta = vmac_alloc((size_t)cJSON_GetArraySize(item), sizeof *st->meta);
  const cJSON *pair;
  cJSON_ArrayForEach(pair, item) {
    safetensors_meta *m = &st->meta[st->metas++];
    if (!cJSON_IsString(pair) || !copy_text(m->key, sizeof m->key, pair->string) ||
        !copy_text(m->value, sizeof m->value, pair->valuestring))
      return vmac_fail(err, "%s: __metadata__ '%.40s': expected a short text", path, pair->string);
  }
  return true;
}

/* One tensor of the header; `expected` is where its bytes must begin (the format has no holes). */
static bool read_entry(safetensors *st, const cJSON *item, size_t data_size, size_t *expected,
                       const char *path, vmac_err *err) {
  const char *name = item->string;
  const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype");
  const cJSON *shape = cJSON_GetObjectItemCaseSensitive(item, "shape");
  const cJSON *span = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
  safetensors_entry *e = &st->entry[st->entries];
  if (safetensors_find(st, name) || !copy_text(e->name, sizeof e->name, name))
    return vmac_fail(err, "%s: tensor '%.40s': name twice or too long", path, name);
  if (!cJSON_IsString(dtype) || strcmp(dtype->valuestring, "F32"))
    return vmac_fail(err, "%s: tensor '%s': expected dtype F32, found %.20s", path, name,
                     cJSON_IsString(dtype) ? dtype->valuestring : "none");
  const int rank = cJSON_IsArray(shape) ? cJSON_GetArraySize(shape) : 0;
  if (rank < 1 || rank > 4)
    return vmac_fail(err, "%s: tensor '%s': expected a shape of rank 1..4", path, name);
  e->rank = rank;
  e->size = 1;
  for (int i = 0; i < rank; i++) {
    if (!whole(cJSON_GetArrayItem(shape, i), data_size / sizeof(float), &e->dim[i]) ||
        (e->dim[i] && e->size > data_size / sizeof(float) / e->dim[i]))
      return vmac_fail(err, "%s: tensor '%s': dimension %d does not fit the file's %zu data bytes",
                       path, name, i, data_size);
    e->size *= e->dim[i];
  }
  size_t begin, end;
  if (!cJSON_IsArray(span) || cJSON_GetArraySize(span) != 2 ||
      !whole(cJSON_GetArrayItem(span, 0), data_size, &begin) ||
      !whole(cJSON_GetArrayItem(span, 1), data_size, &end) || begin != *expected || end < begin ||
      end - begin != e->size * sizeof(float))
    return vmac_fail(err, "%s: tensor '%s': expected data_offsets [%zu, %zu] of %zu data bytes",
                     path, name, *expected, *expected + e->size * sizeof(float), data_size);
  e->data = st->values + begin / sizeof(float);
  *expected = end;
  st->entries++;
  return true;
}

/* Tensors may stand in any order in the header but their data must be gapless, so walk by offset.
 */
static const cJSON *entry_at(const cJSON *header, size_t offset, const cJSON *after) {
  const cJSON *item, *found = NULL;
  bool passed = !after;
  cJSON_ArrayForEach(item, header) {
    const cJSON *span = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    const cJSON *begin = cJSON_GetArrayItem(span, 0);
    const bool here = cJSON_IsNumber(begin) && begin->valuedouble == (double)offset;
    if (here && passed && strcmp(item->string, "__metadata__")) {
      found = item;
      break;
    }
    if (item == after) passed = true;
  }
  return found;
}

static bool read_header(safetensors *st, const cJSON *header, size_t data_size, const char *path,
                        vmac_err *err) {
  if (!cJSON_IsObject(header)) return vmac_fail(err, "%s: the header is not a JSON object", path);
  const int n = cJSON_GetArraySize(header);
  if (n > MAX_TENSORS) return vmac_fail(err, "%s: %d tensors, at most %d", path, n, MAX_TENSORS);
  st->entry = vmac_alloc((size_t)n, sizeof *st->entry);
  const cJSON *meta = cJSON_GetObjectItemCaseSensitive(header, "__metadata__");
  if (meta && !read_metadata(st, meta, path, err)) return false;
  size_t offset = 0;
  const int tensors = n - (meta != NULL);
  while (st->entries < tensors) {
    const cJSON *item = entry_at(header, offset, NULL);
    if (!item)
      return vmac_fail(err,
                       "%s: header: no tensor's data begins at byte %zu (%d of %d tensors read)",
                       path, offset, st->entries, tensors);
    if (!read_entry(st, item, data_size, &offset, path, err)) return false;
  }
  if (offset != data_size)
    return vmac_fail(err, "%s: expected %zu data bytes, found %zu", path, offset, data_size);
  return true;
}

safetensors *safetensors_read(const char *path, vmac_err *err) {
  size_t size, length = 0;
  uint8_t *bytes = vmac_read_file(path, &size, err);
  if (!bytes) return NULL;
  for (int i = LENGTH_BYTES - 1; size >= LENGTH_BYTES && i >= 0; i--)
    length = length << 8 | bytes[i];
  safetensors *st = vmac_alloc(1, sizeof *st);
  bool ok = false;
  if (size < LENGTH_BYTES || length > size - LENGTH_BYTES || length < 2) {
    vmac_fail(err, "%s: not a safetensors file: %zu bytes, header of %zu", path, size, length);
  } else {
    const size_t data_size = size - LENGTH_BYTES - length;
    cJSON *header = cJSON_ParseWithLength((const char *)bytes + LENGTH_BYTES, length);
    st->values = vmac_alloc(data_size / sizeof(float) + 1, sizeof(float));
    memcpy(st->values, bytes + LENGTH_BYTES + length, data_size);
    ok = header ? read_header(st, header, data_size, path, err)
                : vmac_fail(err, "%s: the header (bytes 8..%zu) is not JSON", path, 7 + length);
    cJSON_Delete(header);
  }
  free(bytes);
  if (ok) return st;
  safetensors_free(st);
  return NULL;
}

/* The header as JSON text, padded with spaces to a multiple of 8 as the format asks. */
static char *header_text(const safetensors *st) {
  cJSON *header = cJSON_CreateObject();
  cJSON *meta = cJSON_AddObjectToObject(header, "__metadata__");
  for (int i = 0; i < st->metas; i++)
    cJSON_AddStringToObject(meta, st->meta[i].key, st->meta[i].value);
  size_t offset = 0;
  for (int i = 0; i < st->entries; i++) {
    const safetensors_entry *e = &st->entry[i];
    cJSON *item = cJSON_AddObjectToObject(header, e->name);
    cJSON_AddStringToObject(item, "dtype", "F32");
    cJSON *shape = cJSON_AddArrayToObject(item, "shape");
    for (int d = 0; d < e->rank; d++)
      cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)e->dim[d]));
    cJSON *span = cJSON_AddArrayToObject(item, "data_offsets");
    cJSON_AddItemToArray(span, cJSON_CreateNumber((double)offset));
    offset += e->size * sizeof(float);
    cJSON_AddItemToArray(span, cJSON_CreateNumber((double)offset));
  }
  char *json = cJSON_PrintUnformatted(header);
  cJSON_Delete(header);
  const size_t length = strlen(json), padded = (length + 7) / 8 * 8;
  char *text = vmac_alloc(padded + 1, 1);
  memset(text, ' ', padded);
  memcpy(text, json, length);
  cJSON_free(json);
  return text;
}

bool safetensors_write(const safetensors *st, const char *path, vmac_err *err) {
  char *header = header_text(st);
  const size_t length = strlen(header);
  size_t size = LENGTH_BYTES + length;
  for (int i = 0; i < st->entries; i++) size += st->entry[i].size * sizeof(float);
  uint8_t *bytes = vmac_alloc(size, 1), *at = bytes + LENGTH_BYTES;
  for (int i = 0; i < LENGTH_BYTES; i++) bytes[i] = (uint8_t)(length >> (8 * i));
  memcpy(at, header, length);
  at += length;
  for (int i = 0; i < st->entries; i++) {
    memcpy(at, st->entry[i].data, st->entry[i].size * sizeof(float));
    at += st->entry[i].size * sizeof(float);
  }
  const bool ok = vmac_write_file(path, bytes, size, err);
  free(bytes);
  free(header);
  return ok;
}
