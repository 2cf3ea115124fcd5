/* vmac-energy cell, pe, side, correct, tile, array: one netlist's figures.
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "report.h"

static const char help[] =
    "usage: vmac-energy %s --lib F --netlist F.json --cell NAME --operands F --load-ff FF\n"
    "           --slew NS --period NS [OPTION ...]\n\n"
    "Simulates a flat mapped netlist (yosys write_json) on recorded operands and prints one line "
    "of\n"
    "name=value pairs. What leaves the netlist is compared with the C model first; a netlist that\n"
    "differs has no figures. Energies are pJ of one busy cycle (per MAC of a cell or PE, per\n"
    "accumulator of the correction unit), weight held, mean over the layers by how many they have.\n\n"
    "  --lib F         cell library (NLDM), plain or .gz; several are taken as one\n"
    "  --netlist F     %s\n"
    "  --cell NAME     registry cell whose C model the netlist must equal\n"
    "  --operands F    stream written by `varimac operands`, of the cell's class\n"
    "  --load-ff FF    load of each output bit\n"
    "  --slew NS       transition of the inputs and of the clock\n"
    "  --period NS     of the clock, for leakage\n"
    "  --modes LIST    of zero, unit, inertial: how gates settle; default all\n"
    "  --opt-correction N  what side column and correction unit were built with: 0, 1 (default), "
    "2,\n"
    "                  3\n"
    "  --phi-rank R    planes of phi with --opt-correction 3; default 1\n"
    "  --rows FROM:TO  pe: of the PEs in these rows, counted from 0, without TO; share= is their\n"
    "                  part of all multiplications\n"
    "  --variant NAME  kept in the JSON: which of several mappings of a cell this is\n"
    "  --json F        all figures, layer by layer\n"
    "  --nets F        transitions per net in the last of the modes, CSV: net,rises,falls\n"
    "  --gates F       energy of each gate, zero-delay, tab-separated (power_gates.h)\n"
    "  --vcd-out F     lane 0 of the first layer as a VCD file, in the last of the modes\n"
    "  --vcd-in F      energy of what a VCD file of any simulator did instead of --operands; but\n"
    "                  for a bare cell nothing is compared with the C model then, and the line has\n"
    "                  no name\n"
    "  --vcd-clock N   of a netlist without a clock: the file's variable that has one (vmac_clk)\n"
    "  --stream-out F  array: the stream that its PEs see, for `vmac-energy pe`, and nothing "
    "else\n";

typedef struct {
  const stim_design *design;
  const char *libs[16];
  size_t lib_count;
  const char *netlist, *cell, *operands, *json, *nets, *gates, *variant, *stream, *vcd_in,
      *vcd_clock;
  int opt_correction, phi_rank;
  size_t from_row, to_row; /* 0, 0: all */
  run_setup setup;
} job;

static void parse_modes(job *j, const char *text) {
  const char *names[RUN_MODES];
  for (int m = 0; m < RUN_MODES; m++) {
    names[m] = run_mode_name((sim_mode)m);
    j->setup.modes[m] = false;
  }
  for (const char *at = text; at;) {
    const size_t size = strcspn(at, ",");
    int m = 0;
    while (m < RUN_MODES && (strlen(names[m]) != size || memcmp(names[m], at, size))) m++;
    if (m < RUN_MODES) {
      j->setup.modes[m] = true;
      j->setup.nets = (sim_mode)m;
    } else {
      command_die(2, "--modes: expected zero, unit or inertial, found '%.*s'", (int)size, at);
    }
    at = at[size] ? at + size + 1 : NULL;
  }
}

static int parse_digit(const char *option, const char *text, int least, int most) {
  if (strlen(text) != 1 || *text < '0' + least || *text > '0' + most)
    command_die(2, "%s: expected %d to %d, found '%s'", option, least, most, text);
  return *text - '0';
}

static void parse_rows(job *j, const char *text) {
  char end;
  if (sscanf(text, "%3zu:%3zu%c", &j->from_row, &j->to_row, &end) != 2 || j->from_row >= j->to_row)
    command_die(2, "--rows: expected FROM:TO, as in 2:4, FROM below TO, found '%s'", text);
  j->setup.rows_alone = true;
}

