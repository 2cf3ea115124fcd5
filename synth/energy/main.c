/* vmac-energy: area, leakage and switching energy of one mapped multiplier cell on recorded
 * operands. Simulates the netlist on all 65,536 operand pairs first and compares it with the C
 * model; a netlist that differs has no figures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "energy.h"
#include "export.h"
#include "operands/operands.h"

static const char help[] =
    "usage: vmac-energy --liberty F --netlist F.json --cell NAME --operands F --load-ff FF --slew "
    "NS\n"
    "                   --period NS [--nets F]\n\n"
    "Prints one line of name=value pairs for a netlist with ports a_i[8], w_i[8], p_o[16] (and\n"
    "mode_i[4], held at the cell's mode); energies\n"
    "are pJ per product of the bare multiplier: zero-delay toggles, weight held, no registers.\n\n"
    "  --liberty F     cell library (NLDM)\n"
    "  --netlist F     flat mapped netlist, yosys write_json\n"
    "  --cell NAME     registry cell whose C model the netlist must equal\n"
    "  --operands F    stream written by `varimac operands`, of the cell's class\n"
    "  --load-ff FF    load of each product bit\n"
    "  --slew NS       transition of the operand bits\n"
    "  --period NS     time of one product, for leakage energy\n"
    "  --nets F        also write transitions per net, CSV: net,rises,falls\n";

_Noreturn static void die(int status, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
_Noreturn static void die(int status, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fflush(stdout);
  fputs("vmac-energy: ", stderr);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
  va_end(args);
  exit(status);
}

typedef struct {
  const char *liberty, *netlist, *cell, *operands, *nets;
  energy_setup setup;
  double period; /* ns */
} job;

static double positive(const char *option, const char *text) {
  char *end;
  const double value = strtod(text, &end);
  if (end == text || *end || !(value > 0 && value < 1e6))
    die(2, "%s: expected a number above 0 and below 1000000, found '%s'", option, text);
  return value;
}

static job parse(int argc, char **argv) {
  enum { LIBERTY = 1, NETLIST, CELL, OPERANDS, LOAD, SLEW, PERIOD, NETS, HELP };
  static const struct option options[] = {{"liberty", required_argument, NULL, LIBERTY},
                                          {"netlist", required_argument, NULL, NETLIST},
                                          {"cell", required_argument, NULL, CELL},
                                          {"load-ff", required_argument, NULL, LOAD},
                                          {"operands", required_argument, NULL, OPERANDS},
                                          {"slew", required_argument, NULL, SLEW},
                                          {"period", required_argument, NULL, PERIOD},
                                          {"nets", required_argument, NULL, NETS},
                                          {"help", no_argument, NULL, HELP},
                                          {0}};
  job j = {0};
  int option;
  while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
    switch (option) {
    case LIBERTY:
      j.liberty = optarg;
      break;
    case NETLIST:
      j.netlist = optarg;
      break;
    case CELL:
      j.cell = optarg;
      break;
    case OPERANDS:
      j.operands = optarg;
      break;
    case NETS:
      j.nets = optarg;
      break;
    case LOAD:
      j.setup.output_load = 1e-3 * positive("--load-ff", optarg);
      break;
    case SLEW:
      j.setup.input_slew = positive("--slew", optarg);
      break;
    case PERIOD:
      j.period = positive("--period", optarg);
      break;
    case HELP:
    case 'h':
      fputs(help, stdout);
      exit(0);
    default:
      die(2, "see vmac-energy --help");
    }
  }
  if (optind < argc) die(2, "unexpected '%s'", argv[optind]);
  const bool numbers = j.setup.output_load > 0 && j.setup.input_slew > 0 && j.period > 0;
  if (!j.liberty || !j.netlist || !j.cell || !j.operands || !numbers)
    die(2, "all options but --nets are required; see --help");
  return j;
}

typedef struct {
  const net_port *a, *w, *p;
  const net_port *mode; /* of a cell with a run-time mode operand, else NULL */
} mult_ports;

/* The mode operand that makes the cell the function of its registry line; constant from here on. */
static void set_mode(gatesim *sim, const mult_ports *ports, const vmac_mult *mult, size_t lanes) {
  if (!ports->mode) return;
  const uint32_t mode = (uint32_t)mult->mode;
  gatesim_set(sim, ports->mode, &mode, lanes, 0);
}

/* All 65,536 pairs, 1,024 words of 64 lanes: the netlist's product is the C model's, bit for bit.
 * The activation reaches it as it leaves the array's edge, but for the bits rounded away there: they
 * are noise, which the cell must not read (a rounder in the cell would). */
