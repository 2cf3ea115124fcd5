/* Lane 0 of a simulation as VCD. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "vcd.h"
#include "verilog.h"

struct vcd_writer {
  gatesim *sim;
  const net_list *nl;
  FILE *out;
  char *text;
  size_t size;
  uint64_t period, base, now; /* ps: of a step; of this step's head; last written */
  bool falls;                 /* the clock has yet to */
};

/* Printable characters, least significant first. The clock of a netlist without one is number 0. */
static void write_code(FILE *out, size_t number) {
  do fputc('!' + (int)(number % 94), out);
  while (number /= 94);
}

static size_t clock_code(const net_list *nl) {
  return nl->clock < 0 ? 0 : (size_t)nl->clock;
}

static void write_change(vcd_writer *w, uint64_t time, size_t net, bool value) {
  if (time != w->now) fprintf(w->out, "#%llu\n", (unsigned long long)time);
  w->now = time;
  fputc('0' + value, w->out);
  write_code(w->out, net);
  fputc('\n', w->out);
}

static void clock_falls(vcd_writer *w, uint64_t by) {
  const uint64_t time = w->base + w->period / 2;
  if (!w->falls || time > by) return;
  w->falls = false;
  write_change(w, time > w->now ? time : w->now, clock_code(w->nl), false);
}

static void traced(void *user, uint64_t time, int net, bool value) {
  vcd_writer *w = user;
  if (net < 0) { /* a step begins */
    const uint64_t next = w->base + w->period;
    clock_falls(w, UINT64_MAX);
    w->base = next > w->now ? next : w->now + 1;
    if (!value && w->nl->clock >= 0) return;
    write_change(w, w->base, clock_code(w->nl), true);
    w->falls = true;
    return;
  }
  clock_falls(w, w->base + time * SIM_STEP_PS);
  write_change(w, w->base + time * SIM_STEP_PS, (size_t)net, value);
}

vcd_writer *vcd_record(gatesim *sim, const net_list *nl, uint64_t period_ps) {
  vcd_writer *w = vmac_alloc(1, sizeof *w);
  bool *used = verilog_nets(nl);
  *w = (vcd_writer){.sim = sim, .nl = nl, .period = period_ps < 2 ? 2 : period_ps};
  w->out = open_memstream(&w->text, &w->size);
  if (!w->out) abort();
  fprintf(w->out, "$timescale 1ps $end\n$scope module %s $end\n", nl->module);
  if (nl->clock < 0) fputs("$var wire 1 ! vmac_clk $end\n", w->out);
  for (size_t n = NET_FIRST; n < nl->nets; n++) {
    if (!used[n]) continue;
    fputs("$var wire 1 ", w->out);
    write_code(w->out, n);
    fprintf(w->out, " %s $end\n", nl->name[n]);
  }
  fputs("$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n", w->out);
  if (nl->clock < 0) write_change(w, 0, 0, false);
  for (size_t n = NET_FIRST; n < nl->nets; n++) {
    const net_port one = {NULL, PIN_OUTPUT, &(int){(int)n}, 1};
    if (used[n]) write_change(w, 0, n, gatesim_get(sim, &one, 0));
  }
  fputs("$end\n", w->out);
  free(used);
  gatesim_trace(sim, traced, w);
  return w;
}

bool vcd_save(vcd_writer *w, const char *path, vmac_err *err) {
  gatesim_trace(w->sim, NULL, NULL);
  clock_falls(w, UINT64_MAX);
  const uint64_t end = w->base + w->period > w->now ? w->base + w->period : w->now + 1;
  fprintf(w->out, "#%llu\n", (unsigned long long)end);
  const bool broken = ferror(w->out), whole = !fclose(w->out) && !broken;
  const bool good =
      whole ? vmac_write_file(path, w->text, w->size, err) : vmac_fail(err, "out of memory");
  free(w->text);
  free(w);
  return good;
}
