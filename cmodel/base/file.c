/* Whole files. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

uint8_t *vmac_read_file(const char *path, size_t *size, vmac_err *err) {
  struct stat info; /* asked before opening: a FIFO would block there */
  const bool there = stat(path, &info) == 0;
  FILE *f = there && S_ISREG(info.st_mode) ? fopen(path, "rb") : NULL;
  if (!f) {
    const bool odd = there && !S_ISREG(info.st_mode);
    vmac_fail(err, "%s: cannot read: %s", path, odd ? "not a regular file" : strerror(errno));
    return NULL;
  }
  *size = (size_t)info.st_size;
  uint8_t *bytes = vmac_alloc(*size + 1, 1);
  const size_t got = fread(bytes, 1, *size, f);
  fclose(f);
  if (got == *size) return bytes;
  free(bytes);
  vmac_fail(err, "%s: read %zu of %zu bytes", path, got, *size);
  return NULL;
}

static bool write_all(const char *path, const void *bytes, size_t size) {
  FILE *f = fopen(path, "wb");
  if (!f) return false;
  const bool whole = fwrite(bytes, 1, size, f) == size && fflush(f) == 0;
  const int why = errno;
  if (fclose(f) == 0 && whole) return true;
  if (!whole) errno = why;
  return false;
}

bool vmac_can_write(const char *path, vmac_err *err) {
  struct stat info;
  char folder[4096];
  const char *slash = strrchr(path, '/');
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
  const bool special = stat(path, &info) == 0 && !S_ISREG(info.st_mode);
  if (special && S_ISDIR(info.st_mode)) errno = EISDIR;
  if (*path && !(special && S_ISDIR(info.st_mode)) && access(special ? path : folder, W_OK) == 0)
    return true;
  return vmac_fail(err, "%s: cannot write: %s", *path ? path : "(empty path)",
                   *path ? strerror(errno) : "no name");
}

bool vmac_write_file(const char *path, const void *bytes, size_t size, vmac_err *err) {
  char part[4096];
  struct stat info;
  /* A device or a pipe is written, not replaced. */
  const bool special = stat(path, &info) == 0 && !S_ISREG(info.st_mode);
  if (snprintf(part, sizeof part, "%s.part%ld", path, (long)getpid()) >= (int)sizeof part)
    return vmac_fail(err, "%s: path too long", path);
  if (special ? write_all(path, bytes, size)
              : write_all(part, bytes, size) && rename(part, path) == 0)
    return true;
  const int why = errno;
  if (!special) unlink(part);
  return vmac_fail(err, "%s: cannot write %zu bytes: %s", *path ? path : "(empty path)", size,
                   strerror(why));
}
