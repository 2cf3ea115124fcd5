/* Reads what vmac-energy collected. SPDX-License-Identifier: Apache-2.0 */
#include "energy/ppa.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

typedef struct {
  const char *path, *activity;
  char place[160]; /* in the file, for errors */
  vmac_err *err;
} reader;

static const char *kind_of(const cJSON *item) {
  return !item                  ? "nothing"
         : cJSON_IsNumber(item) ? "a number"
         : cJSON_IsString(item) ? "a text"
         : cJSON_IsArray(item)  ? "a list"
                                : "something else";
}

/* of[key], a finite number of 0 or more. */
static bool number(const reader *r, const cJSON *of, const char *key, double *value) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(of, key);
  if (!cJSON_IsNumber(item))
    return vmac_fail(r->err, "%s: %s: expected a number \"%s\", found %s", r->path, r->place, key,
                     kind_of(item));
  if (!isfinite(item->valuedouble) || item->valuedouble < 0)
    return vmac_fail(r->err, "%s: %s: \"%s\": expected 0 or more, found %g", r->path, r->place, key,
                     item->valuedouble);
  *value = item->valuedouble;
  return true;
}

static bool whole(const reader *r, const cJSON *of, const char *key, double most, double *value) {
  if (!number(r, of, key, value)) return false;
  return (*value <= most && *value == floor(*value)) ||
         vmac_fail(r->err, "%s: %s: \"%s\": expected a whole number up to %.0f, found %g", r->path,
                   r->place, key, most, *value);
}

static bool text(const reader *r, const cJSON *of, const char *key, char *to, size_t size) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(of, key);
  if (!cJSON_IsString(item))
    return vmac_fail(r->err, "%s: %s: expected a text \"%s\", found %s", r->path, r->place, key,
                     kind_of(item));
  snprintf(to, size, "%s", item->valuestring);
  return true;
}

/* of[key][activity] */
static bool by_mode(const reader *r, const cJSON *of, const char *key, double *value) {
  const cJSON *modes = cJSON_GetObjectItemCaseSensitive(of, key);
  if (!cJSON_IsObject(modes))
    return vmac_fail(r->err, "%s: %s: expected \"%s\" by activity, found %s", r->path, r->place,
                     key, kind_of(modes));
  reader inner = *r;
  snprintf(inner.place, sizeof inner.place, "%.120s, \"%s\"", r->place, key);
  return number(&inner, modes, r->activity, value);
}

static bool read_layer(const reader *r, const cJSON *item, bool pe, vmac_ppa_layer *layer) {
  double op, macs;
  if (!whole(r, item, "op", INT32_MAX, &op) || !whole(r, item, "macs", 1e15, &macs) ||
      !by_mode(r, item, "energy_pj", &layer->busy))
    return false;
  layer->op = (int)op;
  layer->macs = (uint64_t)macs;
  layer->gated = layer->unused = layer->busy;
  return !pe || (by_mode(r, item, "gated_pj", &layer->gated) &&
                 by_mode(r, item, "unused_pj", &layer->unused));
}

