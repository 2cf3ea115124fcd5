/* NLDM tables: axes in either order, values, lookup. SPDX-License-Identifier: Apache-2.0 */
#include "nldm.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All numbers of an attribute such as values ("1, 2", "3, 4"). NULL and an error otherwise. */
static double *numbers(const lib_loader *ld, const lib_attr *attr, size_t *count) {
  size_t room = 0;
  for (size_t i = 0; i < attr->values; i++) room += strlen(attr->value[i].text) / 2 + 1;
  double *list = vmac_alloc(room, sizeof *list);
  *count = 0;
  for (size_t i = 0; i < attr->values; i++) {
    for (char *at = attr->value[i].text, *end; *at; at = end) {
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
      loader_fail(ld, attr->line, "rising numbers on a table's axis", attr->value[0].text);
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
    if (template && !strcmp(lib_name(g), name)) return g;
  }
  return NULL;
}

enum { AXES = 3 };
typedef enum { AXIS_LOAD, AXIS_SLEW, AXIS_OTHER } axis_kind;

/* What the template calls its v-th axis. The load of another output (of a table with three axes) is
 * taken at its first entry: cells here drive one output each. */
static bool read_kind(const lib_loader *ld, const lib_group *template, int v, axis_kind *kind,
                      bool *there) {
  char variable[16];
  snprintf(variable, sizeof variable, "variable_%d", v);
  const char *text = lib_text(template, variable, NULL);
  *there = text != NULL;
  if (!text) return true;
  *kind = AXIS_OTHER;
  if (!strcmp(text, "total_output_net_capacitance"))
    *kind = AXIS_LOAD;
  else if (!strcmp(text, "input_net_transition") || !strcmp(text, "input_transition_time"))
    *kind = AXIS_SLEW;
  else if (!strstr(text, "output_net_capacitance"))
    return loader_fail(ld, template->line, "a load or transition axis", text);
  return true;
}

bool nldm_read(const lib_loader *ld, const lib_group *parent, const char *name, double unit,
               nldm_table *table) {
  static const lib_group no_template = {.name = "scalar"};
  const lib_group *group = lib_child_of(parent, name);
  if (!group) return true;
  const char *wanted = group->args ? group->arg[0].text : "scalar";
  const lib_group *template = strcmp(wanted, "scalar") ? find_template(ld, wanted) : &no_template;
  if (!template) return loader_fail(ld, group->line, "a known table template", wanted);
  /* Steps through the values, first axis slowest. */
  size_t count = 1, length[AXES], stride[AXES], load_stride = 0, slew_stride = 0;
  axis_kind kind[AXES];
  int axes = 0;
  for (bool there; axes < AXES; axes++) {
    if (!read_kind(ld, template, axes + 1, &kind[axes], &there)) return false;
    if (!there) break;
    char index[16];
    snprintf(index, sizeof index, "index_%d", axes + 1);
    double *list =
        axis(ld, group, template, index, kind[axes] == AXIS_SLEW ? ld->ns : ld->pf, &length[axes]);
    if (!list) return false;
    double **at = kind[axes] == AXIS_LOAD ? &table->load : &table->slew;
    if (kind[axes] != AXIS_OTHER && *at) {
      free(list);
      return loader_fail(ld, template->line, "two different axes", wanted);
    }
    if (kind[axes] == AXIS_OTHER) {
      free(list);
      continue;
    }
    *at = list;
    *(kind[axes] == AXIS_LOAD ? &table->loads : &table->slews) = length[axes];
  }
  for (int v = axes; v-- > 0; count *= length[v]) stride[v] = count;
  for (int v = 0; v < axes; v++) {
    if (kind[v] == AXIS_LOAD) load_stride = stride[v];
    if (kind[v] == AXIS_SLEW) slew_stride = stride[v];
  }
  if (!table->load) table->load = single_axis(&table->loads);
  if (!table->slew) table->slew = single_axis(&table->slews);
  const lib_attr *values = lib_attr_of(group, "values");
  if (!values) return loader_fail(ld, group->line, "values (...)", NULL);
  size_t found;
  double *list = numbers(ld, values, &found);
  if (!list) return false;
  if (found != count) {
    free(list);
    return vmac_fail(ld->err, "%s:%d: expected %zu x %zu values, found %zu", ld->path, values->line,
                     count / table->slews, table->slews, found);
  }
  table->value = vmac_alloc(table->loads * table->slews, sizeof(double));
  for (size_t i = 0; i < table->loads; i++)
    for (size_t j = 0; j < table->slews; j++)
      table->value[i * table->slews + j] = unit * list[i * load_stride + j * slew_stride];
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

/* The entries of both axes, each once, rising. */
static double *union_axis(const double *a, size_t as, const double *b, size_t bs, size_t *count) {
  double *list = vmac_alloc(as + bs, sizeof *list);
  size_t i = 0, j = 0;
  *count = 0;
  while (i < as || j < bs) {
    const double next = j == bs || (i < as && a[i] <= b[j]) ? a[i] : b[j];
    while (i < as && a[i] <= next) i++;
    while (j < bs && b[j] <= next) j++;
    list[(*count)++] = next;
  }
  return list;
}

/* An axis of one entry stands for all, so that its entry must not become a grid point. */
static double *shared_axis(const double *a, size_t as, const double *b, size_t bs, size_t *count) {
  return union_axis(a, as > 1 || bs < 2 ? as : 0, b, bs > 1 ? bs : 0, count);
}

void nldm_add(nldm_table *to, const nldm_table *from) {
  if (!from->value) return;
  nldm_table sum = {0};
  if (to->value) {
    sum.load = shared_axis(to->load, to->loads, from->load, from->loads, &sum.loads);
    sum.slew = shared_axis(to->slew, to->slews, from->slew, from->slews, &sum.slews);
  } else {
    sum.load = union_axis(from->load, from->loads, from->load, 0, &sum.loads);
    sum.slew = union_axis(from->slew, from->slews, from->slew, 0, &sum.slews);
  }
  sum.value = vmac_alloc(sum.loads * sum.slews, sizeof *sum.value);
  for (size_t i = 0; i < sum.loads; i++)
    for (size_t j = 0; j < sum.slews; j++)
      sum.value[i * sum.slews + j] =
          nldm_lookup(to, sum.load[i], sum.slew[j]) + nldm_lookup(from, sum.load[i], sum.slew[j]);
  nldm_free(to);
  *to = sum;
}

nldm_table nldm_scaled(const nldm_table *table, double by, double slew) {
  nldm_table t = {0};
  if (!table->value) return t;
  t.load = union_axis(table->load, table->loads, table->load, 0, &t.loads);
  t.slew = slew < 0 ? union_axis(table->slew, table->slews, table->slew, 0, &t.slews)
                    : single_axis(&t.slews);
  t.value = vmac_alloc(t.loads * t.slews, sizeof *t.value);
  for (size_t i = 0; i < t.loads; i++)
    for (size_t j = 0; j < t.slews; j++)
      t.value[i * t.slews + j] = by * nldm_lookup(table, t.load[i], slew < 0 ? t.slew[j] : slew);
  return t;
}
