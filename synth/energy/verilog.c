/* Netlist and test bench in one module. SPDX-License-Identifier: Apache-2.0 */
#include "verilog.h"

#include <stdlib.h>
#include <string.h>

size_t verilog_inputs(const net_list *nl) {
  size_t count = 0;
  for (size_t i = 0; i < nl->ports; i++)
    count += nl->port[i].dir == PIN_INPUT && nl->port[i].net[0] != nl->clock;
  return count;
}

bool *verilog_nets(const net_list *nl) {
  bool *used = vmac_alloc(nl->nets, sizeof *used);
  for (size_t i = 0; i < nl->ports; i++)
    for (size_t b = 0; nl->port[i].dir == PIN_INPUT && b < nl->port[i].width; b++)
      used[nl->port[i].net[b]] = true;
  for (size_t g = 0; g < nl->gates; g++)
    for (size_t p = 0; p < nl->gate[g].cell->pins; p++)
      if (nl->gate[g].cell->pin[p].dir == PIN_OUTPUT && nl->gate[g].net[p] >= 0)
        used[nl->gate[g].net[p]] = true;
  return used;
}

/* The function in infix, of nets n0, n1, ... and of the gate's state s<ff>. */
static void expression(FILE *out, const net_list *nl, size_t g, const bool_prog *prog) {
  const net_gate *gate = &nl->gate[g];
  char *stack[BOOL_STACK + 1] = {NULL};
  int top = -1;
  for (size_t i = 0; i < prog->ops; i++) {
    static const char sign[] = {[BOOL_AND] = '&', [BOOL_OR] = '|', [BOOL_XOR] = '^'};
    const bool_op op = prog->op[i];
    char *text = NULL, *b = op.kind >= BOOL_AND ? stack[top--] : NULL;
    char *a = op.kind >= BOOL_NOT ? stack[top--] : NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    if (!f) abort();
    if (op.kind == BOOL_PIN && (size_t)op.pin < gate->cell->pins)
      fprintf(f, "n%d", gate->net[op.pin]);
    else if (op.kind == BOOL_PIN)
      fprintf(f, "%ss%zu", (size_t)op.pin == gate->cell->pins ? "" : "~", g - nl->combs);
    else if (op.kind <= BOOL_ONE)
      fprintf(f, "1'b%d", op.kind == BOOL_ONE);
    else if (op.kind == BOOL_NOT)
      fprintf(f, "~%s", a);
    else
      fprintf(f, "(%s %c %s)", a, sign[op.kind], b);
    fclose(f);
    free(a);
    free(b);
    stack[++top] = text;
  }
  fputs(stack[0], out);
  free(stack[0]);
}

/* A gate with its delay. Its function is worked out in one go, when all inputs that change at a
 * time have: operator by operator, in the order of an event queue, it may have a value of no
 * duration, which is none of the gate's and would call off a change that is due. */
static void write_delayed(FILE *out, const net_list *nl, size_t g, const bool_prog *prog, int net,
                          int delay) {
  fprintf(out, "  reg e%d;\n  always @(", net);
  for (size_t i = 0, pins = 0; i < prog->ops; i++)
    if (prog->op[i].kind == BOOL_PIN)
      fprintf(out, "%sn%d", pins++ ? " or " : "", nl->gate[g].net[prog->op[i].pin]);
  fprintf(out, ") e%d = ", net);
  expression(out, nl, g, prog);
  fprintf(out, ";\n  initial e%d = ", net);
  expression(out, nl, g, prog);
  fprintf(out, ";\n  assign #%d n%d = e%d;\n", delay, net, net);
}

static bool reads_pins(const bool_prog *prog) {
  for (size_t i = 0; i < prog->ops; i++)
    if (prog->op[i].kind == BOOL_PIN) return true;
  return false;
}

static void write_gates(FILE *out, const net_list *nl, const int *delay) {
  for (size_t g = 0; g < nl->gates; g++) {
    const net_gate *gate = &nl->gate[g];
    if (g >= nl->combs) {
      fprintf(out, "  reg s%zu = 1'b0;\n  always @(%s n%d) s%zu <= ", g - nl->combs,
              gate->cell->falling ? "negedge" : "posedge", nl->clock, g - nl->combs);
      expression(out, nl, g, &gate->cell->next);
      fputs(";\n", out);
    }
    for (size_t p = 0; p < gate->cell->pins; p++) {
      const cell_pin *pin = &gate->cell->pin[p];
      if (pin->dir != PIN_OUTPUT || gate->net[p] < 0) continue;
      if (delay && g < nl->combs && reads_pins(&pin->function)) {
        write_delayed(out, nl, g, &pin->function, gate->net[p], delay[gate->net[p]]);
        continue;
      }
      fputs("  assign ", out);
      if (delay) fprintf(out, "#%d ", delay[gate->net[p]]);
      fprintf(out, "n%d = ", gate->net[p]);
      expression(out, nl, g, &pin->function);
      fputs(";\n", out);
    }
  }
}

