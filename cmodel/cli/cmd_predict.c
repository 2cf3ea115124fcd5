/* varimac predict: the error of layers foretold from a cell's error map, beside what is measured.
 *
 * Patches are of the images that modes are fitted on, so that nothing of what is measured is seen
 * by a model. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/fitted.h"
#include "cli/predict.h"
#include "cli/run.h"

typedef struct {
  fitted fit;
  const char *data, *output, *plot;
  char *mults, *modes, *models; /* lists */
  long long positions, draws, seed, cache;
} options;

static const char help[] =
    "usage: varimac predict --net F.tflite -o F.csv [OPTION ...]\n\n"
    "Foretells mean and standard deviation of the error of each MAC layer's outputs, over all its\n"
    "pixels and channels, in units of the accumulator, from a cell's error map and what models\n"
    "know of the operands; measures both, and says how often each model is within 25 %.\n"
    "Activations are the exact network's: what layers before do wrong is left out.\n\n"
    "  --net F              int8 network (.tflite)\n"
    "  -o, --output F       a row per cell, mode, layer and model (CSV); step: one step of the\n"
    "                       layer's output, median over channels; ratio: sd / measured_sd\n"
    "  --plot F.png         foretold over measured standard deviations, a panel per mode\n"
    "  --mults A,B,...      cells (default: the whole registry)\n"
    "  --modes A,B,...      correction modes (default all):\n"
    "                       " CLI_MODES "\n"
    "  --models A,B,...     (default all)\n"
    "                       single  independent products: one histogram of a layer's activations,\n"
    "                               one of its weights\n"
    "                       multi   likewise, a histogram of each patch's activations\n"
    "                       monte   as single, drawn\n"
    "                       filter  each patch's activations and each channel's weights in random\n"
    "                               order\n"
    "                       pairs   each patch's activations with the weights they meet\n"
    "                       Where a mode corrects, weights are each channel's own in all models\n"
    "  --data SPEC          images to measure (default subset:test; see varimac data --help)\n"
    "  --images N           the first N of them (default all)\n"
    "  --calib SPEC         training images that modes are fitted on and patches are taken of\n"
    "                       (default subset:calib)\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --positions N        output positions whose patches are taken of each layer (default 512)\n"
    "  --draws N            sums that monte draws (default 100000)\n"
    "  --seed N             of positions and draws (default 1)\n"
    "  --cache MIB          memory for the exact network's activations (default 512)\n\n"
    "Threads wait asleep, unless OMP_WAIT_POLICY says otherwise.\n";

static options parse(int argc, char **argv) {
  enum { MULTS = FITTED_LAST, MODES, MODELS, DATA, POSITIONS, DRAWS, SEED, CACHE, PLOT, HELP };
  static const struct option table[] = {FITTED_OPTIONS,
                                        {"output", 1, 0, 'o'},
                                        {"plot", 1, 0, PLOT},
                                        {"mults", 1, 0, MULTS},
                                        {"modes", 1, 0, MODES},
                                        {"models", 1, 0, MODELS},
                                        {"data", 1, 0, DATA},
                                        {"positions", 1, 0, POSITIONS},
                                        {"draws", 1, 0, DRAWS},
                                        {"seed", 1, 0, SEED},
                                        {"cache", 1, 0, CACHE},
                                        {"help", 0, 0, HELP},
                                        {0}};
  options o = {.fit = {.calib = "subset:calib"},
               .data = "subset:test",
               .positions = 512,
               .draws = 100000,
               .seed = 1,
               .cache = 512};
  for (int c; (c = cli_getopt(argc, argv, "o:", table)) != -1;) switch (c) {
    case 'o':
      o.output = optarg;
      break;
    case PLOT:
      o.plot = optarg;
      break;
    case MULTS:
      o.mults = optarg;
      break;
    case MODES:
      o.modes = optarg;
      break;
    case MODELS:
      o.models = optarg;
      break;
    case DATA:
      o.data = optarg;
      break;
    case POSITIONS:
      o.positions = cli_int("--positions", optarg, 1, 1 << 20);
      break;
    case DRAWS:
      o.draws = cli_int("--draws", optarg, 1, INT32_MAX);
      break;
    case SEED:
      o.seed = cli_int("--seed", optarg, 0, INT64_MAX);
      break;
    case CACHE:
      o.cache = cli_int("--cache", optarg, 0, 1 << 20);
      break;
    case HELP:
      fputs(help, stdout);
      exit(0);
    default:
      fitted_option(&o.fit, c, optarg);
    }
  if (optind < argc)
    cli_usage("predict: unexpected argument '%s'; see varimac predict --help", argv[optind]);
  if (!o.fit.net || !o.output)
    cli_usage("predict: --net and -o are needed; see varimac predict --help");
  if (o.fit.layers) cli_usage("predict: every MAC layer has its rows; there is no --layers");
  run_refuse_test_set("--calib", o.fit.calib);
  return o;
}

