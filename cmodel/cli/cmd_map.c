/* varimac map: a map of cells as vmac_top's parameters. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "program/program.h"

static const char help[] =
    "usage: varimac map F.json [--verilog | --c]\n\n"
    "Reads which PE of the array has which multiplier cell (see cmodel/program/pe_map.c) and prints\n"
    "the cells' indices, a line per row of the array.\n"
    "  --verilog   the value of vmac_top's parameter MAP instead; CELL is that of row 0, column 0\n"
    "  --c         the indices as a list for a C initializer\n";

enum { VERILOG, C, HELP };

static const struct option table[] = {
    {"verilog", 0, 0, VERILOG}, {"c", 0, 0, C}, {"help", 0, 0, HELP}, {0}};

int cmd_map(int argc, char **argv) {
  bool verilog = false, c = false;
  for (int letter; (letter = cli_getopt(argc, argv, "", table)) != -1;) {
    if (letter == HELP) {
      fputs(help, stdout);
      return 0;
    }
    if (letter == VERILOG)
      verilog = true;
    else
      c = true;
  }
  if (argc != optind + 1 || (verilog && c))
    cli_usage("map: expected one file; see varimac map --help");
  vmac_err err;
  int rows, cols;
  uint8_t *map = vmac_pe_map_load(argv[optind], &rows, &cols, &err);
  if (!map) cli_die("%s", err.text);
  if (verilog) {
    printf("%d'h", 8 * rows * cols);
    for (int i = rows * cols - 1; i >= 0; i--) printf("%02x", map[i]);
    printf("\n");
  }
  for (int i = 0; !verilog && i < rows * cols; i++)
    printf("%d%s", map[i], c ? "," : (i + 1) % cols ? " " : "\n");
  free(map);
  return 0;
}
