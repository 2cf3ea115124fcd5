/* Pictures of a cell through gnuplot. SPDX-License-Identifier: Apache-2.0 */
#include "cli/gnuplot.h"
#include "cli/mult.h"

typedef struct {
  void (*write)(FILE *script, const vmac_mult *mult, const mult_pairs *pairs);
  const vmac_mult *mult;
  const mult_pairs *pairs;
} picture;

static void write_picture(FILE *script, void *context) {
  const picture *p = context;
  p->write(script, p->mult, p->pairs);
}

void mult_gnuplot(const mult_options *opt,
                  void (*write)(FILE *script, const vmac_mult *mult, const mult_pairs *pairs)) {
  const vmac_mult *mult = mult_only_name(opt);
  if (!opt->output) cli_usage("mult %s: expected -o FILE.png; see varimac mult --help", opt->verb);
  mult_pairs pairs = mult_pairs_load(opt);
  picture p = {write, mult, &pairs};
  cli_gnuplot(opt->output, write_picture, &p);
  mult_pairs_free(&pairs);
}
