/* varimac eval: accuracy of a network with one multiplier and one correction mode.
 * SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

typedef struct {
  const char *net, *mult, *data, *calib, *plan, *save_plan, *json, *dump, *trace;
  long long images, calib_images, layer, image;
  vmac_mode mode;
  vmac_rounding rounding;
} options;

static void help(void) {
  printf(
      "usage: varimac eval --net F.tflite [OPTION ...]\n\n"
      "Runs the golden model and prints accuracy, agreement with the exact network and the "
      "share of\n"
      "multiplications approximated.\n\n"
      "  --net F              int8 network (.tflite)\n"
      "  --mult NAME          multiplier cell of every MAC layer (default: none, products taken\n"
      "                       directly, which is what the cell `exact` must equal)\n"
      "  --correction MODE    none | bias | paper | cv (default none)\n"
      "  --data SPEC          images to score (default subset:test)\n"
      "  --images N           the first N of them (default all)\n"
      "  --calib SPEC         training images that bias and cv are fitted on (default "
      "subset:calib)\n"
      "  --calib-images N     the first N of them (default all)\n"
      "  --plan F             take multiplier and coefficients from a plan instead\n"
      "  --save-plan F        write the plan (JSON)\n"
      "  --rounding R         double | single: TFLite's requantization (default double)\n"
      "  --json F             write the result as JSON\n"
      "  --dump F             write the raw output bytes, int8, (images, outputs)\n"
      "  --trace-layer I --image J --trace F\n"
      "                       write op I's output tensor for image J, raw int8\n");
}

static options parse(int argc, char **argv) {
  enum {
    NET,
    MULT,
    CORR,
    DATA,
    IMAGES,
    CALIB,
    CIMAGES,
    PLAN,
    SAVE,
    ROUND,
    JSON,
    DUMP,
    LAYER,
    IMAGE,
    TRACE,
    HELP
  };
  static const struct option table[] = {{"net", 1, 0, NET},
                                        {"mult", 1, 0, MULT},
                                        {"correction", 1, 0, CORR},
                                        {"data", 1, 0, DATA},
                                        {"images", 1, 0, IMAGES},
                                        {"calib", 1, 0, CALIB},
                                        {"calib-images", 1, 0, CIMAGES},
                                        {"plan", 1, 0, PLAN},
                                        {"save-plan", 1, 0, SAVE},
                                        {"rounding", 1, 0, ROUND},
                                        {"json", 1, 0, JSON},
                                        {"dump", 1, 0, DUMP},
                                        {"trace-layer", 1, 0, LAYER},
                                        {"image", 1, 0, IMAGE},
                                        {"trace", 1, 0, TRACE},
                                        {"help", 0, 0, HELP},
                                        {0, 0, 0, 0}};
  options o = {.data = "subset:test", .calib = "subset:calib", .layer = -1};
  vmac_err err;
  for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) switch (c) {
    case NET:
      o.net = optarg;
      break;
    case MULT:
      o.mult = optarg;
      break;
    case CORR:
      if (!vmac_mode_find(optarg, &o.mode, &err)) cli_usage("--correction: %s", err.text);
      break;
    case DATA:
      o.data = optarg;
      break;
    case IMAGES:
      o.images = cli_int("--images", optarg, 1, INT32_MAX);
      break;
    case CALIB:
      o.calib = optarg;
      break;
    case CIMAGES:
      o.calib_images = cli_int("--calib-images", optarg, 1, INT32_MAX);
      break;
    case PLAN:
      o.plan = optarg;
      break;
    case SAVE:
      o.save_plan = optarg;
      break;
    case ROUND:
      if (strcmp(optarg, "double") && strcmp(optarg, "single"))
        cli_usage("--rounding: expected double or single, found '%s'", optarg);
      o.rounding = *optarg == 's' ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE;
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
    case HELP:
      help();
      exit(0);
    default:
      exit(2);
    }
  if (optind < argc)
    cli_usage("eval: unexpected argument '%s'; see varimac eval --help", argv[optind]);
  if (!o.net) cli_usage("eval: --net is missing; see varimac eval --help");
  if ((o.layer >= 0) != (o.trace != NULL)) cli_usage("eval: --trace-layer and --trace go together");
  return o;
}

static vmac_dataset load_data(const char *spec, const vmac_net *net, long long *images,
                              const char *option) {
  vmac_dataset data;
  vmac_err err;
  if (!vmac_dataset_load(&data, spec, &err) || !vmac_net_takes(net, &data, &err))
    cli_die("%s", err.text);
  if (!*images) *images = (long long)data.n;
  if ((size_t)*images > data.n)
    cli_die("%s: expected at most %zu, the images in %s, found %lld", option, data.n, spec,
            *images);
  return data;
}

/* NULL: direct products. */
static vmac_plan *get_plan(const options *o, const vmac_net *net) {
  vmac_err err;
  vmac_plan *plan;
  if (!o->plan && !o->mult) {
    if (o->mode || o->save_plan) cli_usage("eval: --correction and --save-plan want --mult");
    return NULL;
  }
  if (o->plan) {
    plan = vmac_plan_load(net, o->net, o->plan, &err);
  } else {
    const vmac_mult *mult = vmac_mult_find(o->mult, &err);
    if (!mult) cli_die("%s", err.text);
    const bool calibrated = o->mode == VMAC_CORR_BIAS || o->mode == VMAC_CORR_CV;
    vmac_dataset calib = {0};
    long long images = o->calib_images;
    if (calibrated) calib = load_data(o->calib, net, &images, "--calib-images");
    plan = vmac_plan_make(net, mult, o->mode, calibrated ? &calib : NULL, (size_t)images, &err);
    if (calibrated) vmac_dataset_free(&calib);
  }
  if (!plan || (o->save_plan && !vmac_plan_save(plan, o->net, o->save_plan, &err)))
    cli_die("%s", err.text);
  return plan;
}

