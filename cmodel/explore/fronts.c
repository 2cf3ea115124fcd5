/* Fronts of what is known: fast non-dominated sorting and crowding distance (Deb et al., IEEE TEC
 * 2002), energy and loss both the less the better. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "explore/search.h"

/* By energy, then loss, then age. */
static int by_energy(const void *x, const void *y) {
  const vmac_choice *a = *(vmac_choice *const *)x, *b = *(vmac_choice *const *)y;
  if (a->energy != b->energy) return a->energy < b->energy ? -1 : 1;
  if (a->loss != b->loss) return a->loss < b->loss ? -1 : 1;
  return a < b ? -1 : a > b;
}

/* Of two objectives, a front is what falls in loss as energy grows. */
static void set_ranks(vmac_choice **order, size_t count) {
  for (size_t i = 0; i < count; i++) order[i]->rank = -1;
  size_t left = count;
  for (int rank = 0; left; rank++) {
    double least = INFINITY;
    bool some = false; /* every front has one, whatever losses are */
    for (size_t i = 0; i < count; i++) {
      if (order[i]->rank >= 0 || (some && order[i]->loss >= least)) continue;
      some = true;
      least = order[i]->loss;
      order[i]->rank = rank;
      left--;
    }
  }
}

/* Room between the neighbours of the same front, in shares of the front's extent; its ends have all. */
static void set_crowding(vmac_choice **order, size_t count, int rank, vmac_choice **front) {
  size_t n = 0;
  for (size_t i = 0; i < count; i++)
    if (order[i]->rank == rank) front[n++] = order[i];
  if (!n) return;
  const double width = front[n - 1]->energy - front[0]->energy;
  const double height = front[0]->loss - front[n - 1]->loss;
  for (size_t i = 0; i < n; i++)
    front[i]->crowding = !i || i == n - 1 ? INFINITY
                                          : (front[i + 1]->energy - front[i - 1]->energy) / width +
                                                (front[i - 1]->loss - front[i + 1]->loss) / height;
}

static vmac_choice **sorted(vmac_search *s) {
  vmac_choice **order = vmac_alloc(s->known, sizeof *order);
  for (size_t i = 0; i < s->known; i++) order[i] = &s->of[i];
  qsort(order, s->known, sizeof(vmac_choice *), by_energy);
  set_ranks(order, s->known);
  return order;
}

void vmac_search_fronts(vmac_search *s) {
  vmac_choice **order = sorted(s), **front = vmac_alloc(s->known, sizeof *front);
  int ranks = 0;
  for (size_t i = 0; i < s->known; i++)
    if (order[i]->rank >= ranks) ranks = order[i]->rank + 1;
  for (int rank = 0; rank < ranks; rank++) set_crowding(order, s->known, rank, front);
  free(front);
  free(order);
}

const vmac_choice **vmac_search_front(vmac_search *s, size_t *count) {
  vmac_choice **order = sorted(s);
  const vmac_choice **front = vmac_alloc(s->known + 1, sizeof *front);
  *count = 0;
  for (size_t i = s->known; i-- > 0;)
    if (!order[i]->rank) front[(*count)++] = order[i];
  free(order);
  return front;
}
