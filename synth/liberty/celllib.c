/* From Liberty files to a library of cells. SPDX-License-Identifier: Apache-2.0 */
#include "celllib.h"

#include <stdlib.h>
#include <string.h>

#include "celllib_cell.h"

static lib_group *parse_file(const char *path, vmac_err *err) {
  size_t size;
  char *text = lib_read_file(path, &size, err);
  if (!text) return NULL;
  lib_group *root = lib_parse(path, text, size, err);
  free(text);
  return root;
}

static void more_room(cell_lib *lib, size_t cells) {
  lib_cell *all = vmac_alloc(lib->cells + cells + 1, sizeof *all);
  if (lib->cells) memcpy(all, lib->cell, lib->cells * sizeof *all);
  free(lib->cell);
  lib->cell = all;
}

static int by_name(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool names_differ(const cell_lib *lib, const char *path, vmac_err *err) {
  const char **name = vmac_alloc(lib->cells, sizeof *name);
  bool good = true;
  for (size_t i = 0; i < lib->cells; i++) name[i] = lib->cell[i].name;
  qsort(name, lib->cells, sizeof *name, by_name);
  for (size_t i = 1; good && i < lib->cells; i++)
    if (!strcmp(name[i - 1], name[i]))
      good = vmac_fail(err, "%s: there is a second cell '%.80s'; is a file given twice?", path,
                       name[i]);
  free(name);
  return good;
}

static bool add_file(cell_lib *lib, const char *path, vmac_err *err) {
  lib_group *root = parse_file(path, err);
  if (!root) return false;
  lib_loader ld = {.path = path, .root = root, .err = err};
  bool good = loader_units(&ld);
  if (good && !lib->name) {
    lib->name = strdup(root->args ? lib_name(root) : path);
    lib->voltage = ld.voltage;
  }
  if (good && (ld.voltage > lib->voltage || ld.voltage < lib->voltage))
    good = vmac_fail(err, "%s: expected a voltage of %g like the files before it, found %g", path,
                     lib->voltage, ld.voltage);
  const size_t before = lib->cells;
  more_room(lib, root->children);
  for (size_t i = 0; good && i < root->children; i++)
    if (!strcmp(root->child[i]->name, "cell"))
      good = cell_read(&ld, root->child[i], &lib->cell[lib->cells++]);
  if (good && lib->cells == before) good = vmac_fail(err, "%s: no cell in the library", path);
  lib_free(root);
  return good && names_differ(lib, path, err);
}

cell_lib *celllib_load(const char *const *paths, size_t count, vmac_err *err) {
  cell_lib *lib = vmac_alloc(1, sizeof *lib);
  bool good = count > 0 || vmac_fail(err, "no cell library given");
  for (size_t i = 0; good && i < count; i++) good = add_file(lib, paths[i], err);
  if (good) return lib;
  celllib_free(lib);
  return NULL;
}

void celllib_free(cell_lib *lib) {
  if (!lib) return;
  for (size_t i = 0; i < lib->cells; i++) cell_free(&lib->cell[i]);
  free(lib->cell);
  free(lib->name);
  free(lib);
}

const lib_cell *celllib_cell(const cell_lib *lib, const char *name, vmac_err *err) {
  for (size_t i = 0; i < lib->cells; i++)
    if (!strcmp(name, lib->cell[i].name)) return &lib->cell[i];
  const char **names = vmac_alloc(lib->cells, sizeof *names);
  for (size_t i = 0; i < lib->cells; i++) names[i] = lib->cell[i].name;
  const char *near = vmac_nearest(name, names, lib->cells);
  vmac_fail(err, "library %s has no cell '%.60s'%s%.60s%s", lib->name, name,
            near ? ", the nearest is '" : "", near ? near : "", near ? "'" : "");
  free(names);
  return NULL;
}

int celllib_pin(const lib_cell *cell, const char *name, vmac_err *err) {
  for (size_t i = 0; i < cell->pins; i++)
    if (!strcmp(cell->pin[i].name, name)) return (int)i;
  vmac_fail(err, "cell %s has no pin '%.60s'", cell->name, name);
  return -1;
}
