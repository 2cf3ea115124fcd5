/* $scope and $var. SPDX-License-Identifier: Apache-2.0 */
#include "vcd_header.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAME = 1000, MAX_DEPTH = 100, MAX_WIDTH = 1 << 16, MAX_BITS = 1 << 24 };

char *vcd_word(vcd_text *text) {
  while (text->at < text->end && isspace((unsigned char)*text->at))
    text->line += *text->at++ == '\n';
  if (text->at == text->end) return NULL;
  char *word = text->at;
  while (text->at < text->end && !isspace((unsigned char)*text->at)) text->at++;
  if (text->at < text->end) {
    text->line += *text->at == '\n';
    *text->at++ = 0;
  }
  return word;
}

bool vcd_fail(const vcd_text *text, const char *expected, const char *found) {
  return vmac_fail(text->err, "%s:%d: expected %s, found '%.60s'", text->path, text->line, expected,
                   found ? found : "the end of the file");
}

static bool skip_to_end(vcd_text *text) {
  const char *word;
  while ((word = vcd_word(text)))
    if (!strcmp(word, "$end")) return true;
  return vcd_fail(text, "$end", NULL);
}

/* Doubles an array when `used` is a power of two. */
static void *grown(void *array, size_t used, size_t size) {
  if (used & (used - 1)) return array;
  void *more = realloc(array, (used ? 2 * used : 1) * size);
  if (!more) abort();
  return more;
}

static bool add_bit(const vcd_text *text, vcd_header *h, const char *name, size_t code,
                    size_t bit) {
  size_t *at = vcd_names_add(&h->bits, name);
  if (*at) return true; /* a name twice: the first stands */
  if (h->used == MAX_BITS) return vcd_fail(text, "fewer variables", name);
  h->bit = grown(h->bit, h->used, sizeof *h->bit);
  h->bit[h->used++] = (vcd_bit){code, bit};
  *at = h->used;
  return true;
}

/* "name", "name[3]", "name[7:0]" and "name [7:0]" (then `range` has the brackets). */
static bool add_variable(const vcd_text *text, vcd_header *h, const char *scope, const char *name,
                         const char *range, size_t code, size_t width) {
  char full[2 * MAX_NAME + 64];
  int left = 0, right = 0, used = 0;
  if (*name == '\\') name++; /* an escaped name */
  size_t length = strlen(name);
  if (!range && length && name[length - 1] == ']' && strrchr(name, '[')) range = strrchr(name, '[');
  const bool is_range = range && sscanf(range, "[%d:%d]%n", &left, &right, &used) == 2;
  const bool is_bit = range && !is_range && sscanf(range, "[%d]%n", &left, &used) == 1;
  if (is_bit) right = left;
  if ((is_range || is_bit) && range > name && range < name + length)
    length = (size_t)(range - name);
  if (strlen(scope) + length > MAX_NAME) return vcd_fail(text, "shorter names", name);
  const int base = (int)strlen(scope) + (int)length;
  snprintf(full, sizeof full, "%s%.*s", scope, (int)length, name);
  if (!is_range && !is_bit) {
    left = (int)width - 1;
    right = 0;
  }
  const long span = left > right ? (long)left - right : (long)right - left;
  if (span + 1 != (long)width) return vcd_fail(text, "a range as wide as the variable", range);
  for (size_t b = 0; b < width; b++) {
    const long index = left >= right ? right + (long)b : right - (long)b;
    snprintf(full + base, sizeof full - (size_t)base, "[%ld]", index);
    if (!add_bit(text, h, full, code, b)) return false;
  }
  full[base] = 0;
  return width > 1 || add_bit(text, h, full, code, 0);
}

static bool read_variable(vcd_text *text, vcd_header *h, const char *scope) {
  const char *type = vcd_word(text), *size = type ? vcd_word(text) : NULL;
  const char *code = size ? vcd_word(text) : NULL, *name = code ? vcd_word(text) : NULL;
  const char *range = name ? vcd_word(text) : NULL;
  if (!range) return vcd_fail(text, "$var TYPE WIDTH CODE NAME $end", NULL);
  char *end;
  const long width = strtol(size, &end, 10);
  if (*end || width < 1 || width > MAX_WIDTH) return vcd_fail(text, "a variable's width", size);
  size_t *number = vcd_names_add(&h->codes, code);
  if (!*number) {
    *number = h->codes.used;
    h->width = grown(h->width, h->codes.used - 1, sizeof *h->width);
    h->width[*number - 1] = (size_t)width;
  } else if (h->width[*number - 1] != (size_t)width) {
    return vcd_fail(text, "the width that the code had before", size);
  }
  const bool ends = !strcmp(range, "$end");
  if (!strcmp(type, "real") || !strcmp(type, "realtime")) return ends || skip_to_end(text);
  return add_variable(text, h, scope, name, ends ? NULL : range, *number - 1, (size_t)width) &&
         (ends || skip_to_end(text));
}

bool vcd_read_header(vcd_text *text, vcd_header *h) {
  char scope[MAX_NAME + 2] = "";
  size_t start[MAX_DEPTH + 1], depth = 0;
  const char *word;
  h->scope = grown(h->scope, 0, sizeof *h->scope);
  h->scope[h->scopes++] = strdup("");
  while ((word = vcd_word(text))) {
    if (!strcmp(word, "$enddefinitions")) return skip_to_end(text);
    if (!strcmp(word, "$var")) {
      if (!read_variable(text, h, scope)) return false;
    } else if (!strcmp(word, "$scope")) {
      const char *type = vcd_word(text), *name = type ? vcd_word(text) : NULL;
      if (!name) return vcd_fail(text, "$scope TYPE NAME", NULL);
      name += *name == '\\';
      if (depth == MAX_DEPTH || strlen(scope) + strlen(name) >= MAX_NAME)
        return vcd_fail(text, "shallower scopes", name);
      start[depth++] = strlen(scope);
      strcat(strcat(scope, name), ".");
      h->scope = grown(h->scope, h->scopes, sizeof *h->scope);
      h->scope[h->scopes++] = strdup(scope);
      if (!skip_to_end(text)) return false;
    } else if (!strcmp(word, "$upscope")) {
      if (!depth) return vcd_fail(text, "a $scope before it", word);
      scope[start[--depth]] = 0;
      if (!skip_to_end(text)) return false;
    } else if (*word == '$') { /* $date, $version, $timescale, $comment, $attrbegin */
      if (!skip_to_end(text)) return false;
    } else {
      return vcd_fail(text, "a declaration such as $var", word);
    }
  }
  return vcd_fail(text, "$enddefinitions", NULL);
}

void vcd_free_header(vcd_header *h) {
  vcd_names_free(&h->codes);
  vcd_names_free(&h->bits);
  for (size_t i = 0; i < h->scopes; i++) free(h->scope[i]);
  free(h->scope);
  free(h->width);
  free(h->bit);
}

const vcd_bit *vcd_find(const vcd_header *h, const char *scope, const char *name) {
  char full[2 * MAX_NAME + 64];
  snprintf(full, sizeof full, "%.*s%.*s", MAX_NAME, scope, MAX_NAME, name);
  const size_t *at = vcd_names_find(&h->bits, full);
  return at ? &h->bit[*at - 1] : NULL;
}
