/* liberty.h: the text of a Liberty file as a tree of groups and attributes.
 *
 * Only syntax: what a group means is celllib.c's business. Everything lives in blocks owned by the
 * root, so that a tree is freed as a whole; a name or value stays where it is until then.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LIBERTY_H
#define VMAC_LIBERTY_H

#include "vmac.h"

/* Without its quotes; a line end inside quotes, escaped or not, is one blank. */
typedef struct {
  char *text;
  bool quoted;
} lib_value;

/* `name : value ;` has one value; `name (v, v, ...) ;` has any number. */
typedef struct {
  const char *name;
  lib_value *value;
  size_t values;
  int line;
  bool list;     /* written with parentheses */
  size_t before; /* how many of the group's children stand before it */
} lib_attr;

typedef struct lib_group {
  const char *name; /* library, cell, pin, timing, ... */
  lib_value *arg;   /* cell (NAND2X1): one argument */
  size_t args;
  int line;
  lib_attr *attr;
  size_t attrs;
  struct lib_group **child;
  size_t children;
  struct lib_arena *arena; /* of the root only */
} lib_group;

/* The bytes of a library, unpacked where they are gzip's; free() them. */
char *lib_read_file(const char *path, size_t *size, vmac_err *err);

/* Parses `size` bytes. NULL and an error "file:line: ..." where the text is no Liberty. */
lib_group *lib_parse(const char *file, const char *text, size_t size, vmac_err *err);
void lib_free(lib_group *root);

/* The last attribute or the first child of that name, or NULL. */
const lib_attr *lib_attr_of(const lib_group *group, const char *name);
const lib_group *lib_child_of(const lib_group *group, const char *name);

/* First value of an attribute, or `otherwise` where there is none. */
const char *lib_text(const lib_group *group, const char *name, const char *otherwise);

/* The first argument of a group, or "". */
const char *lib_name(const lib_group *group);

#endif
