/* vmac-energy export: what another simulator should count. SPDX-License-Identifier: Apache-2.0 */
#include "export.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "annotate.h"
#include "verilog.h"

static const char help[] =
    "usage: vmac-energy export --lib F [--lib F ...] --netlist F.json --load-ff FF --slew NS\n"
    "                          --mode zero|inertial -o DIR [--lanes N] [--steps N] [--seed N]\n\n"
    "Random values at every input in every step. Writes DIR/lane<i>.v, a Verilog program that\n"
    "replays lane i and prints rises and falls of every net, and DIR/counts.txt, the sums over "
    "the\n"
    "lanes that our own simulation finds. Defaults: 3 lanes, 300 steps, seed 1.\n";

enum { MAX_LIBS = 16, FIRST = 4, MOST = 1 << 20 }; /* the first steps load the flip-flops */

typedef struct {
  const char *lib[MAX_LIBS], *netlist, *dir;
  size_t libs, lanes, steps;
  uint64_t seed;
  net_setup setup;
  int mode; /* sim_mode; -1: not given */
} job;

static double number(const char *option, const char *text, double most) {
  char *end;
  const double value = strtod(text, &end);
  if (end == text || *end || !(value > 0 && value <= most)) {
    fprintf(stderr, "vmac-energy export: --%s: expected a number above 0, at most %g, found '%s'\n",
            option, most, text);
    exit(2);
  }
  return value;
}

static job parse(int argc, char **argv) {
  static const struct option options[] = {
      {"lib", required_argument, NULL, 'l'},     {"netlist", required_argument, NULL, 'n'},
      {"load-ff", required_argument, NULL, 'f'}, {"slew", required_argument, NULL, 's'},
      {"mode", required_argument, NULL, 'm'},    {"lanes", required_argument, NULL, 'L'},
      {"steps", required_argument, NULL, 'S'},   {"seed", required_argument, NULL, 'r'},
      {"help", no_argument, NULL, 'h'},          {0}};
  job j = {.lanes = 3, .steps = 300, .seed = 1, .mode = -1};
  int option;
  while ((option = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
    if (option == 'l' && j.libs < MAX_LIBS)
      j.lib[j.libs++] = optarg;
    else if (option == 'n')
      j.netlist = optarg;
    else if (option == 'o')
      j.dir = optarg;
    else if (option == 'f')
      j.setup.output_load = 1e-3 * number("load-ff", optarg, 1e6);
    else if (option == 's')
      j.setup.input_slew = j.setup.clock_slew = number("slew", optarg, 1e6);
    else if (option == 'L')
      j.lanes = (size_t)number("lanes", optarg, MOST);
    else if (option == 'S')
      j.steps = (size_t)number("steps", optarg, MOST);
    else if (option == 'r')
      j.seed = (uint64_t)number("seed", optarg, 1e15);
    else if (option == 'm')
      j.mode = !strcmp(optarg, "zero") ? SIM_ZERO : !strcmp(optarg, "inertial") ? SIM_INERTIAL : -1;
    else {
      fputs(option == 'h' ? help : "vmac-energy export: see --help\n",
            option == 'h' ? stdout : stderr);
      exit(option == 'h' ? 0 : 2);
    }
  }
  if (optind < argc || !j.libs || !j.netlist || !j.dir || j.mode < 0 ||
      !(j.setup.output_load > 0 && j.setup.input_slew > 0)) {
    fprintf(stderr, "vmac-energy export: expected --lib, --netlist, --load-ff, --slew, --mode zero "
                    "or inertial, and -o; see --help\n");
    exit(2);
  }
  return j;
}

/* value[(lane * steps + step) * inputs + i] */
static uint32_t *draw(const job *j, size_t inputs) {
  uint32_t *value = vmac_alloc(j->lanes * j->steps * inputs, sizeof *value);
  vmac_rng rng;
  vmac_rng_seed(&rng, j->seed);
  for (size_t i = 0; i < j->lanes * j->steps * inputs; i++)
    value[i] = (uint32_t)(vmac_rng_next(&rng) >> 32);
  return value;
}

static bool write_lanes(const job *j, const net_list *nl, const int *delay, const uint32_t *value,
                        vmac_err *err) {
  const size_t inputs = verilog_inputs(nl);
  bool good = true;
  for (size_t lane = 0; good && lane < j->lanes; lane++) {
    char *text = NULL, path[4096];
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f) return vmac_fail(err, "out of memory");
    verilog_write(f, nl, delay,
                  &(verilog_vectors){j->steps, FIRST, inputs, value + lane * j->steps * inputs});
    snprintf(path, sizeof path, "%.4000s/lane%zu.v", j->dir, lane);
    good = !fclose(f) ? vmac_write_file(path, text, size, err) : vmac_fail(err, "out of memory");
    free(text);
  }
  return good;
}

static bool write_counts(const job *j, const net_list *nl, const int *delay, const uint32_t *value,
                         vmac_err *err) {
  gatesim *sim = gatesim_new(nl, j->lanes, (sim_mode)j->mode, delay);
  const size_t inputs = verilog_inputs(nl);
  for (size_t s = 0; s < j->steps; s++) {
    size_t input = 0;
    for (size_t i = 0; i < nl->ports; i++)
      if (nl->port[i].dir == PIN_INPUT && nl->port[i].net[0] != nl->clock)
        gatesim_set(sim, &nl->port[i], value + s * inputs + input++, j->lanes, j->steps * inputs);
    gatesim_step(sim, true, s >= FIRST);
  }
  bool *used = verilog_nets(nl);
  char *text = NULL, path[4096];
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  if (!f) return vmac_fail(err, "out of memory");
  for (size_t n = NET_FIRST; n < nl->nets; n++)
    if (used[n] && (int)n != nl->clock)
      fprintf(f, "%s %llu %llu\n", nl->name[n], (unsigned long long)gatesim_activity(sim)[n].rises,
              (unsigned long long)gatesim_activity(sim)[n].falls);
  snprintf(path, sizeof path, "%.4000s/counts.txt", j->dir);
  const bool good =
      !fclose(f) ? vmac_write_file(path, text, size, err) : vmac_fail(err, "out of memory");
  free(text);
  free(used);
  gatesim_free(sim);
  return good;
}

int energy_export(int argc, char **argv) {
  const job j = parse(argc, argv);
  vmac_err err;
  cell_lib *lib = celllib_load(j.lib, j.libs, &err);
  net_list *nl = lib ? netlist_load(j.netlist, lib, &err) : NULL;
  bool good = nl != NULL;
  if (good) {
    net_annotation ann;
    annotate(&ann, nl, &j.setup);
    const int *delay = j.mode == SIM_ZERO ? NULL : ann.steps;
    uint32_t *value = draw(&j, verilog_inputs(nl));
    good = write_lanes(&j, nl, delay, value, &err) && write_counts(&j, nl, delay, value, &err);
    free(value);
    annotate_free(&ann);
  }
  if (!good) fprintf(stderr, "vmac-energy: %s\n", err.text);
  netlist_free(nl);
  celllib_free(lib);
  return good ? 0 : 1;
}
