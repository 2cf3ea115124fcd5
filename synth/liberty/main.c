/* vmac-liberty: vendors' cell libraries to what yosys, OpenSTA and the tools here read.
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "prep.h"

static const char help[] =
    "usage: vmac-liberty prep --lib F [--lib F ...] [--drop GLOB ...] -o OUT.lib\n"
    "                         [--power-view OUT2.lib [--slew NS]] [--verilog OUT.v]\n"
    "       vmac-liberty list --lib F [--lib F ...]\n\n"
    "prep writes one library that yosys 0.23 and OpenSTA 2.0.17 read: without dont_use cells, "
    "cells\n"
    "whose state is no flip-flop of one clock, scan cells, cells without functions or outputs, "
    "wire\n"
    "loads. It prints how many cells are left and dropped.\n"
    "list prints the cells: name, area (um2), leakage (nW), inputs, outputs, kind.\n\n"
    "  --lib F          Liberty (NLDM), plain or gzip; several become one library\n"
    "  --drop GLOB      drop cells of these names too, such as '*lpflow*'\n"
    "  -o F             the library\n"
    "  --power-view F   the same with internal_power that OpenSTA 2.0.17 counts right\n"
    "  --slew NS        input transition of its outputs' tables; default: the library's usual one\n"
    "  --verilog F      a Verilog module per cell, its function only\n";

_Noreturn static void die(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
_Noreturn static void die(int status, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fflush(stdout);
  fputs("vmac-liberty: ", stderr);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
  va_end(args);
  exit(status);
}

typedef struct {
  const char **lib, **drop;
  size_t libs, drops;
  const char *out, *view, *verilog;
  double slew; /* ns; 0: the library's */
} job;

static double positive(const char *option, const char *text) {
  char *end;
  const double value = strtod(text, &end);
  if (end == text || *end || !(value > 0 && value < 1e6))
    die(2, "%s: expected a number above 0 and below 1000000, found '%s'", option, text);
  return value;
}

static job parse(int argc, char **argv, bool list) {
  enum { LIB = 1, DROP, VIEW, SLEW, VERILOG, HELP };
  static const struct option options[] = {{"lib", required_argument, NULL, LIB},
                                          {"drop", required_argument, NULL, DROP},
                                          {"power-view", required_argument, NULL, VIEW},
                                          {"slew", required_argument, NULL, SLEW},
                                          {"verilog", required_argument, NULL, VERILOG},
                                          {"help", no_argument, NULL, HELP},
                                          {0}};
  job j = {.lib = vmac_alloc((size_t)argc, sizeof *j.lib),
           .drop = vmac_alloc((size_t)argc, sizeof *j.drop)};
  int option;
  bool only_prep = false;
  while ((option = getopt_long(argc, argv, "ho:", options, NULL)) != -1) {
    only_prep = only_prep || option != LIB;
    switch (option) {
    case LIB:
      j.lib[j.libs++] = optarg;
      break;
    case DROP:
      j.drop[j.drops++] = optarg;
      break;
    case VIEW:
      j.view = optarg;
      break;
    case SLEW:
      j.slew = positive("--slew", optarg);
      break;
    case VERILOG:
      j.verilog = optarg;
      break;
    case 'o':
      j.out = optarg;
      break;
    case HELP:
    case 'h':
      fputs(help, stdout);
      exit(0);
    default:
      die(2, "see vmac-liberty --help");
    }
  }
  if (optind < argc) die(2, "unexpected '%s'; each file needs its own --lib", argv[optind]);
  if (!j.libs) die(2, "--lib is required; see --help");
  if (list && only_prep) die(2, "list takes --lib only; see --help");
  if (!list && !j.out) die(2, "prep: -o is required; see --help");
  if (j.slew > 0 && !j.view) die(2, "--slew is for --power-view");
  return j;
}