static void check_product(const net_list *nl, const mult_ports *ports, const vmac_mult *mult) {
  enum { PAIRS = 1 << 16 };
  gatesim *sim = gatesim_new(nl, PAIRS, SIM_ZERO, NULL);
  uint32_t *a = vmac_alloc(PAIRS, sizeof *a), *w = vmac_alloc(PAIRS, sizeof *w);
  int32_t *table = vmac_alloc(PAIRS, sizeof *table);
  for (size_t i = 0; i < PAIRS; i++) {
    a[i] = vmac_mult_edge(mult, (uint8_t)(i >> 8)) | (uint32_t)(i & ((1u << mult->edge) - 1));
    w[i] = (uint8_t)i;
  }
  vmac_mult_table(mult, table);
  set_mode(sim, ports, mult, PAIRS);
  gatesim_set(sim, ports->a, a, PAIRS, 1);
  gatesim_set(sim, ports->w, w, PAIRS, 1);
  gatesim_step(sim, false, false);
  for (size_t i = 0; i < PAIRS; i++) {
    const uint32_t bits = gatesim_get(sim, ports->p, i);
    const int32_t got = mult->cls == VMAC_S8 ? (int16_t)bits : (int32_t)bits;
    if (got != table[i])
      die(1, "netlist of %s: A = %d, W = %d: expected %d (C model), found %d", mult->name,
          (int)vmac_operand(mult->cls, (uint8_t)a[i]), (int)vmac_operand(mult->cls, (uint8_t)w[i]),
          (int)table[i], (int)got);
  }
  free(a);
  free(w);
  free(table);
  gatesim_free(sim);
}

static void replay(gatesim *sim, const mult_ports *ports, const vmac_mult *mult,
                   const vmac_operands *ops) {
  for (size_t i = 0; i < ops->lanes * ops->steps; i++) ops->a[i] = vmac_mult_edge(mult, ops->a[i]);
  uint32_t *value = vmac_alloc(ops->lanes, sizeof *value);
  set_mode(sim, ports, mult, ops->lanes);
  for (size_t i = 0; i < ops->lanes; i++) value[i] = ops->w[i];
  gatesim_set(sim, ports->w, value, ops->lanes, 1);
  for (size_t s = 0; s < ops->steps; s++) {
    for (size_t i = 0; i < ops->lanes; i++) value[i] = ops->a[i * ops->steps + s];
    gatesim_set(sim, ports->a, value, ops->lanes, 1);
    gatesim_step(sim, false, s > 0);
  }
  free(value);
}

static void write_nets(const net_list *nl, const net_activity *activity, const char *path) {
  char *text = NULL;
  size_t size = 0;
  vmac_err err;
  FILE *f = open_memstream(&text, &size);
  if (!f) die(1, "out of memory");
  fputs("net,rises,falls\n", f);
  for (size_t n = NET_FIRST; n < nl->nets; n++)
    fprintf(f, "%s,%llu,%llu\n", nl->name[n], (unsigned long long)activity[n].rises,
            (unsigned long long)activity[n].falls);
  if (fclose(f)) die(1, "out of memory");
  if (!vmac_write_file(path, text, size, &err)) die(1, "%s", err.text);
  free(text);
}

int main(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "export")) return energy_export(argc - 1, argv + 1);
  const job j = parse(argc, argv);
  vmac_err err;
  vmac_operands ops;
  const vmac_mult *mult = vmac_mult_find(j.cell, &err);
  cell_lib *lib = mult ? celllib_load(&j.liberty, 1, &err) : NULL;
  net_list *nl = lib ? netlist_load(j.netlist, lib, &err) : NULL;
  mult_ports ports = {0};
  if (!nl || !(ports.a = netlist_port(nl, "a_i", PIN_INPUT, 8, &err)) ||
      !(ports.w = netlist_port(nl, "w_i", PIN_INPUT, 8, &err)) ||
      !(ports.p = netlist_port(nl, "p_o", PIN_OUTPUT, 16, &err)) ||
      (mult->mode >= 0 && !(ports.mode = netlist_port(nl, "mode_i", PIN_INPUT, 4, &err))) ||
      !vmac_operands_load(&ops, j.operands, &err))
    die(1, "%s", err.text);
  if (ops.cls != mult->cls || ops.steps < 2)
    die(1, "%s: expected a stream of class %s with 2 or more steps, found %s, %zu", j.operands,
        mult->cls == VMAC_S8 ? "s8" : "u8", ops.cls == VMAC_S8 ? "s8" : "u8", ops.steps);
  check_product(nl, &ports, mult);

  gatesim *sim = gatesim_new(nl, ops.lanes, SIM_ZERO, NULL);
  energy_sum sum;
  replay(sim, &ports, mult, &ops);
  energy_of(nl, lib, &j.setup, gatesim_activity(sim), &sum);
  if (j.nets) write_nets(nl, gatesim_activity(sim), j.nets);

  const double products = (double)(ops.lanes * (ops.steps - 1));
  const double leakage = netlist_leakage(nl), leak_pj = leakage * j.period * 1e-6;
  printf("name=%s class=%s gates=%zu area_um2=%.4f switching_pj=%.6f internal_pj=%.6f "
         "leakage_nw=%.6g leakage_pj=%.6g energy_pj=%.6f toggles=%.4f products=%.0f\n",
         mult->name, mult->cls == VMAC_S8 ? "s8" : "u8", nl->gates, netlist_area(nl),
         sum.switching / products, sum.internal / products, leakage, leak_pj,
         (sum.switching + sum.internal) / products + leak_pj, (double)sum.transitions / products,
         products);
  gatesim_free(sim);
  vmac_operands_free(&ops);
  netlist_free(nl);
  celllib_free(lib);
  return 0;
}
