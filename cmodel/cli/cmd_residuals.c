/* varimac residuals: what correction leaves of the error of each layer, cell by cell, mode by mode.
 *
 * All points are fitted to, and foretold from, the same pass of the exact network over the training
 * images; a cell's modes to the same sums. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"

typedef struct {
  fitted fit; /* calib NULL: not given */
  const char *output, *data, *map, *plan, *ktile;
  char *mults, *modes;
  long long cache; /* MiB */
} options;

static const char help[] =
    "usage: varimac residuals --net F.tflite -o F.csv [OPTION ...]\n\n"
    "Writes what correction leaves of the error of every layer that has a cell, each on the exact\n"
    "network's activations: what layers before it do wrong is left out. A row for each cell, mode\n"
    "and layer, means over its channels: predicted, the variance of the error as the training\n"
    "images foretell it; measured, as the images scored have it; ratio of the two; scatter, the\n"
    "standard error of measured, by how %d parts of the images differ; mean_square, of the mean\n"
    "errors; signal, variance of the exact accumulators; rounding, what slopes and V in fixed "
    "point\n"
    "are expected to add to predicted.\n\n"
    "  --net F              int8 network (.tflite)\n"
    "  -o, --output F       results (CSV), written whole or not at all\n"
    "  --mults A,B,...      cells (default: the whole registry)\n"
    "  --map F              or one map of several cells (JSON; see eval)\n"
    "  --plan F             or a plan of eval, which brings cell, mode and training images\n"
    "  --layers L           MAC layers that have the cell (see eval; default all)\n"
    "  --modes A,B,...      correction modes (default all):\n"
    "                       " CLI_MODES "\n"
    "  --ktile ROWS[xCOLS]  slopes of their own for each K tile of an array of that size (see\n"
    "                       eval)\n"
    "  --data SPEC          images to measure on (default subset:test)\n"
    "  --images N           the first N of them (default all)\n"
    "  --calib SPEC         training images to fit to and foretell from (default subset:calib)\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --cache MIB          memory for activations of the exact network on training images, which\n"
    "                       all cells share (default 512); what does not fit is computed again\n\n"
    "Threads wait asleep, unless OMP_WAIT_POLICY says otherwise.\n";

static void check(options *o) {
  if (!o->fit.net || !o->output)
    cli_usage("residuals: --net and -o are needed; see varimac residuals --help");
  if ((o->mults != NULL) + (o->map != NULL) + (o->plan != NULL) > 1)
    cli_usage("residuals: --mults, --map and --plan each say what the cells are: one of them");
  if (o->plan && (o->modes || o->fit.layers || o->ktile))
    cli_usage("residuals: --plan brings mode, layers and K tiles: no --modes, --layers or --ktile "
              "with it");
  if (o->map && o->fit.layers)
    cli_usage("residuals: --map brings the cells of all layers: no --layers with it");
  if (o->fit.calib) run_refuse_test_set("--calib", o->fit.calib);
}

static options parse(int argc, char **argv) {
  enum { MULTS = FITTED_LAST, MAP, PLAN, MODES, DATA, CACHE, KTILE, HELP };
  static const struct option table[] = {FITTED_OPTIONS,
                                        {"output", 1, 0, 'o'},
                                        {"mults", 1, 0, MULTS},
                                        {"map", 1, 0, MAP},
                                        {"plan", 1, 0, PLAN},
                                        {"modes", 1, 0, MODES},
                                        {"data", 1, 0, DATA},
                                        {"cache", 1, 0, CACHE},
                                        {"ktile", 1, 0, KTILE},
                                        {"help", 0, 0, HELP},
                                        {0}};
  options o = {.data = "subset:test", .cache = 512};
  for (int c; (c = cli_getopt(argc, argv, "o:", table)) != -1;) switch (c) {
    case 'o':
      o.output = optarg;
      break;
    case MULTS:
      o.mults = optarg;
      break;
    case MAP:
      o.map = optarg;
      break;
    case PLAN:
      o.plan = optarg;
      break;
    case MODES:
      o.modes = optarg;
      break;
    case DATA:
      o.data = optarg;
      break;
    case CACHE:
      o.cache = cli_int("--cache", optarg, 0, 1 << 20);
      break;
    case KTILE:
      o.ktile = optarg;
      break;
    case HELP:
      printf(help, VMAC_RESIDUAL_PARTS);
      exit(0);
    default:
      fitted_option(&o.fit, c, optarg);
    }
  if (optind < argc)
    cli_usage("residuals: unexpected argument '%s'; see varimac residuals --help", argv[optind]);
  check(&o);
  return o;
}

