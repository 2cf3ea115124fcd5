/* cosim: a network's images through a verilated vmac_top, compared with the golden model: every MAC
 * accumulator, every byte of every layer, the results, the counters.
 *
 * One process per core; each has a model and every so many-th image. The parent prints progress and
 * the verdict, and shows the first failure with the line that replays it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "args.h"
#include "top.h"

/* libgomp's; a forked process has none of its threads. */
extern "C" void omp_set_num_threads(int);

struct Options {
  const char *net, *data, *calib, *model, *map;
  vmac_mode mode;
  vmac_rounding rounding;
  size_t first, images, calib_images;
  int jobs;
  top_compare compare;
  top_options bench;
};

static const char usage_text[] =
    "usage: cosim [OPTION ...]\n\n"
    "Runs images through a verilated accelerator and compares with the golden model.\n\n"
    "  --net F            int8 network (default weights/resnet8.tflite)\n"
    "  --data SPEC        images (default subset:test)\n"
    "  --first N          the first image (default 0)\n"
    "  --images N         how many (default 1)\n"
    "  --correction MODE  none, bias, paper, cv or bitplane (default cv)\n"
    "  --rounding R       of requantization: double or single (default double)\n"
    "  --calib SPEC       images the correction is calibrated on (default subset:calib)\n"
    "  --calib-images N   the first N of them (default 32)\n"
    "  --map F            which weight brings which mode of the cell along (JSON, see varimac map\n"
    "                     --help), of a model with modes (default: the model's cell)\n"
    "  --model NAME       the model (default the first; --list names them)\n"
    "  --compare WHAT     outputs; bytes of all layers; all, accumulators too (default); or sums,\n"
    "                     those of layers without weights too\n"
    "  --seed N           of registers before reset, idle cycles, stalls (default 1)\n"
    "  --idle P           chance of a cycle without a beat, in 1/1000 (default 0)\n"
    "  --stall P          chance of a cycle that takes no result, in 1/1000 (default 0)\n"
    "  --jobs N           processes (default one per core)\n"
    "  --trace A:B        cycles to write as VCD; one image\n"
    "  --vcd F            the file (default cosim.vcd)\n";

const char args_program[] = "cosim";

/* The words of --rounding and --compare, by vmac_rounding and top_compare. */
static const char *const roundings[] = {"double", "single"};
static const char *const compares[] = {"outputs", "bytes", "all", "sums"};

static void trace_range(const char *text, top_options *bench) {
  char *end = NULL;
  bench->trace_from = strtoull(text, &end, 0);
  if (end != text && *end == ':') {
    const char *second = end + 1;
    bench->trace_to = strtoull(second, &end, 0);
    if (end != second && !*end && bench->trace_to > bench->trace_from) return;
  }
  misused("--trace: expected FROM:TO, cycles, found '%s'", text);
}

