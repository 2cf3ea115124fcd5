/* JSON files, read and written whole. SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

cJSON *vmac_read_json(const char *path, vmac_err *err) {
  size_t size;
  uint8_t *text = vmac_read_file(path, &size, err);
  if (!text) return NULL;
  const char *end = NULL;
  if (!vmac_is_utf8((const char *)text, size)) {
    free(text);
    vmac_fail(err, "%s: not JSON, which is UTF-8", path);
    return NULL;
  }
  /* size + 1: vmac_read_file's closing zero is the terminator that cJSON is told to insist on. */
  cJSON *root = cJSON_ParseWithLengthOpts((const char *)text, size + 1, &end, 1);
  if (!root)
    vmac_fail(err, "%s: not JSON: error at byte %td of %zu", path, end ? end - (char *)text : 0,
              size);
  free(text);
  return root;
}

bool vmac_write_json(const char *path, cJSON *root, vmac_err *err) {
  char *text = root ? cJSON_Print(root) : NULL;
  cJSON_Delete(root);
  if (!text) return vmac_fail(err, "%s: cannot write: not enough memory for its JSON text", path);
  const size_t size = strlen(text);
  uint8_t *line = vmac_alloc(size + 1, 1);
  memcpy(line, text, size);
  line[size] = '\n';
  cJSON_free(text);
  const bool good = vmac_write_file(path, line, size + 1, err);
  free(line);
  return good;
}
