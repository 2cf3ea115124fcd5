/* TEST RATIONALE: UTF-8.
 *   State space: every code point, in the shortest form and in longer ones; surrogates; every string of
 *   one, two and three bytes against a decoder by arithmetic; strings cut inside of a character.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"
#include "cmocka_all.h"

/* Bytes of c written with `n` of them, into text. */
static void write_as(uint32_t c, int n, char text[5]) {
  static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (int i = n - 1; i > 0; i--, c >>= 6) text[i] = (char)(0x80 | (c & 0x3f));
  text[0] = (char)(n == 1 ? c : lead[n] | c);
}

static int length_of(uint32_t c) {
  return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

static void test_points(void **state) {
  (void)state;
  for (uint32_t c = 0; c < 0x200000; c++) {
    char text[5];
    for (int n = length_of(c); n <= 4; n++) {
      const bool good = n == length_of(c) && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
      write_as(c, n, text);
      if (vmac_is_utf8(text, (size_t)n) != good) fail_msg("U+%06X in %d bytes", c, n);
      if (n > 1 && vmac_is_utf8(text, (size_t)n - 1)) fail_msg("U+%06X cut", c);
      if (n > 1 && vmac_is_utf8(text + 1, (size_t)n - 1)) fail_msg("U+%06X without its head", c);
    }
  }
}

/* Whether the whole is characters of one to three bytes, by reading them. */
static bool decodes(const uint8_t *s, size_t n) {
  for (size_t at = 0; at < n;) {
    const int bytes = s[at] < 0x80 ? 1 : s[at] >> 5 == 6 ? 2 : s[at] >> 4 == 14 ? 3 : 0;
    if (!bytes || at + (size_t)bytes > n) return false;
    uint32_t c = bytes == 1 ? s[at] : bytes == 2 ? s[at] & 0x1fu : s[at] & 0xfu;
    for (int i = 1; i < bytes; i++) {
      if (s[at + (size_t)i] >> 6 != 2) return false;
      c = c << 6 | (s[at + (size_t)i] & 0x3fu);
    }
    if (length_of(c) != bytes || (c >= 0xd800 && c <= 0xdfff)) return false;
    at += (size_t)bytes;
  }
  return true;
}

static void test_strings(void **state) {
  (void)state;
  assert_true(vmac_is_utf8("", 0));
  for (uint32_t v = 0; v < 1u << 24; v++) {
    const uint8_t s[3] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16)};
    const size_t n = v < 256 ? 1 : v < 65536 ? 2 : 3;
    if (vmac_is_utf8((const char *)s, n) != decodes(s, n))
      fail_msg("%02x %02x %02x, %zu bytes", s[0], s[1], s[2], n);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_points), cmocka_unit_test(test_strings)};
  return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
