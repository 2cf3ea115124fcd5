/* The files of one command: all of them or none. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"

cli_outputs cli_outputs_begin(const char *const *path, int n) {
  cli_outputs o = {.n = n};
  vmac_err err;
  if (n > CLI_OUTPUTS) abort();
  for (int i = 0; i < n; i++) {
    if (!path[i]) continue;
    if (!vmac_can_write(path[i], &err)) cli_die("%s", err.text);
    o.path[i] = path[i];
    o.was_there[i] = access(path[i], F_OK) == 0;
  }
  return o;
}

void cli_outputs_fail(const cli_outputs *o, const vmac_err *err) {
  for (int i = 0; i < o->n; i++)
    if (o->path[i] && !o->was_there[i]) unlink(o->path[i]);
  cli_die("%s", err->text);
}
