/* The points of a sweep: every cell at every choice of layers under every mode.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/sweep.h"

static void add_mode(sweep *s, const char *word) {
  static const char suffix[] = "+tune";
  sweep_mode *m = &s->mode[s->modes++];
  char name[16]; /* longer than any mode's: what is cut off is none's either */
  vmac_err err;
  const size_t size = strlen(word), less = sizeof suffix - 1;
  m->tune = size > less && !strcmp(word + size - less, suffix);
  snprintf(name, sizeof name, "%.*s", (int)(m->tune ? size - less : size), word);
  if (!vmac_mode_find(name, &m->mode, &err)) cli_usage("--modes: %s", err.text);
  if (m->tune && !vmac_mode_tunes(m->mode))
    cli_usage("--modes: %s looks at no activations, tuning does: no '%s'", name, word);
  snprintf(m->text, sizeof m->text, "%s%s", name, m->tune ? suffix : "");
}

static void read_modes(sweep *s, char *list) {
  s->mode = vmac_alloc(list ? strlen(list) : VMAC_CORR_MODES, sizeof *s->mode);
  for (int i = 0; !list && i < VMAC_CORR_MODES; i++) add_mode(s, vmac_mode_name((vmac_mode)i));
  for (char *word = list ? strtok(list, ",") : NULL; word; word = strtok(NULL, ","))
    add_mode(s, word);
}

static void add_choice(sweep *s, const char *text) {
  vmac_err err;
  sweep_layers *l = &s->choice[s->choices++];
  l->has = vmac_alloc((size_t)s->net->ops, sizeof *l->has);
  if (!vmac_layers_parse(s->net, text, l->has, &err)) cli_usage("--layers: %s", err.text);
  l->text = vmac_layers_text(s->net, l->has);
  while (l->first < s->net->ops && !l->has[l->first]) l->first++;
}

static void read_layers(sweep *s, char *list) {
  static char all[] = "all";
  char number[16];
  int layers = 0;
  for (int i = 0; i < s->net->ops; i++) layers += vmac_op_is_mac(&s->net->op[i]);
  list = list ? list : all;
  s->choice = vmac_alloc(strlen(list) * (size_t)(layers + 1), sizeof *s->choice);
  for (char *word = strtok(list, ","); word; word = strtok(NULL, ","))
    if (strcmp(word, "each"))
      add_choice(s, word);
    else
      for (int i = 0; i < layers; i++) {
        snprintf(number, sizeof number, "%d", i);
        add_choice(s, number);
      }
}

void sweep_read_lists(sweep *s, const sweep_options *o) {
  s->cell = run_mults(o->mults, false, &s->cells);
  read_modes(s, o->modes);
  read_layers(s, o->fit.layers);
  s->points = s->cells * s->choices * s->modes;
  if (!s->points) cli_usage("sweep: an empty list of cells, layers or modes");
}

/* The mode and, where its slopes are each K tile's, the array that cuts them. */
static void correction_name(const vmac_ktiles *tiles, const sweep_mode *mode, char *text,
                            size_t size) {
  if (tiles && mode->mode > VMAC_CORR_BIAS)
    snprintf(text, size, "%s@%dx%d", mode->text, tiles->rows, tiles->cols);
  else
    snprintf(text, size, "%s", mode->text);
}

/* What a point's results owe to training images. Of tuned weights also how many of them, at most,
 * judged these: rows of a version without judges are not the same. */
static void calibration_text(const sweep_options *o, sweep_mode mode, char *text, size_t size) {
  char judges[32] = "";
  if (mode.tune) snprintf(judges, sizeof judges, " judged by %d", VMAC_TUNE_JUDGES);
  *text = '\0';
  if (sweep_calibrates(mode))
    snprintf(text, size, "%lld of %s%s", o->fit.calib_images, o->fit.calib, judges);
}

