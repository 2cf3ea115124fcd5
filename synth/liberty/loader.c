/* Units and numbers of a Liberty file. SPDX-License-Identifier: Apache-2.0 */
#include "loader.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool loader_fail(const lib_loader *ld, int line, const char *expected, const char *found) {
  return vmac_fail(ld->err, "%s:%d: expected %s, found '%.40s'", ld->path, line, expected,
                   found ? found : "nothing");
}

bool loader_number(const lib_loader *ld, const lib_group *group, const char *name, double otherwise,
                   double *out) {
  const lib_attr *attr = lib_attr_of(group, name);
  *out = otherwise;
  if (!attr) return true;
  char *end = NULL;
  const char *text = attr->values ? attr->value[0].text : "";
  *out = strtod(text, &end);
  while (isspace((unsigned char)*end)) end++;
  if (end != text && !*end && isfinite(*out)) return true;
  char expected[80];
  snprintf(expected, sizeof expected, "a number for %.40s", name);
  return loader_fail(ld, attr->line, expected, text);
}

typedef struct {
  const char *suffix;
  double scale;
} unit_scale;

/* "1ns", "10ps" and the like: the leading number times the scale of its unit. */
static bool read_unit(const lib_loader *ld, const char *name, const char *fallback,
                      const unit_scale *known, double *out) {
  const char *text = lib_text(ld->root, name, fallback);
  char *end;
  const double factor = strtod(text, &end);
  while (*end == ' ') end++;
  for (; known->suffix; known++)
    if (end != text && factor > 0 && isfinite(factor) && !strcasecmp(end, known->suffix)) {
      *out = factor * known->scale;
      return true;
    }
  char expected[80];
  snprintf(expected, sizeof expected, "%.40s such as \"%s\"", name, fallback);
  const lib_attr *attr = lib_attr_of(ld->root, name);
  return loader_fail(ld, attr ? attr->line : ld->root->line, expected, text);
}

static bool read_capacitance(lib_loader *ld) {
  const lib_attr *cap = lib_attr_of(ld->root, "capacitive_load_unit");
  ld->pf = cap && cap->values == 2 ? strtod(cap->value[0].text, NULL) : 0;
  const char *unit = ld->pf > 0 && isfinite(ld->pf) ? cap->value[1].text : NULL;
  if (unit && !strcasecmp(unit, "ff"))
    ld->pf *= 1e-3;
  else if (!unit || strcasecmp(unit, "pf"))
    return loader_fail(ld, cap ? cap->line : ld->root->line,
                       "capacitive_load_unit (1, pf) or (1, ff)", unit);
  return true;
}

/* nom_voltage, else the voltage of the default or only operating conditions. */
static bool read_voltage(lib_loader *ld) {
  if (!loader_number(ld, ld->root, "nom_voltage", 0, &ld->voltage)) return false;
  const char *wanted = lib_text(ld->root, "default_operating_conditions", NULL);
  for (size_t i = 0; !lib_attr_of(ld->root, "nom_voltage") && i < ld->root->children; i++) {
    const lib_group *group = ld->root->child[i];
    if (strcmp(group->name, "operating_conditions")) continue;
    if (wanted && strcmp(wanted, lib_name(group))) continue;
    if (!loader_number(ld, group, "voltage", 0, &ld->voltage)) return false;
  }
  if (ld->voltage > 0) return true;
  return loader_fail(ld, ld->root->line, "nom_voltage above 0", NULL);
}

bool loader_units(lib_loader *ld) {
  static const unit_scale time[] = {{"fs", 1e-6}, {"ps", 1e-3}, {"ns", 1}, {"us", 1e3}, {0}};
  static const unit_scale power[] = {{"fW", 1e-6}, {"pW", 1e-3}, {"nW", 1}, {"uW", 1e3},
                                     {"mW", 1e6},  {"W", 1e9},   {0}};
  static const unit_scale volt[] = {{"mV", 1e-3}, {"V", 1}, {0}};
  double unit; /* of voltage: its square is in the unit of energy, capacitance times V^2 */
  if (!read_voltage(ld) || !read_unit(ld, "time_unit", "1ns", time, &ld->ns)) return false;
  if (!read_unit(ld, "leakage_power_unit", "1nW", power, &ld->nw) || !read_capacitance(ld))
    return false;
  if (!read_unit(ld, "voltage_unit", "1V", volt, &unit)) return false;
  ld->voltage *= unit;
  ld->pj = ld->pf * unit * unit;
  return true;
}
