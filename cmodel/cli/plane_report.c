/* What `varimac plane` found, as rows and as tables. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/plane.h"

/* ---- rows ------------------------------------------------------------------------------------ */

/* A quantity of a layer by an estimator. */
typedef struct {
  const plane_run *run;
  const vmac_plane_layer *layer;
  const char *estimator, *quantity;
  int bits; /* of a code, where states are counted; 0: not that */
  double value;
  const vmac_interval *in; /* or NULL */
} row;

typedef struct {
  row *at;
  size_t rows;
} table;

static void add(table *t, row of, const char *estimator, const char *quantity, double value,
                const vmac_interval *in) {
  of.estimator = estimator;
  of.quantity = quantity;
  of.value = value;
  of.in = in;
  t->at[t->rows++] = of;
}

static void add_layer(table *t, const plane_run *run, int l) {
  static const char *const bound[VMAC_KDE_BOUNDS] = {"I(T;X) at least", "I(T;X) at most",
                                                     "I(T;Y) at least", "I(T;Y) at most"};
  const vmac_plane_point *p = &run->point[l];
  row of = {.run = run, .layer = &run->plane->layer[l]};
  for (int b = VMAC_PLANE_BITS - 1; b >= 0; b--) {
    of.bits = b + 1;
    add(t, of, "counting", "states", p->counted[b].states, NULL);
    add(t, of, "counting", "states of one image", p->counted[b].single, NULL);
    add(t, of, "counting", "H(T)", p->counted[b].h.bits, &p->counted[b].h.in);
    add(t, of, "counting", "H(T) Miller-Madow", p->counted[b].h_corrected, NULL);
    add(t, of, "counting", "I(T;X)", p->counted[b].x, NULL);
    add(t, of, "counting", "I(T;Y)", p->counted[b].y.bits, &p->counted[b].y.in);
    add(t, of, "counting", "I(T;Y) Miller-Madow", p->counted[b].y_corrected, NULL);
  }
  of.bits = 0;
  add(t, of, "projection", "I(T;Y)", p->projected.bits, &p->projected.in);
  add(t, of, "projection", "shuffled labels", p->null, NULL);
  add(t, of, "projection", "shuffled labels 95 %", p->null_top, NULL);
  add(t, of, "kernel", "noise", run->noise[l], NULL);
  for (int b = 0; b < VMAC_KDE_BOUNDS; b++)
    add(t, of, "kernel", bound[b], p->kernel[b].bits, &p->kernel[b].in);
  add(t, of, "probe", "I(T;Y)", p->probe.bits, &p->probe.in);
  add(t, of, "probe", "right", p->correct, NULL);
  if (!run->change) return;
  add(t, of, "probe", "I(T;Y) less exact", run->change[l].bits, &run->change[l].in);
  add(t, of, "error", "rms", sqrt(vmac_plane_error(run->plane, l)), NULL);
}

static table rows_of(const plane_result *r) {
  enum { EACH = 7 * VMAC_PLANE_BITS + 3 + 1 + VMAC_KDE_BOUNDS + 2 + 2 };
  const int layers = r->run[0].plane->layers;
  table t = {.at = vmac_alloc((size_t)(r->runs * layers * EACH), sizeof *t.at)};
  for (int i = 0; i < r->runs; i++)
    for (int l = 0; l < layers; l++) add_layer(&t, &r->run[i], l);
  return t;
}

static const char *kind_of(const plane_result *r, const vmac_plane_layer *l) {
  return l->op < 0 ? "INPUT" : vmac_op_name(r->net->op[l->op].kind);
}

static const char *cut_of(const vmac_plane_layer *l) {
  return l->cut ? "yes" : "no";
}

bool plane_csv(const plane_result *r, const char *path, vmac_err *err) {
  table t = rows_of(r);
  const size_t names = strlen(r->net_path) + strlen(r->run[r->runs - 1].mult);
  const size_t most = (256 + names) * (1 + t.rows);
  char *text = vmac_alloc(most, 1);
  size_t at = (size_t)snprintf(text, most,
                               "net,mult,correction,images,op,kind,size,cut,estimator,bits,"
                               "quantity,value,lo,hi\n");
  for (const row *w = t.at; w < t.at + t.rows; w++) {
    char in[64] = ",", bits[16] = "";
    if (w->in) snprintf(in, sizeof in, "%.9g,%.9g", w->in->lo, w->in->hi);
    if (w->bits) snprintf(bits, sizeof bits, "%d", w->bits);
    at += (size_t)snprintf(text + at, most - at, "%s,%s,%s,%lld,%d,%s,%zu,%s,%s,%s,%s,%.9g,%s\n",
                           r->net_path, w->run->mult, w->run->correction, r->images, w->layer->op,
                           kind_of(r, w->layer), w->layer->size, cut_of(w->layer), w->estimator,
                           bits, w->quantity, w->value, in);
  }
  free(t.at);
  const bool good = vmac_write_file(path, text, at, err);
  free(text);
  return good;
}

