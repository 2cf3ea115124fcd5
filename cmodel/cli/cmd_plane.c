/* varimac plane: information that layers have of image and label, with a cell and without.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/plane.h"
#include "cli/run.h"

typedef struct {
  fitted fit;
  const char *mult, *map, *mode_name, *data, *plan, *csv, *json;
  vmac_mode mode;
  vmac_rounding rounding;
  vmac_plane_options options;
  vmac_plane_how how;
  vmac_control_kind control;
  long long seed;
  double noise; /* below 0: each layer's own error */
} options;

static const char help[] =
    "usage: varimac plane --net F.tflite [OPTION ...]\n\n"
    "Estimates how many bits the output T of every layer tells of the image X and of its label Y.\n"
    "X is one of the images given, T a function of it. With a multiplier the exact network stands\n"
    "beside, on the same images.\n\n"
    "  --net F              int8 network (.tflite)\n"
    "  --data SPEC          images (default subset:test; see varimac data --help)\n"
    "  --images N           the first N of them (default all)\n"
    "  --mult NAME          multiplier cell of every MAC layer (default: none, the exact network\n"
    "                       alone)\n"
    "  --map F              or several cells (JSON), as in varimac eval\n"
    "  --layers L           MAC layers that have the cell, as in varimac eval (default all)\n"
    "  --correction MODE    " CLI_MODES "\n"
    "                       (default none)\n"
    "  --calib SPEC         training images that modes are fitted on, and controls measured on\n"
    "                       (default subset:calib)\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --plan F             take multiplier, mode and coefficients from a plan instead\n"
    "  --control KIND       noise | dropout instead of the cell, as in varimac eval. T is no\n"
    "                       function of X then: counting, and I(T;X) of kernel, take what was "
    "drawn\n"
    "                       for a part of the image; projection and probe do not\n"
    "  --rounding R         double | single: TFLite's requantization (default double)\n"
    "  --csv F, --json F    write a row per layer, estimator and quantity; value in bits, lo and "
    "hi:\n"
    "                       95 % of resamples of the images\n"
    "  --seed N             of all that is drawn (default 1)\n"
    "  --resamples N        of the images, for intervals (default 1000)\n\n"
    "Estimators:\n"
    "  counting    of T's states, exact for these images; rows for 1 to 8 bits of each code. "
    "Where\n"
    "              all states differ it says log2 of the images and H(Y) whatever the network "
    "does.\n"
    "              As an estimate for other images it is too high: Miller and Madow's correction\n"
    "              stands beside\n"
    "  projection  of T to random sums, cut into bins at quantiles, then counted; beside what\n"
    "              shuffled labels give, which is what it finds in nothing\n"
    "    --projections N    that many, the mean is given (default 8)\n"
    "    --dims D           sums of each, 1..8 (default 4)\n"
    "    --bits B           2^B bins of each sum, 1..8 (default 2); D * B is at most 16\n"
    "    --shuffles N       (default 100)\n"
    "  kernel      bounds for T with Gaussian noise added to every code, at most log2 of the "
    "images\n"
    "              that are compared with each other\n"
    "    --compared N       that many, drawn (default 1000, or all where there are fewer)\n"
    "    --noise S          standard deviation in codes, or `error`: what the cell's error has in\n"
    "                       the layer (default 1)\n"
    "  probe       a linear decoder of Y, tried on images it was not fitted to: I(T;Y) is at "
    "least\n"
    "              that\n"
    "    --features N       sums of codes over a grid, channel by channel, at most N (default "
    "256)\n"
    "    --folds N          parts that are decoded by the others, 3.. (default 5)\n\n"
    "cut: nothing after the layer reads anything older, so that no later layer can know more.\n"
    "Threads wait asleep, unless OMP_WAIT_POLICY says otherwise.\n";

static void plane_option(options *o, int option, const char *value);

enum {
  MULT = FITTED_LAST,
  MAP,
  CORRECTION,
  DATA,
  PLAN,
  CONTROL,
  ROUNDING,
  CSV,
  JSON,
  SEED,
  RESAMPLES,
  PROJECTIONS,
  DIMS,
  BITS,
  SHUFFLES,
  COMPARED,
  NOISE,
  FEATURES,
  FOLDS,
  HELP
};

static const struct option table[] = {FITTED_OPTIONS,
                                      {"mult", 1, 0, MULT},
                                      {"map", 1, 0, MAP},
                                      {"correction", 1, 0, CORRECTION},
                                      {"data", 1, 0, DATA},
                                      {"plan", 1, 0, PLAN},
                                      {"control", 1, 0, CONTROL},
                                      {"rounding", 1, 0, ROUNDING},
                                      {"csv", 1, 0, CSV},
                                      {"json", 1, 0, JSON},
                                      {"seed", 1, 0, SEED},
                                      {"resamples", 1, 0, RESAMPLES},
                                      {"projections", 1, 0, PROJECTIONS},
                                      {"dims", 1, 0, DIMS},
                                      {"bits", 1, 0, BITS},
                                      {"shuffles", 1, 0, SHUFFLES},
                                      {"compared", 1, 0, COMPARED},
                                      {"noise", 1, 0, NOISE},
                                      {"features", 1, 0, FEATURES},
                                      {"folds", 1, 0, FOLDS},
                                      {"help", 0, 0, HELP},
                                      {0}};