static void check_options(const job *j) {
  const struct {
    const char *option;
    bool given;
  } required[] = {{"--lib", j->lib_count > 0},
                  {"--netlist", j->netlist != NULL},
                  {"--cell", j->cell != NULL},
                  {"--operands", j->operands || j->vcd_in},
                  {"--load-ff", j->setup.output_load > 0 || j->stream},
                  {"--slew", j->setup.slew > 0 || j->stream},
                  {"--period", j->setup.period > 0 || j->stream}};
  for (size_t i = 0; i < sizeof required / sizeof *required; i++)
    if (!required[i].given)
      command_die(2, "%s: %s is missing; see vmac-energy %s --help", j->design->name,
                  required[i].option, j->design->name);
  if (j->vcd_in && (j->operands || j->json || j->nets || j->gates || j->setup.vcd || j->stream))
    command_die(2, "%s: --vcd-in stands for --operands, and gives the one line alone",
                j->design->name);
  if (j->phi_rank && j->opt_correction != 3)
    command_die(2, "%s: --phi-rank wants --opt-correction 3", j->design->name);
  if (j->to_row && (j->design != &stim_pe || j->vcd_in))
    command_die(2, "%s: --rows is of PEs, and of --operands", j->design->name);
  if (j->stream && j->design != &stim_array)
    command_die(2, "%s: --stream-out is of an array", j->design->name);
}

static job parse(const stim_design *design, int argc, char **argv) {
  enum {
    LIB = 1,
    NETLIST,
    CELL,
    OPERANDS,
    LOAD,
    SLEW,
    PERIOD,
    MODES,
    CORR,
    RANK,
    ROWS,
    VARIANT,
    JSON,
    NETS,
    GATES,
    STREAM,
    VCD_OUT,
    VCD_IN,
    VCD_CLOCK,
    HELP
  };
  static const struct option options[] = {{"lib", 1, NULL, LIB},
                                          {"netlist", 1, NULL, NETLIST},
                                          {"cell", 1, NULL, CELL},
                                          {"operands", 1, NULL, OPERANDS},
                                          {"load-ff", 1, NULL, LOAD},
                                          {"slew", 1, NULL, SLEW},
                                          {"period", 1, NULL, PERIOD},
                                          {"modes", 1, NULL, MODES},
                                          {"variant", 1, NULL, VARIANT},
                                          {"opt-correction", 1, NULL, CORR},
                                          {"phi-rank", 1, NULL, RANK},
                                          {"rows", 1, NULL, ROWS},
                                          {"json", 1, NULL, JSON},
                                          {"nets", 1, NULL, NETS},
                                          {"gates", 1, NULL, GATES},
                                          {"vcd-out", 1, NULL, VCD_OUT},
                                          {"vcd-in", 1, NULL, VCD_IN},
                                          {"vcd-clock", 1, NULL, VCD_CLOCK},
                                          {"stream-out", 1, NULL, STREAM},
                                          {"help", 0, NULL, HELP},
                                          {0}};
  job j = {.design = design, .opt_correction = 1, .vcd_clock = "vmac_clk"};
  parse_modes(&j, "zero,unit,inertial");
  for (int option; (option = getopt_long(argc, argv, "h", options, NULL)) != -1;) switch (option) {
    case LIB:
      if (j.lib_count == sizeof j.libs / sizeof *j.libs)
        command_die(2, "--lib: expected at most %zu files", j.lib_count);
      j.libs[j.lib_count++] = optarg;
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
    case LOAD:
      j.setup.output_load = 1e-3 * command_positive("--load-ff", optarg);
      break;
    case SLEW:
      j.setup.slew = command_positive("--slew", optarg);
      break;
    case PERIOD:
      j.setup.period = command_positive("--period", optarg);
      break;
    case MODES:
      parse_modes(&j, optarg);
      break;
    case CORR:
      j.opt_correction = parse_digit("--opt-correction", optarg, 0, 3);
      break;
    case RANK:
      j.phi_rank = parse_digit("--phi-rank", optarg, 1, VMAC_PHI_MAX);
      break;
    case ROWS:
      parse_rows(&j, optarg);
      break;
    case VARIANT:
      j.variant = optarg;
      break;
    case JSON:
      j.json = optarg;
      break;
    case NETS:
      j.nets = optarg;
      break;
    case GATES:
      j.gates = optarg;
      break;
    case VCD_OUT:
      j.setup.vcd = optarg;
      break;
    case VCD_IN:
      j.vcd_in = optarg;
      break;
    case VCD_CLOCK:
      j.vcd_clock = optarg;
      break;
    case STREAM:
      j.stream = optarg;
      break;
    case HELP:
    case 'h':
      printf(help, design->name,
             design == &stim_cell ? "ports a_i[8], w_i[8], p_o[16] (mode_i[4])"
                                  : "ports as the module's in rtl/");
      exit(0);
    default:
      command_die(2, "see vmac-energy %s --help", design->name);
    }
  if (optind < argc) command_die(2, "%s: unexpected '%s'", design->name, argv[optind]);
  check_options(&j);
  if (j.opt_correction == 3 && !j.phi_rank) j.phi_rank = 1;
  return j;
}

