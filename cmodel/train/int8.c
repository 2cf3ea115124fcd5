/* Evaluation of a model as the int8 network that it would be exported as, with the cells that its
 * layers are trained with: what `varimac eval` says of the exported network.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "train/product.h"

typedef struct {
  double loss;
  size_t correct;
} score;

static bool is_answer(const int8_t *codes, size_t n, uint8_t label) {
  size_t best = 0;
  for (size_t k = 1; k < n; k++)
    if (codes[k] > codes[best]) best = k;
  return best == label;
}

/* One image; logits (classes) and ignored (classes) are scratch. */
static void add_image(const train_twin *twin, vmac_state *state, const vmac_dataset *data,
                      size_t image, int last, float *logits, float *ignored, score *sum) {
  const vmac_net *net = train_twin_net(twin);
  const size_t classes = net->tensor[net->output].size;
  float scale;
  int32_t zero;
  int nearest;
  vmac_state_set_image(net, state, data, image);
  train_twin_run(twin, state);
  const int8_t *codes = train_twin_codes(twin, state, last, &scale, &zero);
  train_decode(classes, scale, zero, codes, logits);
  sum->loss += train_loss(1, (int)classes, logits, data->labels + image, 0, 1, ignored, &nearest);
  sum->correct += is_answer(state->i8[net->output], classes, data->labels[image]);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool train_evaluate_int8(train_trainer *t, const vmac_dataset *calib, const vmac_dataset *data,
                         train_result *result, vmac_err *err) {
  const double start = seconds(), n = (double)data->n;
  const size_t images = calib->n < t->calibration ? calib->n : t->calibration;
  train_products_calibration(t->products, calib, images);
  if (!train_products_begin(t->products, UINT64_MAX - 1, true, err)) return false;
  const train_twin *twin = train_products_twin(t->products);
  const vmac_net *net = train_twin_net(twin);
  const size_t classes = net->tensor[net->output].size, shards = (size_t)t->config.shards;
  score *sum = vmac_alloc(shards, sizeof *sum);
#pragma omp parallel for num_threads(t->threads) schedule(static, 1)
  for (size_t s = 0; s < shards; s++) {
    vmac_state *state = vmac_state_new(net);
    float *logits = vmac_alloc(2 * classes, sizeof *logits);
    for (size_t i = s; i < data->n; i += shards)
      add_image(twin, state, data, i, t->model->layers - 1, logits, logits + classes, &sum[s]);
    free(logits);
    vmac_state_free(net, state);
  }
  score all = {0, 0};
  for (size_t s = 0; s < shards; s++) {
    all.loss += sum[s].loss;
    all.correct += sum[s].correct;
  }
  free(sum);
  *result = (train_result){all.loss / n, 100 * (double)all.correct / n, seconds() - start};
  return true;
}