/* Options that would be ignored are refused: nobody should read a number into the wrong setting. */
static void check(options *o) {
  vmac_err err;
  const vmac_projection *p = &o->options.projection;
  if (!o->fit.net) cli_usage("plane: --net is missing; see varimac plane --help");
  if (o->mode_name && !vmac_mode_find(o->mode_name, &o->mode, &err))
    cli_usage("--correction: %s", err.text);
  if (o->plan && (o->mult || o->map || o->mode_name || o->fit.layers))
    cli_usage("plane: --plan brings multiplier, mode and layers: no --mult, --map, --correction or "
              "--layers with it");
  if (o->map && (o->mult || o->fit.layers))
    cli_usage("plane: --map brings the cells of all layers: no --mult or --layers with it");
  if (!o->mult && !o->map && !o->plan && (o->mode_name || o->fit.layers))
    cli_usage("plane: --correction and --layers want --mult");
  if (o->control && !o->mult && !o->map && !o->plan)
    cli_usage("plane: --control wants --mult, --map or --plan, whose error it is like");
  if (!vmac_mode_calibrates(o->mode) && !o->control && (o->fit.calib || o->fit.calib_images))
    cli_usage("plane: --calib and --calib-images want --correction bias, cv, bitplane or phi, or "
              "--control");
  if (!o->mult && !o->map && !o->plan && o->noise < 0)
    cli_usage("--noise error: the exact network has none; it wants --mult, --map or --plan");
  if (p->dims * p->bits > VMAC_PLANE_CELL_BITS)
    cli_usage("plane: expected --dims times --bits of at most %d, found %d", VMAC_PLANE_CELL_BITS,
              p->dims * p->bits);
  if (!o->fit.calib) o->fit.calib = "subset:calib";
  run_refuse_test_set("--calib", o->fit.calib);
}

static options parse(int argc, char **argv) {
  options o = {.data = "subset:test",
               .options = {.projection = {8, 4, 2}, .features = 256, .kept = 1000},
               .how = {.shuffles = 100, .folds = 5, .resamples = 1000},
               .seed = 1,
               .noise = 1};
  for (int c; (c = cli_getopt(argc, argv, "", table)) != -1;) switch (c) {
    case HELP:
      fputs(help, stdout);
      exit(0);
    default:
      if (c < FITTED_LAST)
        fitted_option(&o.fit, c, optarg);
      else
        plane_option(&o, c, optarg);
    }
  if (optind < argc)
    cli_usage("plane: unexpected argument '%s'; see varimac plane --help", argv[optind]);
  o.options.seed = o.how.seed = (uint64_t)o.seed;
  check(&o);
  return o;
}

static void plane_option(options *o, int option, const char *value) {
  enum { MOST = 1 << 20 };
  vmac_err err;
  switch (option) {
  case MULT:
    o->mult = value;
    break;
  case MAP:
    o->map = value;
    break;
  case CORRECTION:
    o->mode_name = value;
    break;
  case DATA:
    o->data = value;
    break;
  case PLAN:
    o->plan = value;
    break;
  case CONTROL:
    if (!vmac_control_find(value, &o->control, &err)) cli_usage("--control: %s", err.text);
    break;
  case ROUNDING:
    o->rounding = run_rounding(value);
    break;
  case CSV:
    o->csv = value;
    break;
  case JSON:
    o->json = value;
    break;
  case SEED:
    o->seed = cli_int("--seed", value, 0, INT64_MAX);
    break;
  case RESAMPLES:
    o->how.resamples = (int)cli_int("--resamples", value, 1, MOST);
    break;
  case PROJECTIONS:
    o->options.projection.projections = (int)cli_int("--projections", value, 1, 1024);
    break;
  case DIMS:
    o->options.projection.dims = (int)cli_int("--dims", value, 1, VMAC_PLANE_DIMS);
    break;
  case BITS:
    o->options.projection.bits = (int)cli_int("--bits", value, 1, VMAC_PLANE_BITS);
    break;
  case SHUFFLES:
    o->how.shuffles = (int)cli_int("--shuffles", value, 1, MOST);
    break;
  case COMPARED:
    o->options.kept = (size_t)cli_int("--compared", value, 1, 1 << 15);
    break;
  case NOISE:
    o->noise = !strcmp(value, "error") ? -1 : cli_double("--noise", value, 0, 1e6);
    break;
  case FEATURES:
    o->options.features = (int)cli_int("--features", value, 1, 4096);
    break;
  case FOLDS:
    o->how.folds = (int)cli_int("--folds", value, 3, MOST);
    break;
  default: /* an option of the table without a case */
    abort();
  }
}

