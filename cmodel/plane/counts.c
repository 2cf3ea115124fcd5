/* Entropy and information of counted states. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "plane/plane.h"

static uint32_t *times_of(const vmac_states *s) {
  uint32_t *times = vmac_alloc(s->count, sizeof *times);
  for (size_t i = 0; i < s->n; i++) times[s->id[i]]++;
  return times;
}

uint32_t vmac_states_single(const vmac_states *s) {
  uint32_t *times = times_of(s), single = 0;
  for (uint32_t t = 0; t < s->count; t++) single += times[t] == 1;
  free(times);
  return single;
}

/* log2 of n over how often the image's state comes is what the image adds; scale: by how much. */
static vmac_counted add_entropy(const vmac_states *s, double scale, vmac_counted to, double *term) {
  const double n = (double)s->n;
  uint32_t *times = times_of(s);
  double *bits = vmac_alloc(s->count, sizeof *bits), sum = 0;
  for (uint32_t t = 0; t < s->count; t++) {
    bits[t] = log2(n / times[t]);
    sum += times[t] * bits[t];
  }
  for (size_t i = 0; term && i < s->n; i++) term[i] += scale * bits[s->id[i]];
  free(bits);
  free(times);
  const double missing = (s->count - 1.0) / (2 * n * log(2));
  return (vmac_counted){to.bits + scale * sum / n, to.miller_madow + scale * (sum / n + missing)};
}

static void clear(double *term, size_t n) {
  for (size_t i = 0; term && i < n; i++) term[i] = 0;
}

vmac_counted vmac_entropy(const vmac_states *t, double *term) {
  clear(term, t->n);
  return add_entropy(t, 1, (vmac_counted){0}, term);
}

vmac_counted vmac_information(const vmac_states *a, const vmac_states *b, double *term) {
  vmac_states pair = vmac_states_pair(a, b);
  clear(term, a->n);
  vmac_counted of = add_entropy(a, 1, (vmac_counted){0}, term);
  of = add_entropy(b, 1, of, term);
  of = add_entropy(&pair, -1, of, term);
  vmac_states_free(&pair);
  return of;
}
