/* Trained networks and checkpoints as safetensors files. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "train/schedule.h"

static const char FORMAT[] = "varimac float network 1";

/* Adds to a text of `length` letters as long as it fits; returns the length it wants. */
__attribute__((format(printf, 3, 4))) static size_t
add_text(char text[TRAIN_COMMAND], size_t length, const char *format, ...) {
  va_list list;
  va_start(list, format);
  const size_t room = length < TRAIN_COMMAND ? TRAIN_COMMAND - length : 0;
  const int more = vsnprintf(room ? text + length : NULL, room, format, list);
  va_end(list);
  return length + (size_t)more;
}

bool train_command(const train_net *net, const train_config *cfg, char text[TRAIN_COMMAND],
                   vmac_err *err) {
  size_t n = add_text(
      text, 0,
      "varimac train --net %s --data %s --seed %" PRIu64 " --epochs %d --batch %d --shards %d "
      "--rate %.9g --momentum %.9g --decay %.9g --smoothing %.9g --schedule %s --warmup %.9g "
      "--crop %d%s",
      net->name, cfg->data, cfg->seed, cfg->epochs, cfg->batch, cfg->shards, cfg->rate,
      cfg->momentum, cfg->decay, cfg->smoothing,
      cfg->schedule == TRAIN_ONECYCLE ? "onecycle" : "cosine", cfg->warmup, cfg->crop,
      cfg->flip ? "" : " --no-flip");
  if (cfg->test) n = add_text(text, n, " --test %s", cfg->test);
  if (cfg->validation) n = add_text(text, n, " --validation %d", cfg->validation);
  if (cfg->from) n = add_text(text, n, " --from %s", cfg->from);
  if (cfg->freeze) n = add_text(text, n, " --freeze");
  for (int i = 0; cfg->phases && i < cfg->phases->phases; i++)
    n = add_text(text, n, " --phase '%s'", cfg->phases->phase[i].text);
  /* A text that is cut would let another schedule resume the run. */
  return n < TRAIN_COMMAND ||
         vmac_fail(err,
                   "the run's options have %zu letters, recorded are at most %d: use fewer or "
                   "shorter phases",
                   n, TRAIN_COMMAND - 1);
}

static void add_entry(safetensors *st, const char *prefix, const train_slot *slot,
                      const float *flat) {
  safetensors_entry *e = &st->entry[st->entries++];
  snprintf(e->name, sizeof e->name, "%s%s", prefix, slot->name);
  e->rank = slot->rank;
  for (int i = 0; i < slot->rank; i++) e->dim[i] = (size_t)slot->dim[i];
  e->size = slot->size;
  e->data = flat + slot->offset;
}

/* Ranges of the layers' outputs as one tensor. */
static train_slot range_slot(const train_model *m) {
  return (train_slot){
      .name = "activation.range", .rank = 2, .dim = {m->layers, 2}, .size = 2 * (size_t)m->layers};
}

/* Sizes of noise that were learned, of all layers, as one tensor. */
static train_slot sigma_slot(const train_model *m) {
  return (train_slot){
      .name = "agn.sigma", .rank = 1, .dim = {m->layers}, .size = (size_t)m->layers};
}

static char *add_meta(safetensors *st, const char *key) {
  safetensors_meta *m = &st->meta[st->metas++];
  snprintf(m->key, sizeof m->key, "%s", key);
  return m->value;
}

bool train_save(const train_model *m, const train_config *cfg, int epochs_done, bool with_momentum,
                double test_accuracy, const char *path, vmac_err *err) {
  safetensors *st = vmac_alloc(1, sizeof *st);
  st->entry = vmac_alloc((size_t)(2 * m->slots + m->stat_slots + 3), sizeof *st->entry);
  st->meta = vmac_alloc(9, sizeof *st->meta);
  const size_t size = sizeof st->meta->value;
  snprintf(add_meta(st, "format"), size, "%s", FORMAT);
  snprintf(add_meta(st, "net"), size, "%s", m->net->name);
  const bool fits = train_command(m->net, cfg, add_meta(st, "command"), err);
  snprintf(add_meta(st, "seed"), size, "%" PRIu64, cfg->seed);
  snprintf(add_meta(st, "epochs_done"), size, "%d", epochs_done);
  snprintf(add_meta(st, "rng"), size, "xoshiro256**, seeded anew by (seed, epoch, image)");
  snprintf(add_meta(st, "input"), size, "NHWC, %s, (pixel - 128) / 64",
           m->net->c == 3 ? "RGB" : "gray");
  snprintf(add_meta(st, "test_accuracy"), size, "%.2f", test_accuracy);
  if (with_momentum && *m->place) snprintf(add_meta(st, "place"), size, "%s", m->place);
  for (int i = 0; i < m->slots; i++) add_entry(st, "", &m->slot[i], m->param);
  for (int i = 0; i < m->stat_slots; i++) add_entry(st, "", &m->stat_slot[i], m->stat);
  for (int i = 0; with_momentum && i < m->slots; i++)
    add_entry(st, "momentum.", &m->slot[i], m->momentum);
  const train_slot range = range_slot(m);
  if (m->has_range) add_entry(st, "", &range, &m->range[0].lo);
  const train_slot sigma = sigma_slot(m);
  if (m->has_sigma) add_entry(st, "", &sigma, m->sigma);
  if (m->has_sigma && with_momentum) add_entry(st, "momentum.", &sigma, m->sigma_momentum);
  const bool ok = fits && safetensors_write(st, path, err);
  safetensors_free(st);
  return ok;
}

