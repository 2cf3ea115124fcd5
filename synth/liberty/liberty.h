/* liberty.h: the text of a Liberty file as a tree of groups and attributes.
 *
 * Only syntax: what a group means is celllib.c's business. Every string lives in one arena owned by
 * the tree, so that a tree is freed as a whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LIBERTY_H
#define VMAC_LIBERTY_H

#include "vmac.h"

/* `name : value ;` has one value; `name (v, v, ...) ;` has any number. Quotes are removed. */
typedef struct {
  const char *name;
  char **value;
  size_t values;
  int line;
} lib_attr;

typedef struct lib_group {
  const char *name; /* library, cell, pin, timing, ... */
  char **arg;       /* cell (NAND2X1): one argument */
  size_t args;
  int line;
  lib_attr *attr;
  size_t attrs;
  struct lib_group **child;
  size_t children;
} lib_group;

/* Parses `size` bytes. NULL and an error "file:line: ..." where the text is no Liberty. */
lib_group *lib_parse(const char *file, const char *text, size_t size, vmac_err *err);
void lib_free(lib_group *group);

/* The last attribute or the first child of that name, or NULL. */
const lib_attr *lib_attr_of(const lib_group *group, const char *name);
const lib_group *lib_child_of(const lib_group *group, const char *name);

/* First value of an attribute, or `otherwise` where there is none. */
const char *lib_text(const lib_group *group, const char *name, const char *otherwise);

#endif
