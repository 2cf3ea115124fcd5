/* JSON files, read whole. SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <stdlib.h>

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
