/* conv: every convolution and fully connected layer of a network, on real images, through the
 * verilated array; every final accumulator must equal the golden model's (vmac_layer_acc).
 *
 * Each model runs its own cell, in each correction mode asked for: the golden model infers the
 * image with that plan, and every layer's input is what the layers before it left there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "args.h"
#include "sim.h"

struct Options {
  const char *net, *data, *calib, *models, *modes;
  size_t first, images, calib_images, layers;
  int idle;
  uint64_t seed;
};

struct Tally {
  uint64_t cycles, accumulators, macs, layers;
};

static const char usage_text[] =
    "usage: conv [OPTION ...]\n\n"
    "Runs all MAC layers of a network on images through verilated arrays, and compares every\n"
    "accumulator with the golden model.\n\n"
    "  --net F            int8 network (default weights/resnet8.tflite)\n"
    "  --data SPEC        images (default subset:test)\n"
    "  --first N          the first image to run (default 0)\n"
    "  --images N         how many (default 1)\n"
    "  --calib SPEC       images the correction is calibrated on (default subset:calib)\n"
    "  --calib-images N   the first N of them (default 32)\n"
    "  --models A,B,...   models to run (default all; --list names them)\n"
    "  --modes A,B,...    correction modes (default none,cv,bitplane,phi,phi2)\n"
    "  --layers N         only the first N MAC layers (default all)\n"
    "  --idle P           chance of an idle cycle on each input stream, in 1/1000 (default 20)\n"
    "  --seed N           seed of the idle cycles (default 1)\n";

const char args_program[] = "conv";

/* Is `word` an entry of the comma-separated list? */
static bool listed(const char *list, const char *word) {
  const size_t length = strlen(word);
  for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
    if (strncmp(at, word, length) == 0 && (at[length] == ',' || at[length] == 0)) return true;
  return false;
}

/* Every entry of --models and --modes must exist: a typing error must not look like a pass. */
static void check_lists(const Options *options) {
  vmac_err err;
  char word[64];
  for (const char *at = options->models; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
    snprintf(word, sizeof word, "%.*s", (int)strcspn(at, ","), at);
    bool known = false;
    for (size_t i = 0; i < sim_model_count; i++)
      known = known || strcmp(sim_models[i]->name, word) == 0;
    if (!known) {
      misused("--models: no model '%s'; conv --list names them", word);
    }
  }
  for (const char *at = options->modes; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
    vmac_mode mode;
    snprintf(word, sizeof word, "%.*s", (int)strcspn(at, ","), at);
    if (!vmac_mode_find(word, &mode, &err)) {
      misused("--modes: %s", err.text);
    }
  }
}

static Options parse(int argc, char **argv) {
  static const struct option table[] = {
      {"net", 1, 0, 'n'},    {"data", 1, 0, 'd'},  {"first", 1, 0, 'f'},
      {"images", 1, 0, 'i'}, {"calib", 1, 0, 'c'}, {"calib-images", 1, 0, 'C'},
      {"models", 1, 0, 'm'}, {"modes", 1, 0, 'o'}, {"idle", 1, 0, 'p'},
      {"seed", 1, 0, 's'},   {"list", 0, 0, 'l'},  {"help", 0, 0, 'h'},
      {"layers", 1, 0, 'L'}, {NULL, 0, 0, 0}};
  Options options = {"weights/resnet8.tflite",
                     "subset:test",
                     "subset:calib",
                     NULL,
                     "none,cv,bitplane,phi,phi2",
                     0,
                     1,
                     32,
                     SIZE_MAX,
                     20,
                     1};
  for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) {
    switch (c) {
    case 'n':
      options.net = optarg;
      break;
    case 'd':
      options.data = optarg;
      break;
    case 'f':
      options.first = number("--first", optarg, 0, INT32_MAX);
      break;
    case 'i':
      options.images = number("--images", optarg, 1, INT32_MAX);
      break;
    case 'c':
      options.calib = optarg;
      break;
    case 'C':
      options.calib_images = number("--calib-images", optarg, 1, INT32_MAX);
      break;
    case 'm':
      options.models = optarg;
      break;
    case 'o':
      options.modes = optarg;
      break;
    case 'L':
      options.layers = number("--layers", optarg, 1, INT32_MAX);
      break;
    case 'p':
      options.idle = (int)number("--idle", optarg, 0, 500);
      break;
    case 's':
      options.seed = number("--seed", optarg, 0, UINT64_MAX);
      break;
    case 'l':
      for (size_t i = 0; i < sim_model_count; i++) puts(sim_models[i]->name);
      exit(0);
    case 'h':
      fputs(usage_text, stdout);
      exit(0);
    default:
      exit(2);
    }
  }
  if (optind < argc) {
    misused("unexpected argument '%s'", argv[optind]);
  }
  check_lists(&options);
  return options;
}

