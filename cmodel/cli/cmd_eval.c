/* varimac eval: accuracy of a network with one multiplier and one correction mode.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/run.h"

typedef struct {
  fitted fit;
  const char *mult, *map, *mode_name, *data, *plan, *save_plan, *json, *dump, *trace, *ktile;
  long long layer, image, seed; /* seed below 0: not given */
  vmac_control_kind control;
  vmac_mode mode;
  vmac_rounding rounding;
} options;

static const char help[] =
    "usage: varimac eval --net F.tflite [OPTION ...]\n\n"
    "Runs the golden model and prints accuracy, agreement with the exact network and the share of\n"
    "multiplications approximated.\n\n"
    "  --net F              int8 network (.tflite)\n"
    "  --mult NAME          multiplier cell of every MAC layer (default: none, products taken\n"
    "                       directly, which is what the cell `exact` must equal)\n"
    "  --map F              or several cells (JSON): which weight meets which (see varimac map\n"
    "                       --help), or which PE of the array has which\n"
    "  --layers L           MAC layers that have the cell, the others are exact: all, or numbers\n"
    "                       and ranges counted from 0 in the order of `varimac net`, 0+2-5\n"
    "                       (default all)\n"
    "  --correction MODE    " CLI_MODES "\n"
    "                       (default none)\n"
    "  --ktile ROWS[xCOLS]  slopes of their own for each K tile of an array of that size; 0: the "
    "same\n"
    "                       for the whole sum (default; without COLS as many as ROWS)\n"
    "  --control KIND       a control beside the cell: exact products, and in every accumulator\n"
    "                       chance of the mean and variance that the cell's error, corrected, has\n"
    "                       in that layer and channel on the calibration images; KIND noise:\n"
    "                       Gaussian; dropout: outputs left out, the others scaled up\n"
    "  --seed N             of what a control draws (default 1)\n"
    "  --data SPEC          images to score (default subset:test; see varimac data --help)\n"
    "  --images N           the first N of them (default all)\n"
    "  --calib SPEC         training images that modes are fitted on, and controls measured on\n"
    "                       (default subset:calib)\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --plan F             take multiplier, mode and coefficients from a plan instead\n"
    "  --save-plan F        write the plan (JSON)\n"
    "  --rounding R         double | single: TFLite's requantization (default double)\n"
    "  --json F             write the result as JSON\n"
    "  --dump F             write the raw output bytes, int8, (images, outputs)\n"
    "  --trace-layer I --image J --trace F\n"
    "                       write op I's output tensor for image J, raw int8\n\n"
    "Threads wait asleep, unless OMP_WAIT_POLICY says otherwise.\n";

enum {
  MULT = FITTED_LAST,
  MAP,
  CORRECTION,
  DATA,
  PLAN,
  SAVE_PLAN,
  ROUNDING,
  JSON,
  DUMP,
  LAYER,
  IMAGE,
  TRACE,
  KTILE,
  CONTROL,
  SEED,
  HELP
};

static const struct option table[] = {FITTED_OPTIONS,
                                      {"mult", 1, 0, MULT},
                                      {"map", 1, 0, MAP},
                                      {"correction", 1, 0, CORRECTION},
                                      {"data", 1, 0, DATA},
                                      {"plan", 1, 0, PLAN},
                                      {"save-plan", 1, 0, SAVE_PLAN},
                                      {"rounding", 1, 0, ROUNDING},
                                      {"json", 1, 0, JSON},
                                      {"dump", 1, 0, DUMP},
                                      {"trace-layer", 1, 0, LAYER},
                                      {"image", 1, 0, IMAGE},
                                      {"trace", 1, 0, TRACE},
                                      {"ktile", 1, 0, KTILE},
                                      {"control", 1, 0, CONTROL},
                                      {"seed", 1, 0, SEED},
                                      {"help", 0, 0, HELP},
                                      {0}};

