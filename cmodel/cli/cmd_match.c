/* varimac match: the cheapest cell that each layer bears, by learned noise and error models.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/fitted.h"
#include "cli/run.h"
#include "cli/search.h"
#include "explore/match.h"

typedef struct {
  fitted fit;
  const char *output, *sigma, *costs, *column;
  char *mults;
  vmac_mode mode;
  vmac_error_model model;
  long long distinct, positions, draws, seed;
  double scale;
} options;

static const char help[] =
    "usage: varimac match --net F.tflite --sigma LOG.jsonl --mults A,B,... --costs F -o MAP.json\n"
    "                     [OPTION ...]\n\n"
    "Gives each MAC layer the cheapest cell whose error it bears: the standard deviation of the\n"
    "error of its outputs, foretold, is at most sigma times that of its exact sums (Trommer et "
    "al.,\n"
    "ICCAD 2022). Mean errors are not looked at.\n\n"
    "  --net F              int8 network (.tflite)\n"
    "  --sigma LOG.jsonl    a training run that learned the noise that layers bear (`varimac "
    "train\n"
    "                       --phase '0 forward=agn:...'`): its last epoch's\n"
    "  --scale S            all sigmas times S (default 1)\n"
    "  --mults A,B,...      cells, an exact one among them\n"
    "  --costs F            energies of products: a table with a header line, a column name and\n"
    "  --column C           another (default cell_inertial_pj), such as ppa.tsv of `make ppa`\n"
    "  --correction MODE    " CLI_MODES "\n"
    "                       (default none): of the error what that leaves counts\n"
    "  --model M            how the error is foretold: single, multi, monte, filter (default) or\n"
    "                       pairs, see varimac predict --help\n"
    "  --distinct N         at most N cells in all (default: as many as there are)\n"
    "  -o, --output F       the map (JSON, see varimac map --help)\n"
    "  --calib SPEC         training images that modes are fitted on and patches are taken of\n"
    "                       (default subset:calib)\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --positions N        output positions whose patches are taken of each layer (default 512)\n"
    "  --draws N            sums that monte draws (default 100000)\n"
    "  --seed N             of positions and draws (default 1)\n\n"
    "Threads wait asleep, unless OMP_WAIT_POLICY says otherwise.\n";

static options parse(int argc, char **argv) {
  enum {
    SIGMA = FITTED_LAST,
    SCALE,
    MULTS,
    COSTS,
    COLUMN,
    CORRECTION,
    MODEL,
    DISTINCT,
    POSITIONS,
    DRAWS,
    SEED,
    HELP
  };
  static const struct option table[] = {FITTED_OPTIONS,
                                        {"sigma", 1, 0, SIGMA},
                                        {"scale", 1, 0, SCALE},
                                        {"mults", 1, 0, MULTS},
                                        {"costs", 1, 0, COSTS},
                                        {"column", 1, 0, COLUMN},
                                        {"correction", 1, 0, CORRECTION},
                                        {"model", 1, 0, MODEL},
                                        {"distinct", 1, 0, DISTINCT},
                                        {"output", 1, 0, 'o'},
                                        {"positions", 1, 0, POSITIONS},
                                        {"draws", 1, 0, DRAWS},
                                        {"seed", 1, 0, SEED},
                                        {"help", 0, 0, HELP},
                                        {0}};
  options o = {.fit = {.calib = "subset:calib"},
               .column = "cell_inertial_pj",
               .model = VMAC_ERROR_FILTER,
               .positions = 512,
               .draws = 100000,
               .seed = 1,
               .scale = 1};
  vmac_err err;
  for (int c; (c = cli_getopt(argc, argv, "o:", table)) != -1;) switch (c) {
    case SIGMA:
      o.sigma = optarg;
      break;
    case SCALE:
      o.scale = cli_double("--scale", optarg, 0, 1e6);
      break;
    case MULTS:
      o.mults = optarg;
      break;
    case COSTS:
      o.costs = optarg;
      break;
    case COLUMN:
      o.column = optarg;
      break;
    case CORRECTION:
      if (!vmac_mode_find(optarg, &o.mode, &err)) cli_usage("--correction: %s", err.text);
      break;
    case MODEL:
      if (!vmac_error_model_find(optarg, &o.model, &err)) cli_usage("--model: %s", err.text);
      break;
    case DISTINCT:
      o.distinct = cli_int("--distinct", optarg, 1, 255);
      break;
    case 'o':
      o.output = optarg;
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
    case HELP:
      fputs(help, stdout);
      exit(0);
    default:
      fitted_option(&o.fit, c, optarg);
    }
  if (optind < argc)
    cli_usage("match: unexpected argument '%s'; see varimac match --help", argv[optind]);
  if (!o.fit.net || !o.sigma || !o.mults || !o.costs || !o.output)
    cli_usage(
        "match: --net, --sigma, --mults, --costs and -o are needed; see varimac match --help");
  if (o.fit.layers || o.fit.images)
    cli_usage("match: every MAC layer gets a cell, by calibration images: no --layers or --images");
  run_refuse_test_set("--calib", o.fit.calib);
  return o;
}

/* ---- what layers bear ------------------------------------------------------------------------ */

