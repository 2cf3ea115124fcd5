/* Figures as text. SPDX-License-Identifier: Apache-2.0 */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "power_gates.h"

static bool asked(const report *r, int mode) {
  return r->setup->modes[mode];
}

void report_line(const report *r) {
  const run_figure *zero = &r->result->mean[SIM_ZERO][STIM_BUSY];
  printf("name=%s class=%s gates=%zu area_um2=%.4f leakage_nw=%.6g leakage_pj=%.6g "
         "products=%" PRIu64 " design=%s",
         r->src->mult->name, r->src->mult->cls == VMAC_S8 ? "s8" : "u8", r->src->nl->gates,
         netlist_area(r->src->nl), zero->leakage_nw, zero->leakage, r->result->counted,
         r->design->name);
  /* Without a mode in their names, these are of zero delay. */
  if (asked(r, SIM_ZERO))
    printf(" switching_pj=%.6f internal_pj=%.6f energy_pj=%.6f toggles=%.4f", zero->switching,
           zero->internal, zero->energy, zero->toggles);
  for (int m = 0; m < RUN_MODES; m++)
    if (asked(r, m))
      printf(" energy_%s_pj=%.6f", run_mode_name((sim_mode)m),
             r->result->mean[m][STIM_BUSY].energy);
  if (r->result->done[SIM_ZERO][STIM_IDLE])
    printf(" idle_pj=%.6f", r->result->mean[SIM_ZERO][STIM_IDLE].energy);
  if (r->setup->rows_alone) printf(" share=%.9f", r->result->share);
  putchar('\n');
}

/* to[key] = {mode: the double at `offset` of that mode's figure} */
static void add_modes(const report *r, cJSON *to, const char *key,
                      const run_figure figure[RUN_MODES][STIM_KINDS], stim_kind kind,
                      size_t offset) {
  if (!r->design->kinds[kind]) return;
  cJSON *modes = cJSON_AddObjectToObject(to, key);
  for (int m = 0; m < RUN_MODES; m++) {
    double value;
    memcpy(&value, (const char *)&figure[m][kind] + offset, sizeof value);
    if (asked(r, m)) cJSON_AddNumberToObject(modes, run_mode_name((sim_mode)m), value);
  }
}

static void add_kinds(const report *r, cJSON *to, const run_figure figure[RUN_MODES][STIM_KINDS]) {
  const size_t energy = offsetof(run_figure, energy);
  add_modes(r, to, "energy_pj", figure, STIM_BUSY, energy);
  add_modes(r, to, "gated_pj", figure, STIM_GATED, energy);
  add_modes(r, to, "unused_pj", figure, STIM_UNUSED, energy);
}

static void add_design(const report *r, cJSON *to) {
  const stim_source *src = r->src;
  cJSON_AddStringToObject(to, "design", r->design->name);
  cJSON_AddStringToObject(to, "cell", src->mult->name);
  if (r->variant) cJSON_AddStringToObject(to, "variant", r->variant);
  cJSON_AddStringToObject(to, "class", src->mult->cls == VMAC_S8 ? "s8" : "u8");
  cJSON_AddNumberToObject(to, "gates", (double)src->nl->gates);
  cJSON_AddNumberToObject(to, "area_um2", netlist_area(src->nl));
  cJSON_AddNumberToObject(to, "leakage_nw", r->result->mean[SIM_ZERO][STIM_BUSY].leakage_nw);
  cJSON_AddNumberToObject(to, "period_ns", r->setup->period);
  cJSON_AddNumberToObject(to, "arrival_ns", r->result->arrival_ns);
  if (r->design == &stim_side || r->design == &stim_correct || r->design == &stim_tile)
    cJSON_AddNumberToObject(to, "opt_correction", src->opt_correction);
  if (src->phi_rank) cJSON_AddNumberToObject(to, "phi_rank", src->phi_rank);
  if (!r->setup->rows_alone) return;
  cJSON_AddNumberToObject(to, "from_row", (double)src->from_row);
  cJSON_AddNumberToObject(to, "to_row", (double)src->to_row);
  cJSON_AddNumberToObject(to, "share", r->result->share);
}

static void add_figures(const report *r, cJSON *to) {
  const run_figure(*mean)[STIM_KINDS] = r->result->mean;
  add_kinds(r, to, mean);
  add_modes(r, to, "switching_pj", mean, STIM_BUSY, offsetof(run_figure, switching));
  add_modes(r, to, "internal_pj", mean, STIM_BUSY, offsetof(run_figure, internal));
  cJSON_AddNumberToObject(to, "leakage_pj", mean[SIM_ZERO][STIM_BUSY].leakage);
  add_modes(r, to, "toggles", mean, STIM_BUSY, offsetof(run_figure, toggles));
  cJSON *parts = cJSON_AddObjectToObject(to, "parts");
  for (size_t i = 0; i < PARTS; i++)
    add_modes(r, parts, power_part_name((power_part)i), mean, STIM_BUSY,
              offsetof(run_figure, part) + i * sizeof(double));
  if (r->result->done[SIM_ZERO][STIM_IDLE])
    cJSON_AddNumberToObject(to, "idle_pj", mean[SIM_ZERO][STIM_IDLE].energy);
}

bool report_json(const report *r, const char *path, vmac_err *err) {
  const vmac_operands *ops = r->src->ops;
  cJSON *root = cJSON_CreateObject();
  add_design(r, root);
  add_figures(r, root);
  cJSON *layers = cJSON_AddArrayToObject(root, "layers");
  for (size_t l = 0; l < ops->layers; l++) {
    cJSON *layer = cJSON_CreateObject();
    cJSON_AddNumberToObject(layer, "op", ops->layer[l].op);
    cJSON_AddStringToObject(layer, "name", ops->layer[l].name);
    cJSON_AddNumberToObject(layer, "macs", (double)ops->layer[l].macs);
    cJSON_AddNumberToObject(layer, "tiles", ops->layer[l].tiles);
    add_kinds(r, layer, (const run_figure(*)[STIM_KINDS])r->result->layer[l]);
    cJSON_AddItemToArray(layers, layer);
  }
  cJSON_AddNumberToObject(root, "rows", (double)ops->rows);
  char hash[17];
  snprintf(hash, sizeof hash, "%016" PRIx64, ops->net_hash);
  cJSON_AddStringToObject(root, "net_hash", hash);
  cJSON_AddStringToObject(root, "origin", ops->origin);
  cJSON_AddNumberToObject(root, "operand_count", (double)r->result->counted);
  return vmac_write_json(path, root, err);
}

bool report_nets(const net_list *nl, const net_activity *activity, const char *path,
                 vmac_err *err) {
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  if (!f) return vmac_fail(err, "out of memory");
  fputs("net,rises,falls\n", f);
  for (size_t n = NET_FIRST; n < nl->nets; n++)
    fprintf(f, "%s,%" PRIu64 ",%" PRIu64 "\n", nl->name[n], activity[n].rises, activity[n].falls);
  bool good = fclose(f) == 0;
  good = good ? vmac_write_file(path, text, size, err) : vmac_fail(err, "out of memory");
  free(text);
  return good;
}
