/* varimac energy: what one inference costs in energy. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/compiled.h"
#include "energy/ppa.h"

static const char help[] =
    "usage: varimac energy --ppa F --net F.tflite --mult NAME|--map F [OPTION ...]\n\n"
    "Compiles a network and prints the energy of one inference, layer by layer: what each design\n"
    "costs per cycle with this layer's operands (from `make ppa`), times the cycles that it "
    "spends\n"
    "so (see varimac cycles). Energies in nJ:\n"
    "  busy     PEs that multiply for an output channel\n"
    "  waste    PEs of rows without operands and of columns without a channel\n"
    "  idle     PEs while no pixel is at work: the clock\n"
    "  side     the side column\n"
    "  correct  the correction units at the columns' feet: at work when an accumulator leaves, or\n"
    "           with --opt-ktile in every cycle that has a pixel\n"
    "The last line says what is not included. Time and power are at the period that the designs\n"
    "were measured for, or the shortest that the slowest of them meets.\n\n"
    "  --ppa F              energies of the designs, made by `make ppa`\n"
    "  --activity A         zero | unit | inertial: how gates settle (default inertial)\n"
    "  --memory NM:VOLTS    memories too, apart, by a model: an access to a word of W bits in a "
    "macro\n"
    "                       of B bytes takes 10 pJ * W/64 * sqrt(B/8192) at 45 nm and 0.9 V\n"
    "                       (Horowitz, ISSCC 2014), in proportion to NM and to the square of\n"
    "                       VOLTS, writing as much as reading; a macro per bank, and for the\n"
    "                       accumulators of each column, of the sum of A, of each sum X; no\n"
    "                       leakage. For osu018: 180:1.8\n"
    "  --any-rows           take PEs of an array of another number of rows\n"
    "  --any-operands       take figures measured with operands of another network\n"
    "  --csv F, --json F    the same as files\n" COMPILED_HELP
    "Without --opt-correction the hardware is what --correction needs: 0 for none, 2 for "
    "bitplane,\n"
    "3 with as many planes for phi .. phi4, else 1.\n";

enum { PPA = COMPILED_LAST, ACTIVITY, ANY_ROWS, ANY_OPERANDS, MEMORY, CSV, JSON, HELP };

static const struct option table[] = {COMPILED_OPTIONS,
                                      {"ppa", 1, 0, PPA},
                                      {"activity", 1, 0, ACTIVITY},
                                      {"any-rows", 0, 0, ANY_ROWS},
                                      {"any-operands", 0, 0, ANY_OPERANDS},
                                      {"memory", 1, 0, MEMORY},
                                      {"csv", 1, 0, CSV},
                                      {"json", 1, 0, JSON},
                                      {"help", 0, 0, HELP},
                                      {0}};

typedef struct {
  const char *ppa, *activity, *csv, *json;
  bool opt_given;
  vmac_energy_leave leave;
  vmac_memory_model memory; /* node_nm 0: none */
} options;

/* NM:VOLTS */
static vmac_memory_model read_memory(const char *text) {
  vmac_memory_model m = {0};
  char *end;
  m.node_nm = strtod(text, &end);
  const char *volts = *end == ':' && end != text ? end + 1 : NULL;
  if (volts) m.volts = strtod(volts, &end);
  if (!volts || end == volts || *end || !(m.node_nm >= 1 && m.node_nm <= 10000) ||
      !(m.volts >= 0.1 && m.volts <= 20))
    cli_usage("--memory: expected NM:VOLTS, a feature size from 1 to 10000 nm and a supply from "
              "0.1 to 20 V, as 180:1.8, found '%s'",
              text);
  return m;
}

static double nj(double pj) {
  return pj * 1e-3;
}

static void print_row(const char *name, const char *job, const vmac_layer_energy *e) {
  printf("%-21s %-5s %10" PRIu64 " %12" PRIu64 " %10.2f %9.2f %9.2f %8.2f %9.2f %10.2f", name, job,
         e->cycles, e->macs, nj(e->busy), nj(e->waste), nj(e->idle), nj(e->side), nj(e->correct),
         nj(e->energy));
  if (e->macs) printf(" %9.3f", e->energy / (double)e->macs);
  putchar('\n');
}

