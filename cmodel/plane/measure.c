/* All estimators of one layer. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "plane/plane.h"

static void count(const vmac_plane *plane, const vmac_plane_layer *l, const vmac_states *y,
                  vmac_plane_how how, double *term, vmac_plane_point *to) {
  const size_t n = plane->images;
  vmac_states x = vmac_states_of(plane->layer[0].digest + VMAC_PLANE_BITS - 1, VMAC_PLANE_BITS, n);
  for (int b = 0; b < VMAC_PLANE_BITS; b++) {
    vmac_states t = vmac_states_of(l->digest + b, VMAC_PLANE_BITS, n);
    const vmac_counted h = vmac_entropy(&t, term);
    to->counted[b].states = t.count;
    to->counted[b].single = vmac_states_single(&t);
    to->counted[b].h = (vmac_estimate){h.bits, vmac_bootstrap(term, n, how.resamples, how.seed)};
    to->counted[b].h_corrected = h.miller_madow;
    to->counted[b].x = vmac_information(&t, &x, NULL).bits;
    const vmac_counted i = vmac_information(&t, y, term);
    to->counted[b].y = (vmac_estimate){i.bits, vmac_bootstrap(term, n, how.resamples, how.seed)};
    to->counted[b].y_corrected = i.miller_madow;
    vmac_states_free(&t);
  }
  vmac_states_free(&x);
}

static void project(const vmac_plane *plane, const vmac_plane_layer *l, const uint8_t *labels,
                    vmac_plane_how how, double *term, vmac_plane_point *to) {
  const vmac_projected of = vmac_projected_information(
      plane->options.projection, l->sums, plane->images, labels, how.shuffles, how.seed, term);
  to->projected.bits = of.bits;
  to->projected.in = vmac_bootstrap(term, plane->images, how.resamples, how.seed);
  to->null = of.null;
  to->null_top = of.null_top;
}

static void blur(const vmac_plane *plane, const vmac_plane_layer *l, const uint8_t *labels,
                 vmac_plane_how how, vmac_plane_point *to) {
  const size_t n = plane->options.kept;
  uint8_t *kept = vmac_alloc(n, 1);
  for (size_t i = 0; i < n; i++) kept[i] = labels[plane->keeps[i]];
  vmac_kde of = vmac_kde_bounds(l->codes, n, l->size, kept, how.variance);
  for (size_t b = 0; b < VMAC_KDE_BOUNDS; b++) {
    to->kernel[b].bits = of.bits[b];
    to->kernel[b].in = vmac_bootstrap(of.term + b * n, n, how.resamples, how.seed);
  }
  vmac_kde_free(&of);
  free(kept);
}

vmac_plane_point vmac_plane_measure(const vmac_plane *plane, int layer, const uint8_t *labels,
                                    vmac_plane_how how) {
  const vmac_plane_layer *l = &plane->layer[layer];
  const size_t n = plane->images;
  vmac_plane_point to = {.probe_term = vmac_alloc(n, sizeof *to.probe_term)};
  double *term = vmac_alloc(n, sizeof *term);
  vmac_states y = vmac_states_labels(labels, n);
  count(plane, l, &y, how, term, &to);
  project(plane, l, labels, how, term, &to);
  blur(plane, l, labels, how, &to);
  const vmac_probe probe = vmac_probe_information(l->feature, n, l->features, labels, how.folds,
                                                  how.seed, to.probe_term);
  to.probe.bits = probe.bits;
  to.probe.in = vmac_bootstrap(to.probe_term, n, how.resamples, how.seed);
  to.correct = probe.correct;
  vmac_states_free(&y);
  free(term);
  return to;
}

void vmac_plane_point_free(vmac_plane_point *point) {
  free(point->probe_term);
}

vmac_estimate vmac_plane_change(const vmac_plane_point *from, const vmac_plane_point *to,
                                size_t images, vmac_plane_how how) {
  double *term = vmac_alloc(images, sizeof *term);
  for (size_t i = 0; i < images; i++) term[i] = to->probe_term[i] - from->probe_term[i];
  const vmac_estimate of = {to->probe.bits - from->probe.bits,
                            vmac_bootstrap(term, images, how.resamples, how.seed)};
  free(term);
  return of;
}
