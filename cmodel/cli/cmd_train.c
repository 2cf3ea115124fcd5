/* varimac train: training, exactly or with multiplier errors. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run.h"
#include "cli/train.h"
#include "train/schedule.h"

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
    "  --no-flip         no random mirroring\n"
    "  --from FILE       begin with the weights of FILE.safetensors, not at random\n"
    "  --validation N    measure each epoch on the last N training images, not trained on (0)\n"
    "  --phase TEXT      how layers multiply from an epoch on; may be repeated; see below\n"
    "  --config FILE     these options from a JSON object: {\"epochs\": 30, \"no-flip\": true,\n"
    "                    \"phase\": [TEXT, ...]}; options behind it change it\n\n"
    "Beside FILE.safetensors a log, FILE.jsonl, has a line of JSON for the run and for each epoch:\n"
    "see varimac plot.\n\n"
    "A phase is 'FROM PRODUCT=ERROR ...': FROM the epochs done when it begins, the first 0, or\n"
    "stallN, when the validation loss has not fallen for N epochs; PRODUCT forward, data or weights\n"
    "(the gradients of these), or LAYER/PRODUCT for one layer. Products not named are exact.\n"
    "  ERROR: exact\n"
    "         static_weight:SD    relative errors drawn once for each weight\n"
    "         per_step_weight:SD  drawn anew at every step\n"
    "         per_mac:SD          one of its own for every multiplication\n"
    "         bit_true:CELL[:MODE[:GRADIENT]]  int8 operands, multiplied by a cell of `varimac mult\n"
    "           list` or a table file (a name with a . or /), corrected by MODE; forward only.\n"
    "           GRADIENT: straight | slope (of the corrected product) | tableH (differences of the\n"
    "           table, averaged over H operands to either side)\n"
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
  VALIDATION,
  PHASE,
  CONFIG
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
                                        {"from", required_argument, NULL, FROM},
                                        {"validation", required_argument, NULL, VALIDATION},
                                        {"phase", required_argument, NULL, PHASE},
                                        {"config", required_argument, NULL, CONFIG},
                                        {NULL, 0, NULL, 0}};

enum { PHASES = 64 };

typedef struct {
  train_config config;
  const char *net, *test, *out;
  const char *phase[PHASES];
  int phases;
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
    case FROM:
      c->from = optarg;
      break;
    case VALIDATION:
      c->validation = (int)cli_int("--validation", optarg, 0, 1000000);
      break;
    case PHASE:
      if (a->phases == PHASES) cli_usage("--phase: at most %d of them", PHASES);
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

/* As the run multiplies at this epoch. */
static train_result evaluate_so(train_trainer *t, const vmac_dataset *train,
                                const vmac_dataset *images, int epoch, const char *checkpoint) {
  train_result result = {0};
  vmac_err err;
  bool good;
  if (train_products_quantize(t->products)) {
    good = train_evaluate_int8(t, train, images, &result, &err);
  } else {
    t->simulate = true;
    good = train_products_begin(t->products, ((uint64_t)epoch << 32) - 1, false, &err) &&
           train_evaluate(t, images, &result, &err);
    t->simulate = false;
  }
  if (!good) diverged(epoch, err.text, checkpoint);
  return result;
}

/* Weights to begin with. Takes `from` over for a new model. */
static train_model *make_model(const train_net *net, const train_config *config) {
  train_model *model = train_model_new(net, config->seed);
  if (!config->from) return model;
  vmac_err err;
  train_model *from = train_load(config->from, &err);
  if (!from) cli_die("%s", err.text);
  if (from->net != net)
    cli_die("%s: expected weights of network %s, found %s", config->from, net->name,
            from->net->name);
  memcpy(model->param, from->param, model->params * sizeof *model->param);
  memcpy(model->stat, from->stat, model->stats * sizeof *model->stat);
  model->has_range = from->has_range;
  memcpy(model->range, from->range, (size_t)model->layers * sizeof *model->range);
  train_model_free(from);
  return model;
}

/* A run between two epochs. */
typedef struct {
  train_trainer *t;
  train_phases *phases;
  train_place place;
  vmac_dataset data, validation, test; /* the second is the end of the first's file */
  char *checkpoint;
  run_log *log;
  train_result tested;
} session;

static void load_sets(session *s, const arguments *a, const train_net *net) {
  char *test_spec = test_of(a->config.data);
  load(&s->data, a->config.data, net);
  load(&s->test, a->test ? a->test : test_spec, net);
  free(test_spec);
  const size_t held = (size_t)a->config.validation, n = s->data.n;
  if (n < held + (size_t)a->config.batch)
    cli_die("%s has %zu images, fewer than one batch of %d%s%.0d", a->config.data, n,
            a->config.batch, held ? " and --validation " : "", a->config.validation);
  const size_t image = (size_t)(net->h * net->w * net->c);
  s->data.n = n - held;
  s->validation = s->data;
  s->validation.n = held;
  s->validation.pixels += s->data.n * image;
  s->validation.labels += s->data.n;
}

static void begin(session *s, arguments *a, const train_net *net) {
  vmac_err err;
  load_sets(s, a, net);
  train_model *model = make_model(net, &a->config);
  s->phases = train_phases_new(model);
  for (int i = 0; i < a->phases; i++)
    if (!train_phases_add(s->phases, a->phase[i], &err)) cli_usage("--phase: %s", err.text);
  if (train_phases_stall(s->phases) && !a->config.validation)
    cli_usage("--phase: a stall is one of the validation loss: --validation N");
  if (a->phases) a->config.phases = s->phases;
  s->t = train_trainer_new(model, &a->config, a->threads);
  s->t->progress = cli_progress;
  s->place = train_place_first();
  s->checkpoint = checkpoint_path(a->out);
}

