/* predict.h: the rows of `varimac predict`. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_PREDICT_H
#define VMAC_PREDICT_H

#include "cli/cli.h"
#include "explore/error_model.h"

/* One layer with one cell and mode: what the models foretell and what is measured. */
typedef struct {
  const vmac_mult *mult;
  vmac_mode mode;
  int layer, op;
  double step; /* of the output's quantization, in units of the accumulator */
  vmac_error measured, model[VMAC_ERROR_MODELS];
} predict_point;

typedef struct {
  const vmac_net *net;
  bool models[VMAC_ERROR_MODELS]; /* those asked for */
  vmac_mode *mode;
  size_t modes, points;
  predict_point *point;
} predict_result;

/* predict_report.c: the rows as CSV into a new text; what share of them each model meets, on
 * stdout; the picture, or the program ends. */
char *predict_csv(const predict_result *r, size_t *size);
void predict_print(const predict_result *r);
void predict_plot(const predict_result *r, const char *path);

#endif
