/* Fully connected layers. Every sum runs over its terms in order, whatever lies side by side in a
 * vector: images forward, inputs backward. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clones.h"
#include "train/train.h"

enum { LANES = 16, OUTPUTS = 4 };

/* Outputs first..first + count of LANES images that lie side by side in xt (in, LANES). */
static inline __attribute__((always_inline)) void dot(size_t in, int count, const float *xt,
                                                      const float *w, const float *b,
                                                      float sum[OUTPUTS][LANES]) {
  for (int o = 0; o < count; o++)
    for (int n = 0; n < LANES; n++) sum[o][n] = b ? b[o] : 0;
  for (size_t i = 0; i < in; i++)
    for (int o = 0; o < count; o++) {
      const float weight = w[(size_t)o * in + i];
#pragma omp simd
      for (int n = 0; n < LANES; n++) sum[o][n] += xt[i * LANES + (size_t)n] * weight;
    }
}

VMAC_CLONES void train_fc_forward(int batch, int in, int out, const float *x, const float *w,
                                  const float *b, bool relu, float *y) {
  const size_t ni = (size_t)in, no = (size_t)out;
  const float floor = relu ? 0 : -INFINITY;
  float *xt = vmac_alloc(ni * LANES, sizeof *xt), sum[OUTPUTS][LANES];
  for (size_t first = 0; first < (size_t)batch; first += LANES) {
    const size_t images = (size_t)batch - first < LANES ? (size_t)batch - first : LANES;
    for (size_t n = 0; n < images; n++)
      for (size_t i = 0; i < ni; i++) xt[i * LANES + n] = x[(first + n) * ni + i];
    for (size_t o = 0; o < no; o += OUTPUTS) {
      const size_t count = no - o < OUTPUTS ? no - o : OUTPUTS;
      if (count == OUTPUTS)
        dot(ni, OUTPUTS, xt, w + o * ni, b ? b + o : NULL, sum);
      else
        dot(ni, (int)count, xt, w + o * ni, b ? b + o : NULL, sum);
      for (size_t k = 0; k < count; k++)
        for (size_t n = 0; n < images; n++)
          y[(first + n) * no + o + k] = sum[k][n] > floor ? sum[k][n] : floor;
    }
  }
  free(xt);
}

VMAC_CLONES void train_fc_backward_data(int batch, int in, int out, const float *dy, const float *w,
                                        float *dx) {
  const size_t ni = (size_t)in, no = (size_t)out;
  memset(dx, 0, (size_t)batch * ni * sizeof *dx);
  for (size_t o = 0; o < no; o++)
    for (size_t n = 0; n < (size_t)batch; n++) {
      const float g = dy[n * no + o], *from = w + o * ni;
      float *to = dx + n * ni;
#pragma omp simd
      for (size_t i = 0; i < ni; i++) to[i] += g * from[i];
    }
}

VMAC_CLONES void train_fc_backward_weights(int batch, int in, int out, const float *x,
                                           const float *dy, float *dw) {
  const size_t ni = (size_t)in, no = (size_t)out;
  memset(dw, 0, no * ni * sizeof *dw);
  for (size_t o = 0; o < no; o++)
    for (size_t n = 0; n < (size_t)batch; n++) {
      const float g = dy[n * no + o], *from = x + n * ni;
      float *to = dw + o * ni;
#pragma omp simd
      for (size_t i = 0; i < ni; i++) to[i] += g * from[i];
    }
}

void train_fc_backward_bias(int batch, int out, const float *dy, float *db) {
  memset(db, 0, (size_t)out * sizeof *db);
  for (int n = 0; n < batch; n++)
    for (int o = 0; o < out; o++) db[o] += dy[n * out + o];
}
