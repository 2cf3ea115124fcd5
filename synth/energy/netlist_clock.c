/* Flip-flops: their one clock, and what must be tied off. SPDX-License-Identifier: Apache-2.0 */
#include "netlist_order.h"

/* Bit 0: may be 0; bit 1: may be 1. */
enum { CAN_0 = 1, CAN_1 = 2, CAN_BOTH = 3 };

static unsigned swapped(unsigned v) {
  return (v & 1) << 1 | v >> 1;
}

/* What a function may be where only the pins tied to a constant are known. Operands count as
 * independent: A & !A may be 1. */
static unsigned possible(const bool_prog *prog, const net_gate *gate) {
  unsigned stack[BOOL_STACK + 1] = {CAN_0};
  int top = -1;
  for (size_t i = 0; i < prog->ops; i++) {
    const bool_op op = prog->op[i];
    unsigned a = 0, b = 0;
    if (op.kind >= BOOL_AND) {
      b = stack[top--];
      a = stack[top--];
    } else if (op.kind == BOOL_NOT) {
      a = stack[top--];
    }
    unsigned value = CAN_BOTH;
    if (op.kind == BOOL_PIN) {
      const int net = (size_t)op.pin < gate->cell->pins ? gate->net[op.pin] : -1;
      if (net == NET_ZERO || net == NET_ONE) value = net == NET_ZERO ? CAN_0 : CAN_1;
    } else if (op.kind <= BOOL_ONE) {
      value = op.kind == BOOL_ZERO ? CAN_0 : CAN_1;
    } else if (op.kind == BOOL_NOT) {
      value = swapped(a);
    } else if (op.kind == BOOL_AND) {
      value = ((a | b) & CAN_0) | (a & b & CAN_1);
    } else if (op.kind == BOOL_OR) {
      value = (a & b & CAN_0) | ((a | b) & CAN_1);
    } else if (a != CAN_BOTH && b != CAN_BOTH) {
      value = a == b ? CAN_0 : CAN_1;
    }
    stack[++top] = value;
  }
  return stack[0];
}

static bool tied_off(const char *path, const net_gate *gate, vmac_err *err) {
  const struct {
    const bool_prog *prog;
    const char *what;
  } forced[] = {{&gate->cell->clear, "clear"}, {&gate->cell->preset, "preset"}};
  for (size_t i = 0; i < 2; i++)
    if (forced[i].prog->op && possible(forced[i].prog, gate) != CAN_0)
      return vmac_fail(err,
                       "%s: flip-flop %.80s (%s): expected its asynchronous %s tied off, found it "
                       "in use; the simulation has none",
                       path, gate->name, gate->cell->name, forced[i].what);
  return true;
}

/* Its output pins follow the state alone. */
static bool plain_outputs(const char *path, const net_gate *gate, vmac_err *err) {
  for (size_t p = 0; p < gate->cell->pins; p++) {
    const bool_prog *prog = &gate->cell->pin[p].function;
    for (size_t i = 0; gate->cell->pin[p].dir == PIN_OUTPUT && i < prog->ops; i++)
      if (prog->op[i].kind == BOOL_PIN && (size_t)prog->op[i].pin < gate->cell->pins)
        return vmac_fail(err,
                         "%s: flip-flop %.80s (%s): expected output %s to follow the state, found "
                         "that it reads pin %s",
                         path, gate->name, gate->cell->name, gate->cell->pin[p].name,
                         gate->cell->pin[prog->op[i].pin].name);
  }
  return true;
}

static bool from_port(const net_list *nl, int net) {
  for (size_t i = 0; i < nl->ports; i++)
    for (size_t b = 0; nl->port[i].dir == PIN_INPUT && b < nl->port[i].width; b++)
      if (nl->port[i].net[b] == net) return true;
  return false;
}

bool netlist_clock(const char *path, net_list *nl, vmac_err *err) {
  const net_gate *one = NULL; /* the first flip-flop */
  nl->clock = -1;
  for (size_t g = nl->combs; g < nl->gates; g++) {
    const net_gate *gate = &nl->gate[g];
    const int clock = gate->net[gate->cell->clock];
    if (!tied_off(path, gate, err) || !plain_outputs(path, gate, err)) return false;
    if (!one) {
      one = gate;
      nl->clock = clock;
      if (!from_port(nl, clock))
        return vmac_fail(err,
                         "%s: flip-flop %.80s: expected a clock from an input port, found net %s; "
                         "buffered and gated clocks are not simulated",
                         path, gate->name, nl->name[clock]);
    }
    if (clock != nl->clock)
      return vmac_fail(err, "%s: flip-flop %.80s: expected the clock %s of all others, found %s",
                       path, gate->name, nl->name[nl->clock], nl->name[clock]);
    if (gate->cell->falling != one->cell->falling)
      return vmac_fail(err, "%s: flip-flops %.80s and %.80s take different edges of clock %s", path,
                       one->name, gate->name, nl->name[clock]);
  }
  for (size_t g = 0; one && g < nl->gates; g++)
    for (size_t p = 0; p < nl->gate[g].cell->pins; p++)
      if (nl->gate[g].net[p] == nl->clock && nl->gate[g].cell->clock != (int)p)
        return vmac_fail(err, "%s: %.80s: pin %s reads the clock %s; only clock pins may", path,
                         nl->gate[g].name, nl->gate[g].cell->pin[p].name, nl->name[nl->clock]);
  return true;
}
