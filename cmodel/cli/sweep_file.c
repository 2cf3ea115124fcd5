/* What a sweep writes: CSV, and the same rows as JSON. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/sweep.h"

typedef struct {
  const char *name;
  bool is_number;
} column;

static const column columns[] = {{"mult", false},        {"correction", false},
                                 {"layers", false},      {"network", false},
                                 {"table", false},       {"x", false},
                                 {"data", false},        {"images", true},
                                 {"calibration", false}, {"rounding", false},
                                 {"correct", true},      {"accuracy", true},
                                 {"agreement", true},    {"approximate_share", true},
                                 {"lost", true},         {"gained", true}};
enum { COLUMNS = sizeof columns / sizeof *columns };

/* Headers of earlier versions, whose rows do not say all that a row is of, or not all results. */
static const char *const earlier[] = {
    "mult,correction,network,table,data,images,calibration,rounding,"
    "correct,accuracy,agreement,approximate_share",
    "mult,correction,network,table,x,data,images,calibration,rounding,"
    "correct,accuracy,agreement,approximate_share",
    "mult,correction,layers,network,table,x,data,images,calibration,rounding,"
    "correct,accuracy,agreement,approximate_share"};

/* Into line, whose end it returns. 256 bytes hold it. */
static char *put_header(char *line) {
  for (int i = 0; i < COLUMNS; i++) line += sprintf(line, "%s%s", i ? "," : "", columns[i].name);
  return line;
}

bool sweep_check_header(const char *path, const char *text) {
  char header[256], found[81];
  put_header(header);
  const size_t size = strcspn(text, "\n");
  if (size == strlen(header) && !memcmp(text, header, size)) return true;
  for (size_t i = 0; i < sizeof earlier / sizeof *earlier; i++)
    if (size == strlen(earlier[i]) && !memcmp(text, earlier[i], size)) {
      cli_say("%s is an earlier version's: its rows are computed again", path);
      return false;
    }
  snprintf(found, sizeof found, "%.*s", size < 80 ? (int)size : 80, text);
  for (char *c = found; *c; c++) /* the file may be anything */
    if (*c < ' ' || *c > '~') *c = '?';
  cli_die("%s is not the results of a sweep and stays as it is: expected a first line '%s', "
          "found '%s'",
          path, header, found);
}

char *sweep_results(const sweep_result *r) {
  enum { SIZE = 160 };
  char *text = vmac_alloc(SIZE, 1);
  const double n = (double)r->images;
  snprintf(text, SIZE, "%zu,%.6f,%.6f,%g,%zu,%zu", r->correct, (double)r->correct / n,
           (double)r->agree / n, r->share, r->lost, r->gained);
  return text;
}

bool sweep_results_sound(const char *text, size_t images) {
  double n = (double)images, correct, agreement, share, lost, gained;
  if (sscanf(text, "%lf,%*f,%lf,%lf,%lf,%lf", &correct, &agreement, &share, &lost, &gained) != 5)
    return false;
  /* The exact network's answers differ where one of both is right, and maybe elsewhere; half an image
   * for the digits of agreement. */
  const double part[] = {correct / n,
                         agreement,
                         share,
                         (lost + correct) / n,
                         (gained + n - correct) / n,
                         agreement + (lost + gained - 0.5) / n};
  for (size_t i = 0; i < sizeof part / sizeof *part; i++)
    if (!(part[i] >= 0 && part[i] <= 1)) return false;
  const sweep_result r = {.images = images,
                          .correct = (size_t)correct,
                          .agree = (size_t)(agreement * n + 0.5),
                          .share = share,
                          .lost = (size_t)lost,
                          .gained = (size_t)gained};
  char *again = sweep_results(&r);
  const bool same = !strcmp(again, text);
  free(again);
  return same;
}

/* All rows that there are, header first; *count of them. */
static char *csv_text(const sweep *s, size_t *count) {
  size_t size = 512;
  for (size_t i = 0; i < s->points; i++)
    if (s->point[i].results) size += strlen(s->point[i].key) + strlen(s->point[i].results) + 1;
  char *text = vmac_alloc(size, 1), *end = put_header(text);
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
static bool write_json(const char *path, const char *csv, vmac_err *err) {
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
  return vmac_write_json(path, rows, err);
}

size_t sweep_write(const sweep *s, const sweep_options *o) {
  vmac_err err;
  size_t count;
  char *csv = csv_text(s, &count);
  vmac_files_begin();
  const bool good = vmac_write_file(o->output, csv, strlen(csv), &err) &&
                    (!o->json || write_json(o->json, csv, &err));
  if (!vmac_files_end(good, &err)) cli_die("%s", err.text);
  free(csv);
  return count;
}
