/* What a foreign table of products is: its class, order of operands, twin and control variate.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mult/import.h"

const char *import_form_name(import_form form) {
  static const char *const names[] = {"unsigned", "two's complement", "signed, index value + 128"};
  return names[form];
}

vmac_class import_class(import_form form) {
  return form == IMPORT_U8 ? VMAC_U8 : VMAC_S8;
}

void import_truth(const int32_t *value, import_form form, bool swap, uint16_t *truth) {
  const int flip = form == IMPORT_S8_OFFSET ? 0x80 : 0;
  for (int a = 0; a < 256; a++)
    for (int w = 0; w < 256; w++) {
      const int first = (swap ? w : a) ^ flip, second = (swap ? a : w) ^ flip;
      truth[a << 8 | w] = (uint16_t)value[first << 8 | second];
    }
}

vmac_mult import_mult(const uint16_t *truth, vmac_class cls) {
  return (vmac_mult){.name = "",
                     .family = "import",
                     .cls = cls,
                     .params = "-",
                     .xkind = VMAC_X_NONE,
                     .source = "-",
                     .mode = -1,
                     .truth = truth};
}

void import_distances(const int32_t *value, double distance[IMPORT_FORMS]) {
  uint16_t *truth = vmac_alloc(IMPORT_PAIRS, sizeof *truth);
  int32_t *table = vmac_alloc(IMPORT_PAIRS, sizeof *table);
  int32_t lowest = 0, highest = 0;
  for (int i = 0; i < IMPORT_PAIRS; i++) {
    if (value[i] < lowest) lowest = value[i];
    if (value[i] > highest) highest = value[i];
  }
  for (int form = 0; form < IMPORT_FORMS; form++) {
    const vmac_class cls = import_class((import_form)form);
    import_truth(value, (import_form)form, false, truth);
    const vmac_mult mult = import_mult(truth, cls);
    vmac_mult_table(&mult, table);
    double error = 0, exact = 0;
    for (int i = 0; i < IMPORT_PAIRS; i++) {
      const int32_t product = vmac_operand(cls, (uint8_t)(i >> 8)) * vmac_operand(cls, (uint8_t)i);
      error += abs(table[i] - product);
      exact += abs(product);
    }
    const bool exists = cls == VMAC_U8 ? lowest >= 0 : true;
    distance[form] = exists ? error / exact : INFINITY;
  }
  free(table);
  free(truth);
}

bool import_detect(const double distance[IMPORT_FORMS], const bool allowed[IMPORT_FORMS],
                   import_form *form) {
  double best = INFINITY, next = INFINITY;
  for (int i = 0; i < IMPORT_FORMS; i++) {
    if (!allowed[i]) continue;
    if (distance[i] < best) {
      next = best;
      best = distance[i];
      *form = (import_form)i;
    } else if (distance[i] < next) {
      next = distance[i];
    }
  }
  return isfinite(best) && best * 2 <= next && next > 0;
}

int import_asymmetry(const uint16_t *truth) {
  int differ = 0;
  for (int i = 0; i < IMPORT_PAIRS; i++) differ += truth[i] != truth[(i & 255) << 8 | i >> 8];
  return differ;
}

const vmac_mult *import_twin(const uint16_t *truth, vmac_class cls, const char *name,
                             bool transposed) {
  const vmac_mult mult = import_mult(truth, cls), *twin = NULL;
  int32_t *mine = vmac_alloc(IMPORT_PAIRS, sizeof *mine);
  int32_t *other = vmac_alloc(IMPORT_PAIRS, sizeof *other);
  vmac_mult_table(&mult, mine);
  for (size_t c = 0; !twin && c < vmac_mult_count(); c++) {
    const vmac_mult *cell = vmac_mult_at(c);
    if (cell->cls != cls || !strcmp(cell->name, name)) continue;
    vmac_mult_table(cell, other);
    int i = 0;
    while (i < IMPORT_PAIRS && mine[i] == other[transposed ? (i & 255) << 8 | i >> 8 : i]) i++;
    if (i == IMPORT_PAIRS) twin = cell;
  }
  free(other);
  free(mine);
  return twin;
}

/* Squared correlation of y and x over 256 points; 0 where either is constant. */
static double explained(const double *y, const double *x) {
  double sum_x = 0, sum_y = 0, xx = 0, yy = 0, xy = 0;
  for (int i = 0; i < 256; i++) {
    sum_x += x[i];
    sum_y += y[i];
  }
  for (int i = 0; i < 256; i++) {
    const double dx = x[i] - sum_x / 256, dy = y[i] - sum_y / 256;
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return xx > 0 && yy > 0 ? xy * xy / (xx * yy) : 0;
}

void import_variate(const uint16_t *truth, vmac_class cls, vmac_xkind *kind, int *bits,
                    double *share) {
  const vmac_mult mult = import_mult(truth, cls);
  double mean[256] = {0}, x[256]; /* whole numbers over 256: sums are exact */
  for (int a = 0; a < 256; a++)
    for (int w = 0; w < 256; w++) {
      const int32_t av = vmac_operand(cls, (uint8_t)a), wv = vmac_operand(cls, (uint8_t)w);
      mean[a] += (double)(vmac_product(&mult, av, wv) - av * wv) / 256;
    }
  *kind = VMAC_X_NONE;
  *bits = 0;
  *share = 0;
  const vmac_xkind kinds[] = {VMAC_X_LOW, VMAC_X_OR};
  for (int k = 0; k < 2; k++)
    for (int n = 1; n <= 8; n++) {
      for (int a = 0; a < 256; a++) x[a] = vmac_variate(kinds[k], n, (uint8_t)a);
      const double now = explained(mean, x);
      if (now < 0.5 || now <= *share + 1e-9) continue; /* equal shares: fewer bits */
      *kind = kinds[k];
      *bits = n;
      *share = now;
    }
}