/* The cell or the map, and what stands in its place: perf2, perf2+noise. Caller frees. */
static char *mult_name(const options *o, const vmac_plan *plan) {
  const char *of = o->map ? o->map : plan->mult->name;
  const size_t size = strlen(of) + 16;
  char *name = vmac_alloc(size, 1);
  snprintf(name, size, "%s%s%s", of, o->control ? "+" : "",
           o->control ? vmac_control_name(o->control) : "");
  return name;
}

/* ---- the work -------------------------------------------------------------------------------- */

static void observe(const options *o, const vmac_net *net, const vmac_plan *plan,
                    const vmac_dataset *data, vmac_plane *exact, vmac_plane *with) {
  const size_t images = (size_t)o->fit.images, chunk = run_chunk(images);
  cli_progress("plane, images", 0, images);
  for (size_t i = 0; i < images; i += chunk) {
    const size_t count = images - i < chunk ? images - i : chunk;
    if (with)
      vmac_plane_observe(with, net, plan, o->rounding, data, i, count, exact);
    else
      vmac_plane_observe(exact, net, NULL, o->rounding, data, i, count, NULL);
    cli_progress("plane, images", i + count, images);
  }
}

/* All layers of both runs; the noise of `error` is that of the run with the cell, in both. */
static void measure(const options *o, const vmac_dataset *data, plane_result *r) {
  const int layers = r->run[0].plane->layers;
  const size_t all = (size_t)(r->runs * layers);
  size_t done = 0;
  cli_progress("plane, layers", 0, all);
  for (int i = 0; i < r->runs; i++) {
    plane_run *run = &r->run[i];
    run->point = vmac_alloc((size_t)layers, sizeof *run->point);
    run->noise = vmac_alloc((size_t)layers, sizeof *run->noise);
    if (i) run->change = vmac_alloc((size_t)layers, sizeof *run->change);
    for (int l = 0; l < layers; l++) {
      vmac_plane_how how = o->how;
      run->noise[l] =
          o->noise < 0 ? sqrt(vmac_plane_error(r->run[r->runs - 1].plane, l)) : o->noise;
      how.variance = run->noise[l] * run->noise[l];
      run->point[l] = vmac_plane_measure(run->plane, l, data->labels, how);
      if (i)
        run->change[l] =
            vmac_plane_change(&r->run[0].point[l], &run->point[l], run->plane->images, how);
      cli_progress("plane, layers", ++done, all);
    }
  }
}

static void write_outputs(const options *o, const plane_result *r) {
  vmac_err err;
  vmac_files_begin();
  const bool good =
      (!o->csv || plane_csv(r, o->csv, &err)) && (!o->json || plane_json(r, o->json, &err));
  if (!vmac_files_end(good, &err)) cli_die("%s", err.text);
}

static void discard(plane_result *r) {
  for (int i = 0; i < r->runs; i++) {
    for (int l = 0; l < r->run[i].plane->layers; l++) vmac_plane_point_free(&r->run[i].point[l]);
    free(r->run[i].point);
    free(r->run[i].noise);
    free(r->run[i].change);
  }
}

int cmd_plane(int argc, char **argv) {
  options o = parse(argc, argv);
  vmac_net *net = run_net(o.fit.net);
  vmac_dataset data = run_load_labelled(o.data, net, o.fit.net, &o.fit.images, "--images");
  const size_t images = (size_t)o.fit.images;
  if (o.how.folds > o.fit.images)
    cli_die("--folds: expected at most %lld, the images, found %d", o.fit.images, o.how.folds);
  const char *const places[] = {o.csv, o.json};
  cli_outputs(places, 2);
  const run_source source = {o.plan, o.map, o.mult, NULL, o.mode};
  vmac_plan *plan = run_plan_from(net, &source, &o.fit);
  vmac_plan *control = run_control(net, plan, o.control, o.seed, &o.fit);
  vmac_plane *exact = vmac_plane_new(net, images, o.options);
  vmac_plane *with = plan ? vmac_plane_new(net, images, o.options) : NULL;
  observe(&o, net, control ? control : plan, &data, exact, with);

  vmac_states y = vmac_states_labels(data.labels, images);
  plane_result r = {.net_path = o.fit.net,
                    .data = o.data,
                    .net = net,
                    .images = o.fit.images,
                    .seed = o.seed,
                    .labels = vmac_entropy(&y, NULL).bits,
                    .runs = plan ? 2 : 1,
                    .run = {{"direct", vmac_mode_name(VMAC_CORR_NONE), .plane = exact}}};
  char *name = NULL;
  if (plan) {
    name = mult_name(&o, plan);
    r.run[1] = (plane_run){name, vmac_mode_name(plan->mode), .plane = with};
  }
  measure(&o, &data, &r);
  write_outputs(&o, &r);
  plane_print(&r);
  discard(&r);
  vmac_states_free(&y);
  vmac_plane_free(with);
  vmac_plane_free(exact);
  free(name);
  vmac_plan_free(control);
  vmac_plan_free(plan);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  return 0;
}