/* Whose side column and correction unit were measured, where they are another cell's. */
static void print_feet(const compiled *c, const vmac_energy *energy) {
  const vmac_mult *edge = vmac_mult_at((size_t)c->hw.cell);
  const vmac_ppa_design *feet[] = {energy->side, energy->correct};
  for (int i = 0; i < 2; i++)
    if (feet[i] && feet[i]->mult != edge)
      printf("%-12s that of %s, the same hardware\n", feet[i]->kind, feet[i]->mult->name);
}

static void print_memory(const compiled *c, const options *o, const vmac_energy *energy) {
  const vmac_accesses *n = &energy->total.accesses;
  vmac_accesses banks = *n;
  banks.sums_read = banks.sums_written = 0;
  const double bank_pj = vmac_memory_pj(&o->memory, &c->hw, &banks);
  printf(
      "memories, by the model of varimac energy --help for %g nm and %g V, not in the sums above: "
      "%.3f uJ per inference\n",
      o->memory.node_nm, o->memory.volts, energy->total.memory * 1e-6);
  printf("  activations   %10.3f uJ, %" PRIu64 " bytes read, %" PRIu64 " written\n", bank_pj * 1e-6,
         n->bytes_read, n->bytes_written);
  printf("  accumulators  %10.3f uJ, %" PRIu64 " words of all of them read, %" PRIu64 " written\n",
         (energy->total.memory - bank_pj) * 1e-6, n->sums_read, n->sums_written);
}

static void print(const compiled *c, const vmac_ppa *ppa, const options *o,
                  const vmac_energy *energy) {
  char name[64];
  const double us = (double)energy->total.cycles * energy->period * 1e-3;
  printf("network      %s\nhardware     %d x %d, %s, correction %d%s, %s\nactivity     %s\n",
         c->net_path, c->hw.rows, c->hw.cols,
         c->map_path ? c->map_path : vmac_mult_at((size_t)c->hw.cell)->name, c->hw.opt_correction,
         c->hw.opt_ktile ? " per K tile" : "", ppa->platform[0] ? ppa->platform : ppa->path,
         o->activity);
  if (c->hw.phi_rank) printf("phi          planes: %d\n", c->hw.phi_rank);
  if (c->plan->mult->mode >= 0 && !c->map)
    printf("mode         %d, held by the PEs as an operand: they can change it\n",
           c->plan->mult->mode);
  print_feet(c, energy);
  printf("%3s %-17s %-5s %10s %12s %10s %9s %9s %8s %9s %10s %9s\n", "op", "kind", "job", "cycles",
         "MACs", "busy nJ", "waste", "idle", "side", "correct", "all nJ", "pJ/MAC");
  for (int i = 0; i < energy->layers; i++) {
    const vmac_layer_energy *e = &energy->layer[i];
    compiled_name(c, e->op, e->kind, name, sizeof name);
    print_row(name, vmac_job_name(e->kind), e);
  }
  print_row("    all", "", &energy->total);
  printf("%.3f uJ per inference, %.1f us and %.2f mW at %g ns, %.0f um2\n",
         energy->total.energy * 1e-6, us, energy->total.energy * 1e-6 / us * 1e3, energy->period,
         energy->area);
  if (energy->slowest)
    printf("clock: %g ns is what %s of %s takes; it was measured for %g ns\n", energy->period,
           energy->slowest->kind, energy->slowest->mult->name, energy->slowest->period);
  if (energy->other_rows)
    printf("rows: measured with operands and partial sums of %d rows, not of this array's %d\n",
           energy->other_rows, c->hw.rows);
  if (energy->other_net)
    printf("operands: %s of %s was measured with those of another network (%s)\n",
           energy->other_net->kind, energy->other_net->mult->name, energy->other_net->origin);
  if (o->memory.node_nm > 0) print_memory(c, o, energy);
  puts("not included: " VMAC_ENERGY_WITHOUT);
}

static const char *row_name(const compiled *c, const vmac_energy *energy, int i) {
  const vmac_layer_energy *e = i < energy->layers ? &energy->layer[i] : &energy->total;
  return e->op >= 0                  ? vmac_op_name(c->net->op[e->op].kind)
         : i == energy->layers       ? "all"
         : e->kind == VMAC_JOB_INPUT ? "input"
                                     : "copy";
}

