/* The search for cells: what is known, and the steps. Fronts are in fronts.c.
 * SPDX-License-Identifier: Apache-2.0 */
#include "explore/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CHILDREN = 16, PARENTS = 24 };

vmac_search vmac_search_new(int units, int cells, const double *macs, const double *price,
                            vmac_judge *judge, void *context) {
  return (vmac_search){.units = units,
                       .cells = cells,
                       .macs = macs,
                       .price = price,
                       .judge = judge,
                       .context = context};
}

void vmac_search_free(vmac_search *s) {
  for (size_t i = 0; i < s->known; i++) free(s->of[i].choice);
  free(s->of);
  free(s->added);
}

double vmac_search_energy(const vmac_search *s, const uint8_t *choice) {
  double sum = 0, all = 0;
  for (int u = 0; u < s->units; u++) {
    sum += s->macs[u] * s->price[choice[u]];
    all += s->macs[u] * s->price[0];
  }
  return sum / all;
}

/* ---- what is known -----------------------------------------------------------------------------
 */

static vmac_choice *find(const vmac_search *s, const uint8_t *choice) {
  for (size_t i = 0; i < s->known; i++)
    if (!memcmp(s->of[i].choice, choice, (size_t)s->units)) return &s->of[i];
  return NULL;
}

void vmac_search_recall(vmac_search *s, const uint8_t *choice, double loss, double correct) {
  if (find(s, choice)) return;
  s->of = realloc(s->of, (s->known + 1) * sizeof *s->of);
  if (!s->of) abort();
  const size_t size = (size_t)s->units;
  s->of[s->known++] = (vmac_choice){.choice = memcpy(vmac_alloc(size, 1), choice, size),
                                    .energy = vmac_search_energy(s, choice),
                                    .loss = loss,
                                    .correct = correct};
}

/* Measured now or before; NULL: the judge said stop. */
static const vmac_choice *ask(vmac_search *s, const uint8_t *choice) {
  vmac_choice *known = find(s, choice);
  double loss = 0, correct = 0;
  if (!known) {
    if (!s->judge(s->context, choice, &loss, &correct)) return NULL;
    vmac_search_recall(s, choice, loss, correct);
    known = &s->of[s->known - 1];
  }
  known->asked = true;
  return known;
}

/* ---- the proxy ---------------------------------------------------------------------------------
 */

static double foretell(const vmac_search *s, const uint8_t *choice) {
  double sum = 0;
  for (int u = 0; u < s->units; u++) sum += s->added[u * s->cells + choice[u]];
  return sum;
}

bool vmac_search_rank(vmac_search *s) {
  uint8_t *choice = vmac_alloc((size_t)s->units, 1);
  const vmac_choice *at = ask(s, choice);
  const double base = at ? at->loss : 0;
  double *added = vmac_alloc((size_t)s->units * (size_t)s->cells, sizeof *added);
  for (int u = 0; at && u < s->units; u++) {
    for (int c = 1; at && c < s->cells; c++) {
      choice[u] = (uint8_t)c;
      at = ask(s, choice);
      if (at) added[u * s->cells + c] = at->loss - base;
    }
    choice[u] = 0;
  }
  free(choice);
  if (!at) {
    free(added);
    return false;
  }
  s->added = added;
  return true;
}

/* ---- the line ----------------------------------------------------------------------------------
 */

/* The choice that is best by the proxy where a joule is worth `rate` of loss. */
static void best_at(const vmac_search *s, double rate, uint8_t *choice) {
  for (int u = 0; u < s->units; u++) {
    double best = INFINITY;
    for (int c = 0; c < s->cells; c++) {
      const double cost = s->added[u * s->cells + c] + rate * s->macs[u] * s->price[c];
      if (cost < best) {
        best = cost;
        choice[u] = (uint8_t)c;
      }
    }
  }
}

bool vmac_search_line(vmac_search *s, int most) {
  enum { RATES = 4000 };
  double all = 0;
  for (int u = 0; u < s->units; u++) all += s->macs[u] * s->price[0];
  uint8_t *choice = vmac_alloc((size_t)s->units, 1);
  double last = INFINITY;
  int asked = 0;
  bool good = true;
  /* From rates that buy nothing to such that buy all: energy falls all the way. */
  for (int i = 0; good && i < RATES && asked < most; i++) {
    best_at(s, pow(10, -6 + 12.0 * i / RATES) / all, choice);
    const double energy = vmac_search_energy(s, choice);
    if (energy > last - 1.0 / most && i < RATES - 1) continue;
    last = energy;
    asked++;
    good = ask(s, choice);
  }
  free(choice);
  return good;
}