/* Options that would be ignored are refused: nobody should read a number into the wrong setting. */
static void check(options *o) {
  vmac_err err;
  if (!o->fit.net) cli_usage("eval: --net is missing; see varimac eval --help");
  if (o->mode_name && !vmac_mode_find(o->mode_name, &o->mode, &err))
    cli_usage("--correction: %s", err.text);
  if (o->plan && (o->mult || o->map || o->mode_name || o->fit.layers || o->ktile))
    cli_usage("eval: --plan brings multiplier, mode, layers and K tiles: no --mult, --map, "
              "--correction, --layers or --ktile with it");
  if (o->map && (o->mult || o->fit.layers || o->save_plan))
    cli_usage("eval: --map brings the cells of all layers, and a plan (--save-plan) is of one: no "
              "--mult, --layers or --save-plan with it");
  if (!o->mult && !o->map && !o->plan && (o->mode || o->save_plan || o->fit.layers || o->ktile))
    cli_usage("eval: --correction, --layers, --ktile and --save-plan want --mult (or --map)");
  if (o->ktile && strcmp(o->ktile, "0") && o->mode <= VMAC_CORR_BIAS)
    cli_usage("eval: --ktile gives each K tile slopes of its own, and --correction %s has none",
              vmac_mode_name(o->mode));
  const bool calibrated = vmac_mode_calibrates(o->mode);
  if (o->control && !o->mult && !o->map && !o->plan)
    cli_usage("eval: --control wants --mult, --map or --plan, whose error it is like");
  if (o->control && o->save_plan)
    cli_usage("eval: --control runs without the cell: no --save-plan with it");
  if (!o->control && o->seed >= 0)
    cli_usage("eval: --seed wants --control: nothing else here is drawn");
  if (o->seed < 0) o->seed = 1;
  if (!calibrated && !o->control && (o->fit.calib || o->fit.calib_images))
    cli_usage("eval: --calib and --calib-images want --correction bias, cv, bitplane "
              "or phi, or --control");
  if (!o->fit.calib) o->fit.calib = "subset:calib";
  run_refuse_test_set("--calib", o->fit.calib);
  if ((o->layer >= 0) != (o->trace != NULL) || (o->image >= 0 && !o->trace))
    cli_usage("eval: --trace-layer, --image and --trace go together");
  if (o->image < 0) o->image = 0;
}