/* ---- what is to be done ---------------------------------------------------------------------- */

typedef struct {
  const options *o;
  vmac_net *net;
  vmac_dataset data, calib_images;
  vmac_calib *calib;
  vmac_patches *patches;
  vmac_residual *measured; /* (ops) */
  const vmac_mult **cell;
  size_t cells, done;
  predict_result result;
} work;

static void read_lists(work *w, const options *o) {
  vmac_err err;
  predict_result *r = &w->result;
  w->cell = run_mults(o->mults, true, &w->cells);
  r->mode = vmac_alloc(o->modes ? strlen(o->modes) : VMAC_CORR_MODES, sizeof *r->mode);
  for (int i = 0; !o->modes && i < VMAC_CORR_MODES; i++) r->mode[r->modes++] = (vmac_mode)i;
  for (char *s = o->modes ? strtok(o->modes, ",") : NULL; s; s = strtok(NULL, ","))
    if (!vmac_mode_find(s, &r->mode[r->modes++], &err)) cli_usage("--modes: %s", err.text);
  bool some = !o->models;
  for (int i = 0; i < VMAC_ERROR_MODELS; i++) r->models[i] = !o->models;
  for (char *s = o->models ? strtok(o->models, ",") : NULL; s; s = strtok(NULL, ",")) {
    vmac_error_model model;
    if (!vmac_error_model_find(s, &model, &err)) cli_usage("--models: %s", err.text);
    some = r->models[model] = true;
  }
  if (!w->cells || !r->modes || !some)
    cli_usage("predict: an empty list of cells, modes or models");
}

/* Nothing counts twice. */
static void check_modes(const work *w) {
  for (size_t i = 0; i < w->result.modes; i++)
    for (size_t j = 0; j < i; j++)
      if (w->result.mode[i] == w->result.mode[j])
        cli_usage("--modes: %s twice", vmac_mode_name(w->result.mode[i]));
}

static void patches_progress(size_t done, size_t images) {
  cli_progress("patches, images", done, images);
}