static Options parse(int argc, char **argv) {
  static const struct option table[] = {{"net", 1, 0, 'n'},        {"data", 1, 0, 'd'},
                                        {"first", 1, 0, 'f'},      {"images", 1, 0, 'i'},
                                        {"correction", 1, 0, 'o'}, {"rounding", 1, 0, 'r'},
                                        {"calib", 1, 0, 'c'},      {"calib-images", 1, 0, 'C'},
                                        {"model", 1, 0, 'm'},      {"compare", 1, 0, 'x'},
                                        {"seed", 1, 0, 's'},       {"idle", 1, 0, 'p'},
                                        {"stall", 1, 0, 'q'},      {"jobs", 1, 0, 'j'},
                                        {"trace", 1, 0, 't'},      {"map", 1, 0, 'M'},
                                        {"vcd", 1, 0, 'v'},        {"list", 0, 0, 'l'},
                                        {"help", 0, 0, 'h'},       {NULL, 0, 0, 0}};
  Options o = {"weights/resnet8.tflite",
               "subset:test",
               "subset:calib",
               top_models[0]->name,
               NULL,
               VMAC_CORR_CV,
               VMAC_ROUND_DOUBLE,
               0,
               1,
               32,
               (int)sysconf(_SC_NPROCESSORS_ONLN),
               TOP_ALL,
               {1, 0, 0, 100000, 0, 0, "cosim.vcd"}};
  vmac_err err;
  for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) {
    switch (c) {
    case 'n':
      o.net = optarg;
      break;
    case 'd':
      o.data = optarg;
      break;
    case 'f':
      o.first = number("--first", optarg, 0, INT32_MAX);
      break;
    case 'i':
      o.images = number("--images", optarg, 1, INT32_MAX);
      break;
    case 'o':
      if (vmac_mode_find(optarg, &o.mode, &err)) break;
      misused("--correction: %s", err.text);
    case 'r':
      o.rounding = (vmac_rounding)choice("--rounding", optarg, roundings, 2);
      break;
    case 'c':
      o.calib = optarg;
      break;
    case 'C':
      o.calib_images = number("--calib-images", optarg, 1, INT32_MAX);
      break;
    case 'm':
      o.model = optarg;
      break;
    case 'M':
      o.map = optarg;
      break;
    case 'x':
      o.compare = (top_compare)choice("--compare", optarg, compares, 4);
      break;
    case 's':
      o.bench.seed = number("--seed", optarg, 0, UINT64_MAX);
      break;
    case 'p':
      o.bench.idle = (int)number("--idle", optarg, 0, 999);
      break;
    case 'q':
      o.bench.stall = (int)number("--stall", optarg, 0, 999);
      break;
    case 'j':
      o.jobs = (int)number("--jobs", optarg, 1, 256);
      break;
    case 't':
      trace_range(optarg, &o.bench);
      break;
    case 'v':
      o.bench.trace_path = optarg;
      break;
    case 'l':
      for (size_t i = 0; i < top_model_count; i++) puts(top_models[i]->name);
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
  if (o.bench.trace_to && o.images != 1) die("--trace: expected one image");
  return o;
}

/* ---- workers --------------------------------------------------------------------------------- */

/* What a worker tells the parent of one image; shorter than PIPE_BUF, so written in one piece. */
struct Report {
  size_t image;
  bool ok, right; /* equal to the golden model; the golden model's answer is the label */
  uint64_t cycles, compared;
  double seconds; /* a core's, of simulation and comparison */
  top_counts counts;
  char text[1024];
};

static double now(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Images first + worker, first + worker + step, ... on one open model. Stops at a failure. */
static void work(const Options *o, const top_model *model, const vmac_net *net,
                 const vmac_plan *plan, const vmac_dataset *data, int worker, int step, int pipe) {
  omp_set_num_threads(1);
  Report report = {};
  vmac_err err = {};
  top_check check;
  top_bench bench;
  bool ok = top_check_open(&check, net, plan, &model->hw, o->rounding, o->compare, &err);
  const bool open = ok;
  if (ok) ok = top_open(&bench, model, &o->bench, &err);
  for (size_t i = (size_t)worker; i < o->images && (ok || i == (size_t)worker); i += (size_t)step) {
    const size_t image = o->first + i;
    report = Report();
    report.image = image;
    if (ok) {
      top_check_image(&check, data, image);
      /* An image draws the same stalls whatever ran before it, so that a replay draws them too. */
      vmac_rng_seed(&bench.rng, o->bench.seed + 1000003 * (uint64_t)image);
      const uint64_t begin_cycle = bench.cycles, begin_compared = check.compared;
      const double begin = now(CLOCK_PROCESS_CPUTIME_ID);
      ok = top_check_run(&check, &bench, &report.counts, &err);
      report.seconds = now(CLOCK_PROCESS_CPUTIME_ID) - begin;
      report.cycles = bench.cycles - begin_cycle;
      report.compared = check.compared - begin_compared;
      report.right = data->labels && top_answer(&check) == data->labels[image];
      if (!ok && check.failed) top_check_explain(&check, model, &o->bench, &err);
      if (!ok) {
        char text[sizeof report.text];
        snprintf(text, sizeof text, "image %zu, cycle %llu (of this image %llu): %.900s", image,
                 (unsigned long long)bench.cycles, (unsigned long long)report.cycles, err.text);
        memcpy(report.text, text, sizeof text);
      }
    } else {
      snprintf(report.text, sizeof report.text, "%.1000s", err.text);
    }
    report.ok = ok;
    if (write(pipe, &report, sizeof report) != (ssize_t)sizeof report) break;
  }
  if (open) top_close(&bench);
  top_check_close(&check);
}

/* ---- the parent ------------------------------------------------------------------------------ */

struct Totals {
  size_t images, right;
  uint64_t cycles, compared;
  double seconds;
  top_counts last;
};

static void progress(const Options *o, const Totals *t, double begin, bool end) {
  static double shown = 0;
  if (!isatty(2) || (!end && now(CLOCK_MONOTONIC) - shown < 0.2)) return;
  shown = now(CLOCK_MONOTONIC);
  const double took = now(CLOCK_MONOTONIC) - begin;
  fprintf(stderr, "\r%zu of %zu images, %.0f s left   ", t->images, o->images,
          took / (double)t->images * (double)(o->images - t->images));
  if (end) fprintf(stderr, "\r%*s\r", 60, "");
}

static void replay(const Options *o, const char *model, size_t image) {
  printf("  replay: build/bench/cosim-%s --model %s --net %s --data %s --first %zu --images 1 "
         "--correction %s --rounding %s --calib %s --calib-images %zu --compare %s --seed %llu "
         "--idle %d --stall %d --jobs 1%s%s\n",
         model, model, o->net, o->data, image, vmac_mode_name(o->mode), roundings[o->rounding],
         o->calib, o->calib_images, compares[o->compare], (unsigned long long)o->bench.seed,
         o->bench.idle, o->bench.stall, o->map ? " --map " : "", o->map ? o->map : "");
}

/* Forks the workers and collects their reports. False at the first failure. */
static bool run_all(const Options *o, const top_model *model, const vmac_net *net,
                    const vmac_plan *plan, const vmac_dataset *data, Totals *totals) {
  const int workers = (size_t)o->jobs < o->images ? o->jobs : (int)o->images;
  pid_t pid[256];
  int ends[2];
  if (pipe(ends) != 0) die("no pipe");
  fflush(NULL);
  for (int i = 0; i < workers; i++) {
    pid[i] = fork();
    if (pid[i] < 0) die("no process");
    if (pid[i] == 0) {
      close(ends[0]);
      work(o, model, net, plan, data, i, workers, ends[1]);
      fflush(NULL);
      _exit(0);
    }
  }
  close(ends[1]);
  const double begin = now(CLOCK_MONOTONIC);
  Report report;
  bool ok = true;
  ssize_t got = 0;
  while (ok && (got = read(ends[0], &report, sizeof report)) == (ssize_t)sizeof report) {
    ok = report.ok;
    if (!ok) {
      progress(o, totals, begin, true);
      printf("FAIL cosim %s: %s\n", model->name, report.text);
      replay(o, model->name, report.image);
      break;
    }
    totals->images++;
    totals->right += report.right;
    totals->cycles += report.cycles;
    totals->compared += report.compared;
    totals->seconds += report.seconds;
    totals->last = report.counts;
    progress(o, totals, begin, false);
  }
  close(ends[0]);
  if (ok && totals->images) progress(o, totals, begin, true);
  bool died = false;
  for (int i = 0; i < workers; i++) {
    if (!ok) kill(pid[i], SIGTERM);
    int status = 0;
    waitpid(pid[i], &status, 0);
    died = died || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  }
  if (ok && (died || totals->images != o->images)) {
    printf("FAIL cosim %s: %zu of %zu images came back: a process died\n", model->name,
           totals->images, o->images);
    ok = false;
  }
  return ok;
}

static const top_model *find_model(const char *name) {
  for (size_t i = 0; i < top_model_count; i++)
    if (strcmp(top_models[i]->name, name) == 0) return top_models[i];
  misused("no model '%s'; cosim --list names them", name);
}

/* Of the model's cell, of what its PEs have, or of what --map gives the weights. */
static vmac_plan *make_plan(const Options *o, const top_model *model, const vmac_net *net,
                            vmac_ktiles *tiles, const vmac_dataset *calib, vmac_err *err) {
  const vmac_hw *hw = &model->hw;
  if (!o->map && !hw->map)
    return vmac_plan_make_tiled(net, vmac_mult_at((size_t)hw->cell), nullptr, o->mode, tiles, calib,
                                o->calib_images, err);
  if (o->map && !hw->opt_mode) misused("--map wants a model with modes, and %s has none", o->model);
  vmac_map *map = o->map ? vmac_map_load(o->map, net, err) : vmac_map_of_pes(net, hw, err);
  if (!map) return nullptr;
  vmac_plan *plan = vmac_plan_make_map(net, map, o->mode, tiles, calib, o->calib_images, err);
  vmac_map_free(map);
  return plan;
}

int main(int argc, char **argv) {
  const Options o = parse(argc, argv);
  vmac_err err;
  const top_model *model = find_model(o.model);
  vmac_dataset data = {}, calib = {};
  vmac_net *net = vmac_net_load(o.net, &err);
  if (!net || !vmac_dataset_load(&data, o.data, &err) || !vmac_net_takes(net, &data, &err) ||
      !vmac_dataset_load(&calib, o.calib, &err) || !vmac_net_takes(net, &calib, &err))
    die(err.text);
  if (o.first + o.images > data.n || o.calib_images > calib.n) {
    vmac_fail(&err, "%s has %zu images, %s %zu: fewer than asked for", o.data, data.n, o.calib,
              calib.n);
    die(err.text);
  }
  /* Hardware with coefficients for every K tile gets a plan that has them. */
  vmac_ktiles *tiles =
      model->hw.opt_ktile ? vmac_ktiles_new(net, model->hw.rows, model->hw.cols, &err) : nullptr;
  if (model->hw.opt_ktile && !tiles) die(err.text);
  vmac_plan *plan = make_plan(&o, model, net, tiles, &calib, &err);
  if (!plan) die(err.text);
  /* The compiler's refusals, before the processes. */
  vmac_program *program = vmac_program_compile(net, plan, &model->hw, o.rounding, &err);
  if (!program) die(err.text);
  vmac_program_free(program);

  Totals totals = {};
  const double begin = now(CLOCK_MONOTONIC);
  const bool ok = run_all(&o, model, net, plan, &data, &totals);
  const double took = now(CLOCK_MONOTONIC) - begin;
  if (ok) {
    const top_counts *c = &totals.last;
    printf("%s, %s, %s: %zu images, %llu cycles each (the last one's counters: cycles %u, stall_in "
           "%u, stall_out %u, weight_wait %u, macs %llu, jobs %u, beats in %u, out %u)\n",
           model->name, o.net, vmac_mode_name(o.mode), totals.images,
           (unsigned long long)(totals.cycles / totals.images), c->cycles, c->stall_in,
           c->stall_out, c->weight_wait, (unsigned long long)c->macs, c->jobs, c->beats_in,
           c->beats_out);
    printf("%llu accumulators and bytes equal; %zu of %zu answers right (%.2f %%); %.2f Mcycle/s "
           "and %.1f ms an image on a core; %.1f s in all\n",
           (unsigned long long)totals.compared, totals.right, totals.images,
           100.0 * (double)totals.right / (double)totals.images,
           1e-6 * (double)totals.cycles / totals.seconds,
           1e3 * totals.seconds / (double)totals.images, took);
    printf("PASS cosim %llu %llu\n", (unsigned long long)totals.cycles,
           (unsigned long long)o.bench.seed);
  }
  vmac_plan_free(plan);
  vmac_dataset_free(&calib);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  return ok ? 0 : 1;
}
