/* varimac cycles: what a network costs the accelerator in time and traffic.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/compiled.h"

static const char help[] =
    "usage: varimac cycles --net F.tflite --mult NAME|--map F [OPTION ...]\n\n"
    "Compiles a network and prints, for one image and streams that never stall:\n"
    "  cycles   from the last result of the layer before to the layer's own\n"
    "  issued   of them with a pixel's tap at work: the rest waits for weights and results\n"
    "  MACs     multiplications: rows in use by all columns, as the register counts them\n"
    "  useful   of them those in columns that a set of channels uses\n"
    "  busy     useful ones of the array's multipliers over the cycles\n"
    "  in, out  bytes of the program's and the results' beats\n\n" COMPILED_HELP
    "  --csv F              the same as a table, comma-separated\n";

enum { CSV = COMPILED_LAST, HELP };

static const struct option table[] = {
    COMPILED_OPTIONS, {"csv", 1, 0, CSV}, {"help", 0, 0, HELP}, {0}};

static double busy(const compiled *c, const vmac_layer_cycles *l) {
  const double all = (double)l->cycles * c->hw.rows * c->hw.cols;
  return l->cycles ? (double)l->useful / all : 0;
}

static void print_row(const compiled *c, const char *name, const char *job,
                      const vmac_layer_cycles *l) {
  printf("%-21s %-5s %10" PRIu64 " %10" PRIu64 " %12" PRIu64 " %12" PRIu64 " %6.2f%% %9" PRIu64
         " %7" PRIu64 "\n",
         name, job, l->cycles, l->issue, l->macs, l->useful, 100 * busy(c, l), l->bytes_in,
         l->bytes_out);
}

static void print(const compiled *c, const vmac_cycles *cycles) {
  char name[64];
  printf("%3s %-17s %-5s %10s %10s %12s %12s %7s %9s %7s\n", "op", "kind", "job", "cycles",
         "issued", "MACs", "useful", "busy", "in", "out");
  for (int i = 0; i < cycles->layers; i++) {
    const vmac_layer_cycles *l = &cycles->layer[i];
    compiled_name(c, l->op, l->kind, name, sizeof name);
    print_row(c, name, vmac_job_name(l->kind), l);
  }
  print_row(c, "    all", "", &cycles->total);
}

static bool write_csv(const compiled *c, const vmac_cycles *cycles, const char *path,
                      vmac_err *err) {
  const size_t line = 256, room = ((size_t)cycles->layers + 2) * line;
  char *text = vmac_alloc(room, 1), name[64];
  size_t n = (size_t)snprintf(text, room,
                              "op,kind,job,cycles,issued,macs,useful,busy,bytes_in,bytes_out\n");
  for (int i = 0; i <= cycles->layers; i++) {
    const bool all = i == cycles->layers;
    const vmac_layer_cycles *l = all ? &cycles->total : &cycles->layer[i];
    if (l->op >= 0)
      snprintf(name, sizeof name, "%d,%s", l->op, vmac_op_name(c->net->op[l->op].kind));
    else
      snprintf(name, sizeof name, ",%s",
               all                         ? "all"
               : l->kind == VMAC_JOB_INPUT ? "input"
                                           : "copy");
    n += (size_t)snprintf(text + n, room - n,
                          "%s,%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.6f,%" PRIu64
                          ",%" PRIu64 "\n",
                          name, all ? "" : vmac_job_name(l->kind), l->cycles, l->issue, l->macs,
                          l->useful, busy(c, l), l->bytes_in, l->bytes_out);
  }
  const bool good = vmac_write_file(path, text, n, err);
  free(text);
  return good;
}

int cmd_cycles(int argc, char **argv) {
  compiled c = compiled_new("cycles");
  const char *csv = NULL;
  for (int letter; (letter = cli_getopt(argc, argv, "", table)) != -1;) switch (letter) {
    case CSV:
      csv = optarg;
      break;
    case HELP:
      fputs(help, stdout);
      return 0;
    default:
      compiled_option(&c, letter, optarg);
    }
  if (optind < argc)
    cli_usage("cycles: unexpected argument '%s'; see varimac cycles --help", argv[optind]);
  compiled_check(&c);
  vmac_err err;
  if (csv && !vmac_can_write(csv, &err)) cli_die("%s", err.text);
  compiled_make(&c);
  vmac_cycles cycles = vmac_program_cycles(c.program);
  if (csv && !write_csv(&c, &cycles, csv, &err)) cli_die("%s", err.text);
  print(&c, &cycles);
  free(cycles.layer);
  compiled_free(&c);
  return 0;
}
