/* Phases of a run. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mult/import.h"
#include "train/schedule.h"

static const char *const PRODUCTS[] = {"forward", "data", "weights"};
static const char *const ERRORS[] = {"exact", "static_weight", "per_step_weight", "per_mac",
                                     "agn",   "dropout",       "noise_like",      "dropout_like",
                                     "bit_true"};
enum { ERROR_NAMES = sizeof ERRORS / sizeof *ERRORS, WORD = 512 };

train_phases *train_phases_new(const train_model *model) {
  train_phases *p = vmac_alloc(1, sizeof *p);
  p->model = model;
  return p;
}

void train_phases_free(train_phases *p) {
  if (!p) return;
  for (int i = 0; i < p->phases; i++) {
    free(p->phase[i].arith);
    free(p->phase[i].text);
  }
  for (int i = 0; i < p->tables; i++) {
    free((void *)(uintptr_t)p->table[i]->truth);
    free((void *)(uintptr_t)p->table[i]->name);
    free(p->table[i]);
  }
  free(p->phase);
  free(p->table);
  free(p);
}

/* A copy with one more zeroed element, in place of `old`. */
static void *grown(void *old, int count, size_t size) {
  uint8_t *more = vmac_alloc((size_t)count + 1, size);
  if (count) memcpy(more, old, (size_t)count * size);
  free(old);
  return more;
}

static char *copy(const char *text) {
  char *to = vmac_alloc(strlen(text) + 1, 1);
  return memcpy(to, text, strlen(text));
}

/* A cell that is the table in a file; word: FILE or FILE@HASH. */
static const vmac_mult *read_table(train_phases *p, const char *word, vmac_err *err) {
  for (int i = 0; i < p->tables; i++)
    if (!strcmp(p->table[i]->name, word)) return p->table[i];
  static const bool all[IMPORT_FORMS] = {true, true, true};
  char path[WORD], name[WORD + 20];
  double distance[IMPORT_FORMS];
  import_form form;
  snprintf(path, sizeof path, "%s", word);
  char *hash = strrchr(path, '@');
  if (hash) *hash = 0;
  int32_t *value = vmac_alloc(IMPORT_PAIRS, sizeof *value);
  const vmac_mult *found = NULL;
  if (import_read(path, value, err)) {
    import_distances(value, distance);
    snprintf(name, sizeof name, "%s@%016" PRIx64, path,
             vmac_hash(value, IMPORT_PAIRS * sizeof *value));
    if (hash && strcmp(name, word)) {
      vmac_fail(err, "%s: expected the table %s, found %s", path, hash + 1, strrchr(name, '@') + 1);
    } else if (!import_detect(distance, all, &form)) {
      vmac_fail(err, "%s: cannot tell whether the table is of signed operands", path);
    } else {
      uint16_t *truth = vmac_alloc(IMPORT_PAIRS, sizeof *truth);
      import_truth(value, form, false, truth);
      p->table = grown(p->table, p->tables, sizeof(vmac_mult *));
      vmac_mult *mult = p->table[p->tables++] = vmac_alloc(1, sizeof *mult);
      *mult = import_mult(truth, import_class(form));
      mult->name = copy(name);
      double share;
      import_variate(truth, mult->cls, &mult->xkind, &mult->xbits, &share);
      found = mult;
    }
  }
  free(value);
  return found;
}

static bool number(const char *text, double lo, double hi, double *value) {
  char *end;
  *value = strtod(text, &end);
  return end > text && !*end && *value >= lo && *value <= hi;
}

static bool parse_gradient(const char *text, train_cell *cell, vmac_err *err) {
  double h = 0;
  if (!strcmp(text, "straight"))
    cell->gradient = TRAIN_STRAIGHT;
  else if (!strcmp(text, "slope"))
    cell->gradient = TRAIN_SLOPE;
  else if (!strncmp(text, "table", 5) && number(text + 5, 0, 126, &h) && h == floor(h))
    cell->gradient = TRAIN_TABLE;
  else
    return vmac_fail(err, "expected the gradient straight, slope or tableH, H 0..126, found '%s'",
                     text);
  cell->window = (int)h;
  return true;
}

