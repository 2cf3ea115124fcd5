/* What a sweep writes: CSV, and the same rows as JSON. SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sweep.h"

typedef struct {
  const char *name;
  bool is_number;
} column;

static const column columns[] = {
    {"mult", false},     {"correction", false},      {"layers", false},
    {"network", false},  {"table", false},           {"x", false},
    {"data", false},     {"images", true},           {"calibration", false},
    {"rounding", false}, {"correct", true},          {"accuracy", true},
    {"agreement", true}, {"approximate_share", true}};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* All rows that there are, header first; *count of them. */
static char *csv_text(const sweep *s, size_t *count) {
  size_t size = 512;
  for (size_t i = 0; i < s->points; i++)
    if (s->point[i].results) size += strlen(s->point[i].key) + strlen(s->point[i].results) + 1;
  char *text = vmac_alloc(size, 1), *end = text;
  for (int i = 0; i < COLUMNS; i++) end += sprintf(end, "%s%s", i ? "," : "", columns[i].name);
  *end++ = '\n';
  *count = 0;
  for (size_t i = 0; i < s->points; i++) {
    const sweep_point *p = &s->point[i];
    if (!p->results) continue;
    end += sprintf(end, "%s%s\n", p->key, p->results);
    ++*count;
  }
  return text;
}

/* The rows below the header, column by column; a number is the same text. */
static char *json_text(const char *csv) {
  cJSON *rows = cJSON_CreateArray();
  for (const char *line = strchr(csv, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
    cJSON *row = cJSON_CreateObject();
    const char *at = line;
    for (int i = 0; i < COLUMNS; i++) {
      const size_t size = strcspn(at, ",\n");
      char *text = memcpy(vmac_alloc(size + 1, 1), at, size);
      if (columns[i].is_number)
        cJSON_AddRawToObject(row, columns[i].name, text);
      else
        cJSON_AddStringToObject(row, columns[i].name, text);
      free(text);
      at += size + (at[size] == ',');
    }
    cJSON_AddItemToArray(rows, row);
  }
  char *text = cJSON_Print(rows);
  cJSON_Delete(rows);
  return text;
}

size_t sweep_write(const sweep *s, const sweep_options *o) {
  vmac_err err;
  size_t count;
  char *csv = csv_text(s, &count);
  if (!vmac_write_file(o->output, csv, strlen(csv), &err)) cli_die("%s", err.text);
  if (o->json) {
    char *json = json_text(csv);
    if (!json || !vmac_write_file(o->json, json, strlen(json), &err)) cli_die("%s", err.text);
    cJSON_free(json);
  }
  free(csv);
  return count;
}
