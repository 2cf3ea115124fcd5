/* varimac map: maps of cells: of PEs as vmac_top's parameters, and what a network's weights meet.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/run.h"

static const char help[] =
    "usage: varimac map F.json [--verilog | --c]\n"
    "       varimac map F.json --net F.tflite\n\n"
    "A map says which cell multiplies what; eval, compile, cycles and energy take it (--map).\n\n"
    "Of an array's PEs, fixed in silicon (cmodel/program/pe_map.c):\n"
    "  {\"format\": \"varimac-map-1\", \"rows\": 4, \"cols\": 6,\n"
    "   \"cells\": [\"exact\", [\"exact\", \"perf2\", \"perf2\", \"perf2\", \"perf2\", \"perf2\"], "
    "...]}\n"
    "a row of PEs each, top row first: the names of its columns' cells, or one name for all. "
    "Prints\n"
    "the cells' indices, a line per row of the array.\n"
    "  --verilog   the value of vmac_top's parameter MAP instead; CELL is that of row 0, column 0\n"
    "  --c         the indices as a list for a C initializer\n\n"
    "Of a network's weights (cmodel/net/map_json.c):\n"
    "  {\"format\": \"varimac-map-2\", \"edge\": \"dyn4\", \"rest\": \"exact\",\n"
    "   \"layers\": [{\"layer\": 0, \"cell\": \"perf2\"},\n"
    "              {\"layer\": 1, \"filters\": [\"dyn4\", \"dyn0\", ...]},\n"
    "              {\"layer\": 2, \"inputs\": [\"dyn0\", \"dyn2\", ...]},\n"
    "              {\"layer\": 5, \"taps\": [\"dyn4\", \"dyn4\", ...]}]}\n"
    "layers are MAC layers, counted from 0 in the order of `varimac net`: one cell for all "
    "weights, a\n"
    "name for each filter (or a list, for each of its weights), for each input channel, for each\n"
    "place of the window. rest: the cell of the others; without it they multiply exactly. edge: "
    "one\n"
    "array has all layers, and its side column sums that cell's X; hardware runs such a map where "
    "the\n"
    "edge has a mode operand, and the others are modes of it.\n\n"
    "  --net F     prints how many weights of each layer meet which cell, of either kind of map\n";

enum { VERILOG, C, NET, HELP };

static const struct option table[] = {
    {"verilog", 0, 0, VERILOG}, {"c", 0, 0, C}, {"net", 1, 0, NET}, {"help", 0, 0, HELP}, {0}};

static void print_net(const char *path, const char *net_path) {
  vmac_net *net = run_net(net_path);
  vmac_hw hw = vmac_hw_default();
  vmac_map *map = run_map(path, net, &hw);
  if (map->shared) printf("edge %s\n", map->mult[0]->name);
  printf("layer  op kind               weights  cells\n");
  for (int i = 0, layer = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    if (!vmac_op_is_mac(op)) continue;
    size_t count[256] = {0};
    const int weights = op->n * op->k;
    for (int j = 0; map->cell[i] && j < weights; j++) count[map->cell[i][j]]++;
    printf("%5d %3d %-17s %8d ", layer++, i, vmac_op_name(op->kind), weights);
    if (!map->cell[i]) printf(" -");
    for (int c = 0; c < map->cells; c++)
      if (count[c]) printf(" %s %zu", map->mult[c]->name, count[c]);
    printf("\n");
  }
  vmac_map_free(map);
  free((void *)(uintptr_t)hw.map);
  vmac_net_free(net);
}

static void print_pes(const char *path, bool verilog, bool c) {
  vmac_err err;
  int rows, cols;
  uint8_t *map = vmac_pe_map_load(path, &rows, &cols, &err);
  if (!map) cli_die("%s", err.text);
  if (verilog) {
    printf("%d'h", 8 * rows * cols);
    for (int i = rows * cols - 1; i >= 0; i--) printf("%02x", map[i]);
    printf("\n");
  }
  for (int i = 0; !verilog && i < rows * cols; i++)
    printf("%d%s", map[i], c ? "," : (i + 1) % cols ? " " : "\n");
  free(map);
}

int cmd_map(int argc, char **argv) {
  bool verilog = false, c = false;
  const char *net = NULL;
  for (int letter; (letter = cli_getopt(argc, argv, "", table)) != -1;) switch (letter) {
    case HELP:
      fputs(help, stdout);
      return 0;
    case VERILOG:
      verilog = true;
      break;
    case NET:
      net = optarg;
      break;
    default:
      c = true;
    }
  if (argc != optind + 1 || verilog + c + (net != NULL) > 1)
    cli_usage("map: expected one file, and --verilog, --c or --net; see varimac map --help");
  if (net)
    print_net(argv[optind], net);
  else
    print_pes(argv[optind], verilog, c);
  return 0;
}
