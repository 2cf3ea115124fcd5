/* Memory and whole files. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base.h"

void *vmac_alloc(size_t count, size_t size) {
  void *p = calloc(count ? count : 1, size ? size : 1);
  if (!p) {
    fprintf(stderr, "varimac: out of memory: %zu x %zu bytes\n", count, size);
    exit(1);
  }
  return p;
}

uint8_t *vmac_read_file(const char *path, size_t *size, vmac_err *err) {
  struct stat info;
  errno = 0;
  FILE *f = fopen(path, "rb");
  if (!f || fstat(fileno(f), &info) || !S_ISREG(info.st_mode)) {
    vmac_fail(err, "%s: cannot read: %s", path, f && !errno ? "not a file" : strerror(errno));
    if (f) fclose(f);
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

bool vmac_write_file(const char *path, const void *bytes, size_t size, vmac_err *err) {
  char part[4096];
  if (snprintf(part, sizeof part, "%s.part%ld", path, (long)getpid()) >= (int)sizeof part)
    return vmac_fail(err, "%s: path too long", path);
  FILE *f = fopen(part, "wb");
  if (!f) return vmac_fail(err, "%s: cannot write: %s", path, strerror(errno));
  const bool whole = fwrite(bytes, 1, size, f) == size && fflush(f) == 0 && fsync(fileno(f)) == 0;
  const int why = errno;
  if (fclose(f) == 0 && whole && rename(part, path) == 0) return true;
  const int reason = whole ? errno : why;
  unlink(part);
  return vmac_fail(err, "%s: cannot write %zu bytes: %s", path, size, strerror(reason));
}
