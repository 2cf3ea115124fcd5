/* Liberty syntax: groups, attributes, comments, strings, line continuations.
 * SPDX-License-Identifier: Apache-2.0 */
#include "liberty.h"
#include "liberty_arena.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Real libraries nest six deep (library, cell, pin, timing, table, attribute); the limit keeps a
 * damaged file from exhausting the stack. */
enum { MAX_DEPTH = 32 };

/* ---- words ----------------------------------------------------------------------------------- */

typedef struct {
  const char *file, *at, *end;
  int line;
  struct lib_arena *arena;
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

static char *copy_text(cursor *c, const char *from, size_t size) {
  char *text = arena_take(c->arena, size + 1);
  memcpy(text, from, size);
  return text;
}

static bool line_end(const char *at, const char *end) {
  if (at < end && *at == '\\') at++;
  if (at < end && *at == '\r') at++;
  return at < end && *at == '\n';
}

/* After the opening quote. Blanks around a line end become one. */
static char *parse_string(cursor *c) {
  const char *stop = ++c->at;
  while (stop < c->end && *stop != '"') stop += *stop == '\\' && stop + 1 < c->end ? 2 : 1;
  char *text = arena_take(c->arena, (size_t)(stop - c->at) + 1), *to = text;
  while (c->at < stop) {
    if (!line_end(c->at, stop)) {
      *to++ = *c->at++;
      continue;
    }
    while (to > text && isspace((unsigned char)to[-1])) to--;
    *to++ = ' ';
    while (c->at < stop && (isspace((unsigned char)*c->at) || line_end(c->at, stop)))
      c->line += *c->at++ == '\n';
  }
  if (c->at < c->end) {
    c->at++;
    return text;
  }
  fail_here(c, "a closing quote");
  return NULL;
}

static bool is_word(char ch) {
  return isalnum((unsigned char)ch) || (ch && strchr("_.-+[]<>!'&|^*", ch));
}

/* A quoted string or a run of word characters. False with an error where there is neither. */
static bool parse_word(cursor *c, const char *expected, lib_value *value) {
  skip_blanks(c);
  value->quoted = c->at < c->end && *c->at == '"';
  if (value->quoted) return (value->text = parse_string(c)) != NULL;
  const char *from = c->at;
  while (c->at < c->end && is_word(*c->at)) c->at++;
  if (c->at == from) return fail_here(c, expected);
  value->text = copy_text(c, from, (size_t)(c->at - from));
  return true;
}

/* The value of `name : value`: a string, or everything up to ';', '}' or the end of the line (some
 * writers forget the semicolon), as in `voltage : 1.8 * 0.9`. */
static bool parse_value(cursor *c, lib_value *value) {
  skip_blanks(c);
  value->quoted = c->at < c->end && *c->at == '"';
  if (value->quoted) return (value->text = parse_string(c)) != NULL;
  const char *from = c->at;
  while (c->at < c->end && *c->at && !strchr(";}\n", *c->at) &&
         !(c->end - c->at >= 2 && c->at[0] == '/' && (c->at[1] == '*' || c->at[1] == '/')))
    c->at++;
  const char *to = c->at;
  while (to > from && (isspace((unsigned char)to[-1]) || to[-1] == '\\')) to--;
  const size_t size = (size_t)(to - from);
  if (size && !memchr(from, '{', size) && !memchr(from, '"', size)) {
    value->text = copy_text(c, from, size);
    return true;
  }
  c->at = from;
  return fail_here(c, "a value");
}

/* "(a, b, ...)" after its opening parenthesis; separators may be missing. */
static bool parse_args(cursor *c, lib_value **arg, size_t *args) {
  while (!accept(c, ')')) {
    if (accept(c, ',')) continue;
    lib_value value;
    if (!parse_word(c, "an argument or ')'", &value)) return false;
    *arg = arena_grown(c->arena, *arg, *args, sizeof **arg);
    (*arg)[(*args)++] = value;
  }
  return true;
}

/* ---- statements ------------------------------------------------------------------------------ */

static bool parse_body(cursor *c, lib_group *group, int depth);

static lib_group *add_group(cursor *c, lib_group *parent, const lib_attr *head) {
  lib_group *group = arena_take(c->arena, sizeof *group);
  group->name = head->name;
  group->line = head->line;
  group->arg = head->value;
  group->args = head->values;
  parent->child = arena_grown(c->arena, parent->child, parent->children, sizeof *parent->child);
  return parent->child[parent->children++] = group;
}

/* One statement: `name : value ;`, `name (args) ;` or `name (args) { statements }`. */
static bool parse_statement(cursor *c, lib_group *parent, int depth) {
  lib_value name;
  skip_blanks(c);
  if (c->at < c->end && *c->at == '"') return fail_here(c, "a name without quotes");
  if (!parse_word(c, "a name or '}'", &name)) return false;
  lib_attr attr = {.name = name.text, .line = c->line, .before = parent->children};
  if (accept(c, ':')) {
    attr.value = arena_grown(c->arena, NULL, 0, sizeof *attr.value);
    attr.values = 1;
    if (!parse_value(c, attr.value)) return false;
  } else if (accept(c, '(')) {
    attr.list = true;
    if (!parse_args(c, &attr.value, &attr.values)) return false;
    if (accept(c, '{')) {
      if (!parse_body(c, add_group(c, parent, &attr), depth + 1)) return false;
      accept(c, ';');
      return true;
    }
  } else {
    return fail_here(c, "':' or '(' after a name");
  }
  parent->attr = arena_grown(c->arena, parent->attr, parent->attrs, sizeof *parent->attr);
  parent->attr[parent->attrs++] = attr;
  while (accept(c, ';')) continue;
  return true;
}

static bool parse_body(cursor *c, lib_group *group, int depth) {
  if (depth > MAX_DEPTH) return fail_here(c, "at most 32 nested groups");
  while (!accept(c, '}'))
    if (!parse_statement(c, group, depth)) return false;
  return true;
}

lib_group *lib_parse(const char *file, const char *text, size_t size, vmac_err *err) {
  struct lib_arena *arena = arena_new();
  cursor c = {file, text, text + size, 1, arena, err};
  lib_group top = {0};
  bool good = parse_statement(&c, &top, 0);
  skip_blanks(&c);
  if (good && (top.children != 1 || strcmp(top.child[0]->name, "library")))
    good = vmac_fail(err, "%s:1: expected 'library (NAME) {', found '%.40s'", file,
                     top.children ? top.child[0]->name : top.attr[0].name);
  if (good && c.at < c.end) good = fail_here(&c, "nothing after the library");
  if (!good) {
    arena_free(arena);
    return NULL;
  }
  top.child[0]->arena = arena;
  return top.child[0];
}

void lib_free(lib_group *root) {
  if (root) arena_free(root->arena); /* the root itself lies in it */
}

/* ---- lookup ---------------------------------------------------------------------------------- */

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
  return attr && attr->values ? attr->value[0].text : otherwise;
}

const char *lib_name(const lib_group *group) {
  return group->args ? group->arg[0].text : "";
}