/* ---- evolution ---------------------------------------------------------------------------------
 */

/* Of two drawn among the first `count`, the better one: by its front, then by the room about it. */
static const vmac_choice *parent(vmac_choice *const *order, size_t count, vmac_rng *rng) {
  const vmac_choice *a = order[vmac_rng_below(rng, (uint32_t)count)];
  const vmac_choice *b = order[vmac_rng_below(rng, (uint32_t)count)];
  if (a->rank != b->rank) return a->rank < b->rank ? a : b;
  return a->crowding >= b->crowding ? a : b;
}

/* Units of either parent; on the average one gets another cell. */
static void make_child(const vmac_search *s, const vmac_choice *a, const vmac_choice *b,
                       vmac_rng *rng, uint8_t *child) {
  for (int u = 0; u < s->units; u++) {
    child[u] = vmac_rng_below(rng, 2) ? a->choice[u] : b->choice[u];
    if (!vmac_rng_below(rng, (uint32_t)s->units))
      child[u] = (uint8_t)vmac_rng_below(rng, (uint32_t)s->cells);
  }
}

/* The least loss known at that energy or less. */
static double front_at(const vmac_search *s, double energy) {
  double least = INFINITY;
  for (size_t i = 0; i < s->known; i++)
    if (s->of[i].energy <= energy && s->of[i].loss < least) least = s->of[i].loss;
  return least;
}

/* The most promising of several children that nobody has measured, into child; false: none was new. */
static bool breed(const vmac_search *s, vmac_choice *const *order, size_t count, vmac_rng *rng,
                  uint8_t *child) {
  uint8_t *next = vmac_alloc((size_t)s->units, 1);
  double best = -INFINITY;
  bool found = false;
  for (int i = 0; i < CHILDREN; i++) {
    const vmac_choice *a = parent(order, count, rng), *b = parent(order, count, rng);
    make_child(s, a, b, rng, next);
    if (find(s, next)) continue;
    const double off = (a->loss - foretell(s, a->choice) + b->loss - foretell(s, b->choice)) / 2;
    const double front = front_at(s, vmac_search_energy(s, next));
    const double gain = isinf(front) ? INFINITY : front - foretell(s, next) - off;
    if (found && gain <= best) continue;
    best = gain;
    found = true;
    memcpy(child, next, (size_t)s->units);
  }
  free(next);
  return found;
}

static int better(const void *x, const void *y) {
  const vmac_choice *a = *(vmac_choice *const *)x, *b = *(vmac_choice *const *)y;
  if (a->rank != b->rank) return a->rank < b->rank ? -1 : 1;
  if (a->crowding != b->crowding) return a->crowding > b->crowding ? -1 : 1;
  return a < b ? -1 : a > b; /* the older one */
}

vmac_search vmac_search_asked(const vmac_search *s) {
  vmac_search now = *s;
  now.known = 0;
  now.of = NULL;
  now.added = NULL;
  for (size_t i = 0; i < s->known; i++)
    if (s->of[i].asked) vmac_search_recall(&now, s->of[i].choice, s->of[i].loss, s->of[i].correct);
  return now;
}

bool vmac_search_evolve(vmac_search *s, int evaluations, uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  uint8_t *child = vmac_alloc((size_t)s->units, 1);
  /* What an earlier run learned behind this point must not change the way. */
  vmac_search now = vmac_search_asked(s);
  now.added = s->added;
  bool good = true;
  for (int i = 0; good && i < evaluations; i++) {
    vmac_search_fronts(&now);
    vmac_choice **order = vmac_alloc(now.known, sizeof *order);
    for (size_t j = 0; j < now.known; j++) order[j] = &now.of[j];
    qsort(order, now.known, sizeof(vmac_choice *), better);
    const bool found = breed(&now, order, now.known < PARENTS ? now.known : PARENTS, &rng, child);
    free(order);
    if (!found) continue;
    const vmac_choice *at = ask(s, child);
    good = at;
    if (at) vmac_search_recall(&now, child, at->loss, at->correct);
  }
  now.added = NULL; /* not its own */
  vmac_search_free(&now);
  free(child);
  return good;
}