static int by_value(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* A step of the output in units of the accumulator, which each channel has of its own: the median,
 * for the weights of a dead channel have almost no scale. */
static double step_of(const vmac_op *op) {
  double *step = vmac_alloc((size_t)op->n, sizeof *step);
  int n = 0;
  for (int j = 0; j < op->n; j++)
    if (op->requant[j].mult) step[n++] = ldexp(1, 31 - op->requant[j].shift) / op->requant[j].mult;
  qsort(step, (size_t)n, sizeof *step, by_value);
  const double median = n ? (step[(n - 1) / 2] + step[n / 2]) / 2 : INFINITY;
  free(step);
  return median;
}

static uint64_t seed_of(const options *o, int op) {
  const uint64_t key[3] = {(uint64_t)o->seed, (uint64_t)op, 1};
  return vmac_hash(key, sizeof key);
}

/* ---- one cell -------------------------------------------------------------------------------- */

static void predict_layers(work *w, const vmac_plan *plan, vmac_error_layer *const *layer) {
  predict_result *r = &w->result;
  for (int op = 0, number = 0; op < w->net->ops; op++) {
    if (!layer[op]) continue;
    const vmac_residual *m = &w->measured[op];
    const double variance = m->measured + m->mean_square - m->mean * m->mean;
    predict_point p = {.mult = plan->mult, .mode = plan->mode, .layer = number++, .op = op};
    p.step = step_of(&w->net->op[op]);
    p.measured = (vmac_error){m->mean, variance > 0 ? sqrt(variance) : 0};
    for (int i = 0; i < VMAC_ERROR_MODELS; i++)
      if (r->models[i])
        p.model[i] = vmac_error_predict(layer[op], &plan->mac[op], (vmac_error_model)i,
                                        (int)w->o->draws, seed_of(w->o, op));
    r->point[r->points++] = p;
  }
}

static void predict_cell(work *w, const vmac_mult *mult) {
  const vmac_net *net = w->net;
  vmac_err err;
  vmac_plan *plan = vmac_plan_new(net);
  vmac_error_layer **layer = vmac_alloc((size_t)net->ops, sizeof(vmac_error_layer *));
  vmac_plan_set(net, plan, mult, NULL);
  for (int op = 0; op < net->ops; op++)
    if (vmac_plan_has(plan, op))
      layer[op] =
          vmac_error_layer_new(net, &net->op[op], &w->patches[op], mult->cls, plan->cell->table);
  for (size_t i = 0; i < w->result.modes; i++) {
    const vmac_mode mode = w->result.mode[i];
    if (vmac_plan_correct(net, plan, mode, w->calib, &err)) {
      vmac_residuals(net, plan, w->calib, &w->data, (size_t)w->o->fit.images, w->measured);
      predict_layers(w, plan, layer);
    } else {
      cli_say("%s, correction %s: %s; no rows of it", mult->name, vmac_mode_name(mode), err.text);
    }
    cli_progress("predict, cells and modes", ++w->done, w->cells * w->result.modes);
  }
  for (int op = 0; op < net->ops; op++) vmac_error_layer_free(layer[op]);
  free(layer);
  vmac_plan_free(plan);
}

static void write_outputs(const work *w) {
  vmac_err err;
  size_t size;
  char *csv = predict_csv(&w->result, &size);
  vmac_files_begin();
  if (w->o->plot) predict_plot(&w->result, w->o->plot);
  if (!vmac_files_end(vmac_write_file(w->o->output, csv, size, &err), &err))
    cli_die("%s", err.text);
  free(csv);
}

int cmd_predict(int argc, char **argv) {
  options o = parse(argc, argv);
  work w = {.o = &o, .net = run_net(o.fit.net)};
  read_lists(&w, &o);
  check_modes(&w);
  w.data = run_load(o.data, w.net, o.fit.net, &o.fit.images, "--images");
  w.calib_images = run_load(o.fit.calib, w.net, o.fit.net, &o.fit.calib_images, "--calib-images");
  const char *const places[] = {o.output, o.plot};
  cli_outputs(places, 2);
  const size_t calibs = (size_t)o.fit.calib_images;
  w.calib = vmac_calib_new(w.net, &w.calib_images, calibs, (size_t)o.cache << 20);
  w.measured = vmac_alloc((size_t)w.net->ops, sizeof *w.measured);
  w.result.net = w.net;
  w.result.point =
      vmac_alloc(w.cells * w.result.modes * (size_t)w.net->ops, sizeof *w.result.point);
  cli_progress("patches, images", 0, calibs);
  w.patches = vmac_patches_sample(w.net, &w.calib_images, calibs, (int)o.positions,
                                  (uint64_t)o.seed, patches_progress);
  cli_progress("predict, cells and modes", 0, w.cells * w.result.modes);
  for (size_t i = 0; i < w.cells; i++) predict_cell(&w, w.cell[i]);
  write_outputs(&w);
  printf("network %s, %lld images of %s; patches and fits: %lld of %s; seed %lld\n", o.fit.net,
         o.fit.images, o.data, o.fit.calib_images, o.fit.calib, o.seed);
  predict_print(&w.result);
  vmac_patches_free(w.net, w.patches);
  vmac_calib_free(w.calib);
  free(w.measured);
  free(w.result.point);
  free(w.result.mode);
  free(w.cell);
  vmac_dataset_free(&w.data);
  vmac_dataset_free(&w.calib_images);
  vmac_net_free(w.net);
  return 0;
}
