/* Liberty syntax: groups, attributes, comments, strings, line continuations.
 * SPDX-License-Identifier: Apache-2.0 */
#include "liberty.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Real libraries nest six deep (library, cell, pin, timing, table, attribute); the limit keeps a
 * damaged file from exhausting the stack. */
enum { MAX_DEPTH = 32 };

typedef struct {
  const char *file, *at, *end;
  int line;
  vmac_err *err;
} cursor;

static bool fail_here(cursor *c, const char *expected) {
  if (c->at >= c->end)
    return vmac_fail(c->err, "%s:%d: expected %s, found the end of the file (truncated?)", c->file,
                     c->line, expected);
  if (isprint((unsigned char)*c->at))
    return vmac_fail(c->err, "%s:%d: expected %s, found '%.16s'", c->file, c->line, expected,
                     c->at);
  return vmac_fail(c->err, "%s:%d: expected %s, found byte 0x%02x", c->file, c->line, expected,
                   (unsigned)(unsigned char)*c->at);
}

/* Skips blanks, comments and escaped line ends. A bare backslash counts as blank, as in the tools
 * that write "values ( \". */
static void skip_blanks(cursor *c) {
  while (c->at < c->end) {
    if (*c->at == '\n') {
      c->line++;
      c->at++;
    } else if (isspace((unsigned char)*c->at) || *c->at == '\\') {
      c->at++;
    } else if (c->end - c->at >= 2 && c->at[0] == '/' && c->at[1] == '*') {
      c->at += 2;
      while (c->at < c->end && !(c->end - c->at >= 2 && c->at[0] == '*' && c->at[1] == '/'))
        c->line += *c->at++ == '\n';
      c->at = c->end - c->at >= 2 ? c->at + 2 : c->end;
    } else if (c->end - c->at >= 2 && c->at[0] == '/' && c->at[1] == '/') {
      while (c->at < c->end && *c->at != '\n') c->at++;
    } else {
      return;
    }
  }
}

static bool accept(cursor *c, char wanted) {
  skip_blanks(c);
  if (c->at >= c->end || *c->at != wanted) return false;
  c->at++;
  return true;
}

static char *copy_text(const char *from, size_t size) {
  char *text = vmac_alloc(size + 1, 1);
  memcpy(text, from, size);
  return text;
}

static char *parse_string(cursor *c) {
  const char *from = ++c->at;
  while (c->at < c->end && *c->at != '"') c->line += *c->at++ == '\n';
  if (c->at >= c->end) {
    fail_here(c, "a closing quote");
    return NULL;
  }
  return copy_text(from, (size_t)(c->at++ - from));
}

static bool is_word(char ch) {
  return isalnum((unsigned char)ch) || (ch && strchr("_.-+[]<>!'&|^*", ch));
}

/* A quoted string or a run of word characters. NULL with an error where there is neither. */
static char *parse_word(cursor *c, const char *expected) {
  skip_blanks(c);
  if (c->at < c->end && *c->at == '"') return parse_string(c);
  const char *from = c->at;
  while (c->at < c->end && is_word(*c->at)) c->at++;
  if (c->at > from) return copy_text(from, (size_t)(c->at - from));
  fail_here(c, expected);
  return NULL;
}

/* The value of `name : value`: a string, or everything up to ';', '}' or the end of the line (some
 * writers forget the semicolon), as in `voltage : 1.8 * 0.9`. */
static char *parse_value(cursor *c) {
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\t')) c->at++;
  if (c->at < c->end && *c->at == '"') return parse_string(c);
  const char *from = c->at;
  while (c->at < c->end && *c->at && !strchr(";}\n", *c->at) && strncmp(c->at, "/*", 2)) c->at++;
  const char *to = c->at;
  while (to > from && isspace((unsigned char)to[-1])) to--;
  if (to > from && memchr(from, '{', (size_t)(to - from)) == NULL)
    return copy_text(from, (size_t)(to - from));
  c->at = from;
  fail_here(c, "a value");
  return NULL;
}

static void *grown(void *array, size_t count, size_t size) {
  if (count & (count - 1)) return array; /* room is doubled at each power of two */
  void *more = vmac_alloc(count ? 2 * count : 1, size);
  if (count) memcpy(more, array, count * size);
  free(array);
  return more;
}

