/* What `varimac predict` found, as rows, as a table and as a picture.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/gnuplot.h"
#include "cli/predict.h"

static double ratio(double predicted, double measured) {
  return measured > 0 ? predicted / measured : predicted > 0 ? INFINITY : 1;
}

char *predict_csv(const predict_result *r, size_t *size) {
  const size_t most = 256 * (1 + r->points * VMAC_ERROR_MODELS);
  char *text = vmac_alloc(most, 1);
  size_t at = (size_t)snprintf(text, most,
                               "mult,correction,layer,op,kind,k,step,model,mean,sd,measured_mean,"
                               "measured_sd,ratio\n");
  for (const predict_point *p = r->point; p < r->point + r->points; p++)
    for (int m = 0; m < VMAC_ERROR_MODELS; m++) {
      const vmac_op *op = &r->net->op[p->op];
      if (!r->models[m]) continue;
      at += (size_t)snprintf(
          text + at, most - at, "%s,%s,%d,%d,%s,%d,%.6g,%s,%.6g,%.6g,%.6g,%.6g,%.4g\n",
          p->mult->name, vmac_mode_name(p->mode), p->layer, p->op, vmac_op_name(op->kind), op->k,
          p->step, vmac_error_model_name((vmac_error_model)m), p->model[m].mean, p->model[m].sd,
          p->measured.mean, p->measured.sd, ratio(p->model[m].sd, p->measured.sd));
    }
  *size = at;
  return text;
}

/* Errors below the step are lost in the output's rounding: a model need not know them. */
static bool counts(const predict_point *p, vmac_mode mode) {
  return p->mode == mode && p->measured.sd > p->step;
}

static bool meets(const predict_point *p, int model) {
  return fabs(ratio(p->model[model].sd, p->measured.sd) - 1) <= 0.25;
}

void predict_print(const predict_result *r) {
  printf("standard deviation within 25 %% of what is measured, where that is above the output's "
         "step\n%-10s %11s",
         "correction", "layer,cell");
  for (int m = 0; m < VMAC_ERROR_MODELS; m++)
    if (r->models[m]) printf(" %14s", vmac_error_model_name((vmac_error_model)m));
  printf("\n");
  for (size_t i = 0; i < r->modes; i++) {
    size_t pairs = 0;
    for (size_t p = 0; p < r->points; p++) pairs += counts(&r->point[p], r->mode[i]);
    printf("%-10s %11zu", vmac_mode_name(r->mode[i]), pairs);
    for (int m = 0; m < VMAC_ERROR_MODELS; m++) {
      size_t good = 0;
      for (size_t p = 0; p < r->points; p++)
        good += counts(&r->point[p], r->mode[i]) && meets(&r->point[p], m);
      if (r->models[m] && pairs)
        printf(" %5zu %6.1f %%", good, 100 * (double)good / (double)pairs);
      else if (r->models[m])
        printf(" %14s", "-");
    }
    printf("\n");
  }
}

/* ---- picture: foretold over measured, both in steps, a panel each mode ----------------------- */

static bool is_drawn(const predict_point *p, vmac_mode mode, int model) {
  return p->mode == mode && p->measured.sd > 0 && p->model[model].sd > 0;
}

static void write_points(FILE *f, const predict_result *r, size_t mode, int model) {
  fprintf(f, "$of%zu_%d << EOD\n", mode, model);
  for (const predict_point *p = r->point; p < r->point + r->points; p++)
    if (is_drawn(p, r->mode[mode], model))
      fprintf(f, "%.6g %.6g\n", p->measured.sd / p->step, p->model[model].sd / p->step);
  fprintf(f, "EOD\n");
}

static void write_script(FILE *f, void *context) {
  const predict_result *r = context;
  for (size_t i = 0; i < r->modes; i++)
    for (int m = 0; m < VMAC_ERROR_MODELS; m++)
      if (r->models[m]) write_points(f, r, i, m);
  const size_t columns = r->modes < 3 ? r->modes : 3, rows = (r->modes + columns - 1) / columns;
  fprintf(f,
          "set terminal pngcairo noenhanced size %zu,%zu\nset multiplot layout %zu,%zu\n"
          "set grid\nset logscale xy\nset xrange [0.01:10000]\nset yrange [0.01:10000]\n"
          "set xlabel \"measured sd, steps of the output\"\nset ylabel \"foretold\"\n"
          "set key top left\n",
          480 * columns, 440 * rows, rows, columns);
  for (size_t i = 0; i < r->modes; i++) {
    fprintf(f, "set title \"%s\"\nplot ", vmac_mode_name(r->mode[i]));
    for (int m = 0; m < VMAC_ERROR_MODELS; m++)
      if (r->models[m])
        fprintf(f, "$of%zu_%d using 1:2 with points pt 7 ps 0.5 lc %d title \"%s\", ", i, m, m + 1,
                vmac_error_model_name((vmac_error_model)m));
    fprintf(f,
            "x lc \"black\" notitle, 1.25 * x lc \"gray\" notitle, x * 0.75 lc \"gray\" notitle\n");
  }
}

void predict_plot(const predict_result *r, const char *path) {
  predict_result copy = *r;
  cli_gnuplot(path, write_script, &copy);
}