static bool write_csv(const compiled *c, const vmac_energy *energy, bool memory, const char *path,
                      vmac_err *err) {
  char *text = NULL;
  size_t size = 0;
  FILE *f = open_memstream(&text, &size);
  if (!f) return vmac_fail(err, "out of memory");
  fputs("op,kind,job,cycles,macs,busy_pj,waste_pj,idle_pj,side_pj,correct_pj,energy_pj,"
        "memory_pj,bytes_read,bytes_written,sums_read,sums_written\n",
        f);
  for (int i = 0; i <= energy->layers; i++) {
    const bool all = i == energy->layers;
    const vmac_layer_energy *e = all ? &energy->total : &energy->layer[i];
    if (e->op >= 0) fprintf(f, "%d", e->op);
    fprintf(f, ",%s,%s,%" PRIu64 ",%" PRIu64 ",%.3f,%.3f,%.3f,%.3f,%.3f,%.3f",
            row_name(c, energy, i), all ? "" : vmac_job_name(e->kind), e->cycles, e->macs, e->busy,
            e->waste, e->idle, e->side, e->correct, e->energy);
    if (memory)
      fprintf(f, ",%.3f,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 "\n", e->memory,
              e->accesses.bytes_read, e->accesses.bytes_written, e->accesses.sums_read,
              e->accesses.sums_written);
    else
      fputs(",,,,,\n", f);
  }
  bool good = fclose(f) == 0;
  good = good ? vmac_write_file(path, text, size, err) : vmac_fail(err, "out of memory");
  free(text);
  return good;
}

static cJSON *json_row(const compiled *c, const vmac_energy *energy, bool memory, int i) {
  const vmac_layer_energy *e = i < energy->layers ? &energy->layer[i] : &energy->total;
  cJSON *row = cJSON_CreateObject();
  if (e->op >= 0) cJSON_AddNumberToObject(row, "op", e->op);
  cJSON_AddStringToObject(row, "name", row_name(c, energy, i));
  cJSON_AddNumberToObject(row, "cycles", (double)e->cycles);
  cJSON_AddNumberToObject(row, "macs", (double)e->macs);
  cJSON_AddNumberToObject(row, "busy_pj", e->busy);
  cJSON_AddNumberToObject(row, "waste_pj", e->waste);
  cJSON_AddNumberToObject(row, "idle_pj", e->idle);
  cJSON_AddNumberToObject(row, "side_pj", e->side);
  cJSON_AddNumberToObject(row, "correct_pj", e->correct);
  cJSON_AddNumberToObject(row, "energy_pj", e->energy);
  if (!memory) return row;
  cJSON_AddNumberToObject(row, "memory_pj", e->memory);
  cJSON_AddNumberToObject(row, "bytes_read", (double)e->accesses.bytes_read);
  cJSON_AddNumberToObject(row, "bytes_written", (double)e->accesses.bytes_written);
  cJSON_AddNumberToObject(row, "sums_read", (double)e->accesses.sums_read);
  cJSON_AddNumberToObject(row, "sums_written", (double)e->accesses.sums_written);
  return row;
}

static bool write_json(const compiled *c, const vmac_ppa *ppa, const options *o,
                       const vmac_energy *energy, vmac_err *err) {
  cJSON *root = cJSON_CreateObject();
  cJSON_AddNumberToObject(root, "varimac_energy", 1);
  cJSON_AddStringToObject(root, "net", c->net_path);
  if (c->map_path)
    cJSON_AddStringToObject(root, "map", c->map_path);
  else
    cJSON_AddStringToObject(root, "cell", vmac_mult_at((size_t)c->hw.cell)->name);
  cJSON_AddStringToObject(root, "platform", ppa->platform);
  cJSON_AddStringToObject(root, "activity", o->activity);
  cJSON_AddStringToObject(root, "correction", vmac_mode_name(c->plan->mode));
  cJSON_AddNumberToObject(root, "rows", c->hw.rows);
  cJSON_AddNumberToObject(root, "cols", c->hw.cols);
  cJSON_AddBoolToObject(root, "opt_ktile", c->hw.opt_ktile != 0);
  cJSON_AddNumberToObject(root, "period_ns", energy->period);
  if (energy->slowest) {
    cJSON *slowest = cJSON_AddObjectToObject(root, "slowest");
    cJSON_AddStringToObject(slowest, "design", energy->slowest->kind);
    cJSON_AddStringToObject(slowest, "cell", energy->slowest->mult->name);
  }
  if (energy->other_rows) cJSON_AddNumberToObject(root, "measured_rows", energy->other_rows);
  if (energy->other_net)
    cJSON_AddStringToObject(root, "measured_origin", energy->other_net->origin);
  cJSON_AddNumberToObject(root, "area_um2", energy->area);
  if (energy->side) cJSON_AddStringToObject(root, "side_of", energy->side->mult->name);
  cJSON_AddStringToObject(root, "correct_of", energy->correct->mult->name);
  cJSON_AddBoolToObject(root, "memories_included", false);
  cJSON_AddBoolToObject(root, "accumulators_included", false);
  cJSON_AddStringToObject(root, "not_included", VMAC_ENERGY_WITHOUT);
  const bool memory = o->memory.node_nm > 0;
  if (memory) {
    cJSON *model = cJSON_AddObjectToObject(root, "memory_model");
    cJSON_AddNumberToObject(model, "node_nm", o->memory.node_nm);
    cJSON_AddNumberToObject(model, "volts", o->memory.volts);
  }
  cJSON *layers = cJSON_AddArrayToObject(root, "layers");
  for (int i = 0; i < energy->layers; i++)
    cJSON_AddItemToArray(layers, json_row(c, energy, memory, i));
  cJSON_AddItemToObject(root, "total", json_row(c, energy, memory, energy->layers));
  return vmac_write_json(o->json, root, err);
}