bool plane_json(const plane_result *r, const char *path, vmac_err *err) {
  table t = rows_of(r);
  cJSON *root = cJSON_CreateObject(), *rows = cJSON_CreateArray();
  cJSON_AddStringToObject(root, "network", r->net_path);
  cJSON_AddStringToObject(root, "data", r->data);
  cJSON_AddNumberToObject(root, "images", (double)r->images);
  cJSON_AddNumberToObject(root, "seed", (double)r->seed);
  cJSON_AddNumberToObject(root, "label_bits", r->labels);
  for (const row *w = t.at; w < t.at + t.rows; w++) {
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "mult", w->run->mult);
    cJSON_AddStringToObject(o, "correction", w->run->correction);
    cJSON_AddNumberToObject(o, "op", w->layer->op);
    cJSON_AddStringToObject(o, "kind", kind_of(r, w->layer));
    cJSON_AddBoolToObject(o, "cut", w->layer->cut);
    cJSON_AddStringToObject(o, "estimator", w->estimator);
    if (w->bits) cJSON_AddNumberToObject(o, "bits", w->bits);
    cJSON_AddStringToObject(o, "quantity", w->quantity);
    cJSON_AddNumberToObject(o, "value", w->value);
    if (w->in) cJSON_AddNumberToObject(o, "lo", w->in->lo);
    if (w->in) cJSON_AddNumberToObject(o, "hi", w->in->hi);
    cJSON_AddItemToArray(rows, o);
  }
  cJSON_AddItemToObject(root, "rows", rows);
  free(t.at);
  return vmac_write_json(path, root, err);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void print_layer(const plane_result *r, const plane_run *run, int l) {
  const vmac_plane_point *p = &run->point[l];
  const vmac_plane_layer *layer = &run->plane->layer[l];
  char op[16] = "-";
  if (layer->op >= 0) snprintf(op, sizeof op, "%d", layer->op);
  printf("%3s %-16s %6zu %-3s %6u %7.3f %7.3f %7.3f  %7.3f %7.3f  %7.3f %7.3f %7.3f %7.3f  "
         "%7.3f %6.3f..%-6.3f %5.1f %%",
         op, kind_of(r, layer), layer->size, cut_of(layer), p->counted[7].states,
         p->counted[7].h.bits, p->counted[7].y.bits, p->counted[0].y.bits, p->projected.bits,
         p->projected.bits - p->null, p->kernel[VMAC_KDE_X_LOW].bits,
         p->kernel[VMAC_KDE_X_HIGH].bits, p->kernel[VMAC_KDE_Y_LOW].bits,
         p->kernel[VMAC_KDE_Y_HIGH].bits, p->probe.bits, p->probe.in.lo, p->probe.in.hi,
         100 * p->correct);
  if (run->change)
    printf("  %7.3f %6.3f..%-6.3f", run->change[l].bits, run->change[l].in.lo,
           run->change[l].in.hi);
  printf("\n");
}

void plane_print(const plane_result *r) {
  printf("network %s, %lld images of %s, seed %lld; log2 of the images %.3f bits, H(Y) %.3f bits\n",
         r->net_path, r->images, r->data, r->seed, log2((double)r->images), r->labels);
  for (int i = 0; i < r->runs; i++) {
    const plane_run *run = &r->run[i];
    printf("\nmultiplier %s, correction %s\n", run->mult, run->correction);
    printf("%3s %-16s %6s %-3s %-30s  %-15s  %-31s  %-30s%s\n", "", "", "", "", "counting",
           "projection", "kernel, from..to", "probe", run->change ? "  its change from exact" : "");
    printf("%3s %-16s %6s %-3s %6s %7s %7s %7s  %7s %7s  %7s %7s %7s %7s  %7s %-14s %7s\n", "op",
           "kind", "codes", "cut", "states", "I(T;X)", "I(T;Y)", "1 bit", "I(T;Y)", "- null",
           "I(T;X)", "", "I(T;Y)", "", "I(T;Y)", "95 %", "right");
    for (int l = 0; l < run->plane->layers; l++) print_layer(r, run, l);
  }
}
