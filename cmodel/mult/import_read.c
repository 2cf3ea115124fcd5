/* Foreign files of 65,536 products. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mult/import.h"

enum { LOWEST = -32768, HIGHEST = 65535 };

/* ---- binary ---- */

/* Control characters that no text has: a table of products has zeros in it. */
static bool is_binary(const uint8_t *bytes, size_t size) {
  for (size_t i = 0; i < size; i++)
    if (bytes[i] < 32 && !strchr("\t\n\v\f\r", bytes[i] ? bytes[i] : 1)) return true;
  return false;
}

static bool read_binary(const char *path, const uint8_t *bytes, size_t size, int32_t *value,
                        vmac_err *err) {
  if (size != 2 * IMPORT_PAIRS && size != 4 * IMPORT_PAIRS)
    return vmac_fail(err,
                     "%s: expected a table of 65,536 products: 131072 bytes (16-bit words) or "
                     "262144 bytes (32-bit words), found %zu bytes",
                     path, size);
  const size_t each = size / IMPORT_PAIRS;
  for (size_t i = 0; i < IMPORT_PAIRS; i++) {
    uint32_t word = 0;
    for (size_t b = 0; b < each; b++) word |= (uint32_t)bytes[each * i + b] << 8 * b;
    value[i] = (int32_t)word;
    if (value[i] < LOWEST || value[i] > HIGHEST)
      return vmac_fail(err, "%s: byte %zu: expected a 16-bit product (%d..%d), found %d", path,
                       each * i, LOWEST, HIGHEST, value[i]);
  }
  return true;
}

/* ---- text ---- */

typedef struct {
  const char *path, *at, *end;
  int line;
} reader;

static bool starts(const reader *r, const char *word) {
  return (size_t)(r->end - r->at) >= strlen(word) && !memcmp(r->at, word, strlen(word));
}

static void step(reader *r) {
  r->line += *r->at++ == '\n';
}

/* Past one comment or preprocessor line, if one begins here. */
static bool skip_comment(reader *r) {
  if (starts(r, "/*")) {
    r->at += 2;
    while (r->at < r->end && !starts(r, "*/")) step(r);
    if (r->at < r->end) r->at += 2;
    return true;
  }
  if (!starts(r, "//") && *r->at != '#') return false;
  while (r->at < r->end && *r->at != '\n') r->at++;
  return true;
}

static bool is_separator(char c) {
  return c && strchr(" \t\r\n\v\f,;{}[]()", c);
}

static void skip(reader *r) {
  while (r->at < r->end)
    if (is_separator(*r->at))
      step(r);
    else if (!skip_comment(r))
      return;
}

/* The word at r->at, cut at 31 characters; *length is its whole length. */
static void word_at(const reader *r, char word[32], size_t *length) {
  const char *end = r->at;
  while (end < r->end && !is_separator(*end) && (end == r->at || (*end != '/' && *end != '#')))
    end++;
  *length = (size_t)(end - r->at);
  const size_t shown = *length < 31 ? *length : 31;
  memcpy(word, r->at, shown);
  word[shown] = 0;
}

/* A whole number, also as 12.0 or 1.2e+01, with a C suffix or without. */
static bool number(const char *word, double *value) {
  char *end;
  errno = 0;
  if (!*word || !strchr("+-.0123456789", *word)) return false;
  *value = strtod(word, &end); /* hexadecimal too */
  if (end == word) return false;
  end += strspn(end, "uUlL");
  return !*end && *value > -1e9 && *value < 1e9 && *value == (double)(int32_t)*value;
}

/* To the first '{' outside comments; without one, to the first number. */
static void skip_head(reader *r) {
  const reader begin = *r;
  char word[32];
  size_t length;
  double ignored;
  while (r->at < r->end && *r->at != '{')
    if (!skip_comment(r)) step(r);
  if (r->at < r->end) return;
  *r = begin;
  for (skip(r); r->at < r->end; skip(r)) {
    word_at(r, word, &length);
    if (number(word, &ignored)) return;
    r->at += length ? length : 1;
  }
}

static bool read_text(const char *path, const char *text, size_t size, int32_t *value,
                      vmac_err *err) {
  reader r = {path, text, text + size, 1};
  if (starts(&r, "\xef\xbb\xbf")) r.at += 3; /* byte order mark */
  skip_head(&r);
  size_t n = 0, length;
  for (skip(&r); r.at < r.end; skip(&r)) {
    char word[32];
    double found;
    word_at(&r, word, &length);
    if (!length || length > 31 || !number(word, &found))
      return vmac_fail(err, "%s:%d: expected a whole number (product %zu of 65,536), found '%s'",
                       path, r.line, n + 1, word);
    if (found < LOWEST || found > HIGHEST)
      return vmac_fail(err, "%s:%d: expected a 16-bit product (%d..%d), found %.0f", path, r.line,
                       LOWEST, HIGHEST, found);
    if (n < IMPORT_PAIRS) value[n] = (int32_t)found;
    n++;
    r.at += length;
  }
  if (n == IMPORT_PAIRS) return true;
  return vmac_fail(err, "%s: expected 65,536 products, found %zu%s", path, n,
                   n == (size_t)257 * 257 - 1
                       ? "; a CSV of `varimac mult table`? Its raw form (--raw) can be read"
                       : "");
}

bool import_read(const char *path, int32_t *value, vmac_err *err) {
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, err);
  if (!bytes) return false;
  bool good = is_binary(bytes, size) ? read_binary(path, bytes, size, value, err)
                                     : read_text(path, (const char *)bytes, size, value, err);
  free(bytes);
  int32_t lowest = 0, highest = 0;
  for (int i = 0; good && i < IMPORT_PAIRS; i++) {
    if (value[i] < lowest) lowest = value[i];
    if (value[i] > highest) highest = value[i];
  }
  if (good && lowest < 0 && highest > 32767)
    return vmac_fail(err, "%s: expected signed or unsigned 16-bit products, found %d and %d", path,
                     lowest, highest);
  return good;
}
