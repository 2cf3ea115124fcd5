/* Merging and trimming. SPDX-License-Identifier: Apache-2.0 */
#include "prep.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "celllib_cell.h"

typedef struct {
  prep_lib *prep;
  const char *const *glob;
  size_t globs;
  bool *used; /* (globs) */
  lib_loader ld;
  size_t number; /* of the file */
  bool good;
} prep_run;

/* ---- cells ----------------------------------------------------------------------------------- */

static prep_kind by_attributes(prep_run *run, const lib_group *group) {
  bool match = false;
  for (size_t i = 0; i < run->globs; i++) {
    if (fnmatch(run->glob[i], lib_name(group), 0)) continue;
    match = run->used[i] = true;
  }
  if (match) return PREP_GLOB;
  const bool pad = !strcmp(lib_text(group, "pad_cell", "false"), "true");
  if (pad) return PREP_FUNCTION;
  return strcmp(lib_text(group, "dont_use", "false"), "true") ? PREP_KEPT : PREP_DONT_USE;
}

/* Pads: of a pin that is input and output no function can be told. */
static bool of_other_pins(const lib_cell *cell, const bool_prog *prog) {
  for (size_t i = 0; i < prog->ops; i++)
    if (prog->op[i].kind == BOOL_PIN && (size_t)prog->op[i].pin < cell->pins &&
        cell->pin[prog->op[i].pin].dir == PIN_OTHER)
      return true;
  return false;
}

static prep_kind by_function(const lib_cell *cell) {
  size_t outputs = 0;
  if (cell->sequential && cell->clock < 0) return PREP_STATE;
  for (size_t p = 0; p < cell->pins; p++) {
    if (cell->pin[p].dir != PIN_OUTPUT) continue;
    if (!cell->pin[p].function.op || of_other_pins(cell, &cell->pin[p].function))
      return PREP_FUNCTION;
    outputs++;
  }
  return outputs ? PREP_KEPT : PREP_NO_OUTPUT;
}

static bool keep_cell(const lib_group *group, void *arg) {
  prep_run *run = arg;
  cell_lib *lib = &run->prep->cells;
  if (!run->good || strcmp(group->name, "cell")) return true;
  prep_kind kind = by_attributes(run, group);
  if (kind == PREP_KEPT) {
    lib_cell *cell = &lib->cell[lib->cells];
    run->good = cell_read(&run->ld, group, cell);
    kind = run->good ? by_function(cell) : PREP_FUNCTION;
    for (size_t i = 0; kind == PREP_KEPT && i < lib->cells; i++)
      if (!strcmp(lib->cell[i].name, cell->name)) {
        loader_fail(&run->ld, group->line, "a new cell (is a file given twice?)", cell->name);
        run->good = false;
        kind = PREP_FUNCTION;
      }
    if (kind == PREP_KEPT)
      lib->cells++;
    else
      cell_free(cell);
    if (kind != PREP_KEPT) *cell = (lib_cell){0};
  }
  run->prep->count[kind]++;
  return kind == PREP_KEPT;
}

static bool keep_attr(const lib_attr *attr, void *arg) {
  (void)arg;
  return strncmp(attr->name, "default_wire_load", strlen("default_wire_load")) != 0;
}

static bool keep_group(const lib_group *group, void *arg) {
  return !strncmp(group->name, "wire_load", strlen("wire_load")) ? false : keep_cell(group, arg);
}

static void more_room(cell_lib *lib, size_t cells) {
  lib_cell *all = vmac_alloc(lib->cells + cells + 1, sizeof *all);
  if (lib->cells) memcpy(all, lib->cell, lib->cells * sizeof *all);
  free(lib->cell);
  lib->cell = all;
}

/* ---- several files --------------------------------------------------------------------------- */

static bool alike(double a, double b) {
  return fabs(a - b) <= 1e-9 * fabs(a);
}

/* Units, thresholds and derates mean the same in both files. */
static bool check_alike(const prep_run *run) {
  const lib_loader *a = &run->prep->units, *b = &run->ld;
  if (!alike(a->ns, b->ns) || !alike(a->pf, b->pf) || !alike(a->nw, b->nw) ||
      !alike(a->pj, b->pj) || !alike(a->voltage, b->voltage))
    return vmac_fail(b->err, "%s: expected the units and voltage of %s, found others", b->path,
                     a->path);
  for (size_t i = 0; i < a->root->attrs; i++) {
    const lib_attr *attr = &a->root->attr[i], *other = lib_attr_of(b->root, attr->name);
    if (!strstr(attr->name, "threshold_pct") && !strstr(attr->name, "derate")) continue;
    if (!other || !attr->values || !other->values ||
        !alike(strtod(attr->value[0].text, NULL), strtod(other->value[0].text, NULL)))
      return vmac_fail(b->err, "%s:%d: expected %s as in %s, found %s", b->path,
                       other ? other->line : b->root->line, attr->name, a->path,
                       other && other->values ? other->value[0].text : "nothing");
  }
  return true;
}

static lib_group *twin_of(const lib_group *root, const lib_group *group) {
  for (size_t i = 0; i < root->children; i++)
    if (!strcmp(root->child[i]->name, group->name) &&
        !strcmp(lib_name(root->child[i]), lib_name(group)))
      return root->child[i];
  return NULL;
}

