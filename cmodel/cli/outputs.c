/* The files that a command writes. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"

/* Of what is not there: one name in one folder. */
static bool same_name(const char *a, const char *b) {
  const char *path[] = {a, b}, *name[2];
  struct stat folder[2];
  for (int i = 0; i < 2; i++) {
    const char *slash = strrchr(path[i], '/');
    name[i] = slash ? slash + 1 : path[i];
    char *of = slash ? strndup(path[i], (size_t)(slash - path[i]) + 1) : strdup(".");
    const bool there = of && stat(of, &folder[i]) == 0;
    free(of);
    if (!there) return false; /* nothing can be written there */
  }
  return !strcmp(name[0], name[1]) && folder[0].st_dev == folder[1].st_dev &&
         folder[0].st_ino == folder[1].st_ino;
}

bool cli_same_file(const char *a, const char *b) {
  struct stat x, y;
  const bool first = !stat(a, &x), second = !stat(b, &y);
  if (first && second) return S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
  return !first && !second && same_name(a, b);
}

void cli_outputs(const char *const *path, int n) {
  vmac_err err;
  for (int i = 0; i < n; i++) {
    if (!path[i]) continue;
    if (!vmac_can_write(path[i], &err)) cli_die("%s", err.text);
    if (vmac_is_input(path[i]))
      cli_usage("%s is an input of this run: give the output another name", path[i]);
    for (int j = 0; j < i; j++)
      if (path[j] && cli_same_file(path[i], path[j]))
        cli_usage("two outputs are the same file: %s", path[i]);
  }
}