static const char *mult_name(const vmac_plan *plan) {
  return plan ? plan->mult->name : "direct";
}

static double approximate_share(const vmac_net *net, const vmac_plan *plan) {
  int64_t all = 0, approximate = 0;
  for (int i = 0; i < net->ops; i++) {
    if (!vmac_op_is_mac(&net->op[i])) continue;
    const vmac_mult *mult = plan ? plan->mult : NULL;
    all += vmac_op_macs(&net->op[i]);
    if (mult && strcmp(mult->family, "exact")) approximate += vmac_op_macs(&net->op[i]);
  }
  return all ? (double)approximate / (double)all : 0;
}

static void write_json(const options *o, const vmac_plan *plan, const vmac_score *score,
                       double share) {
  vmac_mode mode = VMAC_CORR_NONE;
  for (int i = 0; plan && i < plan->ops; i++)
    if (plan->mac[i].c0) mode = plan->mac[i].mode;
  cJSON *root = cJSON_CreateObject();
  cJSON_AddStringToObject(root, "network", o->net);
  cJSON_AddStringToObject(root, "mult", mult_name(plan));
  cJSON_AddStringToObject(root, "correction", vmac_mode_name(mode));
  cJSON_AddStringToObject(root, "data", o->data);
  cJSON_AddNumberToObject(root, "images", (double)score->images);
  cJSON_AddStringToObject(root, "rounding", o->rounding == VMAC_ROUND_SINGLE ? "single" : "double");
  cJSON_AddNumberToObject(root, "correct", (double)score->correct);
  cJSON_AddNumberToObject(root, "accuracy", (double)score->correct / (double)score->images);
  cJSON_AddNumberToObject(root, "agreement", (double)score->agree / (double)score->images);
  cJSON_AddNumberToObject(root, "approximate_share", share);
  char *text = cJSON_Print(root);
  vmac_err err;
  if (!text || !vmac_write_file(o->json, text, strlen(text), &err)) cli_die("%s", err.text);
  cJSON_free(text);
  cJSON_Delete(root);
}

static void write_trace(const options *o, const vmac_net *net, const vmac_plan *plan,
                        const vmac_dataset *data) {
  vmac_err err;
  if (o->layer >= net->ops)
    cli_die("--trace-layer: %s has ops 0..%d, found %lld", o->net, net->ops - 1, o->layer);
  if ((size_t)o->image >= data->n)
    cli_die("--image: %s has images 0..%zu, found %lld", o->data, data->n - 1, o->image);
  vmac_state *state = vmac_state_new(net);
  vmac_state_set_image(net, state, data, (size_t)o->image);
  vmac_net_run(net, plan, o->rounding, state);
  const int out = net->op[o->layer].out;
  if (!vmac_write_file(o->trace, state->i8[out], net->tensor[out].size, &err))
    cli_die("%s", err.text);
  vmac_state_free(net, state);
}

int cmd_eval(int argc, char **argv) {
  options o = parse(argc, argv);
  vmac_err err;
  vmac_net *net = vmac_net_load(o.net, &err);
  if (!net) cli_die("%s", err.text);
  vmac_dataset data = load_data(o.data, net, &o.images, "--images");
  vmac_plan *plan = get_plan(&o, net);
  if (o.trace) write_trace(&o, net, plan, &data);

  const size_t n = (size_t)o.images, size = net->tensor[net->output].size, chunk = 64;
  int8_t *outputs = vmac_alloc(n, size);
  vmac_score score = {0};
  cli_progress("eval", 0, n);
  for (size_t i = 0; i < n; i += chunk) {
    const size_t count = n - i < chunk ? n - i : chunk;
    vmac_evaluate(net, plan, o.rounding, &data, i, count, outputs + i * size, &score);
    cli_progress("eval", i + count, n);
  }
  const double share = approximate_share(net, plan), all = (double)score.images;
  printf("network      %s\nmultiplier   %s\nimages       %zu of %s\n", o.net, mult_name(plan),
         score.images, o.data);
  printf("accuracy     %.2f %% (%zu correct)\n", 100 * (double)score.correct / all, score.correct);
  printf("agreement    %.2f %% with the exact network\n", 100 * (double)score.agree / all);
  printf("approximate  %.1f %% of the multiplications\n", 100 * share);
  if (o.dump && !vmac_write_file(o.dump, outputs, n * size, &err)) cli_die("%s", err.text);
  if (o.json) write_json(&o, plan, &score, share);
  free(outputs);
  vmac_plan_free(plan);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  return 0;
}