static bool is_template(const lib_group *group) {
  return !strcmp(group->name, "lu_table_template") || !strcmp(group->name, "power_lut_template");
}

/* Tables (groups within a cell's pins) that name template `from` name `to`. */
static void rename_tables(lib_group *group, const char *from, char *to, int depth) {
  for (size_t i = 0; i < group->children; i++) {
    lib_group *child = group->child[i];
    if (depth >= 3 && child->args == 1 && !strcmp(child->arg[0].text, from))
      child->arg[0].text = to;
    rename_tables(child, from, to, depth + 1);
  }
}

/* A template that says something else under a name that is taken gets a name of its own. */
static void rename_template(prep_run *run, lib_group *file, lib_group *group) {
  char name[200];
  snprintf(name, sizeof name, "%.180s_%zu", lib_name(group), run->number + 1);
  char *to = lib_keep_text(file, name);
  for (size_t i = 0; i < file->children; i++)
    if (!strcmp(file->child[i]->name, "cell"))
      rename_tables(file->child[i], lib_name(group), to, 1);
  group->arg[0].text = to;
}

static bool merge_group(prep_run *run, lib_group *file, lib_group *group) {
  lib_group *root = run->prep->root, *twin = twin_of(root, group);
  if (!strcmp(group->name, "operating_conditions") && twin && !lib_same(twin, group))
    return vmac_fail(run->ld.err,
                     "%s:%d: operating_conditions '%.80s' are others than in the files "
                     "before",
                     run->ld.path, group->line, lib_name(group));
  if (twin && is_template(group) && !lib_same(twin, group))
    rename_template(run, file, group);
  else if (twin)
    return true;
  lib_add_child(root, root, group);
  return true;
}

static bool merge_file(prep_run *run, lib_group *file) {
  lib_group *root = run->prep->root;
  for (size_t i = 0; i < file->attrs; i++) {
    const lib_attr *attr = &file->attr[i];
    bool there = !attr->list && lib_attr_of(root, attr->name);
    for (size_t k = 0; k < root->attrs && !there; k++) there = lib_same_attr(&root->attr[k], attr);
    if (!there) lib_copy_attr(root, root, attr);
  }
  for (size_t i = 0; i < file->children; i++)
    if (!merge_group(run, file, file->child[i])) return false;
  return true;
}

static bool add_file(prep_run *run, const char *path, vmac_err *err) {
  size_t size;
  char *text = lib_read_file(path, &size, err);
  lib_group *root = text ? lib_parse(path, text, size, err) : NULL;
  free(text);
  if (!root) return false;
  prep_lib *prep = run->prep;
  run->number = prep->files;
  prep->file[prep->files++] = root;
  run->ld = (lib_loader){.path = path, .root = root, .err = err};
  if (!loader_units(&run->ld)) return false;
  if (prep->files == 1) {
    prep->root = root;
    prep->units = run->ld;
  } else if (!check_alike(run)) {
    return false;
  }
  more_room(&prep->cells, root->children);
  lib_filter(root, keep_group, keep_attr, run);
  return run->good && (prep->files == 1 || merge_file(run, root));
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* The conditions that the file has, or those that its nom_ attributes say. */
static void add_conditions(lib_group *root) {
  static const char name[] = "default_operating_conditions";
  const lib_group *given = lib_child_of(root, "operating_conditions");
  if (lib_attr_of(root, name)) return;
  if (!given) {
    lib_group *group = lib_add_group(root, root, "operating_conditions", "nominal");
    lib_add_attr(root, group, "process", lib_text(root, "nom_process", "1"), false, false);
    lib_add_attr(root, group, "temperature", lib_text(root, "nom_temperature", "25"), false, false);
    lib_add_attr(root, group, "voltage", lib_text(root, "nom_voltage", "1"), false, false);
    given = group;
  }
  lib_add_attr(root, root, name, lib_name(given), false, false);
}

prep_lib *prep_load(const char *const *paths, size_t files, const char *const *globs, size_t count,
                    vmac_err *err) {
  prep_lib *prep = vmac_alloc(1, sizeof *prep);
  prep_run run = {.prep = prep, .glob = globs, .globs = count, .good = true};
  prep->file = vmac_alloc(files + 1, sizeof *prep->file);
  run.used = vmac_alloc(count + 1, sizeof *run.used);
  bool good = true;
  for (size_t i = 0; good && i < files; i++) good = add_file(&run, paths[i], err);
  if (good && !prep->cells.cells) good = vmac_fail(err, "%s: no cell is left", paths[0]);
  for (size_t i = 0; good && i < count; i++)
    if (!run.used[i])
      fprintf(stderr, "vmac-liberty: note: --drop '%s' matches no cell\n", globs[i]);
  free(run.used);
  if (good) {
    prep->cells.name = strdup(lib_name(prep->root));
    prep->cells.voltage = prep->units.voltage;
    prep->units.err = NULL;
    add_conditions(prep->root);
    return prep;
  }
  prep_free(prep);
  return NULL;
}

void prep_free(prep_lib *prep) {
  if (!prep) return;
  for (size_t i = 0; i < prep->cells.cells; i++) cell_free(&prep->cells.cell[i]);
  for (size_t i = 0; i < prep->files; i++) lib_free(prep->file[i]);
  free(prep->cells.cell);
  free(prep->cells.name);
  free(prep->file);
  free(prep);
}
