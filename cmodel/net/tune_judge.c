/* Whether tuned weights serve the network as a whole.
 *
 * Layer by layer they leave less of the error, of images that were not fitted too. But a layer is
 * tuned on what the exact network feeds it, and what one layer gets wrong may be another's luck.
 * ResNet-8 with drum4s and a constant: nearly all of the last layer's input codes are next to -128,
 * where drum4s takes 16 of them for one. Given weights make convolutions pass on too much variance,
 * and so larger codes, of which more is left; tuned ones undo that, which serves a network whose
 * last layer is exact, and not this one. Only answers tell.
 *
 * They are counted on the images behind those that weights are fitted on, of the same data set; in
 * one that has no more, on those.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "net/tune.h"

void vmac_tune_set_judges(vmac_tuner *tuner, const vmac_dataset *data, size_t images) {
  const size_t left = data->n - images;
  const size_t first = left ? images : 0, n = left ? left : images;
  tuner->judges = vmac_dataset_part(data, first, n < VMAC_TUNE_JUDGES ? n : VMAC_TUNE_JUDGES);
  tuner->seen = !left;
  tuner->scorer =
      vmac_scorer_new(tuner->net, VMAC_ROUND_DOUBLE, &tuner->judges, tuner->judges.n, 0);
}

size_t vmac_tune_judges(const vmac_tuner *tuner, bool *seen) {
  *seen = tuner->seen;
  return tuner->judges.n;
}

size_t vmac_tune_agree(const vmac_tuner *tuner, const vmac_plan *plan, size_t first, size_t count) {
  uint8_t *answer = vmac_alloc(count, 1);
  size_t agree = 0;
  vmac_scorer_answers(tuner->scorer, plan, first, count, answer, NULL);
  const uint8_t *exact = vmac_scorer_exact(tuner->scorer) + first;
  for (size_t i = 0; i < count; i++) agree += answer[i] == exact[i];
  free(answer);
  return agree;
}