/* Writes a whole file or none. */
static void save(const char *path, const prep_lib *prep,
                 void (*write)(FILE *f, const prep_lib *prep)) {
  char *text = NULL;
  size_t size = 0;
  vmac_err err;
  FILE *f = open_memstream(&text, &size);
  if (!f) die(1, "out of memory");
  write(f, prep);
  if (fclose(f)) die(1, "out of memory");
  if (!vmac_write_file(path, text, size, &err)) die(1, "%s", err.text);
  free(text);
}

static void write_library(FILE *f, const prep_lib *prep) {
  lib_write(f, prep->root);
}

static int prep_main(const job *j) {
  vmac_err err;
  prep_lib *prep = prep_load(j->lib, j->libs, j->drop, j->drops, &err);
  if (!prep) die(1, "%s", err.text);
  save(j->out, prep, write_library);
  if (j->verilog) save(j->verilog, prep, model_write);
  if (j->view) {
    view_apply(prep, j->slew);
    save(j->view, prep, write_library);
  }
  const size_t *count = prep->count;
  printf("library=%s cells=%zu dropped=%zu by_name=%zu dont_use=%zu state=%zu no_function=%zu "
         "no_output=%zu\n",
         prep->cells.name, count[PREP_KEPT],
         count[PREP_GLOB] + count[PREP_DONT_USE] + count[PREP_STATE] + count[PREP_FUNCTION] +
             count[PREP_NO_OUTPUT],
         count[PREP_GLOB], count[PREP_DONT_USE], count[PREP_STATE], count[PREP_FUNCTION],
         count[PREP_NO_OUTPUT]);
  prep_free(prep);
  return 0;
}

static const char *kind_of(const lib_cell *cell) {
  size_t inputs = 0, outputs = 0, functions = 0;
  for (size_t p = 0; p < cell->pins; p++) {
    inputs += cell->pin[p].dir == PIN_INPUT;
    outputs += cell->pin[p].dir == PIN_OUTPUT;
    functions += cell->pin[p].function.op != NULL;
  }
  if (cell->sequential && cell->clock < 0) return "state";
  if (cell->sequential) return cell->falling ? "dffn" : "dff";
  if (!outputs) return "none";
  if (functions < outputs) return "other";
  return inputs ? "comb" : "tie";
}

static int list_main(const job *j) {
  vmac_err err;
  cell_lib *lib = celllib_load(j->lib, j->libs, &err);
  if (!lib) die(1, "%s", err.text);
  printf("# %s, %g V: name, area um2, leakage nW, inputs, outputs, kind\n", lib->name,
         lib->voltage);
  for (size_t c = 0; c < lib->cells; c++) {
    const lib_cell *cell = &lib->cell[c];
    printf("%-40s %10.4f %10.4g  ", cell->name, cell->area, cell->leakage);
    for (int dir = PIN_INPUT; dir <= PIN_OUTPUT; dir++) {
      const char *comma = "";
      for (size_t p = 0; p < cell->pins; p++) {
        if ((int)cell->pin[p].dir != dir) continue;
        printf("%s%s", comma, cell->pin[p].name);
        comma = ",";
      }
      printf("%s ", *comma ? "" : "-");
    }
    printf(" %s%s%s\n", kind_of(cell), cell->clear.op ? "+clear" : "",
           cell->preset.op ? "+preset" : "");
  }
  celllib_free(lib);
  return 0;
}

int main(int argc, char **argv) {
  if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
    fputs(help, stdout);
    return 0;
  }
  const bool prep = argc > 1 && !strcmp(argv[1], "prep");
  if (!prep && (argc < 2 || strcmp(argv[1], "list")))
    die(2, "expected prep or list, found '%s'; see --help", argc > 1 ? argv[1] : "nothing");
  const job j = parse(argc - 1, argv + 1, !prep);
  const int status = prep ? prep_main(&j) : list_main(&j);
  free(j.lib);
  free(j.drop);
  return status;
}
