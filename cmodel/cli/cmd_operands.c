/* varimac operands: record what the columns of an array really see.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"
#include "operands/operands.h"
#include "program/program.h"

static const char help[] =
    "usage: varimac operands --net FILE.tflite -o FILE [OPTION ...]\n\n"
    "Writes the operands that sampled columns of a weight-stationary array multiply, taken from\n"
    "exact inference: per MAC layer as many columns, each a K tile as the accelerator cuts them "
    "and\n"
    "an output channel: the weights of its rows, and their activations of consecutive output\n"
    "pixels.\n\n"
    "  --net FILE      int8 network (.tflite)\n"
    "  -o FILE         operand stream; format in cmodel/operands/operands.h\n"
    "  --data SPEC     images, default subset:test (see varimac data --help)\n"
    "  --images N      how many, default 32\n"
    "  --columns N     sampled columns per MAC layer, default 48\n"
    "  --rows R        rows of the array, 4..64, default 16\n"
    "  --steps S       output pixels per column, default 48\n"
    "  --class u8|s8   operand code, default u8; same seed, same positions in both\n"
    "  --seed N        default 1\n";

static void progress(size_t done, size_t total) {
  cli_progress("operands", done, total);
}

int cmd_operands(int argc, char **argv) {
  enum { NET = 1, DATA, IMAGES, COLUMNS, ROWS, STEPS, CLASS, SEED, HELP };
  static const struct option options[] = {
      {"net", required_argument, NULL, NET},       {"data", required_argument, NULL, DATA},
      {"images", required_argument, NULL, IMAGES}, {"columns", required_argument, NULL, COLUMNS},
      {"rows", required_argument, NULL, ROWS},     {"steps", required_argument, NULL, STEPS},
      {"class", required_argument, NULL, CLASS},   {"seed", required_argument, NULL, SEED},
      {"help", no_argument, NULL, HELP},           {0}};
  const char *net_path = NULL, *out = NULL, *spec = "subset:test";
  vmac_sampling sampling = {.images = 32, .columns = 48, .rows = 16, .steps = 48, .seed = 1};
  vmac_class cls = VMAC_U8;
  int option;
  while ((option = cli_getopt(argc, argv, "o:", options)) != -1) {
    switch (option) {
    case NET:
      net_path = optarg;
      break;
    case 'o':
      out = optarg;
      break;
    case DATA:
      spec = optarg;
      break;
    case IMAGES:
      sampling.images = (size_t)cli_int("--images", optarg, 1, 1000000);
      break;
    case COLUMNS:
      sampling.columns = (size_t)cli_int("--columns", optarg, 1, 1 << 16);
      break;
    case ROWS:
      sampling.rows = (size_t)cli_int("--rows", optarg, VMAC_ROWS_MIN, VMAC_ROWS_MAX);
      break;
    case STEPS:
      sampling.steps = (size_t)cli_int("--steps", optarg, 2, 1 << 20);
      break;
    case SEED:
      sampling.seed = (uint64_t)cli_int("--seed", optarg, 0, INT64_MAX);
      break;
    case CLASS:
      if (strcmp(optarg, "u8") && strcmp(optarg, "s8"))
        cli_usage("--class: expected u8 or s8, found '%s'", optarg);
      cls = optarg[0] == 'u' ? VMAC_U8 : VMAC_S8;
      break;
    case HELP:
    case 'h':
      fputs(help, stdout);
      return 0;
    }
  }
  if (optind < argc)
    cli_usage("operands: unexpected argument '%s'; see varimac operands --help", argv[optind]);
  if (!net_path || !out)
    cli_usage("operands: --net and -o are required; see varimac operands --help");

  vmac_err err;
  vmac_dataset data;
  vmac_operands ops;
  vmac_net *net = run_net(net_path);
  size_t layers = 0, size;
  for (int i = 0; i < net->ops; i++) layers += vmac_op_is_mac(&net->op[i]);
  if (layers * sampling.columns * sampling.rows * sampling.steps > VMAC_OPERANDS_MAX)
    cli_usage("operands: at most %d activations, found %zu layers x %zu columns x %zu rows x %zu "
              "steps",
              VMAC_OPERANDS_MAX, layers, sampling.columns, sampling.rows, sampling.steps);
  if (!vmac_dataset_load(&data, spec, &err)) cli_die("%s", err.text);
  if (!vmac_operands_record(&ops, net, &data, cls, &sampling, progress, &err))
    cli_die("%s: %s: %s", net_path, spec, err.text);
  uint8_t *file = vmac_read_file(net_path, &size, &err);
  if (!file) cli_die("%s", err.text);
  ops.net_hash = vmac_hash(file, size);
  free(file);
  const char *slash = strrchr(net_path, '/');
  snprintf(ops.origin, sizeof ops.origin, "%.40s, %zu images of %.24s, seed %" PRIu64,
           slash ? slash + 1 : net_path, sampling.images, spec, sampling.seed);
  if (!vmac_operands_save(&ops, out, &err)) cli_die("%s", err.text);
  printf("%s: %zu layers, %zu columns of %zu rows x %zu steps, class %s, %zu images of %s, seed "
         "%" PRIu64 "\n",
         out, ops.layers, ops.columns, ops.rows, ops.steps, cls == VMAC_U8 ? "u8" : "s8",
         sampling.images, spec, sampling.seed);
  vmac_operands_free(&ops);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  return 0;
}
