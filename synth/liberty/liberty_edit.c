/* Changes to a tree. SPDX-License-Identifier: Apache-2.0 */
#include "liberty_edit.h"

#include <string.h>

#include "liberty_arena.h"

char *lib_keep_text(lib_group *root, const char *text) {
  const size_t size = strlen(text) + 1;
  return memcpy(arena_take(root->arena, size), text, size);
}

void lib_add_child(lib_group *root, lib_group *parent, lib_group *child) {
  /* Filtered lists are shorter than their room, so that the room is made anew. */
  lib_group **more = arena_take(root->arena, (parent->children + 1) * sizeof *more);
  if (parent->children) memcpy(more, parent->child, parent->children * sizeof *more);
  more[parent->children++] = child;
  parent->child = more;
}

lib_group *lib_add_group(lib_group *root, lib_group *parent, const char *name, const char *arg) {
  lib_group *group = arena_take(root->arena, sizeof *group);
  group->name = lib_keep_text(root, name);
  group->line = parent->line;
  if (arg) {
    group->arg = arena_take(root->arena, sizeof *group->arg);
    group->arg->text = lib_keep_text(root, arg);
    group->args = 1;
  }
  lib_add_child(root, parent, group);
  return group;
}

void lib_copy_attr(lib_group *root, lib_group *group, const lib_attr *attr) {
  lib_attr *more = arena_take(root->arena, (group->attrs + 1) * sizeof *more);
  if (group->attrs) memcpy(more, group->attr, group->attrs * sizeof *more);
  more[group->attrs] = *attr;
  more[group->attrs++].before = group->children;
  group->attr = more;
}

void lib_add_attr(lib_group *root, lib_group *group, const char *name, const char *text,
                  bool quoted, bool list) {
  lib_attr attr = {
      .name = lib_keep_text(root, name), .values = 1, .line = group->line, .list = list};
  attr.value = arena_take(root->arena, sizeof *attr.value);
  *attr.value = (lib_value){lib_keep_text(root, text), quoted};
  lib_copy_attr(root, group, &attr);
}

void lib_filter(lib_group *group, bool (*child)(const lib_group *child, void *arg),
                bool (*attr)(const lib_attr *attr, void *arg), void *arg) {
  size_t attrs = 0, children = 0, next = 0;
  for (size_t i = 0; i <= group->children; i++) {
    for (; next < group->attrs && group->attr[next].before <= i; next++) {
      if (attr && !attr(&group->attr[next], arg)) continue;
      group->attr[attrs] = group->attr[next];
      group->attr[attrs++].before = children;
    }
    if (i < group->children && (!child || child(group->child[i], arg)))
      group->child[children++] = group->child[i];
  }
  group->attrs = attrs;
  group->children = children;
}

static bool same_values(const lib_value *a, size_t as, const lib_value *b, size_t bs) {
  if (as != bs) return false;
  for (size_t i = 0; i < as; i++)
    if (strcmp(a[i].text, b[i].text)) return false;
  return true;
}

bool lib_same_attr(const lib_attr *a, const lib_attr *b) {
  return !strcmp(a->name, b->name) && same_values(a->value, a->values, b->value, b->values);
}

bool lib_same(const lib_group *a, const lib_group *b) {
  if (strcmp(a->name, b->name) || !same_values(a->arg, a->args, b->arg, b->args) ||
      a->attrs != b->attrs || a->children != b->children)
    return false;
  for (size_t i = 0; i < a->attrs; i++)
    if (!lib_same_attr(&a->attr[i], &b->attr[i])) return false;
  for (size_t i = 0; i < a->children; i++)
    if (!lib_same(a->child[i], b->child[i])) return false;
  return true;
}