/* What a plan from a file was fitted to, from which alone it can be foretold. */
static void use_calibration_of(options *o, const vmac_plan *plan) {
  const char *of = " images of ", *said = plan->calibration;
  if (*plan->towards)
    cli_die("%s is of tuned weights, fitted to the sums of another network, %s; nothing foretells "
            "what it leaves of %s's own: take the weights that were given, with --mults",
            o->plan, plan->towards, o->fit.net);
  if (!vmac_mode_calibrates(plan->mode)) return; /* nothing was fitted: any images foretell */
  char *end;
  const long long images = strtoll(said, &end, 10);
  if (images < 1 || strncmp(end, of, strlen(of)))
    cli_die("%s: \"calibration\": expected \"N images of SPEC\", from which the error is foretold; "
            "found \"%s\"",
            o->plan, said);
  const char *spec = end + strlen(of);
  if ((o->fit.calib && strcmp(o->fit.calib, spec)) ||
      (o->fit.calib_images && o->fit.calib_images != images))
    cli_usage("residuals: %s was fitted to %s, from which it is foretold: no other --calib or "
              "--calib-images with it",
              o->plan, said);
  o->fit.calib = spec;
  o->fit.calib_images = images;
  run_refuse_test_set("--plan", o->fit.calib);
}

/* What the rows are made from. */
typedef struct {
  const options *o;
  const vmac_net *net;
  vmac_dataset data, train;
  vmac_calib *calib;
  size_t points, done;
} job;

static job begin(options *o, const vmac_net *net) {
  if (!o->fit.calib) o->fit.calib = "subset:calib";
  job j = {.o = o, .net = net};
  j.data = run_load(o->data, net, o->fit.net, &o->fit.images, "--images");
  j.train = run_load(o->fit.calib, net, o->fit.net, &o->fit.calib_images, "--calib-images");
  return j;
}

static void count_done(job *j, const char *name, vmac_mode mode) {
  char what[96];
  snprintf(what, sizeof what, "residuals (%.40s %s), points", name, vmac_mode_name(mode));
  cli_progress(what, ++j->done, j->points);
}

/* The rows of one plan, in new memory. */
static char *rows_of(job *j, vmac_plan *plan, const char *name) {
  const vmac_net *net = j->net;
  vmac_residual *of = vmac_alloc((size_t)net->ops, sizeof *of);
  vmac_residuals(net, plan, j->calib, &j->data, (size_t)j->o->fit.images, of);
  const size_t size = (256 + strlen(name)) * (size_t)net->ops + 1;
  char *text = vmac_alloc(size, 1);
  size_t at = 0;
  for (int i = 0, layer = 0; i < net->ops; i++) {
    if (!vmac_op_is_mac(&net->op[i])) continue;
    const vmac_residual *r = &of[i];
    if (vmac_plan_has(plan, i))
      at += (size_t)snprintf(
          text + at, size - at, "%s,%s,%d,%d,%s,%d,%.6g,%.6g,%.4g,%.6g,%.6g,%.6g,%.6g\n", name,
          vmac_mode_name(plan->mode), layer, i, vmac_op_name(net->op[i].kind), net->op[i].k,
          r->predicted, r->measured, r->measured > 0 ? r->predicted / r->measured : 1, r->scatter,
          r->mean_square, r->signal, r->rounding);
    layer++;
  }
  free(of);
  count_done(j, name, plan->mode);
  return text;
}

static vmac_mode *read_modes(char *list, int *count) {
  vmac_mode *mode = vmac_alloc(list ? strlen(list) + 1 : VMAC_CORR_MODES, sizeof *mode);
  vmac_err err;
  *count = 0;
  for (int i = 0; !list && i < VMAC_CORR_MODES; i++) mode[(*count)++] = (vmac_mode)i;
  for (char *word = list ? strtok(list, ",") : NULL; word; word = strtok(NULL, ","))
    if (!vmac_mode_find(word, &mode[(*count)++], &err)) cli_usage("--modes: %s", err.text);
  if (!*count) cli_usage("residuals: --modes: an empty list");
  return mode;
}

