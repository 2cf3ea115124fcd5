/* Files in memory, and the network that other files are of. SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net_build.h"

const char *fuzz_file(int slot, const uint8_t *data, size_t size) {
  static int fd[2] = {-1, -1};
  static char path[2][32];
  if (fd[slot] < 0) {
    fd[slot] = memfd_create("fuzz", 0);
    snprintf(path[slot], sizeof path[slot], "/proc/self/fd/%d", fd[slot]);
  }
  if (fd[slot] < 0 || ftruncate(fd[slot], 0) || lseek(fd[slot], 0, SEEK_SET) ||
      write(fd[slot], data, size) != (ssize_t)size)
    abort();
  return path[slot];
}

void fuzz_explained(bool accepted, const vmac_err *err) {
  if (getenv("FUZZ_SAY")) fprintf(stderr, "%s\n", accepted ? "accepted" : err->text);
  if (!accepted && (!err->text[0] || !memchr(err->text, 0, sizeof err->text))) abort();
}

const vmac_net *fuzz_net(void) {
  static vmac_net *net;
  if (net) return net;
  vmac_rng rng;
  vmac_err err;
  vmac_rng_seed(&rng, 5);
  net = net_new();
  net->input = net_tensor(net, 1, 4, 4, 2, 0.5f, -3);
  net->output = net_tensor(net, 1, 4, 4, 3, 0.5f, -3);
  vmac_op *op = net_op(net, VMAC_CONV, net->input, net->output);
  op->weight = net_weights(net, 3, 3, 3, 2, 1, &rng);
  window(op, 0, 0, 1, 1, VMAC_ACT_NONE);
  if (!vmac_net_prepare(net, &err)) {
    fprintf(stderr, "%s\n", err.text);
    abort();
  }
  return net;
}
