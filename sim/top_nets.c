/* Random networks for runners: one network per seed, whatever the hardware; what the hardware asks
 * for (coefficients) is drawn after it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "top_nets.h"

#include "random_net.h"

struct top_net {
  builder b;
  vmac_plan *plan;
  vmac_rounding rounding;
  char what[sizeof((builder *)0)->ops + 64];
};

/* A third of the seeds has something at its ends, often more than one thing. */
static int corner_of(uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, ~seed);
  return vmac_rng_below(&rng, 3) ? 0 : 1 + (int)vmac_rng_below(&rng, 15);
}

/* A cell that some mode makes of this one. */
static const vmac_mult *in_some_mode(builder *b, const vmac_mult *own) {
  for (;;) {
    const vmac_mult *mult = vmac_mult_at((size_t)below(b, (int)vmac_mult_count()));
    if (mult->mode >= 0 && mult->cls == own->cls && !strcmp(mult->family, own->family)) return mult;
  }
}

top_net *top_net_make(uint64_t seed, const vmac_hw *hw, bool large, vmac_err *err) {
  top_net *net = vmac_alloc(1, sizeof *net);
  const int corner = large ? CORNER_MAP : corner_of(seed);
  net->b = random_net(seed, corner);
  snprintf(net->what, sizeof net->what, "%s%s%s%s%s", net->b.ops,
           corner & CORNER_WEIGHTS ? ", weights" : "", corner & CORNER_INPUT ? ", input" : "",
           corner & CORNER_ZERO ? ", zero points" : "", corner & CORNER_SCALE ? ", scales" : "");
  const vmac_mult *own = vmac_mult_at((size_t)hw->cell);
  const vmac_mult *mult = hw->opt_mode ? in_some_mode(&net->b, own) : own;
  if (vmac_net_prepare(net->b.net, err))
    net->plan = vmac_plan_make(net->b.net, mult, NULL, VMAC_CORR_NONE, NULL, 0, err);
  if (!net->plan) {
    top_net_free(net);
    return NULL;
  }
  /* The unit corrects, or is there and has nothing to do; or cannot (vmac_program_compile()). */
  const bool can = hw->opt_correction == 2 || mult == own;
  vmac_err ignored;
  if (hw->opt_ktile && below(&net->b, 3)) /* none where the network does not compile */
    vmac_plan_tile(net->plan, vmac_ktiles_new(net->b.net, hw->rows, hw->cols, &ignored));
  if (hw->opt_correction && can && !hw->map && below(&net->b, 5))
    random_correction(&net->b, net->plan, hw->opt_correction, hw->phi_rank);
  net->rounding = below(&net->b, 2) ? VMAC_ROUND_SINGLE : VMAC_ROUND_DOUBLE;
  return net;
}

void top_net_free(top_net *net) {
  if (net->plan) vmac_plan_free(net->plan);
  vmac_net_free(net->b.net);
  free(net);
}

const vmac_net *top_net_net(const top_net *net) {
  return net->b.net;
}

const vmac_plan *top_net_plan(const top_net *net) {
  return net->plan;
}

vmac_rounding top_net_rounding(const top_net *net) {
  return net->rounding;
}

const char *top_net_what(const top_net *net) {
  return net->what;
}

void top_net_input(top_net *net, vmac_state *state) {
  random_input(&net->b, state);
}
