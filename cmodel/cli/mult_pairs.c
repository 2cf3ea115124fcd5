/* The operand pairs that a network multiplies, for the metrics of a cell.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/mult.h"
#include "cli/run.h"

mult_pairs mult_pairs_load(const mult_options *opt) {
  mult_pairs pairs = {{NULL, NULL}, "all 65,536 operand pairs, each once"};
  if (!opt->net) return pairs;
  vmac_err err;
  const char *spec = opt->data ? opt->data : "subset:test";
  vmac_net *net = run_net(opt->net);
  long long images = opt->images ? opt->images : 32;
  vmac_dataset data = run_load(spec, net, opt->net, &images, "--images");
  uint64_t *u8 = vmac_alloc(PAIRS, sizeof *u8), *s8 = vmac_alloc(PAIRS, sizeof *s8), sum = 0;
  if (!vmac_net_pairs(net, &data, (size_t)images, VMAC_U8, u8, &err))
    cli_die("%s: %s", opt->net, err.text);
  for (int i = 0; i < PAIRS; i++) {
    s8[i ^ 0x8080] = u8[i]; /* the classes' codes differ in the top bit */
    sum += u8[i];
  }
  snprintf(pairs.text, sizeof pairs.text,
           "the %" PRIu64 " multiplications of %s over %lld images of %s", sum, opt->net, images,
           spec);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  pairs.count[VMAC_U8] = u8;
  pairs.count[VMAC_S8] = s8;
  return pairs;
}

void mult_pairs_free(mult_pairs *pairs) {
  free(pairs->count[VMAC_U8]);
  free(pairs->count[VMAC_S8]);
}
