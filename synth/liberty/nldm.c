/* NLDM tables: axes in either order, values, lookup. SPDX-License-Identifier: Apache-2.0 */
#include "nldm.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool loader_fail(const lib_loader *ld, int line, const char *expected, const char *found) {
  return vmac_fail(ld->err, "%s:%d: expected %s, found '%.40s'", ld->path, line, expected,
                   found ? found : "nothing");
}

/* All numbers of an attribute such as values ("1, 2", "3, 4"). NULL and an error otherwise. */
static double *numbers(const lib_loader *ld, const lib_attr *attr, size_t *count) {
  size_t room = 0;
  for (size_t i = 0; i < attr->values; i++) room += strlen(attr->value[i]) / 2 + 1;
  double *list = vmac_alloc(room, sizeof *list);
  *count = 0;
  for (size_t i = 0; i < attr->values; i++) {
    for (char *at = attr->value[i], *end; *at; at = end) {
      if (isspace((unsigned char)*at) || *at == ',' || *at == '\\') {
        end = at + 1;
        continue;
      }
      const double v = strtod(at, &end);
      if (end == at || !isfinite(v) || *count == room) {
        loader_fail(ld, attr->line, "numbers", at);
        free(list);
        return NULL;
      }
      list[(*count)++] = v;
    }
  }
  if (*count) return list;
  loader_fail(ld, attr->line, "numbers", NULL);
  free(list);
  return NULL;
}

static double *axis(const lib_loader *ld, const lib_group *group, const lib_group *template,
                    const char *index, double unit, size_t *count) {
  const lib_attr *attr = lib_attr_of(group, index);
  if (!attr) attr = lib_attr_of(template, index);
  if (!attr) {
    loader_fail(ld, group->line, index, NULL);
    return NULL;
  }
  double *list = numbers(ld, attr, count);
  for (size_t i = 0; list && i < *count; i++) {
    list[i] *= unit;
    if (i && !(list[i] > list[i - 1])) {
      loader_fail(ld, attr->line, "rising numbers on a table's axis", attr->value[0]);
      free(list);
      return NULL;
    }
  }
  return list;
}

void nldm_free(nldm_table *table) {
  free(table->load);
  free(table->slew);
  free(table->value);
  *table = (nldm_table){0};
}

static double *single_axis(size_t *count) {
  *count = 1;
  return vmac_alloc(1, sizeof(double));
}

static const lib_group *find_template(const lib_loader *ld, const char *name) {
  for (size_t i = 0; i < ld->root->children; i++) {
    const lib_group *g = ld->root->child[i];
    const bool template =
        !strcmp(g->name, "lu_table_template") || !strcmp(g->name, "power_lut_template");
    if (template && g->args && !strcmp(g->arg[0], name)) return g;
  }
  return NULL;
}

bool nldm_read(const lib_loader *ld, const lib_group *parent, const char *name, double unit,
               nldm_table *table) {
  static const lib_group no_template = {.name = "scalar"};
  const lib_group *group = lib_child_of(parent, name);
  if (!group) return true;
  const char *wanted = group->args ? group->arg[0] : "scalar";
  const lib_group *template = strcmp(wanted, "scalar") ? find_template(ld, wanted) : &no_template;
  if (!template) return loader_fail(ld, group->line, "a known table template", wanted);
  bool load_first = false;
  for (int v = 1; v <= 2; v++) {
    char variable[16], index[16];
    snprintf(variable, sizeof variable, "variable_%d", v);
    snprintf(index, sizeof index, "index_%d", v);
    const char *kind = lib_text(template, variable, NULL);
    if (!kind) break;
    const bool load = !strcmp(kind, "total_output_net_capacitance");
    if (!load && !strstr(kind, "transition"))
      return loader_fail(ld, template->line, "a load or transition axis", kind);
    if (load ? table->load != NULL : table->slew != NULL)
      return loader_fail(ld, template->line, "two different axes", kind);
    if (v == 1) load_first = load;
    double **list = load ? &table->load : &table->slew;
    size_t *count = load ? &table->loads : &table->slews;
    *list = axis(ld, group, template, index, load ? ld->pf : ld->ns, count);
    if (!*list) return false;
  }
  if (!table->load) table->load = single_axis(&table->loads);
  if (!table->slew) table->slew = single_axis(&table->slews);
  const lib_attr *values = lib_attr_of(group, "values");
  if (!values) return loader_fail(ld, group->line, "values (...)", NULL);
  size_t count;
  double *list = numbers(ld, values, &count);
  if (!list) return false;
  if (count != table->loads * table->slews) {
    free(list);
    return vmac_fail(ld->err, "%s:%d: expected %zu x %zu values, found %zu", ld->path, values->line,
                     table->loads, table->slews, count);
  }
  table->value = vmac_alloc(count, sizeof(double));
  for (size_t i = 0; i < table->loads; i++)
    for (size_t j = 0; j < table->slews; j++)
      table->value[i * table->slews + j] =
          unit * list[load_first ? i * table->slews + j : j * table->loads + i];
  free(list);
  return true;
}

/* Index i of the segment axis[i]..axis[i+1] that x lies in or beyond, and the place within it. */
static size_t segment(const double *axis_at, size_t count, double x, double *place) {
  *place = 0;
  if (count < 2) return 0;
  size_t i = 0;
  while (i + 2 < count && x >= axis_at[i + 1]) i++;
  *place = (x - axis_at[i]) / (axis_at[i + 1] - axis_at[i]);
  return i;
}

double nldm_lookup(const nldm_table *t, double load, double slew) {
  if (!t->value) return 0;
  double x, y;
  const size_t i = segment(t->load, t->loads, load, &x), j = segment(t->slew, t->slews, slew, &y);
  const size_t down = t->loads > 1 ? t->slews : 0, right = t->slews > 1;
  const double *v = t->value + i * t->slews + j;
  return (1 - x) * ((1 - y) * v[0] + y * v[right]) + x * ((1 - y) * v[down] + y * v[down + right]);
}
