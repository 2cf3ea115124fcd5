/* json.h: JSON files. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_JSON_H
#define VMAC_JSON_H

#include <cjson/cJSON.h>

#include "base/base.h"

/* The file's one value; NULL and an error that says at which byte it is none. */
cJSON *vmac_read_json(const char *path, vmac_err *err);

/* root as the file's one value, indented, a newline behind it. Frees root, NULL where memory lacked. */
bool vmac_write_json(const char *path, cJSON *root, vmac_err *err);

#endif
