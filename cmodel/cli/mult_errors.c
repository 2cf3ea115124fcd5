/* varimac mult errors: the metrics of several cells, as text and JSON.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/mult.h"

void mult_conventions(const mult_pairs *pairs) {
  printf("# Counted: %s. Error is approximate - exact.\n"
         "# MRE, WCRE: mean and largest |error / exact|, exact products of 0 left out;\n"
         "# MRE/1: mean over all, exact 0 divided by 1. NMED: MED / largest |exact product| of\n"
         "# the class, u8 65025, s8 16384. Rank: of the table, modulo the prime 2^30 - 35.\n",
         pairs->text);
}

static cJSON *errors_json(const vmac_mult *mult, const vmac_mult_errors *e, uint64_t hash,
                          const mult_pairs *pairs) {
  cJSON *row = cJSON_CreateObject();
  char digits[17];
  snprintf(digits, sizeof digits, "%016" PRIx64, hash);
  cJSON_AddStringToObject(row, "name", mult->name);
  cJSON_AddStringToObject(row, "family", mult->family);
  cJSON_AddStringToObject(row, "class", mult_class_name(mult));
  cJSON_AddStringToObject(row, "params", mult->params);
  cJSON_AddStringToObject(row, "table_hash", digits);
  cJSON_AddStringToObject(row, "counted", pairs->text);
  const struct {
    const char *name;
    double value;
  } metric[] = {{"mean_error", e->mean}, {"med", e->med},   {"rms", e->rms},
                {"mre", e->mre},         {"mre_zero1", e->mre_zero1},
                {"wcre", e->wcre},       {"nmed", e->nmed}, {"wce", e->wce},
                {"error_rate", e->rate}, {"variance", e->variance},
                {"rank", e->rank},       {"f00", e->f00},   {"max_f0w", e->max_f0w},
                {"max_fa0", e->max_fa0}};
  for (size_t i = 0; i < sizeof metric / sizeof *metric; i++)
    cJSON_AddNumberToObject(row, metric[i].name, metric[i].value);
  cJSON_AddBoolToObject(row, "symmetric", e->symmetric);
  return row;
}

void mult_errors(const mult_options *opt) {
  const size_t named = (size_t)opt->count, n = named ? named : vmac_mult_count();
  for (size_t i = 0; i < named; i++) mult_find(opt->names[i]); /* before any output */
  mult_pairs pairs = mult_pairs_load(opt);
  int32_t *table = vmac_alloc(PAIRS, sizeof *table);
  cJSON *rows = cJSON_CreateArray();
  printf("%-12s %11s %10s %9s %11s %10s %10s %9s %6s %8s %13s %4s %3s %6s %8s %8s\n", "name",
         "mean", "MED", "MRE %", "MRE/1 %", "WCRE %", "RMS", "NMED %", "WCE", "rate %", "variance",
         "rank", "sym", "f(0,0)", "|f(0,w)|", "|f(a,0)|");
  for (size_t i = 0; i < n; i++) {
    const vmac_mult *mult = named ? mult_find(opt->names[i]) : vmac_mult_at(i);
    vmac_mult_errors e;
    vmac_mult_measure(mult, pairs.count[mult->cls], &e);
    printf("%-12s %11.3f %10.3f %9.4f %11.4f %10.3f %10.3f %9.4f %6d %8.3f %13.1f %4d %3s %6d %8d "
           "%8d\n",
           mult->name, e.mean, e.med, 100 * e.mre, 100 * e.mre_zero1, 100 * e.wcre, e.rms,
           100 * e.nmed, e.wce, 100 * e.rate, e.variance, e.rank, e.symmetric ? "yes" : "no", e.f00,
           e.max_f0w, e.max_fa0);
    fflush(stdout); /* a row as soon as it is known */
    if (!opt->json) continue;
    vmac_mult_table(mult, table);
    cJSON_AddItemToArray(rows, errors_json(mult, &e, vmac_table_hash(table), &pairs));
  }
  mult_conventions(&pairs);
  vmac_err err;
  if (!opt->json)
    cJSON_Delete(rows);
  else if (!vmac_write_json(opt->json, rows, &err))
    cli_die("%s", err.text);
  free(table);
  mult_pairs_free(&pairs);
}

void mult_metrics(const vmac_mult *const *mult, int mults, const mult_pairs *pairs) {
  vmac_mult_errors e[2];
  for (int i = 0; i < mults; i++) vmac_mult_measure(mult[i], pairs->count[mult[i]->cls], &e[i]);
#define ROW(title, format, value)                                                                  \
  do {                                                                                             \
    printf("%-14s", title);                                                                        \
    for (int i = 0; i < mults; i++) printf(mults > 1 ? "%20" format : "%" format, value);          \
    putchar('\n');                                                                                 \
  } while (0)
  ROW("mean error", ".6f", e[i].mean);
  ROW("MED", ".6f", e[i].med);
  ROW("RMS", ".6f", e[i].rms);
  ROW("variance", ".4f", e[i].variance);
  ROW("MRE %", ".6f", 100 * e[i].mre);
  ROW("MRE/1 %", ".6f", 100 * e[i].mre_zero1);
  ROW("WCRE %", ".6f", 100 * e[i].wcre);
  ROW("NMED %", ".6f", 100 * e[i].nmed);
  ROW("WCE", "d", e[i].wce);
  ROW("error rate %", ".4f", 100 * e[i].rate);
  ROW("rank", "d", e[i].rank);
  ROW("symmetric", "s", e[i].symmetric ? "yes" : "no");
  ROW("f(0,0)", "d", e[i].f00);
  ROW("max |f(0,w)|", "d", e[i].max_f0w);
  ROW("max |f(a,0)|", "d", e[i].max_fa0);
#undef ROW
}
