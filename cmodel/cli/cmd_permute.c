/* varimac permute: filters in another order, so that those that count most share the columns whose
 * cells err least. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/run.h"
#include "net/channels.h"

static const char help[] =
    "usage: varimac permute --net F.tflite --map PES.json -o G.tflite\n\n"
    "For an array whose PEs have different cells (a map of PEs, see varimac map --help): writes "
    "the\n"
    "same network with its channels in another order. Columns are ranked by what their cells err,\n"
    "root mean square over all operands; filters by the sum of their weights' absolute values, "
    "each a\n"
    "share of its layer's: those that count most go to the columns that err least. Layers whose\n"
    "outputs are added have one order; the network's input and output keep theirs; the next "
    "layers'\n"
    "weights undo it, so that with exact products G answers, byte by byte, as F does.\n\n"
    "  --net F        int8 network (.tflite)\n"
    "  --map F        which PE has which cell (JSON, varimac-map-1)\n"
    "  -o, --output G the network\n";

typedef struct {
  const char *net, *map, *output;
} options;

static options parse(int argc, char **argv) {
  enum { NET, MAP, HELP };
  static const struct option table[] = {
      {"net", 1, 0, NET}, {"map", 1, 0, MAP}, {"output", 1, 0, 'o'}, {"help", 0, 0, HELP}, {0}};
  options o = {0};
  for (int c; (c = cli_getopt(argc, argv, "o:", table)) != -1;) switch (c) {
    case NET:
      o.net = optarg;
      break;
    case MAP:
      o.map = optarg;
      break;
    case 'o':
      o.output = optarg;
      break;
    default:
      fputs(help, stdout);
      exit(0);
    }
  if (optind < argc)
    cli_usage("permute: unexpected argument '%s'; see varimac permute --help", argv[optind]);
  if (!o.net || !o.map || !o.output)
    cli_usage("permute: --net, --map and -o are needed; see varimac permute --help");
  return o;
}

typedef struct {
  double value;
  int index;
} ranked;

static int least_first(const void *x, const void *y) {
  const ranked *a = x, *b = y;
  if (a->value != b->value) return a->value < b->value ? -1 : 1;
  return a->index - b->index;
}

/* Root mean square error of a cell over all operands. */
static double error_of(const vmac_mult *mult) {
  int32_t *table = vmac_alloc(65536, sizeof *table);
  double square = 0;
  vmac_mult_table(mult, table);
  for (int i = 0; i < 65536; i++) {
    const double e =
        table[i] - vmac_operand(mult->cls, (uint8_t)(i >> 8)) * vmac_operand(mult->cls, (uint8_t)i);
    square += e * e;
  }
  free(table);
  return sqrt(square / 65536);
}

/* (cols) mean square of the errors of each column's cells. */
static double *column_errors(const vmac_hw *hw) {
  double *of = vmac_alloc((size_t)hw->cols, sizeof *of), known[256];
  for (int i = 0; i < 256; i++) known[i] = -1;
  for (int r = 0; r < hw->rows; r++)
    for (int c = 0; c < hw->cols; c++) {
      double *e = &known[hw->map[r * hw->cols + c]];
      if (*e < 0) *e = error_of(vmac_mult_at(hw->map[r * hw->cols + c]));
      of[c] += *e * *e / hw->rows;
    }
  return of;
}

/* (channels of the space) shares of the layers' weights, summed over those that write it. */
static double *weights_of(const vmac_net *net, const vmac_channels *c, int space) {
  double *of = vmac_alloc((size_t)c->channels[space], sizeof *of);
  for (int i = 0; i < net->ops; i++) {
    const vmac_op *op = &net->op[i];
    if (!vmac_op_is_mac(op) || c->of[op->out] != space) continue;
    const vmac_tensor *weight = &net->tensor[op->weight];
    double all = 0;
    for (int pass = 0; pass < 2; pass++)
      for (int n = 0; n < op->n; n++)
        for (int k = 0; k < op->k; k++) {
          const double w =
              abs(vmac_weight(net, op, n, k)) * (double)weight->scale[weight->scales > 1 ? n : 0];
          if (!pass)
            all += w;
          else if (all > 0)
            of[n] += w / all;
        }
  }
  return of;
}

/* Channel c leaves column (c mod max(rows, columns)) mod columns. */
static int *order_of(const vmac_hw *hw, const double *error, const double *weight, int channels) {
  ranked *place = vmac_alloc((size_t)channels, sizeof *place);
  ranked *filter = vmac_alloc((size_t)channels, sizeof *filter);
  int *order = vmac_alloc((size_t)channels, sizeof *order);
  for (int c = 0; c < channels; c++) {
    place[c] = (ranked){error[c % vmac_hw_lanes(hw) % hw->cols], c};
    filter[c] = (ranked){-weight[c], c};
  }
  qsort(place, (size_t)channels, sizeof *place, least_first);
  qsort(filter, (size_t)channels, sizeof *filter, least_first);
  for (int i = 0; i < channels; i++) order[place[i].index] = filter[i].index;
  free(filter);
  free(place);
  return order;
}

int cmd_permute(int argc, char **argv) {
  const options o = parse(argc, argv);
  vmac_err err;
  vmac_net *net = run_net(o.net);
  vmac_hw hw = vmac_hw_default();
  uint8_t *pes = vmac_pe_map_load(o.map, &hw.rows, &hw.cols, &err);
  if (!pes || !vmac_can_write(o.output, &err)) cli_die("%s", err.text);
  hw.map = pes;
  vmac_channels *c = vmac_channels_new(net);
  double *error = column_errors(&hw);
  int reordered = 0, layers = 0;
  for (int s = 0; s < c->spaces; s++) {
    if (c->fixed[s]) continue;
    double *weight = weights_of(net, c, s);
    int *order = order_of(&hw, error, weight, c->channels[s]);
    vmac_channels_reorder(net, c, s, order);
    reordered++;
    for (int i = 0; i < net->ops; i++)
      layers += vmac_op_is_mac(&net->op[i]) && c->of[net->op[i].out] == s;
    free(order);
    free(weight);
  }
  if (!vmac_net_prepare(net, &err) || !vmac_net_save(net, o.output, &err)) cli_die("%s", err.text);
  printf("%s: %d layers' filters in %d orders of channels, for %d x %d PEs of %s\n", o.output,
         layers, reordered, hw.rows, hw.cols, o.map);
  free(error);
  free(pes);
  vmac_channels_free(c);
  vmac_net_free(net);
  return 0;
}
