/* A library's bytes from disk, plain or packed. SPDX-License-Identifier: Apache-2.0 */
#include "liberty.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* The largest standard cell library in use has some 100 MB; the limit keeps a few packed kilobytes
 * from filling the memory. */
enum { MOST_BYTES = 1 << 29 };

/* Unpacks one or more gzip members into new memory. NULL and an error on damage. */
static char *unpack(const char *path, const uint8_t *packed, size_t size, size_t *got,
                    vmac_err *err) {
  size_t room = 8 * size + 4096;
  char *text = vmac_alloc(room, 1);
  z_stream z = {.next_in = (uint8_t *)packed, .avail_in = (unsigned)size};
  int status = inflateInit2(&z, 15 + 16);
  *got = 0;
  while (status == Z_OK) {
    if (*got + 1 >= room) {
      char *more = vmac_alloc(2 * room, 1);
      memcpy(more, text, *got);
      free(text);
      text = more;
      room *= 2;
    }
    const size_t left = room - 1 - *got;
    z.next_out = (uint8_t *)text + *got;
    z.avail_out = (unsigned)(left < MOST_BYTES ? left : MOST_BYTES);
    const unsigned given = z.avail_out;
    status = inflate(&z, Z_NO_FLUSH);
    *got += given - z.avail_out;
    if (*got > MOST_BYTES) break;
    if (status == Z_STREAM_END && z.avail_in) status = inflateReset(&z);
    if (status == Z_BUF_ERROR && z.avail_in) status = Z_OK; /* only the room was used up */
  }
  inflateEnd(&z);
  if (*got > MOST_BYTES)
    vmac_fail(err, "%s: expected at most %d bytes when unpacked", path, MOST_BYTES);
  else if (status == Z_STREAM_END)
    return text;
  else
    vmac_fail(err, "%s: damaged or truncated gzip file, %zu bytes unpacked: fetch it again", path,
              *got);
  free(text);
  return NULL;
}

char *lib_read_file(const char *path, size_t *size, vmac_err *err) {
  uint8_t *bytes = vmac_read_file(path, size, err);
  if (!bytes) return NULL;
  const bool packed = *size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
  if (*size > MOST_BYTES) {
    vmac_fail(err, "%s: expected at most %d bytes, found %zu", path, MOST_BYTES, *size);
    free(bytes);
    return NULL;
  }
  if (!packed) return (char *)bytes;
  char *text = unpack(path, bytes, *size, size, err);
  free(bytes);
  return text;
}