/* Channels n0 .. n0+n-1 of one layer as a job; they share their operands. */
static void run_channels(const sim_model *model, const vmac_net *net, const vmac_op *op,
                         const vmac_mac *mac, const int8_t *input, int n0, int n,
                         const int32_t *want, const char *layer, const sim_options *options,
                         Tally *tally) {
  const vmac_mult *mult = vmac_mult_at((size_t)model->cell);
  const size_t m = (size_t)op->m, k = (size_t)op->k;
  const uint8_t flip = mult->cls == VMAC_U8 ? 0x80 : 0; /* code + 128 */
  const int8_t *weight = net->tensor[op->weight].i8;
  uint8_t *a = (uint8_t *)vmac_alloc(m * k, 1);
  uint8_t *w = (uint8_t *)vmac_alloc((size_t)n * k, 1);
  int32_t *bias = (int32_t *)vmac_alloc((size_t)n, sizeof *bias);
  int32_t *part = (int32_t *)vmac_alloc(m * (size_t)n, sizeof *part);
  for (size_t pixel = 0; pixel < m; pixel++)
    vmac_patch(net, op, input, (int)pixel, n0, (int8_t *)a + pixel * k);
  for (size_t i = 0; i < m * k; i++) a[i] ^= flip;
  for (int j = 0; j < n; j++) {
    for (size_t i = 0; i < k; i++) {
      const size_t at = op->kind == VMAC_DEPTHWISE ? i * (size_t)op->n + (size_t)(n0 + j)
                                                   : (size_t)(n0 + j) * k + i;
      w[(size_t)j * k + i] = (uint8_t)weight[at] ^ flip;
    }
    bias[j] = vmac_folded_bias(net, op, mult->cls, n0 + j);
    for (size_t pixel = 0; pixel < m; pixel++)
      part[pixel * (size_t)n + (size_t)j] = want[pixel * (size_t)op->n + (size_t)(n0 + j)];
  }
  /* A mode without slopes leaves the model at 0; one set of coefficients serves all K tiles, whose
   * first has the constant. */
  const int planes = sim_planes(model), tiles = sim_tiles(model, op->k);
  int32_t *c0 = (int32_t *)vmac_alloc((size_t)(n * tiles), sizeof *c0);
  int32_t *slopes = (int32_t *)vmac_alloc((size_t)(n * tiles) * VMAC_CORR_PLANES, sizeof *slopes);
  for (int j = 0; mac->c0 && j < n; j++) c0[j * tiles] = mac->c0[n0 + j];
  for (int j = 0; mac->c && j < n * tiles && planes == mac->planes; j++)
    memcpy(slopes + j * planes, mac->c + (n0 + j / tiles) * planes,
           (size_t)planes * sizeof *slopes);
  const sim_job job = {layer, op->m, op->k, n, a, w, bias, c0, slopes};
  vmac_err err;
  if (!sim_check(model, &job, options, part, &tally->cycles, &err)) {
    printf("FAIL conv %s: %s\n", model->name, err.text);
    exit(1);
  }
  free(slopes);
  free(c0);
  free(part);
  free(bias);
  free(w);
  free(a);
}

static void run_layer(const sim_model *model, const vmac_net *net, int index, const vmac_mac *mac,
                      vmac_state *state, const char *where, const sim_options *options,
                      Tally *tally) {
  const vmac_op *op = &net->op[index];
  const int8_t *input = state->i8[op->in[0]];
  const size_t size = (size_t)op->m * (size_t)op->n;
  int32_t *want = (int32_t *)vmac_alloc(size, sizeof *want);
  char layer[256];
  snprintf(layer, sizeof layer, "%d (%s, M %d, K %d, N %d; %s)", index, vmac_op_name(op->kind),
           op->m, op->k, op->n, where);
  vmac_layer_acc(net, op, mac, input, want, state);
  const int group = op->kind == VMAC_DEPTHWISE ? op->multiplier : op->n;
  for (int n0 = 0; n0 < op->n; n0 += group)
    run_channels(model, net, op, mac, input, n0, group, want, layer, options, tally);
  tally->accumulators += size;
  tally->macs += (uint64_t)vmac_op_macs(op);
  tally->layers++;
  free(want);
}