static void load_operands(vmac_operands *ops, const char *path, const vmac_mult *mult) {
  vmac_err err;
  if (!vmac_operands_load(ops, path, &err)) command_die(1, "%s", err.text);
  if (ops->cls != mult->cls)
    command_die(1, "%s: expected a stream of class %s, as the cell %s is, found %s", path,
                mult->cls == VMAC_S8 ? "s8" : "u8", mult->name, ops->cls == VMAC_S8 ? "s8" : "u8");
}

static void write_stream(const job *j, const stim_source *src) {
  vmac_err err;
  vmac_operands out;
  const net_port *en = stim_port(src, "w_en_i", PIN_INPUT, 64, &err);
  bool good = en != NULL;
  if (en) {
    stim_array_stream(&out, src->ops, en->width);
    out.net_hash = src->ops->net_hash;
    memcpy(out.origin, src->ops->origin, sizeof out.origin);
    good = vmac_operands_save(&out, j->stream, &err);
    vmac_operands_free(&out);
  }
  if (!good) command_die(1, "%s", err.text);
}

static void run(const job *j, const stim_source *src, const cell_lib *lib) {
  vmac_err err;
  run_result result;
  if (!run_design(j->design, src, lib, &j->setup, &result, &err)) command_die(1, "%s", err.text);
  const report r = {.design = j->design,
                    .src = src,
                    .setup = &j->setup,
                    .result = &result,
                    .variant = j->variant};
  if (j->json && !report_json(&r, j->json, &err)) command_die(1, "%s", err.text);
  if (j->nets && !report_nets(src->nl, result.activity, j->nets, &err))
    command_die(1, "%s", err.text);
  if (j->gates && !run_gates(j->design, src, lib, &j->setup, j->gates, &err))
    command_die(1, "%s", err.text);
  report_line(&r);
  run_free(&result);
}

/* The line of a VCD file's activity. A cell's products are still proved first; of other designs the
 * file has no operands to compare with the C model, and the line names no cell. */
static void run_file(const job *j, const stim_source *src, const cell_lib *lib) {
  vmac_err err;
  run_figure f;
  uint64_t periods;
  if ((j->design == &stim_cell && !stim_cell.check(src, &err)) ||
      !run_vcd(j->design, src->nl, lib, &j->setup, j->vcd_in, j->vcd_clock, &f, &periods, &err))
    command_die(1, "%s", err.text);
  if (j->design == &stim_cell) printf("name=%s ", src->mult->name);
  printf("design=%s switching_pj=%.6f internal_pj=%.6f leakage_pj=%.6g energy_vcd_pj=%.6f "
         "toggles=%.4f periods=%llu\n",
         j->design->name, f.switching, f.internal, f.leakage, f.energy, f.toggles,
         (unsigned long long)periods);
}

static int command_design(const stim_design *design, int argc, char **argv) {
  const job j = parse(design, argc, argv);
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(j.cell, &err);
  cell_lib *lib = mult ? celllib_load(j.libs, j.lib_count, &err) : NULL;
  net_list *nl = lib ? netlist_load(j.netlist, lib, &err) : NULL;
  if (!nl) command_die(1, "%s", err.text);
  vmac_operands ops = {0};
  if (j.operands) load_operands(&ops, j.operands, mult);
  if (j.to_row > ops.rows)
    command_die(1, "%s: --rows: expected rows of its %zu, found %zu:%zu", j.operands, ops.rows,
                j.from_row, j.to_row);
  int32_t *table = vmac_alloc(65536, sizeof *table);
  vmac_mult_table(mult, table);
  const stim_source src = {.nl = nl,
                           .mult = mult,
                           .ops = &ops,
                           .table = table,
                           .opt_correction = j.opt_correction,
                           .phi_rank = j.phi_rank,
                           .from_row = j.from_row,
                           .to_row = j.to_row};
  if (j.vcd_in)
    run_file(&j, &src, lib);
  else if (j.stream)
    write_stream(&j, &src);
  else
    run(&j, &src, lib);
  free(table);
  vmac_operands_free(&ops);
  netlist_free(nl);
  celllib_free(lib);
  return 0;
}

int command_cell(int argc, char **argv) {
  return command_design(&stim_cell, argc, argv);
}
int command_pe(int argc, char **argv) {
  return command_design(&stim_pe, argc, argv);
}
int command_side(int argc, char **argv) {
  return command_design(&stim_side, argc, argv);
}
int command_correct(int argc, char **argv) {
  return command_design(&stim_correct, argc, argv);
}
int command_tile(int argc, char **argv) {
  return command_design(&stim_tile, argc, argv);
}
int command_array(int argc, char **argv) {
  return command_design(&stim_array, argc, argv);
}
