/* A tree as text. SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>

#include "liberty_edit.h"

/* Functions are quoted whatever the file did: yosys stops at an unquoted `!RN`. */
static bool is_function(const char *name) {
  static const char *const known[] = {
      "function",        "next_state", "clocked_on",         "clear",   "preset",
      "clocked_on_also", "when",       "three_state",        "data_in", "enable",
      "x_function",      "sdf_cond",   "power_down_function"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (!strcmp(name, known[i])) return true;
  return false;
}

/* Names, numbers, and sums such as VDD + 0.5 need no quotes. */
static bool is_plain(const char *text) {
  if (!*text) return false;
  for (; *text; text++)
    if (!isalnum((unsigned char)*text) && !strchr("_.+-*/ ", *text)) return false;
  return true;
}

static void write_value(FILE *f, const char *name, const lib_value *value) {
  const bool quoted = value->quoted || is_function(name) || !is_plain(value->text);
  fputs(quoted ? "\"" : "", f);
  fputs(value->text, f);
  fputs(quoted ? "\"" : "", f);
}

static void indent(FILE *f, int depth) {
  fprintf(f, "%*s", 2 * depth, "");
}

/* A table's rows on lines of their own. */
static void write_attr(FILE *f, const lib_attr *attr, int depth) {
  const bool rows = attr->list && attr->values > 1 && !strcmp(attr->name, "values");
  indent(f, depth);
  fprintf(f, attr->list ? "%s (" : "%s : ", attr->name);
  for (size_t i = 0; i < attr->values; i++) {
    if (i) fputs(rows ? "," : ", ", f);
    if (rows) fprintf(f, " \\\n%*s", 2 * depth + 2, "");
    write_value(f, attr->name, &attr->value[i]);
  }
  fputs(attr->list ? ");\n" : ";\n", f);
}

static void write_group(FILE *f, const lib_group *group, int depth) {
  indent(f, depth);
  fprintf(f, "%s (", group->name);
  for (size_t i = 0; i < group->args; i++) {
    fputs(i ? ", " : "", f);
    write_value(f, "", &group->arg[i]);
  }
  fputs(") {\n", f);
  size_t next = 0;
  for (size_t i = 0; i <= group->children; i++) {
    for (; next < group->attrs && group->attr[next].before <= i; next++)
      write_attr(f, &group->attr[next], depth + 1);
    if (i < group->children) write_group(f, group->child[i], depth + 1);
  }
  indent(f, depth);
  fputs("}\n", f);
}

void lib_write(FILE *f, const lib_group *root) {
  write_group(f, root, 0);
}