/* Steps of time until the last net has settled. */
static long settling(const net_list *nl, const int *delay) {
  long *at = vmac_alloc(nl->nets, sizeof *at), last = 1;
  for (size_t n = 0; delay && n < nl->nets; n++) at[n] = delay[n];
  for (size_t g = 0; delay && g < nl->combs; g++) {
    const net_gate *gate = &nl->gate[g];
    long from = 0;
    for (size_t p = 0; p < gate->cell->pins; p++)
      if (gate->cell->pin[p].dir == PIN_INPUT && at[gate->net[p]] > from) from = at[gate->net[p]];
    for (size_t p = 0; p < gate->cell->pins; p++)
      if (gate->cell->pin[p].dir == PIN_OUTPUT && gate->net[p] >= 0)
        at[gate->net[p]] = from + delay[gate->net[p]];
  }
  for (size_t n = 0; n < nl->nets; n++)
    if (at[n] > last) last = at[n];
  free(at);
  return last;
}

static void write_step(FILE *out, const net_list *nl, const int *delay, const uint32_t *value,
                       const uint32_t *before) {
  size_t input = 0;
  for (size_t i = 0; i < nl->ports; i++) {
    const net_port *port = &nl->port[i];
    if (port->dir != PIN_INPUT || port->net[0] == nl->clock) continue;
    for (size_t b = 0; b < port->width; b++) {
      const int net = port->net[b], d = delay ? delay[net] : 0;
      if ((value[input] ^ (before ? before[input] : 0)) >> b & 1)
        fprintf(out, " n%d <= #%d 1'b%u;", net, d, value[input] >> b & 1);
    }
    input++;
  }
}

static void write_name(FILE *out, const char *name) {
  for (; *name; name++) {
    if (strchr("\"\\%", *name)) fputc(*name == '%' ? '%' : '\\', out);
    fputc(*name, out);
  }
}

void verilog_write(FILE *out, const net_list *nl, const int *delay, const verilog_vectors *v) {
  bool *used = verilog_nets(nl), *driven = verilog_nets(nl);
  const bool falling = nl->clock >= 0 && nl->gate[nl->combs].cell->falling;
  for (size_t i = 0; i < nl->ports; i++)
    for (size_t b = 0; nl->port[i].dir == PIN_INPUT && b < nl->port[i].width; b++)
      driven[nl->port[i].net[b]] = false;
  fprintf(out, "// %s; one unit of time is %d ps\nmodule bench;\n", nl->module, SIM_STEP_PS);
  fputs("  wire n0 = 1'b0, n1 = 1'b1;\n  reg counting = 1'b0;\n", out);
  for (size_t n = NET_FIRST; n < nl->nets; n++)
    if (used[n])
      fprintf(out, "  %s n%zu%s;\n", driven[n] ? "wire" : "reg", n,
              driven[n]                        ? ""
              : (int)n == nl->clock && falling ? " = 1'b1"
                                               : " = 1'b0");
  write_gates(out, nl, delay);
  fprintf(out, "  integer rises [0:%zu], falls [0:%zu];\n  integer i;\n", nl->nets, nl->nets);
  if (delay) {
    for (size_t n = NET_FIRST; n < nl->nets; n++)
      if (used[n])
        fprintf(out,
                "  always @(posedge n%zu) if (counting) rises[%zu] = rises[%zu] + 1;\n"
                "  always @(negedge n%zu) if (counting) falls[%zu] = falls[%zu] + 1;\n",
                n, n, n, n, n, n);
  } else {
    /* n0 stands for the nets that are only numbers. */
    fprintf(out, "  reg [%zu:0] was = 0;\n  wire [%zu:0] now = {", nl->nets - 1, nl->nets - 1);
    for (size_t n = nl->nets; n-- > 0;)
      fprintf(out, "n%zu%s", used[n] && (int)n != nl->clock ? n : 0, n ? "," : "};\n");
  }
  /* Inputs move by non-blocking assignments: flip-flops have taken the old values by then. */
  const long period = 2 * settling(nl, delay) + 4;
  fprintf(out,
          "  initial begin\n    for (i = 0; i < %zu; i = i + 1) begin rises[i] = 0; "
          "falls[i] = 0; end\n    #%ld;\n",
          nl->nets, period);
  for (size_t s = 0; s < v->steps; s++) {
    fputs("   ", out);
    if (s == v->first) fputs(delay ? " counting = 1'b1;" : " counting = 1'b1; was = now;", out);
    if (nl->clock >= 0) fprintf(out, " n%d = 1'b%d;", nl->clock, !falling);
    write_step(out, nl, delay, v->value + s * v->inputs, s ? v->value + (s - 1) * v->inputs : NULL);
    fprintf(out, " #%ld;", period / 2);
    if (nl->clock >= 0) fprintf(out, " n%d = 1'b%d;", nl->clock, falling);
    fprintf(out, " #%ld;%s\n", period / 2, delay ? "" : " settle;");
  }
  for (size_t n = NET_FIRST; n < nl->nets; n++) {
    if (!used[n] || (int)n == nl->clock) continue;
    fputs("    $display(\"", out);
    write_name(out, nl->name[n]);
    fprintf(out, " %%0d %%0d\", rises[%zu], falls[%zu]);\n", n, n);
  }
  fputs("    $finish;\n  end\n", out);
  if (!delay)
    fprintf(out,
            "  task settle;\n    begin\n      for (i = 0; i < %zu; i = i + 1) begin\n"
            "        if (counting && now[i] && !was[i]) rises[i] = rises[i] + 1;\n"
            "        if (counting && !now[i] && was[i]) falls[i] = falls[i] + 1;\n"
            "      end\n      was = now;\n    end\n  endtask\n",
            nl->nets);
  fputs("endmodule\n", out);
  free(used);
  free(driven);
}
