/* random: random networks through a verilated vmac_top, compared with the golden model.
 *
 * TEST RATIONALE
 * 1. State space. The networks of cmodel/testing/random_net.h, one per seed: all operators,
 *    windows 1x1 to 7x7, strides 1 to 3, 1 to 70 channels, blocks of pixels, both roundings, random
 *    coefficients. A third of them with weights, inputs, zero points or scales at their ends. Every
 *    accumulator, every byte of every layer, the results, TLAST, the counters. Half of the seeds
 *    run without a stall, and their cycles are those of vmac_program_cycles(); the others with an
 *    idle source, a busy sink, or both. With --large one operator on a large map, whose results a
 *    sink takes in every tenth cycle: they wait, and the array for them. Programs run in chains of
 *    CHAIN, without a reset between them, so that what one leaves behind meets the next.
 * 2. Parameters. The shapes, cells and corrections of the models it is built with.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "top.h"
#include "top_nets.h"

const char args_program[] = "random";

static const uint64_t CHAIN = 8;

struct Totals {
  uint64_t networks, refused, exact_cycles, cycles, compared;
};

struct Options {
  uint64_t seed, networks;
  bool large, verbose;
};

/* The stalls of a seed: none for every second one. */
static void draw_stalls(uint64_t seed, bool large, top_options *options) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  static const int often[] = {20, 200, 600, 950};
  const int kind = seed % 2 ? 0 : 1 + (int)vmac_rng_below(&rng, 3);
  options->idle = kind & 1 ? often[vmac_rng_below(&rng, 4)] : 0;
  options->stall = large ? 900 : kind & 2 ? often[vmac_rng_below(&rng, 4)] : 0;
}

static bool run_check(top_bench *bench, top_net *net, top_check *check, Totals *totals,
                      vmac_err *err) {
  top_net_input(net, check->state);
  top_check_infer(check);
  top_counts counts;
  const uint64_t begin = bench->cycles;
  if (!top_check_run(check, bench, &counts, err)) {
    if (check->failed) top_check_explain(check, bench->model, &bench->options, err);
    return false;
  }
  totals->cycles += bench->cycles - begin;
  totals->compared += check->compared;
  totals->networks++;
  if (bench->options.idle || bench->options.stall) return true;
  totals->exact_cycles++;
  return true;
}

/* False: a difference. A network that the hardware has no room for is counted and left out. */
static bool run_seed(top_bench *bench, uint64_t seed, const Options *o, Totals *totals) {
  vmac_err err = {};
  const vmac_hw *hw = &bench->model->hw;
  draw_stalls(seed, o->large, &bench->options);
  top_net *net = top_net_make(seed, hw, o->large, &err);
  if (!net) {
    printf("FAIL random %s: seed %llu: no network: %s\n", bench->model->name,
           (unsigned long long)seed, err.text);
    return false;
  }
  top_check check;
  bool ok = true;
  const bool fits = top_check_open(&check, top_net_net(net), top_net_plan(net), hw,
                                   top_net_rounding(net), TOP_SUMS, &err);
  if (fits)
    ok = run_check(bench, net, &check, totals, &err);
  else
    totals->refused++;
  if (!ok)
    printf("FAIL random %s: seed %llu (%s), idle %d, stall %d: %s\n", bench->model->name,
           (unsigned long long)seed, top_net_what(net), bench->options.idle, bench->options.stall,
           err.text);
  if (o->verbose)
    printf("seed %llu (%s), idle %d, stall %d: %s\n", (unsigned long long)seed, top_net_what(net),
           bench->options.idle, bench->options.stall, ok && fits ? "equal" : err.text);
  top_check_close(&check);
  top_net_free(net);
  return ok;
}

/* Seeds first, first + 1, ...: a chain on one open model. */
static bool run_chain(const top_model *model, uint64_t first, uint64_t count, const Options *o,
                      Totals *totals) {
  const top_options options = {first, 0, 0, 20000, 0, 0, NULL};
  top_bench bench;
  vmac_err err;
  bool ok = top_open(&bench, model, &options, &err);
  if (!ok) printf("FAIL random %s: %s\n", model->name, err.text);
  uint64_t done = 0;
  while (ok && done < count) ok = run_seed(&bench, first + done++, o, totals);
  if (!ok)
    printf("  replay: build/bench/random-%s --seed %llu --networks %llu%s\n", model->name,
           (unsigned long long)first, (unsigned long long)done, o->large ? " --large" : "");
  top_close(&bench);
  return ok;
}

int main(int argc, char **argv) {
  static const struct option table[] = {{"seed", 1, 0, 's'},
                                        {"networks", 1, 0, 'n'},
                                        {"large", 0, 0, 'l'},
                                        {"verbose", 0, 0, 'v'},
                                        {NULL, 0, 0, 0}};
  Options o = {1, 100, false, false};
  for (int c; (c = getopt_long(argc, argv, "", table, NULL)) != -1;) switch (c) {
    case 's':
      o.seed = number("--seed", optarg, 0, UINT64_MAX);
      break;
    case 'n':
      o.networks = number("--networks", optarg, 1, UINT32_MAX);
      break;
    case 'l':
      o.large = true;
      break;
    case 'v':
      o.verbose = true;
      break;
    default:
      fprintf(stderr, "usage: random-MODEL [--seed N] [--networks N] [--large] [--verbose]\n");
      return 2;
    }
  bool ok = true;
  for (size_t m = 0; m < top_model_count && ok; m++) {
    Totals totals = {};
    for (uint64_t i = 0; i < o.networks && ok; i += CHAIN)
      ok = run_chain(top_models[m], o.seed + i, o.networks - i < CHAIN ? o.networks - i : CHAIN, &o,
                     &totals);
    /* A model that refuses what it is asked tests nothing. */
    if (ok && totals.refused > o.networks / 10) {
      printf("FAIL random %s: %llu of %llu networks refused\n", top_models[m]->name,
             (unsigned long long)totals.refused, (unsigned long long)o.networks);
      ok = false;
    }
    if (ok)
      printf("%s: %llu networks (%llu refused), %llu accumulators and bytes equal, %llu runs with "
             "the formula's cycles\nPASS random %llu %llu\n",
             top_models[m]->name, (unsigned long long)totals.networks,
             (unsigned long long)totals.refused, (unsigned long long)totals.compared,
             (unsigned long long)totals.exact_cycles, (unsigned long long)totals.cycles,
             (unsigned long long)o.seed);
  }
  return ok ? 0 : 1;
}
