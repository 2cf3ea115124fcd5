/* Text that JSON and terminals take. SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"

/* RFC 3629: the shortest form of each code point to U+10FFFF, no half of a surrogate pair. The second
 * byte's range says all of that; the others are any continuation. */
bool vmac_is_utf8(const char *text, size_t n) {
  const uint8_t *s = (const uint8_t *)text, *const end = s + n;
  while (s < end) {
    const uint8_t c = *s++;
    if (c < 0x80) continue;
    const int more = c >= 0xc2 && c <= 0xdf ? 1 : c >= 0xe0 && c <= 0xef ? 2 : c >= 0xf0 ? 3 : 0;
    if (!more || c > 0xf4 || end - s < more) return false;
    const uint8_t least = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    const uint8_t most = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (s[0] < least || s[0] > most) return false;
    for (int i = 1; i < more; i++)
      if ((s[i] & 0xc0) != 0x80) return false;
    s += more;
  }
  return true;
}