/* text: CELL[:MODE[:GRADIENT]], cut at the colons; noise_like and dropout_like have no gradient. */
static bool parse_cell(train_phases *p, char *text, bool itself, train_cell *cell, vmac_err *err) {
  char *mode = strchr(text, ':'), *gradient = NULL;
  if (mode) *mode++ = 0;
  if (mode && (gradient = strchr(mode, ':'))) *gradient++ = 0;
  if (gradient && !itself)
    return vmac_fail(err, "what is like a cell's error has no gradient, found ':%s'", gradient);
  *cell = (train_cell){.mode = VMAC_CORR_NONE, .gradient = TRAIN_STRAIGHT};
  cell->mult = strpbrk(text, "/.") ? read_table(p, text, err) : vmac_mult_find(text, err);
  return cell->mult && (!mode || vmac_mode_find(mode, &cell->mode, err)) &&
         (!gradient || parse_gradient(gradient, cell, err));
}

/* text: SIGMA[:LAMBDA[:MOST]]. */
static bool parse_agn(const char *text, train_arith *arith, vmac_err *err) {
  static const char *const what[] = {"size of noise", "reward", "size that is rewarded at most"};
  char part[WORD];
  double value[3] = {0, 0, 1};
  int i = 0;
  for (const char *at = text; at; i++) {
    const size_t n = strcspn(at, ":");
    snprintf(part, sizeof part, "%.*s", (int)n, at);
    if (i == 3) return vmac_fail(err, "agn: expected SIGMA[:LAMBDA[:MOST]], found '%s'", text);
    if (!number(part, 0, 10, &value[i]))
      return vmac_fail(err, "agn: expected a %s 0..10, found '%s'", what[i], part);
    at = at[n] ? at + n + 1 : NULL;
  }
  arith->sd = (float)value[0];
  arith->lambda = (float)value[1];
  arith->most = (float)value[2];
  if (arith->lambda > 0 && !(arith->sd > 0))
    return vmac_fail(err, "agn: a size that is learned begins above 0, found '%s'", text);
  return true;
}

static bool parse_spec(train_phases *p, int product, const char *spec, train_arith *arith,
                       vmac_err *err) {
  char text[WORD];
  snprintf(text, sizeof text, "%s", spec);
  char *rest = strchr(text, ':');
  if (rest) *rest++ = 0;
  int error = 0;
  while (error < ERROR_NAMES && strcmp(text, ERRORS[error]) != 0) error++;
  if (error == ERROR_NAMES) {
    const char *near = vmac_nearest(text, ERRORS, ERROR_NAMES);
    return vmac_fail(err, "no error model '%s'%s%s%s", text, near ? ", did you mean '" : "",
                     near ? near : "", near ? "'" : "");
  }
  *arith = (train_arith){.error = (train_error)error};
  if (error == TRAIN_EXACT)
    return !rest || vmac_fail(err, "exact has nothing behind it, found ':%s'", rest);
  if (error >= TRAIN_AGN && product != TRAIN_FORWARD)
    return vmac_fail(err,
                     "%s is for the forward product; %s can be exact, static_weight, "
                     "per_step_weight or per_mac",
                     text, PRODUCTS[product]);
  if (!rest)
    return vmac_fail(err, "%s wants :%s", text,
                     error > TRAIN_DROPOUT ? "CELL"
                     : error >= TRAIN_AGN    ? "SIGMA"
                                             : "SD");
  if (error == TRAIN_AGN) return parse_agn(rest, arith, err);
  if (error > TRAIN_DROPOUT) return parse_cell(p, rest, error == TRAIN_BIT_TRUE, &arith->cell, err);
  double sd;
  if (!number(rest, 0, 10, &sd))
    return vmac_fail(err, "%s: expected a standard deviation 0..10, found '%s'", text, rest);
  arith->sd = (float)sd;
  return true;
}

/* Which product a word's left side names, and of which layer (-1: all). */
static bool parse_place(const train_phases *p, char *text, int *layer, int *product,
                        vmac_err *err) {
  char *slash = strrchr(text, '/');
  const char *name = slash ? slash + 1 : text;
  *layer = -1;
  for (*product = 0; *product < TRAIN_PRODUCTS && strcmp(name, PRODUCTS[*product]) != 0;)
    ++*product;
  if (*product == TRAIN_PRODUCTS)
    return vmac_fail(err, "expected the product forward, data or weights, found '%s'", name);
  if (!slash) return true;
  *slash = 0;
  const char *names[256], *near;
  size_t count = 0;
  for (int i = 0; i < p->model->layers; i++) {
    if (!train_weights(&p->model->layer[i])) continue;
    const char *known = p->model->layer[i].row->name;
    if (!strcmp(known, text)) *layer = i;
    if (count < 256) names[count++] = known;
  }
  if (*layer >= 0) return true;
  near = vmac_nearest(text, names, count);
  return vmac_fail(err, "no layer with weights '%s'; %s'%s'", text,
                   near ? "did you mean " : "there is ", near ? near : names[0]);
}

