/* varimac train: float training from scratch. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run.h"
#include "train/train.h"

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
    "  --no-flip         no random mirroring\n\n"
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
  NO_FLIP
};

static const struct option OPTIONS[] = {{"help", no_argument, NULL, 'h'},
                                        {"net", required_argument, NULL, NET},
                                        {"data", required_argument, NULL, DATA},
                                        {"test", required_argument, NULL, TEST},
                                        {"out", required_argument, NULL, OUT},
                                        {"resume", no_argument, NULL, RESUME},
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
                                        {NULL, 0, NULL, 0}};

typedef struct {
  train_config config;
  const char *net, *test, *out;
  bool resume;
  int threads;
} arguments;

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

static void parse(int argc, char **argv, arguments *a) {
  train_config *c = &a->config;
  *c = (train_config){
      1, 100, 128, 4, 0.2, 0.9, 3e-4, 0, TRAIN_ONECYCLE, 0.15, 4, true, "cifar10:train"};
  a->net = "resnet8";
  a->threads = omp_get_num_procs();
  for (int o; (o = cli_getopt(argc, argv, "h", OPTIONS)) != -1;) switch (o) {
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
      a->test = optarg;
      break;
    case OUT:
      a->out = optarg;
      break;
    case RESUME:
      a->resume = true;
      break;
    case SEED:
      c->seed = (uint64_t)cli_int("--seed", optarg, 0, INT64_MAX);
      break;
    case EPOCHS:
      c->epochs = (int)cli_int("--epochs", optarg, 1, 100000);
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
    }
  if (optind < argc)
    cli_usage("train takes no argument '%s'; see varimac train --help", argv[optind]);
  if (!a->out) cli_usage("train needs --out FILE.safetensors");
  if (c->batch % c->shards)
    cli_usage("--batch %d is not a multiple of --shards %d", c->batch, c->shards);
}

static void load(vmac_dataset *data, const char *spec, const train_net *net) {
  vmac_err err;
  if (!train_load_images(data, spec, net, &err)) cli_die("%s", err.text);
}

/* FILE.safetensors -> FILE.ckpt.safetensors. Caller frees. */
static char *checkpoint_path(const char *out) {
  static const char end[] = ".safetensors", insert[] = ".ckpt.safetensors";
  const size_t n = strlen(out), cut = sizeof end - 1;
  const size_t stem = n > cut && !strcmp(out + n - cut, end) ? n - cut : n;
  char *path = vmac_alloc(stem + sizeof insert, 1);
  memcpy(path, out, stem);
  memcpy(path + stem, insert, sizeof insert);
  return path;
}

/* The test images that belong to training images. Caller frees. */
static char *test_of(const char *data) {
  static const char end[] = ":train", test[] = ":test", other[] = "cifar10:test";
  const size_t n = strlen(data), cut = sizeof end - 1;
  const size_t stem = n > cut && !strcmp(data + n - cut, end) ? n - cut : 0;
  char *spec = vmac_alloc(stem + sizeof other, 1);
  memcpy(spec, data, stem);
  strcpy(spec + stem, stem ? test : other);
  return spec;
}

static const train_net *find_net(const char *name) {
  vmac_err err;
  const train_net *net = train_net_find(name, &err);
  if (!net) cli_die("%s", err.text);
  return net;
}

static _Noreturn void diverged(int epoch, const char *what, const char *checkpoint) {
  cli_die("epoch %d: %s: the training diverged; use a smaller --rate (first remove %s)", epoch,
          what, checkpoint);
}

/* Guessing costs ln(classes). A training loss far beyond it does not come back; a test loss may be
 * poor while the running statistics are young, so it is judged at the end. */
static void check_loss(const char *name, double loss, const train_net *net, int epoch,
                       const char *checkpoint) {
  enum { WORST = 100 };
  char what[80];
  if (loss <= WORST * log(net->classes)) return;
  snprintf(what, sizeof what, "the %s loss is %.4g, guessing costs %.2f", name, loss,
           log(net->classes));
  diverged(epoch, what, checkpoint);
}

static train_result evaluate(train_trainer *t, const vmac_dataset *test, int epoch,
                             const char *checkpoint) {
  train_result result;
  vmac_err err;
  if (!train_evaluate(t, test, &result, &err)) diverged(epoch, err.text, checkpoint);
  return result;
}

int cmd_train(int argc, char **argv) {
  arguments a = {0};
  vmac_err err;
  parse(argc, argv, &a);
  run_refuse_test_set("--data", a.config.data);
  const train_net *net = find_net(a.net);
  vmac_dataset data, test;
  load(&data, a.config.data, net);
  char *test_spec = test_of(a.config.data);
  load(&test, a.test ? a.test : test_spec, net);
  free(test_spec);
  if (data.n < (size_t)a.config.batch)
    cli_die("%s has %zu images, fewer than one batch of %d", a.config.data, data.n, a.config.batch);
  train_trainer *t = train_trainer_new(train_model_new(net, a.config.seed), &a.config, a.threads);
  t->progress = cli_progress;
  char *checkpoint = checkpoint_path(a.out), command[512];
  int epoch = 0;
  if (!a.resume && !access(checkpoint, F_OK))
    cli_die("%s exists: --resume continues it; remove it to start anew", checkpoint);
  /* Written now too: a place that cannot be written shall not cost an epoch. */
  if (a.resume ? !train_resume(t->model, &a.config, checkpoint, &epoch, &err)
               : !train_save(t->model, &a.config, 0, true, 0, checkpoint, &err))
    cli_die("%s", err.text);
  train_command(net, &a.config, command, sizeof command);
  printf("%s\n%s: %zu parameters, %zu training and %zu test images, %d threads%s\n", command,
         net->name, t->model->params, data.n, test.n, t->threads, epoch ? ", resumed" : "");
  train_result tested = {0};
  if (epoch == a.config.epochs) tested = evaluate(t, &test, epoch, checkpoint);
  for (double spent = 0, first = epoch; epoch < a.config.epochs;) {
    const train_result r = train_epoch(t, &data, epoch++);
    check_loss("training", r.loss, net, epoch, checkpoint);
    tested = evaluate(t, &test, epoch, checkpoint);
    /* Kept before it is told: whoever reads the line may end the run. */
    if (!train_save(t->model, &a.config, epoch, true, tested.accuracy, checkpoint, &err))
      cli_die("%s", err.text);
    spent += r.seconds + tested.seconds;
    const double left = spent / (epoch - first) * (a.config.epochs - epoch);
    printf("epoch %3d/%d  loss %.4f  train %.2f %%  test %.2f %% (loss %.4f)  %.1f s  ETA %.0f s\n",
           epoch, a.config.epochs, r.loss, r.accuracy, tested.accuracy, tested.loss,
           r.seconds + tested.seconds, left);
    fflush(stdout);
  }
  check_loss("test", tested.loss, net, epoch, checkpoint);
  if (!train_save(t->model, &a.config, epoch, false, tested.accuracy, a.out, &err))
    cli_die("%s", err.text);
  unlink(checkpoint);
  printf("%s: test accuracy %.2f %% after %d epochs\n", a.out, tested.accuracy, epoch);
  free(checkpoint);
  train_trainer_free(t);
  vmac_dataset_free(&data);
  vmac_dataset_free(&test);
  return 0;
}
