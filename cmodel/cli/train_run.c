/* A run of `varimac train`: its images, phases, epochs and files.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/run.h"
#include "cli/train.h"
#include "train/schedule.h"

static void load(vmac_dataset *data, const char *spec, const train_net *net) {
  vmac_err err;
  if (!train_load_images(data, spec, net, &err)) cli_die("%s", err.text);
  run_want_labels(data, spec);
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
  if (train_products_twin(t->products)) {
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

static train_model *load_model(const char *path) {
  vmac_err err;
  train_model *model = train_load(path, &err);
  if (!model) cli_die("%s", err.text);
  return model;
}

/* With the weights to begin with. */
static train_model *make_model(const train_net *net, const train_config *config) {
  train_model *model = train_model_new(net, config->seed);
  if (!config->from) return model;
  train_model *from = load_model(config->from);
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

static void load_sets(session *s, const train_arguments *a, const train_net *net) {
  char *test_spec = test_of(a->config.data);
  load(&s->data, a->config.data, net);
  load(&s->test, a->config.test ? a->config.test : test_spec, net);
  free(test_spec);
  const size_t held = (size_t)a->config.validation, n = s->data.n;
  char text[16];
  snprintf(text, sizeof text, "%d", a->config.validation);
  if (n < held + (size_t)a->config.batch)
    cli_die("%s has %zu images, fewer than one batch of %d%s%s", a->config.data, n, a->config.batch,
            held ? " and --validation " : "", held ? text : "");
  s->validation = vmac_dataset_part(&s->data, n - held, held);
  s->data.n = n - held;
}

static void begin(session *s, train_arguments *a, const train_net *net) {
  vmac_err err;
  load_sets(s, a, net);
  train_model *model = make_model(net, &a->config);
  s->phases = train_phases_new(model);
  for (int i = 0; i < a->phases; i++)
    if (!train_phases_add(s->phases, a->phase[i], &err)) cli_usage("--phase: %s", err.text);
  const int last = train_phases_last(s->phases);
  if (last >= a->config.epochs)
    cli_usage("--phase: a phase at %d, the run has but %d epochs", last, a->config.epochs);
  if (train_phases_stall(s->phases) && !a->config.validation)
    cli_usage("--phase: a stall is one of the validation loss: --validation N");
  if (a->phases) a->config.phases = s->phases;
  s->t = train_trainer_new(model, &a->config, a->threads);
  s->t->progress = cli_progress;
  s->place = train_place_first();
  s->checkpoint = checkpoint_path(a->out);
}

/* As `varimac quantize` does: for a run that keeps them. */
static void find_ranges(session *s) {
  enum { IMAGES = 1000 };
  vmac_err err;
  train_model *model = s->t->model;
  const size_t images = s->data.n < IMAGES ? s->data.n : IMAGES;
  if (!train_ranges(s->t, &s->data, images, model->range, &err)) cli_die("%s", err.text);
  model->has_range = true;
}

/* Epochs done. */
static int open_checkpoint(session *s, const train_arguments *a) {
  vmac_err err;
  train_model *model = s->t->model;
  int epoch = 0;
  const char *const places[] = {a->out, s->checkpoint};
  cli_outputs(places, 2);
  if (!a->resume && !access(s->checkpoint, F_OK))
    cli_die("%s exists: --resume continues it; remove it to start anew", s->checkpoint);
  if (s->phases->phases) train_place_write(&s->place, model->place, sizeof model->place);
  /* Written now too: a place that cannot be written shall not cost an epoch. */
  if (a->resume ? !train_resume(model, &a->config, s->checkpoint, &epoch, &err)
                : !train_save(model, &a->config, 0, true, 0, s->checkpoint, &err))
    cli_die("%s", err.text);
  vmac_own_file(s->checkpoint);
  if (s->phases->phases && !train_place_read(s->phases, model->place, &s->place))
    cli_die("%s: place: expected a phase and its validation losses, found '%s'", s->checkpoint,
            model->place);
  train_phases_apply(s->phases, s->place.phase, s->t->products);
  if (a->config.freeze && !model->has_range) find_ranges(s);
  return epoch;
}

/* What stands for the derivatives of the phase's cells, at its worst. */
static void tell_terms(const train_trainer *t, run_epoch *e) {
  for (int i = 0; i < t->model->layers; i++) {
    const train_terms *of = train_products_terms(t->products, i);
    for (int k = 0; of && k < 2; k++) {
      if (of[k].terms > e->terms) e->terms = of[k].terms;
      if (of[k].left_out > e->left_out) e->left_out = of[k].left_out;
    }
  }
}

/* Weights after `epoch` epochs, as --out would have them, where they are kept. */
static void keep_epoch(const session *s, const train_arguments *a, int epoch, double accuracy) {
  if (!a->keep) return;
  vmac_err err;
  const size_t size = strlen(a->keep) + 40;
  char *path = vmac_alloc(size, 1);
  snprintf(path, size, "%s/epoch-%03d.safetensors", a->keep, epoch);
  if (!train_save(s->t->model, &a->config, epoch, false, accuracy, path, &err))
    cli_die("--keep-epochs: %s", err.text);
  free(path);
}

/* A run that begins leaves there what it begins with. */
static void keep_first(const session *s, const train_arguments *a, int epoch) {
  if (a->keep && !epoch) keep_epoch(s, a, 0, evaluate(s->t, &s->test, 0, s->checkpoint).accuracy);
}

/* One epoch, its measurements, its line of the log, the checkpoint. Returns the seconds it took. */
static double do_epoch(session *s, const train_arguments *a, int epoch) {
  train_trainer *t = s->t;
  const train_net *net = t->model->net;
  const bool exact = train_phases_exact(s->phases, s->place.phase);
  run_epoch e = {.epoch = epoch + 1, .phase = s->place.phase, .exact = exact};
  vmac_err err;
  tell_terms(t, &e);
  e.train = train_epoch(t, &s->data, epoch++);
  if (isnan(e.train.loss))
    diverged(epoch, *t->error.text ? t->error.text : "the training loss is not a number",
             s->checkpoint);
  check_loss("training", e.train.loss, net, epoch, s->checkpoint);
  e.sigma = t->model->has_sigma ? t->model : NULL;
  e.test = s->tested = evaluate(t, &s->test, epoch, s->checkpoint);
  if (!exact) e.test_so = evaluate_so(t, &s->data, &s->test, epoch, s->checkpoint);
  e.validated = a->config.validation > 0;
  if (e.validated)
    e.validation = exact ? evaluate(t, &s->validation, epoch, s->checkpoint)
                         : evaluate_so(t, &s->data, &s->validation, epoch, s->checkpoint);
  const int phase = s->place.phase;
  train_place_advance(s->phases, epoch, e.validated ? e.validation.loss : NAN, &s->place);
  if (s->phases->phases) train_place_write(&s->place, t->model->place, sizeof t->model->place);
  if (s->place.phase != phase) train_phases_apply(s->phases, s->place.phase, t->products);
  keep_epoch(s, a, epoch, e.test.accuracy); /* a resumed run begins behind the checkpoint */
  /* Kept before it is told: whoever reads the line may end the run. */
  if (!run_log_add(s->log, &e, &err) ||
      !train_save(t->model, &a->config, epoch, true, e.test.accuracy, s->checkpoint, &err))
    cli_die("%s", err.text);
  const double spent = e.train.seconds + e.test.seconds + e.test_so.seconds + e.validation.seconds;
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

void train_run(train_arguments *a) {
  vmac_err err;
  session s = {0};
  char command[TRAIN_COMMAND];
  run_refuse_test_set("--data", a->config.data);
  if (a->keep && mkdir(a->keep, 0777) && errno != EEXIST)
    cli_die("--keep-epochs: cannot make the folder %s: %s", a->keep, strerror(errno));
  const train_net *net = find_net(a->net);
  begin(&s, a, net);
  int epoch = open_checkpoint(&s, a);
  if (!train_command(net, &a->config, command, &err)) cli_die("%s", err.text);
  if (!(s.log = run_log_open(a->out, command, epoch, &err))) cli_die("%s", err.text);
  printf("%s\n%s: %zu parameters, %zu training and %zu test images, %d threads%s\n", command,
         net->name, s.t->model->params, s.data.n, s.test.n, s.t->threads, epoch ? ", resumed" : "");
  keep_first(&s, a, epoch);
  if (epoch == a->config.epochs) s.tested = evaluate(s.t, &s.test, epoch, s.checkpoint);
  for (double spent = 0, first = epoch; epoch < a->config.epochs;) {
    const double seconds = do_epoch(&s, a, epoch++);
    spent += seconds;
    printf("  %.1f s  ETA %.0f s\n", seconds, spent / (epoch - first) * (a->config.epochs - epoch));
    fflush(stdout);
  }
  check_loss("test", s.tested.loss, net, epoch, s.checkpoint);
  if (!train_save(s.t->model, &a->config, epoch, false, s.tested.accuracy, a->out, &err))
    cli_die("%s", err.text);
  unlink(s.checkpoint);
  printf("%s: test accuracy %.2f %% after %d epochs\n", a->out, s.tested.accuracy, epoch);
  end(&s);
}