/* Words of all layers set their products first, then those of single ones. named (layers + 1,
 * products): what a word has set, all layers last. */
static bool set_word(train_phases *p, train_phase *to, const char *word, bool single, bool *named,
                     vmac_err *err) {
  char text[WORD];
  snprintf(text, sizeof text, "%s", word);
  char *spec = strchr(text, '=');
  if (!spec) return vmac_fail(err, "expected PRODUCT=ERROR, found '%s'", word);
  *spec++ = 0;
  int layer, product;
  train_arith arith;
  if (!parse_place(p, text, &layer, &product, err)) return false;
  if (single != (layer >= 0)) return true;
  bool *twice = named + (layer < 0 ? p->model->layers : layer) * TRAIN_PRODUCTS + product;
  if (*twice) return vmac_fail(err, "%.*s is set twice", (int)strcspn(word, "="), word);
  *twice = true;
  if (!parse_spec(p, product, spec, &arith, err)) return false;
  for (int i = 0; i < p->model->layers; i++)
    if (layer < 0 ? train_weights(&p->model->layer[i]) : i == layer) to->arith[i][product] = arith;
  return true;
}

static bool parse_from(const train_phases *p, train_phase *to, const char *word, vmac_err *err) {
  double value = 0;
  const bool stall = !strncmp(word, "stall", 5);
  if (!number(word + (stall ? 5 : 0), stall ? 1 : 0, TRAIN_EPOCHS, &value) || value != floor(value))
    return vmac_fail(err, "expected the epoch a phase begins at, or stallN, found '%s'", word);
  to->from = stall ? -1 : (int)value;
  to->patience = stall ? (int)value : 0;
  if (!p->phases && to->from != 0)
    return vmac_fail(err, "the first phase begins at 0, found '%s'", word);
  for (int i = 0; i < p->phases; i++)
    if (!stall && p->phase[i].from >= to->from)
      return vmac_fail(err, "a phase at %d behind one at %d", to->from, p->phase[i].from);
  return true;
}

/* The text again, words parted by single spaces, tables with their hashes. */
static char *canonical(const train_phases *p, const char *text) {
  char *out = vmac_alloc(strlen(text) + 32 * (size_t)(p->tables + 1) * strlen(text) + 1, 1);
  char *keep = copy(text), *rest = NULL;
  for (char *word = strtok_r(keep, " \t\n", &rest); word; word = strtok_r(NULL, " \t\n", &rest)) {
    if (*out) strcat(out, " ");
    char *spec = strchr(word, '='), *cell = NULL;
    const vmac_mult *table = NULL;
    size_t length = 0;
    for (int e = TRAIN_NOISE_LIKE; spec && e < ERROR_NAMES; e++) {
      const size_t name = strlen(ERRORS[e]);
      if (!strncmp(spec + 1, ERRORS[e], name) && spec[1 + name] == ':') cell = spec + 2 + name;
    }
    if (cell) {
      length = strcspn(cell, ":");
    }
    for (int i = 0; cell && i < p->tables; i++) {
      const char *name = p->table[i]->name;
      const size_t path = (size_t)(strrchr(name, '@') - name);
      if (path == strcspn(cell, ":@") && !strncmp(name, cell, path)) table = p->table[i];
    }
    if (table)
      sprintf(out + strlen(out), "%.*s%s%s", (int)(cell - word), word, table->name, cell + length);
    else
      strcat(out, word);
  }
  free(keep);
  return out;
}