/* flat[slot] = the file's tensor prefix + name: same shape, sound values. */
static bool copy_entry(const safetensors *st, const char *prefix, const train_slot *slot,
                       float *flat, const char *path, vmac_err *err) {
  char name[96];
  snprintf(name, sizeof name, "%s%s", prefix, slot->name);
  const safetensors_entry *e = safetensors_find(st, name);
  if (!e) return vmac_fail(err, "%s: no tensor '%s'", path, name);
  bool same = e->rank == slot->rank;
  for (int i = 0; same && i < e->rank; i++) same = e->dim[i] == (size_t)slot->dim[i];
  if (!same)
    return vmac_fail(err, "%s: tensor '%s': expected %zu values of rank %d, found %zu of rank %d",
                     path, name, slot->size, slot->rank, e->size, e->rank);
  for (size_t i = 0; i < e->size; i++)
    if (!(fabsf(e->data[i]) <= TRAIN_LARGEST))
      return vmac_fail(err,
                       "%s: tensor '%s': value %zu: expected at most %g in size, found %g; "
                       "the file is damaged or its training diverged",
                       path, name, i, (double)TRAIN_LARGEST, (double)e->data[i]);
  memcpy(flat + slot->offset, e->data, e->size * sizeof *flat);
  return true;
}

static bool check_variances(const train_model *m, const char *path, vmac_err *err) {
  for (int i = 0; i < m->layers; i++) {
    const train_layer *l = &m->layer[i];
    if (l->row->kind != TRAIN_BN) continue;
    const float *variance = m->stat + l->stat + l->c;
    for (int c = 0; c < l->c; c++)
      if (!(variance[c] >= 0))
        return vmac_fail(err,
                         "%s: tensor '%s.variance': value %d: expected 0 or more, found %g; "
                         "the file is damaged",
                         path, l->row->name, c, (double)variance[c]);
  }
  return true;
}

static bool copy_model(train_model *m, const safetensors *st, const char *path, vmac_err *err) {
  for (int i = 0; i < m->slots; i++)
    if (!copy_entry(st, "", &m->slot[i], m->param, path, err)) return false;
  for (int i = 0; i < m->stat_slots; i++)
    if (!copy_entry(st, "", &m->stat_slot[i], m->stat, path, err)) return false;
  const train_slot range = range_slot(m);
  m->has_range = safetensors_find(st, range.name);
  if (m->has_range && !copy_entry(st, "", &range, &m->range[0].lo, path, err)) return false;
  for (int i = 0; m->has_range && i < m->layers; i++)
    if (!(m->range[i].lo <= 0 && m->range[i].hi >= 0 && m->range[i].lo < m->range[i].hi))
      return vmac_fail(
          err, "%s: tensor '%s': layer '%s': expected a range that holds 0, found %g..%g", path,
          range.name, m->layer[i].row->name, (double)m->range[i].lo, (double)m->range[i].hi);
  const train_slot sigma = sigma_slot(m);
  m->has_sigma = safetensors_find(st, sigma.name);
  if (m->has_sigma && !copy_entry(st, "", &sigma, m->sigma, path, err)) return false;
  return check_variances(m, path, err);
}

static safetensors *open_ours(const char *path, vmac_err *err) {
  safetensors *st = safetensors_read(path, err);
  if (!st) return NULL;
  const char *format = safetensors_meta_find(st, "format");
  if (format && !strcmp(format, FORMAT)) return st;
  vmac_fail(err, "%s: expected format '%s' in __metadata__, found '%.60s'", path, FORMAT,
            format ? format : "none");
  safetensors_free(st);
  return NULL;
}

bool train_resume(train_model *m, const train_config *cfg, const char *path, int *epochs_done,
                  vmac_err *err) {
  safetensors *st = open_ours(path, err);
  if (!st) return false;
  char command[TRAIN_COMMAND];
  const char *theirs = safetensors_meta_find(st, "command");
  const char *done = safetensors_meta_find(st, "epochs_done");
  bool ok = train_command(m->net, cfg, command, err);
  if (!ok) {
    ; /* said */
  } else if (!theirs || strcmp(theirs, command)) {
    ok = vmac_fail(err, "%s: made by another command; resume with the same options: %.800s", path,
                   theirs ? theirs : "(none recorded)");
  } else {
    *epochs_done = done ? atoi(done) : -1;
    if (*epochs_done < 0 || *epochs_done > cfg->epochs)
      ok = vmac_fail(err, "%s: epochs_done: expected 0..%d, found '%.20s'", path, cfg->epochs,
                     done ? done : "none");
  }
  const char *place = safetensors_meta_find(st, "place");
  snprintf(m->place, sizeof m->place, "%s", place ? place : "");
  ok = ok && copy_model(m, st, path, err);
  for (int i = 0; ok && i < m->slots; i++)
    ok = copy_entry(st, "momentum.", &m->slot[i], m->momentum, path, err);
  const train_slot sigma = sigma_slot(m);
  if (ok && m->has_sigma) ok = copy_entry(st, "momentum.", &sigma, m->sigma_momentum, path, err);
  safetensors_free(st);
  return ok;
}

train_model *train_load(const char *path, vmac_err *err) {
  safetensors *st = open_ours(path, err);
  if (!st) return NULL;
  const char *name = safetensors_meta_find(st, "net");
  vmac_err inner;
  const train_net *net = train_net_find(name ? name : "", &inner);
  train_model *m = NULL;
  if (!net) {
    vmac_fail(err, "%s: %.500s", path, inner.text);
  } else {
    m = train_model_new(net, 0);
    if (!copy_model(m, st, path, err)) {
      train_model_free(m);
      m = NULL;
    }
  }
  safetensors_free(st);
  return m;
}