/* Sets d->mult to NULL where the design is none that a program is made of. */
static bool read_design(reader *r, const cJSON *item, vmac_ppa_design *d) {
  char cell[64];
  double rows, correction = -1, rank = 0;
  vmac_err unknown;
  if (!text(r, item, "design", d->kind, sizeof d->kind) ||
      !text(r, item, "cell", cell, sizeof cell))
    return false;
  const bool pe = !strcmp(d->kind, "pe");
  const bool foot =
      !strcmp(d->kind, "side") || !strcmp(d->kind, "correct") || !strcmp(d->kind, "tile");
  d->mult = pe || foot ? vmac_mult_find(cell, &unknown) : NULL;
  if (!d->mult) return true;
  char where[sizeof r->place];
  snprintf(where, sizeof where, "%.40s (%s of %.60s)", r->place, d->kind, cell);
  memcpy(r->place, where, sizeof where);
  if (cJSON_GetObjectItemCaseSensitive(item, "variant") &&
      !text(r, item, "variant", d->variant, sizeof d->variant))
    return false;
  if (!number(r, item, "area_um2", &d->area) || !number(r, item, "period_ns", &d->period) ||
      !number(r, item, "delay_ns", &d->delay) || !number(r, item, "idle_pj", &d->idle) ||
      !number(r, item, "leakage_nw", &d->leakage) ||
      !text(r, item, "net_hash", d->net_hash, sizeof d->net_hash) ||
      !text(r, item, "origin", d->origin, sizeof d->origin) ||
      !whole(r, item, "rows", VMAC_ROWS_MAX, &rows) ||
      (foot && !whole(r, item, "opt_correction", 3, &correction)) ||
      (correction == 3 && !whole(r, item, "phi_rank", VMAC_PHI_MAX, &rank)))
    return false;
  d->rows = (int)rows;
  d->opt_correction = (int)correction;
  d->phi_rank = (int)rank;
  const cJSON *layers = cJSON_GetObjectItemCaseSensitive(item, "layers"), *layer;
  if (!cJSON_IsArray(layers) || !cJSON_GetArraySize(layers))
    return vmac_fail(r->err, "%s: %s: expected a list \"layers\", found %s", r->path, r->place,
                     kind_of(layers));
  d->layer = vmac_alloc((size_t)cJSON_GetArraySize(layers), sizeof *d->layer);
  cJSON_ArrayForEach(layer, layers) {
    reader inner = *r;
    snprintf(inner.place, sizeof inner.place, "%.120s, layer %d", r->place, d->layers);
    if (!read_layer(&inner, layer, pe, &d->layer[d->layers++])) return false;
  }
  return true;
}

static bool read_root(reader *r, const cJSON *root, vmac_ppa *ppa) {
  const cJSON *version = cJSON_GetObjectItemCaseSensitive(root, "varimac_ppa");
  const cJSON *designs = cJSON_GetObjectItemCaseSensitive(root, "designs"), *item;
  if (!cJSON_IsNumber(version) || version->valuedouble != 1)
    return vmac_fail(
        r->err, "%s: expected \"varimac_ppa\": 1, as `vmac-energy collect` writes it, found %s",
        r->path, cJSON_IsNumber(version) ? "another number" : kind_of(version));
  if (!cJSON_IsArray(designs))
    return vmac_fail(r->err, "%s: expected a list \"designs\", found %s", r->path,
                     kind_of(designs));
  snprintf(r->place, sizeof r->place, "the file");
  if (cJSON_GetObjectItemCaseSensitive(root, "platform") &&
      !text(r, root, "platform", ppa->platform, sizeof ppa->platform))
    return false;
  ppa->design = vmac_alloc((size_t)cJSON_GetArraySize(designs) + 1, sizeof *ppa->design);
  int index = 0;
  cJSON_ArrayForEach(item, designs) {
    vmac_ppa_design *d = &ppa->design[ppa->designs++]; /* counted: to be freed */
    snprintf(r->place, sizeof r->place, "design %d", index++);
    if (!read_design(r, item, d)) return false;
    if (!d->mult) *d = ppa->design[--ppa->designs] = (vmac_ppa_design){0};
  }
  return true;
}

vmac_ppa *vmac_ppa_load(const char *path, const char *activity, vmac_err *err) {
  cJSON *root = vmac_read_json(path, err);
  if (!root) return NULL;
  vmac_ppa *ppa = vmac_alloc(1, sizeof *ppa);
  snprintf(ppa->path, sizeof ppa->path, "%s", path);
  reader r = {.path = path, .activity = activity, .err = err};
  const bool good = read_root(&r, root, ppa);
  cJSON_Delete(root);
  if (good) return ppa;
  vmac_ppa_free(ppa);
  return NULL;
}

void vmac_ppa_free(vmac_ppa *ppa) {
  if (!ppa) return;
  for (int i = 0; i < ppa->designs; i++) free(ppa->design[i].layer);
  free(ppa->design);
  free(ppa);
}