/* Frozen training and scores run the int8 network, which has no noise. */
static bool check_mix(const train_phases *p, const train_phase *phase, vmac_err *err) {
  const char *noise = NULL, *cell = NULL;
  for (int i = 0; i < p->model->layers; i++) {
    const train_error error = phase->arith[i][TRAIN_FORWARD].error;
    const char *name = p->model->layer[i].row->name;
    if (error == TRAIN_BIT_TRUE)
      cell = cell ? cell : name;
    else if (error != TRAIN_EXACT)
      noise = noise ? noise : name;
  }
  if (!noise || !cell) return true;
  return vmac_fail(err,
                   "the forward product of layer '%s' is noise while that of '%s' is bit_true, and "
                   "an int8 network has no noise; use %s/forward=exact, or a phase of its own",
                   noise, cell, noise);
}

bool train_phases_add(train_phases *p, const char *text, vmac_err *err) {
  train_phase next = {.exact = true};
  next.arith = vmac_alloc((size_t)p->model->layers, sizeof *next.arith);
  char *keep = NULL;
  bool good = true;
  vmac_err inner = {""};
  bool *named = vmac_alloc((size_t)(p->model->layers + 1) * TRAIN_PRODUCTS, sizeof *named);
  for (int pass = 0; good && pass < 2; pass++) { /* words of all layers, then of single ones */
    free(keep);
    keep = copy(text);
    char *rest = NULL, *word = strtok_r(keep, " \t\n", &rest);
    good = word ? parse_from(p, &next, word, &inner) : vmac_fail(&inner, "it is empty");
    while (good && (word = strtok_r(NULL, " \t\n", &rest)))
      good = strlen(word) < WORD ? set_word(p, &next, word, pass, named, &inner)
                                 : vmac_fail(&inner, "a word of %zu letters", strlen(word));
  }
  free(keep);
  free(named);
  good = good && check_mix(p, &next, &inner);
  if (!good) {
    free(next.arith);
    return vmac_fail(err, "phase '%.200s': %.700s", text, inner.text);
  }
  for (int i = 0; i < p->model->layers; i++)
    for (int k = 0; k < TRAIN_PRODUCTS; k++)
      if (next.arith[i][k].error != TRAIN_EXACT) next.exact = false;
  next.text = canonical(p, text);
  p->phase = grown(p->phase, p->phases, sizeof *p->phase);
  p->phase[p->phases++] = next;
  return true;
}

train_place train_place_first(void) {
  return (train_place){0, 0, INFINITY};
}

void train_place_advance(const train_phases *p, int done, double loss, train_place *place) {
  const bool better = loss < place->best;
  place->since = better ? 0 : place->since + 1;
  if (better) place->best = loss;
  const int next = place->phase + 1;
  if (next >= p->phases) return;
  const train_phase *to = &p->phase[next];
  int phase = to->from < 0 && place->since >= to->patience ? next : place->phase;
  /* A phase with an epoch of its own begins then, whether a stall before it came or not. */
  for (int i = next; i < p->phases; i++)
    if (p->phase[i].from >= 0 && p->phase[i].from <= done) phase = i;
  if (phase != place->phase) *place = (train_place){phase, 0, INFINITY};
}

void train_place_write(const train_place *place, char *text, size_t size) {
  snprintf(text, size, "%d %d %a", place->phase, place->since, place->best);
}

bool train_place_read(const train_phases *p, const char *text, train_place *place) {
  char *end;
  if (!text) return false;
  const long phase = strtol(text, &end, 10);
  if (end == text || phase < 0 || phase >= p->phases) return false;
  const long since = strtol(text = end, &end, 10);
  if (end == text || since < 0 || since > TRAIN_EPOCHS) return false;
  const double best = strtod(text = end, &end);
  if (end == text || *end || !(best >= 0)) return false;
  *place = (train_place){(int)phase, (int)since, best};
  return true;
}

void train_phases_apply(const train_phases *p, int phase, train_products *products) {
  static const train_arith exact[TRAIN_PRODUCTS];
  for (int i = 0; i < p->model->layers; i++)
    if (train_weights(&p->model->layer[i]))
      train_products_set(products, i, p->phases ? p->phase[phase].arith[i] : exact);
}

bool train_phases_exact(const train_phases *p, int phase) {
  return !p->phases || p->phase[phase].exact;
}

int train_phases_last(const train_phases *p) {
  int last = 0;
  for (int i = 0; i < p->phases; i++)
    if (p->phase[i].from > last) last = p->phase[i].from;
  return last;
}

bool train_phases_stall(const train_phases *p) {
  for (int i = 0; i < p->phases; i++)
    if (p->phase[i].from < 0) return true;
  return false;
}