/* What identifies a point: the row up to its results. */
static char *row_key(const sweep *s, const sweep_options *o, const sweep_point *p,
                     const vmac_ktiles *tiles, uint64_t table_hash) {
  char correction[48];
  correction_name(tiles, &p->mode, correction, sizeof correction);
  char *calibration = vmac_alloc(strlen(o->fit.calib) + 64, 1);
  calibration_text(o, p->mode, calibration, strlen(o->fit.calib) + 64);
  static const char *const kinds[] = {"none", "low", "or"};
  const vmac_mult *cell = s->cell[p->cell];
  const char *layers = s->choice[p->layers].text;
  const size_t size =
      strlen(cell->name) + strlen(layers) + strlen(o->data) + strlen(calibration) + 256;
  char *key = vmac_alloc(size, 1);
  snprintf(key, size, "%s,%s,%s,%016" PRIx64 ",%016" PRIx64 ",%s:%d,%s,%lld,%s,%s,", cell->name,
           correction, layers, s->net_hash, table_hash, kinds[cell->xkind], cell->xbits, o->data,
           o->fit.images, calibration, run_rounding_name(o->rounding));
  free(calibration);
  return key;
}

/* The first cell that is the same function with the same X: its points are this cell's too. */
static size_t first_alike(const vmac_mult **cell, const uint64_t *hash, size_t c) {
  for (size_t i = 0; i < c; i++)
    if (hash[i] == hash[c] && cell[i]->cls == cell[c]->cls && cell[i]->xkind == cell[c]->xkind &&
        cell[i]->xbits == cell[c]->xbits)
      return i;
  return c;
}

void sweep_make_points(sweep *s, const sweep_options *o) {
  s->point = vmac_alloc(s->points, sizeof *s->point);
  int32_t *table = vmac_alloc(65536, sizeof *table);
  uint64_t *hash = vmac_alloc(s->cells, sizeof *hash);
  vmac_ktiles *tiles = run_ktiles(s->net, o->ktile);
  for (size_t c = 0, i = 0; c < s->cells; c++) {
    vmac_mult_table(s->cell[c], table);
    hash[c] = vmac_table_hash(table);
    const size_t alike = first_alike(s->cell, hash, c);
    for (size_t l = 0; l < s->choices; l++)
      for (size_t m = 0; m < s->modes; m++, i++) {
        s->point[i] = (sweep_point){.cell = c, .layers = l, .mode = s->mode[m]};
        s->point[i].same = (alike * s->choices + l) * s->modes + m;
        s->point[i].key = row_key(s, o, &s->point[i], tiles, hash[c]);
      }
  }
  vmac_ktiles_free(tiles);
  free(hash);
  free(table);
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The line of line[0..lines), sorted, that begins with key, or NULL. */
static const char *find_line(char **line, size_t lines, const char *key) {
  size_t lo = 0, hi = lines;
  while (lo < hi) { /* the first that is not before key */
    const size_t middle = (lo + hi) / 2;
    if (strcmp(line[middle], key) < 0)
      lo = middle + 1;
    else
      hi = middle;
  }
  return lo < lines && !strncmp(line[lo], key, strlen(key)) ? line[lo] : NULL;
}

void sweep_read_earlier(sweep *s, const char *path, size_t images) {
  vmac_err err;
  size_t size, lines = 0;
  if (access(path, F_OK) != 0) return;
  char *text = (char *)vmac_read_file(path, &size, &err);
  if (!text) cli_die("%s", err.text);
  if (size && !sweep_check_header(path, text)) *text = '\0'; /* the same keys, other results */
  vmac_own_file(path);
  char **line = vmac_alloc(size + 1, sizeof *line);
  for (char *at = text, *end; (end = strchr(at, '\n')); at = end + 1) { /* whole lines only */
    *end = '\0';
    line[lines++] = at;
  }
  qsort(line, lines, sizeof *line, by_text);
  for (size_t i = 0; i < s->points; i++) {
    sweep_point *p = &s->point[i];
    const char *row = find_line(line, lines, p->key), *results = row ? row + strlen(p->key) : NULL;
    if (row && sweep_results_sound(results, images))
      p->results = strcpy(vmac_alloc(strlen(results) + 1, 1), results);
    else if (row)
      cli_say("%s: no sweep writes '%s': this row is computed again", path, row);
  }
  free(line);
  free(text);
}

void sweep_free(sweep *s) {
  for (size_t i = 0; i < s->points; i++) {
    free(s->point[i].key);
    free(s->point[i].results);
  }
  for (size_t l = 0; l < s->choices; l++) {
    free(s->choice[l].text);
    free(s->choice[l].has);
  }
  free(s->point);
  free(s->mode);
  free(s->choice);
  free(s->cell);
  vmac_dataset_free(&s->data);
  vmac_dataset_free(&s->calib);
  vmac_net_free(s->tuned);
  vmac_net_free(s->net);
}
