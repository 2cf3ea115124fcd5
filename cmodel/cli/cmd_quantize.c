/* varimac quantize: a trained float network as a TFLite int8 one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"
#include "train/train.h"

static const char HELP[] =
    "usage: varimac quantize --in FILE.safetensors --out FILE.tflite [OPTION ...]\n\n"
    "Folds batch norm, finds the range of every activation on training images and writes an int8\n"
    "TFLite network: weights symmetric per output channel, activations asymmetric.\n\n"
    "  --in FILE      what `varimac train` wrote\n"
    "  -o, --out FILE\n"
    "  --data SPEC    training images to calibrate on (cifar10:train); a network trained bit by "
    "bit\n"
    "                 has ranges of its own, and keeps them\n"
    "  --images N     the first N of them (1000)\n"
    "  --test SPEC    also run the integer and the float network on these images and compare\n"
    "  --threads N    (all processors)\n";

enum { IN = 256, DATA, IMAGES, TEST, THREADS };

static const struct option OPTIONS[] = {{"help", no_argument, NULL, 'h'},
                                        {"in", required_argument, NULL, IN},
                                        {"out", required_argument, NULL, 'o'},
                                        {"data", required_argument, NULL, DATA},
                                        {"images", required_argument, NULL, IMAGES},
                                        {"test", required_argument, NULL, TEST},
                                        {"threads", required_argument, NULL, THREADS},
                                        {NULL, 0, NULL, 0}};

static void load(vmac_dataset *data, const char *spec, const train_net *net) {
  vmac_err err;
  if (!train_load_images(data, spec, net, &err)) cli_die("%s", err.text);
}

static train_model *load_model(const char *path) {
  vmac_err err;
  train_model *model = train_load(path, &err);
  if (!model) cli_die("%s", err.text);
  return model;
}

/* The int8 network from ranges over the first `images` images, written to `out`; `in` is what the
 * model came from. */
static vmac_net *make_net(train_trainer *t, const vmac_dataset *data, size_t images, const char *in,
                          const char *out) {
  vmac_err err;
  train_range *range = vmac_alloc((size_t)t->model->layers, sizeof *range);
  const bool trained = t->model->has_range;
  if (trained) memcpy(range, t->model->range, (size_t)t->model->layers * sizeof *range);
  vmac_net *net = trained || train_ranges(t, data, images, range, &err)
                      ? train_quantize(t->model, range, &err)
                      : NULL;
  free(range);
  if (!net) cli_die("%s: %s", in, err.text);
  if (!vmac_net_save(net, out, &err)) cli_die("%s", err.text);
  return net;
}

static void print_tensors(const vmac_net *net) {
  for (int i = 0; i < net->ops; i++) {
    const vmac_tensor *t = &net->tensor[net->op[i].out];
    printf("%-17s %-14s scale %-12.7g zero %4d\n", vmac_op_name(net->op[i].kind), t->name,
           (double)t->scale[0], (int)t->zero);
  }
}

/* Float and int8 accuracy side by side. */
static void compare(train_trainer *t, const vmac_net *net, const char *in, const char *spec,
                    const vmac_dataset *test) {
  train_result result;
  vmac_err err;
  if (!train_evaluate(t, test, &result, &err)) cli_die("%s: %s", in, err.text);
  const double real = result.accuracy;
  uint8_t *answer = vmac_alloc(test->n, 1);
  omp_set_num_threads(t->threads); /* the float pass wants one, the integer pass all */
  run_answers("int8", net, NULL, VMAC_ROUND_DOUBLE, test, test->n, answer, NULL);
  const double integer = 100 * (double)run_equal(answer, test->labels, test->n) / (double)test->n;
  free(answer);
  printf("%s, %zu images: float %.2f %%, int8 %.2f %%, loss %.2f points\n", spec, test->n, real,
         integer, real - integer);
}

int cmd_quantize(int argc, char **argv) {
  const char *in = NULL, *out = NULL, *spec = "cifar10:train", *test = NULL;
  size_t images = 1000;
  int threads = omp_get_num_procs();
  for (int o; (o = cli_getopt(argc, argv, "o:", OPTIONS)) != -1;) switch (o) {
    case 'h':
      fputs(HELP, stdout);
      return 0;
    case 'o':
      out = optarg;
      break;
    case IN:
      in = optarg;
      break;
    case DATA:
      spec = optarg;
      break;
    case IMAGES:
      images = (size_t)cli_int("--images", optarg, 1, 1 << 24);
      break;
    case TEST:
      test = optarg;
      break;
    case THREADS:
      threads = (int)cli_int("--threads", optarg, 1, 1024);
      break;
    }
  if (optind < argc)
    cli_usage("quantize takes no argument '%s'; see varimac quantize --help", argv[optind]);
  if (!in || !out) cli_usage("quantize needs --in FILE.safetensors and --out FILE.tflite");
  run_refuse_test_set("--data", spec);
  train_model *model = load_model(in);
  vmac_dataset data, tests = {0};
  load(&data, spec, model->net);
  if (images > data.n) cli_die("--images %zu: %s has only %zu", images, spec, data.n);
  if (test) {
    load(&tests, test, model->net);
    run_want_labels(&tests, test);
  }
  cli_outputs(&out, 1);
  const train_config config = {.batch = 128, .shards = 4};
  train_trainer *t = train_trainer_new(model, &config, threads);
  vmac_net *net = make_net(t, &data, images, in, out);
  if (model->has_range)
    printf("%s: with the ranges of its training; no image of %s was used\n", out, spec);
  else
    printf("%s: calibrated on %zu images of %s\n", out, images, spec);
  print_tensors(net);
  if (test) compare(t, net, in, test, &tests);
  vmac_net_free(net);
  train_trainer_free(t);
  vmac_dataset_free(&data);
  vmac_dataset_free(&tests);
  return 0;
}
