/* vmac-energy compose: an array's flat netlist against the sum of its parts.
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "compose.h"

static const char help[] =
    "usage: vmac-energy compose --lib F --array F.json --pe F.json,.. --side F.json --cell NAME\n"
    "           --operands F --load-ff FF --slew NS --period NS [--rest-um2 UM2]\n"
    "           [--bound PERCENT]\n\n"
    "Simulates a flat array, its PEs and its side column on the same operands, zero-delay and\n"
    "inertial, and prints energies of a busy array cycle in pJ, areas in um2, and by how much the\n"
    "sum of the parts differs from the flat netlist; uniform_..: that with the widest PE in\n"
    "all rows, which is what varimac energy counts.\n\n"
    "  --pe F,F,..     a PE for each width of partial sum: of the top row, of 17 bits, of 18, ..\n"
    "  --operands F    of as many rows as the array has (varimac operands --rows R)\n"
    "  --load-ff FF    load at the foot of the array; a PE drives its neighbours' inputs\n"
    "  --rest-um2 A    area of what the array has beside PEs and side column; default 0\n"
    "  --bound P       fail where energy or area differ by more than P percent\n";

enum { LIB = 1, ARRAY, PE, SIDE, CELL, OPERANDS, LOAD, SLEW, PERIOD, REST, BOUND, HELP, OPTIONS };

static const struct option options[] = {{"lib", 1, NULL, LIB},
                                        {"array", 1, NULL, ARRAY},
                                        {"pe", 1, NULL, PE},
                                        {"side", 1, NULL, SIDE},
                                        {"cell", 1, NULL, CELL},
                                        {"operands", 1, NULL, OPERANDS},
                                        {"load-ff", 1, NULL, LOAD},
                                        {"slew", 1, NULL, SLEW},
                                        {"period", 1, NULL, PERIOD},
                                        {"rest-um2", 1, NULL, REST},
                                        {"bound", 1, NULL, BOUND},
                                        {"help", 0, NULL, HELP},
                                        {0}};

static void parse(int argc, char **argv, const char *value[OPTIONS]) {
  for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
    if (option == HELP || option == 'h') {
      fputs(help, stdout);
      exit(0);
    }
    if (option >= OPTIONS)
      command_die(2, "see vmac-energy compose --help");
    else
      value[option] = optarg;
  }
  if (optind < argc) command_die(2, "compose: unexpected '%s'", argv[optind]);
  for (size_t i = 0; options[i].name; i++)
    if (options[i].val < REST && !value[options[i].val])
      command_die(2, "compose: --%s is missing; see vmac-energy compose --help", options[i].name);
}

static net_list *load(const char *path, const cell_lib *lib) {
  vmac_err err;
  net_list *nl = netlist_load(path, lib, &err);
  if (!nl) command_die(1, "%s", err.text);
  return nl;
}

/* The PEs of "F,F,..", which have to be those of all rows. */
static void load_pes(compose_source *src, const char *files, const cell_lib *lib) {
  vmac_err err;
  char *list = vmac_alloc(strlen(files) + 1, 1);
  strcpy(list, files);
  for (char *file = strtok(list, ","); file; file = strtok(NULL, ","))
    if (!compose_add(src, load(file, lib), src->ops->rows, &err)) command_die(1, "%s", err.text);
  const size_t rows = src->classes ? src->pe[src->classes - 1].to : 0;
  if (rows < src->ops->rows)
    command_die(1, "compose: --pe: expected PEs of all %zu rows, found %zu", src->ops->rows, rows);
  free(list);
}

static double percent(double sum, double flat) {
  return 100 * (sum / flat - 1);
}

/* Ends the program where a difference is above the bound. */
static void check(const char *what, double off, double bound) {
  if (bound > 0 && (off > bound || off < -bound))
    command_die(1,
                "compose: %s: the sum of the parts differs by %.2f %% from the flat array, "
                "expected at most %g %%",
                what, off, bound);
}

static void print(const compose_source *src, const compose_figure figure[RUN_MODES],
                  const double worst[RUN_MODES], double rest, double bound) {
  const double area = compose_area(src) + rest;
  const double flat_area = netlist_area(src->array);
  printf("cell=%s rows=%zu cols=%zu gates=%zu flat_area_um2=%.4f parts_area_um2=%.4f "
         "area_percent=%.3f uniform_area_percent=%.3f",
         src->mult->name, src->ops->rows, src->cols, src->array->gates, flat_area, area,
         percent(area, flat_area), percent(compose_uniform_area(src) + rest, flat_area));
  for (int m = 0; m < RUN_MODES; m++) {
    if (!(figure[m].flat > 0)) continue;
    const char *mode = run_mode_name((sim_mode)m);
    const double sum = figure[m].pes + figure[m].side;
    printf(" flat_%s_pj=%.5f pes_%s_pj=%.5f side_%s_pj=%.5f %s_percent=%.3f worst_layer_%s_percent"
           "=%.3f uniform_%s_percent=%.3f",
           mode, figure[m].flat, mode, figure[m].pes, mode, figure[m].side, mode,
           percent(sum, figure[m].flat), mode, worst[m], mode,
           percent(figure[m].uniform + figure[m].side, figure[m].flat));
  }
  putchar('\n');
  check("area", percent(area, flat_area), bound);
  for (int m = 0; m < RUN_MODES; m++)
    if (figure[m].flat > 0)
      check(run_mode_name((sim_mode)m), percent(figure[m].pes + figure[m].side, figure[m].flat),
            bound);
}

int command_compose(int argc, char **argv) {
  const char *value[OPTIONS] = {0};
  vmac_err err;
  vmac_operands ops;
  compose_figure figure[RUN_MODES];
  double worst[RUN_MODES];
  parse(argc, argv, value);
  const run_setup setup = {.modes = {[SIM_ZERO] = true, [SIM_INERTIAL] = true},
                           .period = command_positive("--period", value[PERIOD]),
                           .output_load = 1e-3 * command_positive("--load-ff", value[LOAD]),
                           .slew = command_positive("--slew", value[SLEW])};
  const double bound = value[BOUND] ? command_positive("--bound", value[BOUND]) : 0;
  const vmac_mult *mult = vmac_mult_find(value[CELL], &err);
  cell_lib *lib = mult ? celllib_load(&value[LIB], 1, &err) : NULL;
  if (!lib || !vmac_operands_load(&ops, value[OPERANDS], &err)) command_die(1, "%s", err.text);
  if (ops.cls != mult->cls)
    command_die(1, "%s: expected a stream of the class of cell %s", value[OPERANDS], mult->name);
  int32_t *table = vmac_alloc(65536, sizeof *table);
  vmac_mult_table(mult, table);
  net_list *array = load(value[ARRAY], lib), *side = load(value[SIDE], lib);
  compose_source src = {.array = array, .side = side, .mult = mult, .table = table, .ops = &ops};
  load_pes(&src, value[PE], lib);
  const stim_source of_array = {.nl = array, .mult = mult, .ops = &ops, .table = table};
  const net_port *en = stim_port(&of_array, "w_en_i", PIN_INPUT, 64, &err);
  src.cols = en ? en->width : 0;
  if (!en || !compose_run(&src, lib, &setup, figure, worst, &err)) command_die(1, "%s", err.text);
  print(&src, figure, worst, value[REST] ? command_positive("--rest-um2", value[REST]) : 0, bound);
  free(table);
  vmac_operands_free(&ops);
  netlist_free(array);
  for (size_t i = 0; i < src.classes; i++) netlist_free((net_list *)src.pe[i].nl);
  netlist_free(side);
  celllib_free(lib);
  return 0;
}