/* Whether the model has what the mode's coefficients multiply. */
static bool has_mode(const sim_model *model, vmac_mode mode) {
  switch (mode) {
  case VMAC_CORR_NONE:
    return true;
  case VMAC_CORR_BIAS:
    return model->correction != 0;
  case VMAC_CORR_PAPER:
  case VMAC_CORR_CV:
    return model->correction == 1;
  case VMAC_CORR_BITPLANE:
    return model->correction == 2;
  case VMAC_CORR_PHI:
  case VMAC_CORR_PHI2:
  case VMAC_CORR_PHI3:
  case VMAC_CORR_PHI4:
    return model->correction == 3 && vmac_mode_rank(mode) == model->rank;
  }
  return false;
}

/* One model, one correction mode, all images. */
static void run_config(const sim_model *model, const vmac_net *net, const Options *options,
                       vmac_mode mode, const vmac_dataset *data, const vmac_dataset *calib,
                       Tally *total) {
  vmac_err err;
  vmac_plan *plan = vmac_plan_make(net, vmac_mult_at((size_t)model->cell), nullptr, mode, calib,
                                   options->calib_images, &err);
  if (!plan) die(err.text);
  vmac_state *state = vmac_state_new(net);
  Tally tally = {};
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (size_t i = options->first; i < options->first + options->images; i++) {
    vmac_state_set_image(net, state, data, i);
    vmac_net_run(net, plan, VMAC_ROUND_DOUBLE, state);
    size_t layers = 0;
    for (int j = 0; j < net->ops && layers < options->layers; j++) {
      if (!vmac_op_is_mac(&net->op[j])) continue;
      layers++;
      char where[64];
      snprintf(where, sizeof where, "image %zu, mode %s", i, vmac_mode_name(mode));
      const sim_options sim = {options->seed + i * 1000 + (uint64_t)j, options->idle, -1, 0};
      run_layer(model, net, j, &plan->mac[j], state, where, &sim, &tally);
    }
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%-16s %-8s %3llu layers %9llu accumulators equal, %8llu cycles, %5.1f %% of the PEs "
         "busy, %.2f s\n",
         model->name, vmac_mode_name(mode), (unsigned long long)tally.layers,
         (unsigned long long)tally.accumulators, (unsigned long long)tally.cycles,
         100.0 * (double)tally.macs / ((double)tally.cycles * model->rows * model->cols),
         (double)(end.tv_sec - begin.tv_sec) + 1e-9 * (double)(end.tv_nsec - begin.tv_nsec));
  fflush(stdout);
  total->cycles += tally.cycles;
  total->accumulators += tally.accumulators;
  vmac_state_free(net, state);
  vmac_plan_free(plan);
}

int main(int argc, char **argv) {
  const Options options = parse(argc, argv);
  vmac_err err;
  vmac_dataset data, calib;
  vmac_net *net = vmac_net_load(options.net, &err);
  if (!net || !vmac_dataset_load(&data, options.data, &err) || !vmac_net_takes(net, &data, &err) ||
      !vmac_dataset_load(&calib, options.calib, &err) || !vmac_net_takes(net, &calib, &err))
    die(err.text);
  if (options.first + options.images > data.n || options.calib_images > calib.n) {
    vmac_fail(&err, "%s has %zu images, %s %zu: fewer than asked for", options.data, data.n,
              options.calib, calib.n);
    die(err.text);
  }
  Tally total = {};
  for (size_t i = 0; i < sim_model_count; i++)
    for (int mode = 0; mode < VMAC_CORR_MODES; mode++) {
      const sim_model *model = sim_models[i];
      if (!has_mode(model, (vmac_mode)mode)) continue;
      if (options.models && !listed(options.models, model->name)) continue;
      if (!listed(options.modes, vmac_mode_name((vmac_mode)mode))) continue;
      run_config(model, net, &options, (vmac_mode)mode, &data, &calib, &total);
    }
  if (!total.accumulators) die("nothing was run: no model has a mode asked for");
  printf("PASS conv %llu %llu\n", (unsigned long long)total.cycles,
         (unsigned long long)options.seed);
  vmac_dataset_free(&calib);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  return 0;
}
