/* search.h: which cell for which unit: energy against loss, by true evaluations and a proxy.
 *
 * A choice has a cell for each unit. Its energy is the share of the multiplications' energy with the
 * dearest cell, that is cell 0: sum of macs * price / sum of macs * price[0] (the accounting of
 * Trommer et al., ICCAD 2022). Its loss is what the caller measures. The proxy is additive: what each
 * unit's cell alone adds to the loss of all units at cell 0. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_SEARCH_H
#define VMAC_SEARCH_H

#include "base/base.h"

typedef struct {
  uint8_t *choice; /* (units) */
  double energy, loss, correct;
  bool asked; /* in this run, not only recalled */
  int rank; /* of its front among all known, 0 the best; see vmac_search_fronts() */
  double crowding;
} vmac_choice;

/* Measures a choice (units): loss, and how many images are right. False: stop. */
typedef bool vmac_judge(void *context, const uint8_t *choice, double *loss, double *correct);

typedef struct {
  int units, cells;
  const double *macs;  /* (units) */
  const double *price; /* (cells), the first the dearest */
  vmac_judge *judge;
  void *context;
  /* Everything measured so far, in the order in which it was asked for. */
  size_t known;
  vmac_choice *of;
  double *added; /* (units, cells) loss that the cell adds alone; NULL: not measured yet */
} vmac_search;

vmac_search vmac_search_new(int units, int cells, const double *macs, const double *price,
                            vmac_judge *judge, void *context);
void vmac_search_free(vmac_search *search);
double vmac_search_energy(const vmac_search *search, const uint8_t *choice);

/* What an earlier run measured. */
void vmac_search_recall(vmac_search *search, const uint8_t *choice, double loss, double correct);

/* The steps; each false where the judge said stop, and to be begun again then: what is known is not
 * measured again.
 *   rank    all units at cell 0, and every unit's every other cell alone
 *   line    choices that are best by the proxy at some exchange rate of loss for energy, at most
 *           `most` of them, evenly spread in energy
 *   evolve  `evaluations` more (NSGA-II, Deb et al., IEEE TEC 2002): crossover and mutation of
 *           choices of the best fronts; of several children the one that the proxy, corrected by how
 *           far it is off at the parent, puts deepest below the front */
bool vmac_search_rank(vmac_search *search);
bool vmac_search_line(vmac_search *search, int most);
bool vmac_search_evolve(vmac_search *search, int evaluations, uint64_t seed);

/* What was asked for in this run alone, as a search of its own: whatever else is known. */
vmac_search vmac_search_asked(const vmac_search *search);

/* Ranks and crowding of all that is known (energy, loss). */
void vmac_search_fronts(vmac_search *search);
/* The best front's, by falling energy; into new memory. *count of them. */
const vmac_choice **vmac_search_front(vmac_search *search, size_t *count);

#endif