/* What the hardware beside the PEs depends on. */
typedef struct {
  bool v;         /* it corrects with c0 + c X */
  int sums, bits; /* of X, and of one of them; 0: there is none */
  int of;         /* bits of A that X is made from; 0: phi says it */
} foot;

static foot foot_of(const vmac_mult *mult, int opt_correction, int phi_rank) {
  if (opt_correction == 3) return (foot){.v = true, .sums = phi_rank, .bits = 8};
  if (!opt_correction || mult->xkind == VMAC_X_NONE) return (foot){.v = opt_correction != 0};
  const int sums = vmac_planes(mult, opt_correction == 2 ? VMAC_CORR_BITPLANE : VMAC_CORR_CV);
  const bool low = sums == 1 && mult->xkind == VMAC_X_LOW;
  return (foot){.v = true, .sums = sums, .bits = low ? mult->xbits : 1, .of = mult->xbits};
}

/* Another phi is another table in the side column, and sums that switch otherwise in the unit. */
static bool same_phi(const vmac_mult *a, const vmac_mult *b, int rank) {
  uint8_t phi[2][256 * VMAC_PHI_MAX];
  vmac_phi(a, rank, phi[0]);
  vmac_phi(b, rank, phi[1]);
  return !memcmp(phi[0], phi[1], 256 * (size_t)rank);
}

/* Whether two cells have the same hardware there. */
static bool same_foot(const char *kind, const vmac_ppa_design *d, const vmac_mult *mult, int opt,
                      int phi_rank) {
  const foot a = foot_of(d->mult, d->opt_correction, d->phi_rank);
  const foot b = foot_of(mult, opt, phi_rank);
  if (d->mult->cls != mult->cls || a.sums != b.sums || a.bits != b.bits) return false;
  if (opt == 3 || d->opt_correction == 3)
    return opt == d->opt_correction && same_phi(d->mult, mult, phi_rank);
  return !strcmp(kind, "side") ? a.of == b.of : a.v == b.v;
}

const vmac_ppa_design *vmac_ppa_find(const vmac_ppa *ppa, const char *kind, const vmac_mult *mult,
                                     int opt_correction, int phi_rank, vmac_err *err) {
  const bool pe = !strcmp(kind, "pe");
  const vmac_ppa_design *best = NULL;
  int best_rank = 0;
  for (int i = 0; i < ppa->designs; i++) {
    const vmac_ppa_design *d = &ppa->design[i];
    if (strcmp(d->kind, kind)) continue;
    const bool built = d->opt_correction == opt_correction && d->phi_rank == phi_rank;
    const bool own = d->mult == mult && (pe || built);
    const bool plain = !d->variant[0] || !strcmp(d->variant, "plain");
    const int rank = 1 + 2 * own + plain;
    if (rank <= best_rank) continue;
    if (!own && (pe || !same_foot(kind, d, mult, opt_correction, phi_rank))) continue;
    best = d;
    best_rank = rank;
  }
  if (best) return best;
  const char *ktiles = strcmp(kind, "tile") ? "" : " PPA_KTILES=1";
  if (pe)
    vmac_fail(err, "%s: no pe of cell %s; `make ppa CELLS=%s` makes it", ppa->path, mult->name,
              mult->name);
  else if (opt_correction == 3)
    vmac_fail(err,
              "%s: no %s for cell %s with correction 3 and %d plane%s of phi; `make ppa CELLS=%s "
              "PPA_CORRECTIONS='0 1 2 3%.*s'%s` makes it",
              ppa->path, kind, mult->name, phi_rank, phi_rank == 1 ? "" : "s", mult->name,
              phi_rank == 1 ? 0 : 2, (const char[]){':', (char)('0' + phi_rank)}, ktiles);
  else
    vmac_fail(err, "%s: no %s for cell %s with correction %d; `make ppa CELLS=%s%s` makes it",
              ppa->path, kind, mult->name, opt_correction, mult->name, ktiles);
  return NULL;
}