static options parse(int argc, char **argv, compiled *c) {
  options o = {.activity = "inertial"};
  for (int letter; (letter = cli_getopt(argc, argv, "", table)) != -1;) switch (letter) {
    case PPA:
      o.ppa = optarg;
      break;
    case ACTIVITY:
      if (strcmp(optarg, "zero") && strcmp(optarg, "unit") && strcmp(optarg, "inertial"))
        cli_usage("--activity: expected zero, unit or inertial, found '%s'", optarg);
      o.activity = optarg;
      break;
    case ANY_ROWS:
      o.leave.any_rows = true;
      break;
    case ANY_OPERANDS:
      o.leave.any_operands = true;
      break;
    case MEMORY:
      o.memory = read_memory(optarg);
      break;
    case CSV:
      o.csv = optarg;
      break;
    case JSON:
      o.json = optarg;
      break;
    case HELP:
      fputs(help, stdout);
      exit(0);
    default:
      o.opt_given = o.opt_given || letter == COMPILED_OPT;
      compiled_option(c, letter, optarg);
    }
  if (optind < argc)
    cli_usage("energy: unexpected argument '%s'; see varimac energy --help", argv[optind]);
  if (!o.ppa) cli_usage("energy: --ppa is missing; `make ppa` makes one");
  return o;
}

/* A PE is measured with its weights' mode at that of its cell's registry line. */
static void check_mode(const compiled *c) {
  const vmac_mult *cell = vmac_mult_at((size_t)c->hw.cell), *run = c->plan->mult;
  if (c->operand_mode >= 0 && run != cell)
    cli_die("--mode %d: the PE of %s is measured in mode %d; --mult %s is the same hardware in "
            "mode %d",
            c->operand_mode, cell->name, cell->mode, run->name, run->mode);
}

int cmd_energy(int argc, char **argv) {
  compiled c = compiled_new("energy");
  const options o = parse(argc, argv, &c);
  compiled_check(&c);
  vmac_err err;
  const char *const places[] = {o.csv, o.json};
  cli_outputs(places, 2);
  vmac_ppa *ppa = vmac_ppa_load(o.ppa, o.activity, &err);
  if (!ppa) cli_die("%s", err.text);
  if (!o.opt_given && !c.plan_path) {
    c.hw.phi_rank = vmac_mode_rank(c.mode);
    c.hw.opt_correction = c.hw.phi_rank                  ? 3
                          : c.mode == VMAC_CORR_BITPLANE ? 2
                                                         : c.mode != VMAC_CORR_NONE;
  }
  compiled_make(&c);
  check_mode(&c);
  vmac_energy energy;
  const bool memory = o.memory.node_nm > 0;
  if (!vmac_program_energy(c.program, c.net, c.map, ppa, &o.leave, memory ? &o.memory : NULL,
                           &energy, &err))
    cli_die("%s", err.text);
  vmac_files_begin();
  const bool good = (!o.csv || write_csv(&c, &energy, memory, o.csv, &err)) &&
                    (!o.json || write_json(&c, ppa, &o, &energy, &err));
  if (!vmac_files_end(good, &err)) cli_die("%s", err.text);
  print(&c, ppa, &o, &energy);
  free(energy.layer);
  vmac_ppa_free(ppa);
  compiled_free(&c);
  return 0;
}
