/* varimac tune: weights that make up for a cell's errors, and the plan that goes with them.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/fitted.h"
#include "cli/run.h"

typedef struct {
  fitted fit;
  const char *mult, *mode_name, *output, *save_plan, *test;
  vmac_mode mode;
} options;

static const char help[] =
    "usage: varimac tune --net F.tflite --mult NAME -o F.tflite [OPTION ...]\n\n"
    "Writes a network with other weights: those whose products by the cell, corrected, come\n"
    "nearest to what the given network multiplies exactly, over training images. Nothing is\n"
    "trained. Where the given weights answer more often like the given network multiplied\n"
    "exactly, on the next images of the same data set (%d at most; where it has no more, on the\n"
    "same), they are kept. The network written is one like any other; its plan belongs to it\n"
    "alone.\n\n"
    "  --net F              int8 network (.tflite)\n"
    "  --mult NAME          multiplier cell of every MAC layer\n"
    "  -o, --output F       the tuned network (.tflite)\n"
    "  --save-plan F        its plan (JSON): coefficients that correct its sums towards the given\n"
    "                       network's. eval, compile, cycles and energy take the pair; eval's\n"
    "                       agreement is with the tuned weights multiplied exactly\n"
    "  --correction MODE    what the weights leave to the correction (default none), one of\n"
    "                       " CLI_MODES ";\n"
    "                       not paper, which looks at no activations\n"
    "  --layers L           MAC layers that have the cell: all, or numbers and ranges counted\n"
    "                       from 0 in the order of `varimac net`, 0+2-5 (default all)\n"
    "  --calib SPEC         training images that weights and coefficients are fitted on (default\n"
    "                       subset:calib); a thousand are better than a hundred where layers are\n"
    "                       fully connected: each has one patch of those\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --test SPEC          also score these images: the given network exactly, and with the cell\n"
    "                       before and after\n"
    "  --images N           the first N of them (default all)\n";

static options parse(int argc, char **argv) {
  enum { MULT = FITTED_LAST, CORRECTION, SAVE_PLAN, TEST, HELP };
  static const struct option table[] = {FITTED_OPTIONS,
                                        {"mult", 1, 0, MULT},
                                        {"correction", 1, 0, CORRECTION},
                                        {"output", 1, 0, 'o'},
                                        {"save-plan", 1, 0, SAVE_PLAN},
                                        {"test", 1, 0, TEST},
                                        {"help", 0, 0, HELP},
                                        {0}};
  static char all[] = "all";
  options o = {.fit = {.calib = "subset:calib", .layers = all}};
  vmac_err err;
  for (int c; (c = cli_getopt(argc, argv, "o:", table)) != -1;) switch (c) {
    case MULT:
      o.mult = optarg;
      break;
    case CORRECTION:
      o.mode_name = optarg;
      break;
    case 'o':
      o.output = optarg;
      break;
    case SAVE_PLAN:
      o.save_plan = optarg;
      break;
    case TEST:
      o.test = optarg;
      break;
    case HELP:
      printf(help, VMAC_TUNE_JUDGES);
      exit(0);
    default:
      fitted_option(&o.fit, c, optarg);
    }
  if (optind < argc)
    cli_usage("tune: unexpected argument '%s'; see varimac tune --help", argv[optind]);
  if (!o.fit.net || !o.mult || !o.output)
    cli_usage("tune: --net, --mult and -o are needed; see varimac tune --help");
  if (o.mode_name && !vmac_mode_find(o.mode_name, &o.mode, &err))
    cli_usage("--correction: %s", err.text);
  if (!vmac_mode_tunes(o.mode))
    cli_usage("tune: --correction paper looks at no activations, tuning does; cv has the same X");
  if (o.fit.images && !o.test) cli_usage("tune: --images wants --test");
  run_refuse_test_set("--calib", o.fit.calib);
  return o;
}

static void refuse_same_file(const options *o) {
  if (cli_same_file(o->fit.net, o->output)) cli_usage("tune: --net and -o are the same file");
  if (!o->save_plan) return;
  if (cli_same_file(o->fit.net, o->save_plan))
    cli_usage("tune: --net and --save-plan are the same file");
}

typedef struct {
  vmac_net *net, *tuned;
  bool *layers; /* (ops) */
  const vmac_mult *mult;
  vmac_dataset calib, test;
} work;

static work prepare(options *o) {
  refuse_same_file(o);
  work w = {.net = run_net(o->fit.net), .tuned = run_net(o->fit.net)};
  vmac_err err;
  if (!(w.mult = vmac_mult_find(o->mult, &err))) cli_die("%s", err.text);
  w.layers = vmac_alloc((size_t)w.net->ops, sizeof *w.layers);
  if (!vmac_layers_parse(w.net, o->fit.layers, w.layers, &err)) cli_usage("--layers: %s", err.text);
  w.calib = run_load(o->fit.calib, w.net, o->fit.net, &o->fit.calib_images, "--calib-images");
  if (o->test) w.test = run_load_labelled(o->test, w.net, o->fit.net, &o->fit.images, "--images");
  const char *const places[] = {o->output, o->save_plan};
  cli_outputs(places, 2);
  return w;
}