/* Rows of one plan under each mode, text (modes), in the order asked for. What a later mode of the
 * enumeration is fitted to holds what an earlier one is, so those come first. */
static void rows_of_modes(job *j, vmac_plan *plan, const char *name, const vmac_mode *mode,
                          int modes, char **text) {
  for (int now = VMAC_CORR_MODES - 1; now >= 0; now--)
    for (int m = 0; m < modes; m++) {
      vmac_err err;
      if ((int)mode[m] != now) continue;
      if (vmac_plan_correct(j->net, plan, mode[m], j->calib, &err)) {
        text[m] = rows_of(j, plan, name);
        continue;
      }
      cli_say("no rows: %s, correction %s: %s", name, vmac_mode_name(mode[m]),
              err.text); /* the others are still worth having */
      count_done(j, name, mode[m]);
    }
}

/* *count texts: a map's modes, or each cell's. */
static char **rows_of_lists(job *j, size_t *count) {
  const options *o = j->o;
  int modes;
  size_t cells = 1;
  vmac_mode *mode = read_modes(o->modes, &modes);
  const vmac_mult **cell = o->map ? NULL : run_mults(o->mults, true, &cells);
  if (!cells) cli_usage("residuals: --mults: an empty list");
  *count = j->points = cells * (size_t)modes;
  char **text = vmac_alloc(*count, sizeof *text);
  for (size_t c = 0; c < cells; c++) {
    const char *name = cell ? cell[c]->name : "map";
    const run_source source = {NULL, o->map, cell ? name : NULL, o->ktile, VMAC_CORR_NONE};
    vmac_plan *plan = run_plan_from(j->net, &source, &o->fit);
    rows_of_modes(j, plan, name, mode, modes, text + c * (size_t)modes);
    vmac_plan_free(plan);
  }
  free((void *)(uintptr_t)cell);
  free(mode);
  return text;
}

static char **rows_of_plan(job *j, vmac_plan *plan, size_t *count) {
  char **text = vmac_alloc(1, sizeof *text);
  *count = j->points = 1;
  *text = rows_of(j, plan, plan->mult->name);
  return text;
}

/* The file; the texts are freed. How many rows. */
static size_t write_rows(const char *path, char **text, size_t count) {
  static const char header[] = "mult,correction,layer,op,kind,k,predicted,measured,ratio,scatter,"
                               "mean_square,signal,rounding\n";
  vmac_err err;
  size_t size = sizeof header, rows = 0;
  for (size_t i = 0; i < count; i++) size += text[i] ? strlen(text[i]) : 0;
  char *all = vmac_alloc(size, 1), *end = all + sprintf(all, "%s", header);
  for (size_t i = 0; i < count; i++) {
    for (const char *c = text[i]; c && *c; c++) rows += *c == '\n';
    if (text[i]) end += sprintf(end, "%s", text[i]);
    free(text[i]);
  }
  if (!vmac_write_file(path, all, (size_t)(end - all), &err)) cli_die("%s", err.text);
  free(all);
  free(text);
  return rows;
}

int cmd_residuals(int argc, char **argv) {
  options o = parse(argc, argv);
  vmac_net *net = run_net(o.fit.net);
  vmac_err err;
  vmac_plan *plan = o.plan ? vmac_plan_load(net, o.fit.net, o.plan, &err) : NULL;
  if (o.plan && !plan) cli_die("%s", err.text);
  if (plan) use_calibration_of(&o, plan);
  job j = begin(&o, net);
  cli_outputs(&o.output, 1);
  j.calib = vmac_calib_new(net, &j.train, (size_t)o.fit.calib_images, (size_t)o.cache << 20);
  cli_progress("", 0, 1);
  size_t count;
  char **text = plan ? rows_of_plan(&j, plan, &count) : rows_of_lists(&j, &count);
  const size_t rows = write_rows(o.output, text, count);
  printf("%zu rows in %s: on %lld images of %s, foretold from %lld of %s\n", rows, o.output,
         o.fit.images, o.data, o.fit.calib_images, o.fit.calib);
  vmac_calib_free(j.calib);
  vmac_plan_free(plan);
  vmac_dataset_free(&j.train);
  vmac_dataset_free(&j.data);
  vmac_net_free(net);
  return 0;
}