/* "(a, b, ...)" after its opening parenthesis; separators may be missing. */
static bool parse_args(cursor *c, char ***arg, size_t *args) {
  while (!accept(c, ')')) {
    if (accept(c, ',')) continue;
    char *word = parse_word(c, "an argument or ')'");
    if (!word) return false;
    *arg = grown(*arg, *args, sizeof **arg);
    (*arg)[(*args)++] = word;
  }
  return true;
}

static bool parse_body(cursor *c, lib_group *group, int depth);

static lib_group *add_group(lib_group *parent, char *name, int line) {
  lib_group *group = vmac_alloc(1, sizeof *group);
  group->name = name;
  group->line = line;
  parent->child = grown(parent->child, parent->children, sizeof *parent->child);
  return parent->child[parent->children++] = group;
}

/* One statement: `name : value ;`, `name (args) ;` or `name (args) { statements }`. */
static bool parse_statement(cursor *c, lib_group *parent, int depth) {
  char *name = parse_word(c, "a name or '}'");
  if (!name) return false;
  lib_attr attr = {.name = name, .line = c->line};
  bool good;
  if (accept(c, ':')) {
    char *value = parse_value(c);
    good = value != NULL;
    if (good) {
      attr.value = grown(NULL, 0, sizeof *attr.value);
      attr.value[attr.values++] = value;
    }
  } else if (accept(c, '(')) {
    good = parse_args(c, &attr.value, &attr.values);
    if (good && accept(c, '{')) {
      lib_group *group = add_group(parent, name, attr.line);
      group->arg = attr.value;
      group->args = attr.values;
      if (!parse_body(c, group, depth + 1)) return false;
      accept(c, ';');
      return true;
    }
  } else {
    good = fail_here(c, "':' or '(' after a name");
  }
  parent->attr = grown(parent->attr, parent->attrs, sizeof *parent->attr);
  parent->attr[parent->attrs++] = attr; /* owned by the tree even where damaged */
  while (good && accept(c, ';')) continue;
  return good;
}

static bool parse_body(cursor *c, lib_group *group, int depth) {
  if (depth > MAX_DEPTH) return fail_here(c, "at most 32 nested groups");
  while (!accept(c, '}'))
    if (!parse_statement(c, group, depth)) return false;
  return true;
}

lib_group *lib_parse(const char *file, const char *text, size_t size, vmac_err *err) {
  cursor c = {file, text, text + size, 1, err};
  lib_group root = {0};
  skip_blanks(&c);
  bool good = parse_statement(&c, &root, 0);
  skip_blanks(&c);
  if (good && (root.children != 1 || strcmp(root.child[0]->name, "library")))
    good = vmac_fail(err, "%s:1: expected 'library (NAME) {', found '%s'", file,
                     root.children ? root.child[0]->name : root.attr[0].name);
  if (good && c.at < c.end) good = fail_here(&c, "nothing after the library");
  lib_group *library = NULL;
  if (good) {
    library = root.child[0];
    root.children = 0;
  }
  lib_group *rest = vmac_alloc(1, sizeof *rest);
  *rest = root;
  lib_free(rest);
  return library;
}

static void free_words(char **word, size_t words) {
  for (size_t i = 0; i < words; i++) free(word[i]);
  free(word);
}

void lib_free(lib_group *group) {
  if (!group) return;
  for (size_t i = 0; i < group->attrs; i++) {
    free_words(group->attr[i].value, group->attr[i].values);
    free((char *)group->attr[i].name);
  }
  for (size_t i = 0; i < group->children; i++) lib_free(group->child[i]);
  free_words(group->arg, group->args);
  free(group->attr);
  free(group->child);
  free((char *)group->name);
  free(group);
}

const lib_attr *lib_attr_of(const lib_group *group, const char *name) {
  for (size_t i = group->attrs; i-- > 0;)
    if (!strcmp(group->attr[i].name, name)) return &group->attr[i];
  return NULL;
}

const lib_group *lib_child_of(const lib_group *group, const char *name) {
  for (size_t i = 0; i < group->children; i++)
    if (!strcmp(group->child[i]->name, name)) return group->child[i];
  return NULL;
}

const char *lib_text(const lib_group *group, const char *name, const char *otherwise) {
  const lib_attr *attr = lib_attr_of(group, name);
  return attr && attr->values ? attr->value[0] : otherwise;
}