/* The "sigma" of the log's last line. */
static cJSON *last_sigma(const char *path) {
  vmac_err err;
  size_t size;
  char *text = (char *)vmac_read_file(path, &size, &err);
  if (!text) cli_die("%s", err.text);
  while (size && text[size - 1] == '\n') text[--size] = 0;
  const char *line = strrchr(text, '\n');
  cJSON *root = cJSON_Parse(line ? line + 1 : text);
  cJSON *sigma = cJSON_DetachItemFromObjectCaseSensitive(root, "sigma");
  if (!cJSON_IsObject(sigma))
    cli_die("%s: expected \"sigma\" in its last line: the log of a run that learned noise (agn)",
            path);
  cJSON_Delete(root);
  free(text);
  return sigma;
}

/* |sigma| of each MAC layer, whose weights the network calls NAME/weight. */
static void read_sigma(const options *o, const vmac_net *net, double *sigma) {
  cJSON *all = last_sigma(o->sigma);
  for (int i = 0, layer = 0; i < net->ops; i++) {
    if (!vmac_op_is_mac(&net->op[i])) continue;
    const char *name = net->tensor[net->op[i].weight].name;
    const size_t stem = strcspn(name, "/");
    char *key = memcpy(vmac_alloc(stem + 1, 1), name, stem);
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(all, key);
    if (!cJSON_IsNumber(value))
      cli_die("%s: expected a sigma of the layer %s, as %s calls it, found none", o->sigma, key,
              o->fit.net);
    sigma[layer++] = fabs(value->valuedouble) * o->scale;
    free(key);
  }
  cJSON_Delete(all);
}

/* ---- what cells do --------------------------------------------------------------------------- */

typedef struct {
  const options *o;
  vmac_net *net;
  vmac_dataset data;
  vmac_calib *calib;
  vmac_patches *patches;
  int layers, cells;
  const vmac_mult **mult;
  double *price, *sigma, *signal, *limit, *macs; /* of cells; of layers */
  double *sd;                                    /* (layers, cells) */
} work;

static void foretell(work *w, int c) {
  const vmac_net *net = w->net;
  vmac_err err;
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_set(net, plan, w->mult[c], NULL);
  const bool fits = vmac_plan_correct(net, plan, w->o->mode, w->calib, &err);
  if (!fits)
    cli_say("%s, correction %s: %s; no layer gets it", w->mult[c]->name, vmac_mode_name(w->o->mode),
            err.text);
  for (int i = 0, layer = 0; i < net->ops; i++) {
    if (!vmac_op_is_mac(&net->op[i])) continue;
    double *sd = &w->sd[layer++ * w->cells + c];
    *sd = INFINITY;
    if (!fits) continue;
    vmac_error_layer *of =
        vmac_error_layer_new(net, &net->op[i], &w->patches[i], w->mult[c]->cls, plan->cell->table);
    *sd = vmac_error_predict(of, &plan->mac[i], w->o->model, (int)w->o->draws,
                             (uint64_t)w->o->seed + (uint64_t)i)
              .sd;
    vmac_error_layer_free(of);
  }
  vmac_plan_free(plan);
  cli_progress("match, cells", (size_t)c + 1, (size_t)w->cells);
}

static void read_mults(work *w, char *list) {
  size_t cells;
  w->mult = run_mults(list, true, &cells);
  if (!cells || cells > 255) cli_usage("--mults: expected 1 to 255 cells, found %zu", cells);
  w->cells = (int)cells;
  const double most = 1e7; /* of sets */
  if (vmac_match_sets(w->cells, (int)w->o->distinct) > most)
    cli_usage("--distinct %lld of %d cells: more than %g sets to try; name fewer cells",
              w->o->distinct, w->cells, most);
}

