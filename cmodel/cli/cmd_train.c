/* varimac train: training, exactly or with multiplier errors.
 * SPDX-License-Identifier: Apache-2.0 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"
#include "cli/train.h"

static const char HELP[] =
    "usage: varimac train --out FILE.safetensors [OPTION ...]\n\n"
    "Trains a network in float32 and writes its weights after the last epoch. A checkpoint,\n"
    "FILE.ckpt.safetensors, is written after every epoch; --resume with the same options "
    "continues\n"
    "from it and ends with the same bytes as a run that was never stopped.\n\n"
    "  --net NAME        network (resnet8); they are listed below\n"
    "  --data SPEC       training images (cifar10:train)\n"
    "  --test SPEC       test images, only measured, never trained on (for SET:train SET:test,\n"
    "                    else cifar10:test)\n"
    "  --out FILE        where the weights go\n"
    "  --resume          continue from the checkpoint beside --out\n"
    "  --keep-epochs DIR  write the weights of every epoch too, DIR/epoch-001.safetensors and so\n"
    "                    on, as --out would have them; epoch-000 is what the run begins with\n"
    "  --seed N          (1)\n"
    "  --epochs N        (100)\n"
    "  --batch N         images per step (128)\n"
    "  --shards N        parts of a batch, each with its own batch-norm statistics (4); part of\n"
    "                    the result, unlike --threads\n"
    "  --threads N       (all processors, at most one per shard)\n"
    "  --rate R          peak learning rate (0.2)\n"
    "  --momentum M      Nesterov (0.9)\n"
    "  --decay D         weight decay of convolution and fully connected weights (0.0003)\n"
    "  --smoothing S     label smoothing (0)\n"
    "  --schedule NAME   onecycle | cosine (onecycle)\n"
    "  --warmup P        one-cycle: part of the run with a rising rate (0.15)\n"
    "  --crop N          random shift by up to N pixels (4)\n"
    "  --no-flip         no random mirroring\n"
    "  --from FILE       begin with the weights of FILE.safetensors, not at random\n"
    "  --freeze          batch norm keeps its running statistics, activations their ranges (found\n"
    "                    on the first 1000 training images where --from has none): with bit_true\n"
    "                    products the network trained is, code by code, the one exported\n"
    "  --validation N    measure each epoch on the last N training images, not trained on (0)\n"
    "  --phase TEXT      how layers multiply from an epoch on; may be repeated; see below\n"
    "  --config FILE     these options from a JSON object: {\"epochs\": 30, \"no-flip\": true,\n"
    "                    \"phase\": [TEXT, ...]}; options behind it change it\n\n"
    "Beside FILE.safetensors a log, FILE.jsonl, has a line of JSON for the run and for each "
    "epoch:\n"
    "see varimac plot.\n\n"
    "A phase is 'FROM PRODUCT=ERROR ...': FROM the epochs done when it begins, the first 0, or\n"
    "stallN, when the validation loss has not fallen for N epochs; PRODUCT forward, data or "
    "weights\n"
    "(the gradients of these), or LAYER/PRODUCT for one layer. Products not named are exact.\n"
    "  ERROR: exact\n"
    "         static_weight:SD    relative errors drawn once for each weight\n"
    "         per_step_weight:SD  drawn anew at every step\n"
    "         per_mac:SD          one of its own for every multiplication\n"
    "         agn:SIGMA           noise on the outputs, SIGMA times their deviation; forward only\n"
    "         agn:SIGMA:LAMBDA[:MOST]  SIGMA of each layer is learned, for the reward of LAMBDA\n"
    "           times its share of all multiplications times SIGMA, no more than MOST (1) of it\n"
    "         dropout:SIGMA       some outputs 0, the others scaled up, off by as much as agn's "
    "in the\n"
    "           mean square; forward only\n"
    "         bit_true:CELL[:MODE[:GRADIENT]]  int8 operands, multiplied by a cell of `varimac "
    "mult\n"
    "           list` or a table file (a name with a . or /), corrected by MODE; forward only.\n"
    "           GRADIENT: straight | slope (of the corrected product) | tableH (differences of "
    "the\n"
    "           table, averaged over H operands to either side)\n"
    "         noise_like:CELL[:MODE]  int8 operands, multiplied exactly, and noise whose mean and\n"
    "           variance in each channel are those of what CELL would do, there and then\n"
    "         dropout_like:CELL[:MODE]  dropout likewise\n"
    "  --phase '0 forward=bit_true:drum6' --phase 20         20 epochs with DRUM6, then exact\n"
    "  --phase '0 forward=per_mac:0.06' --phase stall3       exact when validation stalls\n\n"
    "Threads wait asleep, unless OMP_WAIT_POLICY says otherwise.\n\n"
    "Networks (image):\n";

enum {
  NET = 256,
  DATA,
  TEST,
  OUT,
  RESUME,
  SEED,
  EPOCHS,
  BATCH,
  SHARDS,
  THREADS,
  RATE,
  MOMENTUM,
  DECAY,
  SMOOTHING,
  SCHEDULE,
  WARMUP,
  CROP,
  NO_FLIP,
  FROM,
  FREEZE,
  VALIDATION,
  PHASE,
  CONFIG,
  KEEP_EPOCHS
};

static const struct option OPTIONS[] = {{"help", no_argument, NULL, 'h'},
                                        {"net", required_argument, NULL, NET},
                                        {"data", required_argument, NULL, DATA},
                                        {"test", required_argument, NULL, TEST},
                                        {"out", required_argument, NULL, OUT},
                                        {"resume", no_argument, NULL, RESUME},
                                        {"keep-epochs", required_argument, NULL, KEEP_EPOCHS},
                                        {"seed", required_argument, NULL, SEED},
                                        {"epochs", required_argument, NULL, EPOCHS},
                                        {"batch", required_argument, NULL, BATCH},
                                        {"shards", required_argument, NULL, SHARDS},
                                        {"threads", required_argument, NULL, THREADS},
                                        {"rate", required_argument, NULL, RATE},
                                        {"momentum", required_argument, NULL, MOMENTUM},
                                        {"decay", required_argument, NULL, DECAY},
                                        {"smoothing", required_argument, NULL, SMOOTHING},
                                        {"schedule", required_argument, NULL, SCHEDULE},
                                        {"warmup", required_argument, NULL, WARMUP},
                                        {"crop", required_argument, NULL, CROP},
                                        {"no-flip", no_argument, NULL, NO_FLIP},
                                        {"from", required_argument, NULL, FROM},
                                        {"freeze", no_argument, NULL, FREEZE},
                                        {"validation", required_argument, NULL, VALIDATION},
                                        {"phase", required_argument, NULL, PHASE},
                                        {"config", required_argument, NULL, CONFIG},
                                        {NULL, 0, NULL, 0}};

static void print_help(void) {
  fputs(HELP, stdout);
  const train_net *net;
  for (size_t i = 0; (net = train_net_at(i)); i++)
    printf("  %-17s %dx%dx%d, %d classes\n", net->name, net->h, net->w, net->c, net->classes);
}

static train_schedule find_schedule(const char *text) {
  static const char *const names[] = {"onecycle", "cosine"};
  for (int i = 0; i < 2; i++)
    if (!strcmp(text, names[i])) return i ? TRAIN_COSINE : TRAIN_ONECYCLE;
  const char *near = vmac_nearest(text, names, 2);
  cli_usage("--schedule: expected onecycle or cosine, found '%s'%s%s%s", text,
            near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static void parse(int argc, char **argv, train_arguments *a) {
  train_config *c = &a->config;
  for (int o; (o = cli_getopt(argc, argv, "", OPTIONS)) != -1;) switch (o) {
    case 'h':
      print_help();
      exit(0);
    case NET:
      a->net = optarg;
      break;
    case DATA:
      c->data = optarg;
      break;
    case TEST:
      c->test = optarg;
      break;
    case OUT:
      a->out = optarg;
      break;
    case RESUME:
      a->resume = true;
      break;
    case KEEP_EPOCHS:
      a->keep = optarg;
      break;
    case SEED:
      c->seed = (uint64_t)cli_int("--seed", optarg, 0, INT64_MAX);
      break;
    case EPOCHS:
      c->epochs = (int)cli_int("--epochs", optarg, 1, TRAIN_EPOCHS);
      break;
    case BATCH:
      c->batch = (int)cli_int("--batch", optarg, 1, 65536);
      break;
    case SHARDS:
      c->shards = (int)cli_int("--shards", optarg, 1, 256);
      break;
    case THREADS:
      a->threads = (int)cli_int("--threads", optarg, 1, 1024);
      break;
    case RATE:
      c->rate = cli_double("--rate", optarg, 0, 100);
      break;
    case MOMENTUM:
      c->momentum = cli_double("--momentum", optarg, 0, 0.9999);
      break;
    case DECAY:
      c->decay = cli_double("--decay", optarg, 0, 1);
      break;
    case SMOOTHING:
      c->smoothing = cli_double("--smoothing", optarg, 0, 0.9);
      break;
    case SCHEDULE:
      c->schedule = find_schedule(optarg);
      break;
    case WARMUP:
      c->warmup = cli_double("--warmup", optarg, 0, 0.9);
      break;
    case CROP:
      c->crop = (int)cli_int("--crop", optarg, 0, 16);
      break;
    case NO_FLIP:
      c->flip = false;
      break;
    case FROM:
      c->from = optarg;
      break;
    case FREEZE:
      c->freeze = true;
      break;
    case VALIDATION:
      c->validation = (int)cli_int("--validation", optarg, 0, 1000000);
      break;
    case PHASE:
      if (a->phases == TRAIN_PHASES) cli_usage("--phase: at most %d of them", TRAIN_PHASES);
      a->phase[a->phases++] = optarg;
      break;
    case CONFIG:
      cli_usage("--config comes first: varimac train --config FILE [OPTION ...]");
    }
  if (optind < argc)
    cli_usage("train takes no argument '%s'; see varimac train --help", argv[optind]);
  if (!a->out) cli_usage("train needs --out FILE.safetensors");
  if (c->batch % c->shards)
    cli_usage("--batch %d is not a multiple of --shards %d", c->batch, c->shards);
}

int cmd_train(int argc, char **argv) {
  train_arguments a = {.config = {1, 100, 128, 4, 0.2, 0.9, 3e-4, 0, TRAIN_ONECYCLE, 0.15, 4, true,
                                  "cifar10:train", NULL, 0, NULL, false, NULL},
                       .net = "resnet8",
                       .threads = omp_get_num_procs()};
  argv = train_config_expand(&argc, argv, OPTIONS);
  parse(argc, argv, &a);
  train_run(&a);
  train_config_free(argv);
  return 0;
}