static options parse(int argc, char **argv) {
  vmac_err err;
  options o = {.data = "subset:test", .layer = -1, .image = -1, .seed = -1};
  for (int c; (c = cli_getopt(argc, argv, "", table)) != -1;) switch (c) {
    case MULT:
      o.mult = optarg;
      break;
    case MAP:
      o.map = optarg;
      break;
    case CORRECTION:
      o.mode_name = optarg;
      break;
    case DATA:
      o.data = optarg;
      break;
    case PLAN:
      o.plan = optarg;
      break;
    case SAVE_PLAN:
      o.save_plan = optarg;
      break;
    case ROUNDING:
      o.rounding = run_rounding(optarg);
      break;
    case JSON:
      o.json = optarg;
      break;
    case DUMP:
      o.dump = optarg;
      break;
    case LAYER:
      o.layer = cli_int("--trace-layer", optarg, 0, INT32_MAX);
      break;
    case IMAGE:
      o.image = cli_int("--image", optarg, 0, INT32_MAX);
      break;
    case TRACE:
      o.trace = optarg;
      break;
    case KTILE:
      o.ktile = optarg;
      break;
    case CONTROL:
      if (!vmac_control_find(optarg, &o.control, &err)) cli_usage("--control: %s", err.text);
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
    cli_usage("eval: unexpected argument '%s'; see varimac eval --help", argv[optind]);
  check(&o);
  return o;
}

typedef struct {
  bool labelled;
  size_t correct, agree;
  double share;
  char *layers; /* that have the cell, as text; empty: none */
} score;

static char *layers_of(const vmac_net *net, const vmac_plan *plan) {
  bool *layers = vmac_alloc((size_t)net->ops, sizeof *layers);
  for (int i = 0; i < net->ops; i++) layers[i] = vmac_plan_has(plan, i);
  char *text = vmac_layers_text(net, layers);
  free(layers);
  return text;
}

static const char *mult_name(const options *o, const vmac_plan *plan) {
  return o->map ? o->map : plan ? plan->mult->name : "direct";
}

static void print(const options *o, const vmac_plan *plan, const score *s) {
  const double all = (double)o->fit.images;
  const vmac_ktiles *k = plan ? plan->ktiles : NULL;
  char tiles[64] = "";
  if (k) snprintf(tiles, sizeof tiles, ", per K tile of %d x %d PEs", k->rows, k->cols);
  printf("network      %s\nmultiplier   %s%s%s\ncorrection   %s%s\nimages       %lld of %s\n",
         o->fit.net, mult_name(o, plan), *s->layers ? ", MAC layers " : "", s->layers,
         vmac_mode_name(plan ? plan->mode : VMAC_CORR_NONE), tiles, o->fit.images, o->data);
  if (o->control)
    printf("control      %s of that error instead, seed %lld\n", vmac_control_name(o->control),
           o->seed);
  if (s->labelled)
    printf("accuracy     %.2f %% (%zu correct)\n", 100 * (double)s->correct / all, s->correct);
  else
    printf("accuracy     none: %s has no labels\n", o->data);
  printf("agreement    %.2f %% with the exact network\n", 100 * (double)s->agree / all);
  printf("approximate  %.1f %% of the multiplications\n", 100 * s->share);
}

static bool write_json(const options *o, const vmac_plan *plan, const score *s, vmac_err *err) {
  const double all = (double)o->fit.images;
  cJSON *root = cJSON_CreateObject();
  cJSON_AddStringToObject(root, "network", o->fit.net);
  cJSON_AddStringToObject(root, o->map ? "map" : "mult", mult_name(o, plan));
  cJSON_AddStringToObject(root, "layers", s->layers);
  cJSON_AddStringToObject(root, "correction", vmac_mode_name(plan ? plan->mode : VMAC_CORR_NONE));
  if (plan && plan->ktiles) {
    const int shape[] = {plan->ktiles->rows, plan->ktiles->cols};
    cJSON_AddItemToObject(root, "ktile", cJSON_CreateIntArray(shape, 2));
  }
  cJSON_AddStringToObject(root, "calibration", plan ? plan->calibration : "");
  if (o->control) {
    cJSON_AddStringToObject(root, "control", vmac_control_name(o->control));
    cJSON_AddNumberToObject(root, "seed", (double)o->seed);
  }
  cJSON_AddStringToObject(root, "data", o->data);
  cJSON_AddNumberToObject(root, "images", all);
  cJSON_AddStringToObject(root, "rounding", run_rounding_name(o->rounding));
  if (s->labelled) {
    cJSON_AddNumberToObject(root, "correct", (double)s->correct);
    cJSON_AddNumberToObject(root, "accuracy", (double)s->correct / all);
  }
  cJSON_AddNumberToObject(root, "agreement", (double)s->agree / all);
  cJSON_AddNumberToObject(root, "approximate_share", s->share);
  return vmac_write_json(o->json, root, err);
}

static bool write_trace(const options *o, const vmac_net *net, const vmac_plan *plan,
                        const vmac_dataset *data, vmac_err *err) {
  vmac_state *state = vmac_state_new(net);
  vmac_state_set_image(net, state, data, (size_t)o->image);
  vmac_net_run(net, plan, o->rounding, state);
  const int out = net->op[o->layer].out;
  const bool ok = vmac_write_file(o->trace, state->i8[out], net->tensor[out].size, err);
  vmac_state_free(net, state);
  return ok;
}

/* Everything the run was asked to write, or nothing; runs: the plan or its control. */
static void write_outputs(const options *o, const vmac_net *net, vmac_plan *plan,
                          const vmac_plan *runs, const vmac_dataset *data, const score *s,
                          const int8_t *outputs) {
  vmac_err err;
  const size_t bytes = (size_t)o->fit.images * net->tensor[net->output].size;
  vmac_files_begin();
  const bool good = (!o->save_plan || vmac_plan_save(plan, o->fit.net, o->save_plan, &err)) &&
                    (!o->trace || write_trace(o, net, runs, data, &err)) &&
                    (!o->dump || vmac_write_file(o->dump, outputs, bytes, &err)) &&
                    (!o->json || write_json(o, plan, s, &err));
  if (!vmac_files_end(good, &err)) cli_die("%s", err.text);
}

int cmd_eval(int argc, char **argv) {
  options o = parse(argc, argv);
  vmac_net *net = run_net(o.fit.net);
  if (o.layer >= net->ops)
    cli_die("--trace-layer: %s has ops 0..%d, found %lld", o.fit.net, net->ops - 1, o.layer);
  vmac_dataset data = run_load(o.data, net, o.fit.net, &o.fit.images, "--images");
  if (o.image >= (long long)data.n)
    cli_die("--image: %s has images 0..%zu, found %lld", o.data, data.n - 1, o.image);
  const char *const places[] = {o.save_plan, o.trace, o.dump, o.json};
  cli_outputs(places, 4);
  const run_source source = {o.plan, o.map, o.mult, o.ktile, o.mode};
  vmac_plan *plan = run_plan_from(net, &source, &o.fit);
  vmac_plan *control = run_control(net, plan, o.control, o.seed, &o.fit);
  const vmac_plan *runs = control ? control : plan;

  const size_t n = (size_t)o.fit.images;
  int8_t *outputs = vmac_alloc(n, net->tensor[net->output].size);
  uint8_t *answer = vmac_alloc(n, 1);
  vmac_scorer *scorer = vmac_scorer_new(net, o.rounding, &data, n, 0);
  run_scores(mult_name(&o, plan), net, scorer, runs, n, answer, outputs);
  const score s = {.labelled = data.classes,
                   .correct = run_equal(answer, data.labels, n),
                   .agree = run_equal(answer, vmac_scorer_exact(scorer), n),
                   .share = run_share(net, runs),
                   .layers = layers_of(net, plan)};
  write_outputs(&o, net, plan, runs, &data, &s, outputs);
  print(&o, plan, &s);
  vmac_scorer_free(scorer);
  free(s.layers);
  free(answer);
  free(outputs);
  vmac_plan_free(control);
  vmac_plan_free(plan);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  return 0;
}
