/* Label files: the project's text format, and the JSON arrays of the npm package.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "data/data.h"

/* Labels of text (size bytes) into labels (n). Each line: 1..3 digits and a newline, or
 * a return and a newline. */
static bool parse_lines(const char *path, const uint8_t *text, size_t size, size_t n,
                        uint8_t *labels, vmac_err *err) {
  size_t at = 0, line = 0;
  while (at < size) {
    unsigned value = 0;
    size_t digits = 0;
    for (; digits < 4 && text[at] >= '0' && text[at] <= '9'; at++, digits++)
      value = value * 10 + (text[at] - '0');
    at += text[at] == '\r' && text[at + 1] == '\n'; /* a zero stands behind the text */
    if (digits < 1 || value > 255 || (at < size && text[at] != '\n'))
      return vmac_fail(err, "%s: line %zu: expected one label 0..255 and nothing else", path,
                       line + 1);
    at++;
    if (line < n) labels[line] = (uint8_t)value;
    line++;
  }
  if (line == n) return true;
  return vmac_fail(err, "%s: expected %zu labels (one line for each image), found %zu", path, n,
                   line);
}

uint8_t *data_read_labels(const char *path, size_t n, vmac_err *err) {
  size_t size;
  uint8_t *text = vmac_read_file(path, &size, err);
  if (!text) return NULL;
  uint8_t *labels = vmac_alloc(n, 1);
  const bool ok = parse_lines(path, text, size, n, labels, err);
  free(text);
  if (ok) return labels;
  free(labels);
  return NULL;
}

bool data_write_labels(const char *path, const uint8_t *labels, size_t n, vmac_err *err) {
  char *text = vmac_alloc(n, 5);
  size_t size = 0;
  for (size_t i = 0; i < n; i++) size += (size_t)sprintf(text + size, "%u\n", labels[i]);
  const bool ok = vmac_write_file(path, text, size, err);
  free(text);
  return ok;
}

static bool parse_json(const char *path, const cJSON *array, size_t n, int classes, uint8_t *labels,
                       vmac_err *err) {
  if (!cJSON_IsArray(array))
    return vmac_fail(err, "%s: expected one JSON array of labels, found something else", path);
  size_t i = 0;
  for (const cJSON *item = array->child; item; item = item->next, i++) {
    const double value = cJSON_IsNumber(item) ? item->valuedouble : -1;
    if (!(value >= 0 && value < classes) || value != (double)item->valueint)
      return vmac_fail(err, "%s: entry %zu: expected a whole number in 0..%d", path, i,
                       classes - 1);
    if (i < n) labels[i] = (uint8_t)item->valueint;
  }
  if (i == n) return true;
  return vmac_fail(err, "%s: expected %zu labels, found %zu", path, n, i);
}

uint8_t *data_read_json_labels(const char *path, size_t n, int classes, vmac_err *err) {
  cJSON *array = vmac_read_json(path, err);
  if (!array) return NULL;
  uint8_t *labels = vmac_alloc(n, 1);
  const bool ok = parse_json(path, array, n, classes, labels, err);
  cJSON_Delete(array);
  if (ok) return labels;
  free(labels);
  return NULL;
}
