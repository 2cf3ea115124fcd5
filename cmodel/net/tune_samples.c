/* The activations that weights are tuned on. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "net/correction.h"
#include "net/tune.h"

/* One of each stretch of m / pixels output pixels, another in every image. */
static int pixel_of(const vmac_op *op, int pixels, size_t image, int j) {
  const int64_t first = (int64_t)j * op->m / pixels, end = (int64_t)(j + 1) * op->m / pixels;
  vmac_rng rng;
  vmac_rng_seed(&rng, image * (size_t)pixels + (size_t)j);
  return (int)first + (int)vmac_rng_below(&rng, (uint32_t)(end - first));
}

static void sample_layer(const vmac_net *net, const vmac_op *op, const int8_t *input, size_t image,
                         int8_t *patch, vmac_tune_samples *s) {
  for (int j = 0; j < s->pixels; j++) {
    const int pixel = pixel_of(op, s->pixels, image, j);
    const size_t sample = image * (size_t)s->pixels + (size_t)j;
    for (int g = 0; g < s->groups; g++) {
      vmac_patch(net, op, input, pixel, g * (op->n / s->groups), patch);
      int8_t *code = s->code + (size_t)g * (size_t)s->k * s->samples;
      for (int i = 0; i < s->k; i++) code[(size_t)i * s->samples + sample] = patch[i];
    }
  }
}

vmac_tuner *vmac_tuner_new(const vmac_net *net, const vmac_dataset *data, size_t images) {
  vmac_tuner *t = vmac_alloc(1, sizeof *t);
  t->net = net;
  t->op = vmac_alloc((size_t)net->ops, sizeof *t->op);
  const size_t share = (VMAC_TUNE_SAMPLES + images - 1) / images;
  int widest = 1;
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    vmac_tune_samples *s = &t->op[i];
    if (!vmac_op_is_mac(op)) continue;
    s->groups = vmac_variate_groups(net, op);
    s->k = op->k;
    s->pixels = share < (size_t)op->m ? (int)share : op->m;
    s->samples = images * (size_t)s->pixels;
    s->code = vmac_alloc((size_t)s->groups * (size_t)s->k, s->samples);
    widest = op->k > widest ? op->k : widest;
  }
#pragma omp parallel
  {
    vmac_state *state = vmac_state_new(net);
    int8_t *patch = vmac_alloc((size_t)widest, 1);
#pragma omp for schedule(dynamic, 1)
    for (size_t image = 0; image < images; image++) {
      vmac_state_set_image(net, state, data, image);
      vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
      for (int i = 0; i < net->ops; i++)
        if (t->op[i].pixels)
          sample_layer(net, &net->op[i], state->i8[net->op[i].in[0]], image, patch, &t->op[i]);
    }
    free(patch);
    vmac_state_free(net, state);
  }
  vmac_tune_set_judges(t, data, images);
  return t;
}

void vmac_tuner_free(vmac_tuner *tuner) {
  if (!tuner) return;
  for (int i = 0; i < tuner->net->ops; i++) free(tuner->op[i].code);
  free(tuner->op);
  vmac_scorer_free(tuner->scorer);
  free(tuner);
}
