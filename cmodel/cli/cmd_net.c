/* varimac net: what a network's operators are and what they cost.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/run.h"

static void help(void) {
  printf("usage: varimac net F.tflite\n\n"
         "Loads and checks an int8 TFLite network and prints one line per operator:\n"
         "  shape       output, height x width x channels\n"
         "  M, K, N     the layer as a matrix product: output pixels, products each, channels\n"
         "  MACs        multiplications per image, padding included\n"
         "  scale zero  quantization of the output tensor\n"
         "  weights     range of the weight scales over the channels\n"
         "  requant     range of log2 of the output multipliers over the channels\n");
}

static void shape_text(const vmac_tensor *t, char *text, size_t size) {
  size_t used = 0;
  for (int i = t->rank > 1 ? 1 : 0; i < t->rank && used < size; i++)
    used += (size_t)snprintf(text + used, size - used, "%s%d", used ? "x" : "", t->dim[i]);
}

static void range_text(float lo, float hi, const char *format, char *text, size_t size) {
  char end[2][32];
  snprintf(end[0], sizeof end[0], format, (double)lo);
  snprintf(end[1], sizeof end[1], format, (double)hi);
  snprintf(text, size, strcmp(end[0], end[1]) ? "%s..%s" : "%s", end[0], end[1]);
}

static void print_op(const vmac_net *net, int index) {
  const vmac_op *op = &net->op[index];
  const vmac_tensor *out = &net->tensor[op->out];
  char shape[64], weights[64] = "-", requant[64] = "-", matrix[64] = "-";
  shape_text(out, shape, sizeof shape);
  if (vmac_op_is_mac(op)) {
    const vmac_tensor *weight = &net->tensor[op->weight];
    float lo = weight->scale[0], hi = lo, low = 99, high = -99;
    for (int i = 0; i < weight->scales; i++) {
      lo = fminf(lo, weight->scale[i]);
      hi = fmaxf(hi, weight->scale[i]);
    }
    for (int i = 0; i < op->n; i++) {
      const float bits =
          (float)op->requant[i].shift + log2f((float)op->requant[i].mult / 2147483648.0f);
      low = fminf(low, bits);
      high = fmaxf(high, bits);
    }
    range_text(lo, hi, "%.3g", weights, sizeof weights);
    range_text(low, high, "%.1f", requant, sizeof requant);
    snprintf(matrix, sizeof matrix, "%d x %d x %d", op->m, op->k, op->n);
  }
  char window[32] = "-";
  if (op->kh && op->kind != VMAC_FC)
    snprintf(window, sizeof window, "%dx%d/%d", op->kh, op->kw, op->stride_h);
  static const char *const acts[] = {"-", "relu", "relu6"};
  printf("%3d %-17s %-7s %-5s %-10s %-18s %10lld  %-9.4g %5d  %-19s %s\n", index,
         vmac_op_name(op->kind), window, acts[op->act], shape, matrix, (long long)vmac_op_macs(op),
         (double)out->scale[0], (int)out->zero, weights, requant);
}

static void print_net(const vmac_net *net) {
  const vmac_tensor *in = &net->tensor[net->input], *out = &net->tensor[net->output];
  char shape[2][64];
  shape_text(in, shape[0], sizeof shape[0]);
  shape_text(out, shape[1], sizeof shape[1]);
  printf("input %s, scale %.9g, zero point %d; output %s, scale %.9g, zero point %d\n", shape[0],
         (double)in->scale[0], (int)in->zero, shape[1], (double)out->scale[0], (int)out->zero);
  printf("%3s %-17s %-7s %-5s %-10s %-18s %10s  %-9s %5s  %-19s %s\n", "op", "kind", "window",
         "act", "shape", "M x K x N", "MACs", "scale", "zero", "weights", "requant");
  long long macs = 0, weights = 0;
  for (int i = 0; i < net->ops; i++) {
    print_op(net, i);
    macs += vmac_op_macs(&net->op[i]);
    if (vmac_op_is_mac(&net->op[i])) weights += (long long)net->tensor[net->op[i].weight].size;
  }
  printf("%d operators, %lld MACs, %lld weights\n", net->ops, macs, weights);
}

int cmd_net(int argc, char **argv) {
  static const struct option table[] = {{"help", 0, 0, 'h'}, {0, 0, 0, 0}};
  if (cli_getopt(argc, argv, "", table) == 'h') {
    help();
    return 0;
  }
  if (argc - optind != 1)
    cli_usage("net: expected one file, found %d; see varimac net --help", argc - optind);
  vmac_net *net = run_net(argv[optind]);
  print_net(net);
  vmac_net_free(net);
  return 0;
}
