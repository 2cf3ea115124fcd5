/* Which MAC layers have a cell, as text: all, or 0+2-5. SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmac.h"

static int mac_layers(const vmac_net *net) {
  int count = 0;
  for (int i = 0; i < net->ops; i++) count += vmac_op_is_mac(&net->op[i]);
  return count;
}

/* A number below `count`, behind which *text moves; -1 where there is none. */
static int number(const char **text, int count) {
  if (!isdigit((unsigned char)**text)) return -1;
  int value = 0;
  for (; isdigit((unsigned char)**text); ++*text)
    if (value < count) value = 10 * value + (**text - '0');
  return value < count ? value : -1;
}

static bool parse_ranges(const char *text, int count, bool *numbers) {
  for (;;) {
    const int first = number(&text, count);
    int last = first;
    if (first >= 0 && *text == '-') {
      text++;
      last = number(&text, count);
    }
    if (first < 0 || last < first) return false;
    for (int i = first; i <= last; i++) numbers[i] = true;
    if (!*text) return true;
    if (*text++ != '+') return false;
  }
}

bool vmac_layers_parse(const vmac_net *net, const char *text, bool *layers, vmac_err *err) {
  const int count = mac_layers(net);
  const bool all = !strcmp(text, "all");
  bool *numbers = vmac_alloc((size_t)count, sizeof *numbers);
  const bool good = all || parse_ranges(text, count, numbers);
  for (int i = 0, at = 0; i < net->ops; i++)
    layers[i] = vmac_op_is_mac(&net->op[i]) && (numbers[at++] || all);
  free(numbers);
  return good || vmac_fail(err,
                           "layers '%s': expected all, or numbers and ranges of the network's %d "
                           "MAC layers, 0..%d, joined by +, as in 0+2-5",
                           text, count, count - 1);
}

char *vmac_layers_text(const vmac_net *net, const bool *layers) {
  const int count = mac_layers(net);
  char *text = vmac_alloc((size_t)count + 1, 12), *end = text; /* "+65535-65536" never comes up */
  int at = 0, run = -1, taken = 0;                             /* run: where the last one begins */
  for (int i = 0; i <= net->ops; i++) {
    const bool mac = i < net->ops && vmac_op_is_mac(&net->op[i]);
    if (i < net->ops && !mac) continue;
    const bool has = mac && layers[i];
    taken += has;
    if (has && run < 0) run = at;
    if (!has && run >= 0) {
      end += sprintf(end, "%s%d", end > text ? "+" : "", run);
      if (at - 1 > run) end += sprintf(end, "-%d", at - 1);
      run = -1;
    }
    at++;
  }
  if (count && taken == count) strcpy(text, "all");
  return text;
}