/* Of the tuned network, against the given one's sums. */
static vmac_plan *plan_of(const options *o, const work *w, const vmac_net *net) {
  vmac_err err;
  const size_t images = (size_t)o->fit.calib_images;
  vmac_calib *calib = vmac_calib_new(w->net, &w->calib, images, 0);
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_set(net, plan, w->mult, w->layers);
  if (!vmac_plan_correct(net, plan, o->mode, calib, &err))
    cli_die("%s, correction %s: %s", w->mult->name, vmac_mode_name(o->mode), err.text);
  vmac_calib_free(calib);
  run_note_calibration(plan, o->fit.calib, images);
  return plan;
}

static void compare(const options *o, const work *w, const vmac_plan *before,
                    const vmac_plan *plan) {
  const size_t n = (size_t)o->fit.images;
  vmac_scorer *scorer = vmac_scorer_new(w->net, VMAC_ROUND_DOUBLE, &w->test, n, 0);
  uint8_t *answer = vmac_alloc(n, 1);
  const uint8_t *exact = vmac_scorer_exact(scorer);
  const vmac_plan *const plans[] = {before, plan};
  static const char *const names[] = {"before", "tuned"};
  for (int i = 0; i < 2; i++) {
    run_scores(names[i], w->net, scorer, plans[i], n, answer, NULL);
    if (!i)
      printf("exact        %.2f %% of %zu images of %s\n",
             100 * (double)run_equal(exact, w->test.labels, n) / (double)n, n, o->test);
    printf("%-12s %.2f %%, %.2f %% answers of the exact network\n", names[i],
           100 * (double)run_equal(answer, w->test.labels, n) / (double)n,
           100 * (double)run_equal(answer, exact, n) / (double)n);
  }
  free(answer);
  vmac_scorer_free(scorer);
}

/* Both files or none: a network without its plan is another network. The plan names it by its content,
 * which it reads as what was kept. */
static void write_pair(const options *o, const work *w, const vmac_plan *plan) {
  vmac_err err;
  vmac_files_begin();
  const bool good = vmac_net_save(w->tuned, o->output, &err) &&
                    (!o->save_plan || vmac_plan_save(plan, o->output, o->save_plan, &err));
  if (!vmac_files_end(good, &err)) cli_die("%s", err.text);
}

static void report(const options *o, const work *w, size_t changed, bool kept,
                   const run_verdict *v) {
  printf("%s: %zu weights changed for %s, correction %s, on %lld images of %s%s\n", o->output,
         kept ? 0 : changed, w->mult->name, vmac_mode_name(o->mode), o->fit.calib_images,
         o->fit.calib, kept ? ": the given ones answer better" : "");
  if (changed)
    printf("judged       %.2f %% answers of the exact network before, %.2f %% with %zu weights "
           "changed, on %zu %s images\n",
           100 * (double)v->given / (double)v->images, 100 * (double)v->tuned / (double)v->images,
           changed, v->images, v->seen ? "of these" : "other");
}

static void judge(const vmac_tuner *tuner, const vmac_plan *given, const vmac_plan *tuned,
                  run_verdict *v) {
  static const char what[] = "judging, images";
  cli_progress(what, 0, 1);
  while (run_judge(tuner, given, tuned, v)) cli_progress(what, v->judged, v->images);
}

int cmd_tune(int argc, char **argv) {
  options o = parse(argc, argv);
  work w = prepare(&o);
  vmac_err err;
  cli_progress("activations", 0, 1);
  vmac_tuner *tuner = vmac_tuner_new(w.net, &w.calib, (size_t)o.fit.calib_images);
  const size_t changed = run_tune(w.net, tuner, w.mult, w.layers, o.mode, w.tuned);
  vmac_plan *given = plan_of(&o, &w, w.net), *plan = plan_of(&o, &w, w.tuned);
  run_verdict verdict = {0};
  if (changed) judge(tuner, given, plan, &verdict);
  vmac_tuner_free(tuner);
  const bool kept = verdict.given > verdict.tuned;
  if (changed && !kept && !vmac_plan_network(o.fit.net, plan->towards, &err))
    cli_die("%s", err.text);
  if (kept) {
    run_untune(w.net, w.tuned);
    vmac_plan_free(plan);
    plan = plan_of(&o, &w, w.tuned);
  }
  write_pair(&o, &w, plan);
  report(&o, &w, changed, kept, &verdict);
  if (o.test) compare(&o, &w, given, plan);
  vmac_plan_free(given);
  vmac_plan_free(plan);
  vmac_dataset_free(&w.calib);
  vmac_dataset_free(&w.test);
  vmac_net_free(w.tuned);
  vmac_net_free(w.net);
  free(w.layers);
  return 0;
}
