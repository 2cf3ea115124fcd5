/* random_run.h: a random network (cmodel/testing/random_net.h) that has run on a random input.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef RANDOM_RUN_H
#define RANDOM_RUN_H

#include "cmocka_all.h"

#include "random_net.h"

typedef struct {
  vmac_net *net;
  vmac_state *state; /* every tensor is what the exact network makes of it */
} random_run;

/* Every eighth has corners of random_net.h. */
static inline random_run random_run_of(uint64_t seed) {
  builder b = random_net(seed, (int)(seed % 8 == 0) * (CORNER_INPUT | CORNER_ZERO));
  vmac_err err;
  if (!vmac_net_prepare(b.net, &err)) fail_msg("seed %d: %s", (int)seed, err.text);
  vmac_state *state = vmac_state_new(b.net);
  random_input(&b, state);
  vmac_net_run(b.net, NULL, VMAC_ROUND_DOUBLE, state);
  return (random_run){b.net, state};
}

static inline void random_run_free(random_run *run) {
  vmac_state_free(run->net, run->state);
  vmac_net_free(run->net);
}

#endif
