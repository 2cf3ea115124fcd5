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

/* Which cell meets which weight: as the PEs have it, or where these know modes, of one or of
 * several; NULL: one cell for all, *mult, or an error. */
static vmac_map *draw_map(builder *b, const vmac_hw *hw, const vmac_mult **mult, vmac_err *err) {
  const vmac_mult *own = *mult;
  if (hw->map) return vmac_map_of_pes(b->net, hw, err);
  if (!hw->opt_mode) return NULL;
  if (below(b, 2)) return random_map(b, own);
  *mult = random_mode(b, own);
  return NULL;
}

top_net *top_net_make(uint64_t seed, const vmac_hw *hw, bool large, vmac_err *err) {
  top_net *net = vmac_alloc(1, sizeof *net);
  const int corner = large ? CORNER_MAP : corner_of(seed);
  net->b = random_net(seed, corner);
  snprintf(net->what, sizeof net->what, "%s%s%s%s%s", net->b.ops,
           corner & CORNER_WEIGHTS ? ", weights" : "", corner & CORNER_INPUT ? ", input" : "",
           corner & CORNER_ZERO ? ", zero points" : "", corner & CORNER_SCALE ? ", scales" : "");
  const vmac_mult *own = vmac_mult_at((size_t)hw->cell);
  const vmac_mult *mult = own;
  vmac_err ignored;
  if (vmac_net_prepare(net->b.net, err)) {
    vmac_map *map = draw_map(&net->b, hw, &mult, &ignored);
    net->plan = map ? vmac_plan_make_map(net->b.net, map, VMAC_CORR_NONE, NULL, NULL, 0, err)
                    : vmac_plan_make(net->b.net, mult, NULL, VMAC_CORR_NONE, NULL, 0, err);
    vmac_map_free(map);
  }
  if (!net->plan) {
    top_net_free(net);
    return NULL;
  }
  /* The unit corrects, or is there and has nothing to do; or cannot (vmac_program_compile()). */
  const bool can = hw->opt_correction == 2 || mult == own;
  if (hw->opt_ktile && below(&net->b, 3)) /* none where the network does not compile */
    vmac_plan_tile(net->plan, vmac_ktiles_new(net->b.net, hw->rows, hw->cols, &ignored));
  if (hw->opt_correction && can && below(&net->b, 5))
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