/* Epochs done. */
static int open_checkpoint(session *s, const arguments *a) {
  vmac_err err;
  train_model *model = s->t->model;
  int epoch = 0;
  if (!a->resume && !access(s->checkpoint, F_OK))
    cli_die("%s exists: --resume continues it; remove it to start anew", s->checkpoint);
  if (s->phases->phases) train_place_write(&s->place, model->place, sizeof model->place);
  /* Written now too: a place that cannot be written shall not cost an epoch. */
  if (a->resume ? !train_resume(model, &a->config, s->checkpoint, &epoch, &err)
                : !train_save(model, &a->config, 0, true, 0, s->checkpoint, &err))
    cli_die("%s", err.text);
  if (s->phases->phases && !train_place_read(s->phases, model->place, &s->place))
    cli_die("%s: place: expected a phase and its validation losses, found '%s'", s->checkpoint,
            model->place);
  train_phases_apply(s->phases, s->place.phase, s->t->products);
  return epoch;
}

/* One epoch, its measurements, its line of the log, the checkpoint. Returns the seconds it took. */
static double do_epoch(session *s, const arguments *a, int epoch) {
  train_trainer *t = s->t;
  const train_net *net = t->model->net;
  const bool exact = train_phases_exact(s->phases, s->place.phase);
  run_epoch e = {.epoch = epoch + 1, .phase = s->place.phase, .exact = exact};
  vmac_err err;
  e.train = train_epoch(t, &s->data, epoch++);
  if (isnan(e.train.loss)) diverged(epoch, t->error.text, s->checkpoint);
  check_loss("training", e.train.loss, net, epoch, s->checkpoint);
  e.test = s->tested = evaluate(t, &s->test, epoch, s->checkpoint);
  if (!exact) e.test_so = evaluate_so(t, &s->data, &s->test, epoch, s->checkpoint);
  e.validated = a->config.validation > 0;
  if (e.validated)
    e.validation = exact ? evaluate(t, &s->validation, epoch, s->checkpoint)
                         : evaluate_so(t, &s->data, &s->validation, epoch, s->checkpoint);
  const int phase = s->place.phase;
  train_place_advance(s->phases, epoch, e.validated ? e.validation.loss : NAN, &s->place);
  if (s->phases->phases)
    train_place_write(&s->place, t->model->place, sizeof t->model->place);
  if (s->place.phase != phase) train_phases_apply(s->phases, s->place.phase, t->products);
  /* Kept before it is told: whoever reads the line may end the run. */
  if (!run_log_add(s->log, &e, &err) ||
      !train_save(t->model, &a->config, epoch, true, e.test.accuracy, s->checkpoint, &err))
    cli_die("%s", err.text);
  const double spent =
      e.train.seconds + e.test.seconds + e.test_so.seconds + e.validation.seconds;
  printf("epoch %3d/%d  loss %.4f  train %.2f %%  test %.2f %% (loss %.4f)", epoch,
         a->config.epochs, e.train.loss, e.train.accuracy, e.test.accuracy, e.test.loss);
  if (!exact) printf("  so multiplied %.2f %%", e.test_so.accuracy);
  if (e.validated) printf("  validation %.4f", e.validation.loss);
  return spent;
}

static void end(session *s) {
  train_phases_free(s->phases);
  free(s->checkpoint);
  run_log_free(s->log);
  train_trainer_free(s->t);
  vmac_dataset_free(&s->data);
  vmac_dataset_free(&s->test);
}

int cmd_train(int argc, char **argv) {
  arguments a = {.config = {1, 100, 128, 4, 0.2, 0.9, 3e-4, 0, TRAIN_ONECYCLE, 0.15, 4, true,
                            "cifar10:train", NULL, 0, NULL},
                 .net = "resnet8",
                 .threads = omp_get_num_procs()};
  vmac_err err;
  session s = {0};
  char command[TRAIN_COMMAND];
  argv = train_config_expand(&argc, argv, OPTIONS);
  parse(argc, argv, &a);
  run_refuse_test_set("--data", a.config.data);
  const train_net *net = find_net(a.net);
  begin(&s, &a, net);
  int epoch = open_checkpoint(&s, &a);
  train_command(net, &a.config, command, sizeof command);
  if (!(s.log = run_log_open(a.out, command, epoch, &err))) cli_die("%s", err.text);
  printf("%s\n%s: %zu parameters, %zu training and %zu test images, %d threads%s\n", command,
         net->name, s.t->model->params, s.data.n, s.test.n, s.t->threads, epoch ? ", resumed" : "");
  if (epoch == a.config.epochs) s.tested = evaluate(s.t, &s.test, epoch, s.checkpoint);
  for (double spent = 0, first = epoch; epoch < a.config.epochs;) {
    const double seconds = do_epoch(&s, &a, epoch++);
    spent += seconds;
    printf("  %.1f s  ETA %.0f s\n", seconds, spent / (epoch - first) * (a.config.epochs - epoch));
    fflush(stdout);
  }
  check_loss("test", s.tested.loss, net, epoch, s.checkpoint);
  if (!train_save(s.t->model, &a.config, epoch, false, s.tested.accuracy, a.out, &err))
    cli_die("%s", err.text);
  unlink(s.checkpoint);
  printf("%s: test accuracy %.2f %% after %d epochs\n", a.out, s.tested.accuracy, epoch);
  end(&s);
  train_config_free(argv);
  return 0;
}
