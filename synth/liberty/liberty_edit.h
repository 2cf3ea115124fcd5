/* liberty_edit.h: changing a tree, and writing it as text.
 *
 * New parts live as long as the root; what is taken out lives on too. Nothing is copied that need
 * not be: a group may hold children of another tree, which then has to stay.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LIBERTY_EDIT_H
#define VMAC_LIBERTY_EDIT_H

#include <stdio.h>

#include "liberty.h"

char *lib_keep_text(lib_group *root, const char *text); /* a copy */

/* arg == NULL: no argument. */
lib_group *lib_add_group(lib_group *root, lib_group *parent, const char *name, const char *arg);
void lib_add_child(lib_group *root, lib_group *parent, lib_group *child);

/* `name : text;`, or `name (text);` as the only value of a list. */
void lib_add_attr(lib_group *root, lib_group *group, const char *name, const char *text,
                  bool quoted, bool list);

/* An attribute of another group as it stands there. */
void lib_copy_attr(lib_group *root, lib_group *group, const lib_attr *attr);

/* Keeps the children and attributes for which the callback says so; either may be NULL: all. */
void lib_filter(lib_group *group, bool (*child)(const lib_group *child, void *arg),
                bool (*attr)(const lib_attr *attr, void *arg), void *arg);

/* The same names, values and children in the same order. */
bool lib_same(const lib_group *a, const lib_group *b);
bool lib_same_attr(const lib_attr *a, const lib_attr *b);

/* In one canonical form: two writers' files of the same tree become the same bytes. What yosys and
 * OpenSTA want quoted is quoted. */
void lib_write(FILE *f, const lib_group *root);

#endif