static work prepare(const options *o) {
  work w = {.o = o, .net = run_net(o->fit.net)};
  vmac_err err;
  read_mults(&w, o->mults);
  w.price = vmac_alloc((size_t)w.cells, sizeof *w.price);
  search_prices(o->costs, o->column, w.cells, w.mult, w.price);
  if (!vmac_can_write(o->output, &err)) cli_die("%s", err.text);
  const size_t ops = (size_t)w.net->ops;
  w.sigma = vmac_alloc(ops, sizeof *w.sigma);
  w.signal = vmac_alloc(ops, sizeof *w.signal);
  w.limit = vmac_alloc(ops, sizeof *w.limit);
  w.macs = vmac_alloc(ops, sizeof *w.macs);
  w.sd = vmac_alloc(ops * (size_t)w.cells, sizeof *w.sd);
  read_sigma(o, w.net, w.sigma);
  long long images = o->fit.calib_images;
  w.data = run_load(o->fit.calib, w.net, o->fit.net, &images, "--calib-images");
  w.patches = vmac_patches_sample(w.net, &w.data, (size_t)images, (int)o->positions,
                                  (uint64_t)o->seed, NULL);
  if (vmac_mode_calibrates(o->mode))
    w.calib = vmac_calib_new(w.net, &w.data, (size_t)images, (size_t)512 << 20);
  for (int i = 0; i < w.net->ops; i++) {
    const vmac_op *op = &w.net->op[i];
    if (!vmac_op_is_mac(op)) continue;
    w.macs[w.layers] = (double)vmac_op_macs(op);
    w.signal[w.layers] = vmac_signal_sd(w.net, op, &w.patches[i]);
    w.limit[w.layers] = w.sigma[w.layers] * w.signal[w.layers];
    w.layers++;
  }
  return w;
}

/* ---- what comes of it ------------------------------------------------------------------------ */

static void write_map(const work *w, const int *cell) {
  cJSON *root = cJSON_CreateObject();
  cJSON_AddStringToObject(root, "format", "varimac-map-2");
  cJSON *layers = cJSON_AddArrayToObject(root, "layers");
  for (int l = 0; l < w->layers; l++) {
    cJSON *layer = cJSON_CreateObject();
    cJSON_AddNumberToObject(layer, "layer", l);
    cJSON_AddStringToObject(layer, "cell", w->mult[cell[l]]->name);
    cJSON_AddItemToArray(layers, layer);
  }
  vmac_err err;
  if (!vmac_write_json(w->o->output, root, &err)) cli_die("%s", err.text);
}

static void print(const work *w, const int *cell) {
  double dearest = 0, all = 0, sum = 0;
  for (int c = 0; c < w->cells; c++) dearest = w->price[c] > dearest ? w->price[c] : dearest;
  printf("network      %s\nsigma        %s, times %g\nmodel        %s, correction %s, seed %lld\n",
         w->o->fit.net, w->o->sigma, w->o->scale, vmac_error_model_name(w->o->model),
         vmac_mode_name(w->o->mode), w->o->seed);
  printf("%5s %12s %9s %10s %10s %10s  %s\n", "layer", "MACs", "sigma", "sd exact", "bears",
         "error sd", "cell");
  for (int l = 0; l < w->layers; l++) {
    all += w->macs[l] * dearest;
    sum += w->macs[l] * w->price[cell[l]];
    printf("%5d %12.0f %9.4f %10.1f %10.1f %10.1f  %s\n", l, w->macs[l], w->sigma[l], w->signal[l],
           w->limit[l], w->sd[l * w->cells + cell[l]], w->mult[cell[l]]->name);
  }
  printf("energy       %.4f %% of the multiplications' with the dearest cell alone\n",
         100 * sum / all);
}

int cmd_match(int argc, char **argv) {
  const options o = parse(argc, argv);
  work w = prepare(&o);
  int *cell = vmac_alloc((size_t)w.layers, sizeof *cell), which;
  cli_progress("match, cells", 0, (size_t)w.cells);
  for (int c = 0; c < w.cells; c++) foretell(&w, c);
  if (!vmac_match(w.layers, w.cells, w.sd, w.limit, w.macs, w.price, (int)o.distinct, cell,
                  &which)) {
    if (which >= 0)
      cli_die("layer %d bears an error of %.1f at most and none of the cells; name an exact one",
              which, w.limit[which]);
    cli_die("no %lld of the cells serve all layers; name an exact one", o.distinct);
  }
  write_map(&w, cell);
  print(&w, cell);
  free(cell);
  free(w.price);
  free(w.sigma);
  free(w.signal);
  free(w.limit);
  free(w.macs);
  free(w.sd);
  free(w.mult);
  vmac_calib_free(w.calib);
  vmac_patches_free(w.net, w.patches);
  vmac_dataset_free(&w.data);
  vmac_net_free(w.net);
  return 0;
}
