/* schedule.h: how a run multiplies, from epoch to epoch: phases, each with its error models.
 *
 * A phase as text: FROM WORD ..., FROM the epochs done when it begins (the first phase: 0), or
 * stallN: when the validation loss has had no new least value for N epochs. A word sets one
 * product, of all layers with weights or of one; what no word sets is exact:
 *   forward=SPEC  data=SPEC  weights=SPEC  LAYER/forward=SPEC ...
 *   SPEC = exact | static_weight:SD | per_step_weight:SD | per_mac:SD
 *        | agn:SIGMA[:LAMBDA[:MOST]]                forward only
 *        | dropout:SIGMA                            forward only
 *        | noise_like:CELL[:MODE]                   forward only
 *        | dropout_like:CELL[:MODE]                 forward only
 *        | bit_true:CELL[:MODE[:GRADIENT]]          forward only
 *   CELL = a name of the registry, or a file that is a table; MODE a correction's (none)
 *   GRADIENT = straight | slope | tableH            (straight)
 * A product named twice is refused, and one that is noise beside one that is bit_true: what is
 * bit_true is scored, and frozen is trained, as an int8 network, which has no noise.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_TRAIN_SCHEDULE_H
#define VMAC_TRAIN_SCHEDULE_H

#include "train/product.h"

typedef struct {
  int from;                             /* epochs done; -1: at a stall */
  int patience;                         /* of the stall */
  bool exact;                           /* all of it */
  train_arith (*arith)[TRAIN_PRODUCTS]; /* (layers) */
  char *text; /* as above, each table file with its content's hash: CELL@HASH */
} train_phase;

typedef struct train_phases {
  const train_model *model;
  int phases;
  train_phase *phase;
  vmac_mult **table; /* cells read from files */
  int tables;
} train_phases;

/* None at first: exact. The model lives longer. */
train_phases *train_phases_new(const train_model *model);
void train_phases_free(train_phases *phases);
/* Adds a phase behind the others. A file with another hash than the text says is refused. */
bool train_phases_add(train_phases *phases, const char *text, vmac_err *err);

/* Where a run stands between two epochs; part of a checkpoint. */
typedef struct {
  int phase;
  int since;   /* epochs of this phase without a new least validation loss */
  double best; /* the least of this phase; INFINITY at its beginning */
} train_place;
train_place train_place_first(void);
/* Moves the place after an epoch, `done` of them in all; loss is NAN without validation. */
void train_place_advance(const train_phases *phases, int done, double validation_loss,
                         train_place *place);
void train_place_write(const train_place *place, char *text, size_t size);
bool train_place_read(const train_phases *phases, const char *text, train_place *place);

/* Sets all layers' products as the phase says, or exact where there are no phases. */
void train_phases_apply(const train_phases *phases, int phase, train_products *products);
bool train_phases_exact(const train_phases *phases, int phase);
int train_phases_last(const train_phases *phases);   /* the last epoch a phase names, 0: none */
bool train_phases_stall(const train_phases *phases); /* some phase waits for a stall */

#endif
