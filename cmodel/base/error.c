/* Errors as text, and the nearest name for a mistyped one. SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/base.h"

bool vmac_fail(vmac_err *err, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  /* cppcheck-suppress ctuuninitvar ; the text is written here, not read */
  vsnprintf(err->text, sizeof err->text, fmt, args);
  va_end(args);
  return false;
}

/* Levenshtein distance of two words, both cut at 63 characters. */
static size_t edit_distance(const char *a, const char *b) {
  size_t row[64];
  const size_t na = strnlen(a, 63), nb = strnlen(b, 63);
  for (size_t j = 0; j <= nb; j++) row[j] = j;
  for (size_t i = 1; i <= na; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= nb; j++) {
      const size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
      const size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
      diagonal = row[j];
      row[j] = substitute < shorter ? substitute : shorter;
    }
  }
  return row[nb];
}

const char *vmac_nearest(const char *word, const char *const *names, size_t n) {
  const char *best = NULL;
  size_t best_distance = strnlen(word, 63) / 2 + 1;
  for (size_t i = 0; i < n; i++) {
    const size_t distance = edit_distance(word, names[i]);
    if (distance < best_distance) {
      best = names[i];
      best_distance = distance;
    }
  }
  return best;
}
