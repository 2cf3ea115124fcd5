/* vmac-energy: area, leakage and energy of mapped netlists on recorded operands.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "export.h"

typedef struct {
  const char *name, *line;
  int (*run)(int argc, char **argv);
} command;

static const command commands[] = {
    {"cell", "a multiplier alone, compared with its C model on all operand pairs", command_cell},
    {"pe", "a processing element: weight held, partial sums from above", command_pe},
    {"side", "the side column, which sums activations", command_side},
    {"correct", "the correction unit at a column's foot", command_correct},
    {"tile", "the correction unit of hardware that corrects every K tile", command_tile},
    {"array", "a flat array: what a whole array of PEs is", command_array},
    {"compose", "a flat array against the sum of its PEs and side column", command_compose},
    {"export", "random vectors as Verilog benches, with our own counts of them", energy_export},
    {"collect", "merge the JSON of many designs into one file", command_collect},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void help(FILE *to) {
  fputs("vmac-energy: energy of mapped netlists on operands recorded by `varimac operands`\n\n"
        "usage: vmac-energy COMMAND [OPTION ...]\n\n",
        to);
  for (size_t i = 0; i < COMMANDS; i++)
    fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].line);
  fputs("\n`vmac-energy COMMAND --help` explains one command.\n", to);
}

int main(int argc, char **argv) {
  if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
    help(argc < 2 ? stderr : stdout);
    return argc < 2 ? 2 : 0;
  }
  const char *names[COMMANDS];
  for (size_t i = 0; i < COMMANDS; i++) {
    names[i] = commands[i].name;
    if (strcmp(argv[1], names[i])) continue;
    const int status = commands[i].run(argc - 1, argv + 1);
    if (fflush(stdout) || ferror(stdout)) command_die(1, "standard output: cannot write");
    return status;
  }
  const char *near = vmac_nearest(argv[1], names, COMMANDS);
  command_die(2, "no command '%s'%s%s%s; see vmac-energy --help", argv[1],
              near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}
