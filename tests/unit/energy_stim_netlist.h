/* energy_stim_netlist.h: an exact multiplier, a PE and a side column out of plain gates, as the JSON
 * that yosys would write: netlists for stimuli without a synthesis.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef ENERGY_STIM_NETLIST_H
#define ENERGY_STIM_NETLIST_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "netlist.h"

static char folder[64];

static inline int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/test_energy_stim.XXXXXX");
  return mkdtemp(folder) ? 0 : 1;
}

static inline const char *in_folder(const char *name) {
  static char path[128];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static inline int remove_folder(void **state) {
  (void)state;
  unlink(in_folder("lib"));
  unlink(in_folder("net"));
  return rmdir(folder);
}

/* Every transition of an output is 1 pJ, every clock period of a flip-flop 2; inputs are 0.001 pF at
 * 1 V, leakage is 1000 nW a cell. */
#define STIM_GATE(name, inputs, function)                                                          \
  "cell (" name ") { area : 1; cell_leakage_power : 1000; " inputs                                 \
  "pin (Y) { direction : output; function : \"" function "\"; internal_power () { power (s) { "    \
  "values (\"1\"); } } timing () { related_pin : \"A\"; cell_rise (s) { values (\"0.1\"); } "      \
  "cell_fall (s) { values (\"0.1\"); } } } }\n"
#define STIM_PIN(name) "pin (" name ") { direction : input; capacitance : 0.001; }"

static const char stim_library[] =
    "library (l) { time_unit : \"1ns\"; nom_voltage : 1.0; leakage_power_unit : \"1nW\";\n"
    "capacitive_load_unit (1, pf);\n"
    "lu_table_template (s) { variable_1 : input_net_transition; index_1 (\"0\"); }\n"
    "power_lut_template (s) { variable_1 : input_transition_time; index_1 (\"0\"); }\n" //
    STIM_GATE("AND2", STIM_PIN("A") STIM_PIN("B"), "A B")                               //
    STIM_GATE("OR2", STIM_PIN("A") STIM_PIN("B"), "A + B")                              //
    STIM_GATE("XOR2", STIM_PIN("A") STIM_PIN("B"), "A ^ B")                             //
    STIM_GATE(
        "MUX2", STIM_PIN("A") STIM_PIN("B") STIM_PIN("S"),
        "S B + !S A") "cell (DFF) { area : 5; cell_leakage_power : 1000;\n"
                      "ff (IQ, IQN) { next_state : \"D\"; clocked_on : \"CK\"; }\n" STIM_PIN(
                          "D") "pin (CK) { direction : input; clock : true; capacitance : 0.001;\n"
                               "internal_power () { power (s) { values (\"1\"); } } }\n"
                               "pin (Q) { direction : output; function : \"IQ\"; internal_power () "
                               "{ power (s) { values "
                               "(\"1\"); } } timing () { related_pin : \"CK\"; timing_type : "
                               "rising_edge; cell_rise (s) { "
                               "values (\"0.2\"); } cell_fall (s) { values (\"0.2\"); } } } }\n}\n";

static inline const char *stim_put(const char *name, const char *text) {
  unlink(in_folder(name));
  FILE *f = fopen(in_folder(name), "w");
  assert_non_null(f);
  assert_true(fputs(text, f) >= 0);
  assert_int_equal(fclose(f), 0);
  return in_folder(name);
}

static inline cell_lib *stim_lib(void) {
  vmac_err err = {""};
  const char *path = stim_put("lib", stim_library);
  cell_lib *lib = celllib_load(&path, 1, &err);
  if (!lib) fail_msg("%s", err.text);
  return lib;
}

/* ---- netlists ----------------------------------------------------------------------------------
 */

enum { ZERO_NET = -1, CLOCK_NET = 2 };

typedef struct {
  FILE *ports, *cells;
  char *port_text, *cell_text;
  size_t port_size, cell_size;
  int next, gates;
  int wrong; /* this gate is an OR2 where it should be an XOR2; -1: none */
} netmaker;

/* The streams write to `m`: it stays where it is. */
static inline void maker_begin(netmaker *m, int wrong) {
  *m = (netmaker){.next = CLOCK_NET + 1, .wrong = wrong};
  m->ports = open_memstream(&m->port_text, &m->port_size);
  m->cells = open_memstream(&m->cell_text, &m->cell_size);
  assert_true(m->ports && m->cells);
  fprintf(m->ports, "\"clk\": {\"direction\": \"input\", \"bits\": [%d]}", CLOCK_NET);
}

static inline net_list *maker_load(netmaker *m, const cell_lib *lib) {
  assert_int_equal(fclose(m->ports), 0);
  assert_int_equal(fclose(m->cells), 0);
  char *text = NULL;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  fprintf(f, "{\"modules\": {\"m\": {\"ports\": {%s}, \"cells\": {%s}, \"netnames\": {}}}}",
          m->port_text, m->cell_text);
  assert_int_equal(fclose(f), 0);
  vmac_err err = {""};
  net_list *nl = netlist_load(stim_put("net", text), lib, &err);
  if (!nl) fail_msg("%s", err.text);
  free(text);
  free(m->port_text);
  free(m->cell_text);
  return nl;
}

static inline void port(netmaker *m, const char *name, const char *direction, const int *bit,
                        int width) {
  fprintf(m->ports, ", \"%s\": {\"direction\": \"%s\", \"bits\": [", name, direction);
  for (int i = 0; i < width; i++)
    fprintf(m->ports, bit[i] == ZERO_NET ? "%s\"0\"" : "%s%d", i ? ", " : "", bit[i]);
  fputs("]}", m->ports);
}

static inline void input(netmaker *m, const char *name, int *bit, int width) {
  for (int i = 0; i < width; i++) bit[i] = m->next++;
  port(m, name, "input", bit, width);
}

static inline void cell(netmaker *m, const char *type, int pins, ...) {
  va_list args;
  va_start(args, pins);
  fprintf(m->cells, "%s\"g%d\": {\"type\": \"%s\", \"connections\": {", m->gates ? ", " : "",
          m->gates, type);
  m->gates++;
  for (int i = 0; i < pins; i++) {
    const char *pin = va_arg(args, const char *);
    const int net = va_arg(args, int);
    fprintf(m->cells, net == ZERO_NET ? "%s\"%s\": [\"0\"]" : "%s\"%s\": [%d]", i ? ", " : "", pin,
            net);
  }
  fputs("}}", m->cells);
  va_end(args);
}

static inline int gate(netmaker *m, const char *type, int a, int b) {
  const int y = m->next++;
  cell(m, m->gates == m->wrong ? "OR2" : type, 3, "A", a, "B", b, "Y", y);
  return y;
}

static inline int mux(netmaker *m, int s, int a, int b) {
  const int y = m->next++;
  cell(m, "MUX2", 4, "A", a, "B", b, "S", s, "Y", y);
  return y;
}

static inline void dff(netmaker *m, int d, int q) {
  cell(m, "DFF", 3, "D", d, "CK", CLOCK_NET, "Q", q);
}

/* sum = a + b, `width` bits; a ripple of full adders. */
static inline void ripple(netmaker *m, const int *a, const int *b, int *sum, int width) {
  int carry = ZERO_NET;
  for (int i = 0; i < width; i++) {
    const int x = gate(m, "XOR2", a[i], b[i]);
    const int both = gate(m, "AND2", a[i], b[i]), on = gate(m, "AND2", x, carry);
    sum[i] = gate(m, "XOR2", x, carry);
    carry = gate(m, "OR2", both, on);
  }
}

static inline void multiply(netmaker *m, const int *a, const int *w, int *p) {
  int acc[16];
  for (int i = 0; i < 16; i++) acc[i] = i < 8 ? gate(m, "AND2", a[i], w[0]) : ZERO_NET;
  for (int j = 1; j < 8; j++) {
    int part[16], sum[16];
    for (int i = 0; i < 16; i++)
      part[i] = i >= j && i < j + 8 ? gate(m, "AND2", a[i - j], w[j]) : ZERO_NET;
    ripple(m, acc, part, sum, 16);
    memcpy(acc, sum, sizeof acc);
  }
  memcpy(p, acc, sizeof acc);
}

/* wrong: a gate of the multiplier that is another; -1: none. */
static inline net_list *cell_netlist(const cell_lib *lib, int wrong) {
  netmaker m;
  maker_begin(&m, wrong);
  int a[8], w[8], p[16];
  input(&m, "a_i", a, 8);
  input(&m, "w_i", w, 8);
  multiply(&m, a, w, p);
  port(&m, "p_o", "output", p, 16);
  return maker_load(&m, lib);
}

static inline net_list *pe_netlist(const cell_lib *lib, int width, int wrong) {
  netmaker m;
  maker_begin(&m, wrong);
  int rst, a[8], swap, shift, word[9], above[32], a_q[8], shadow[9], w[9], p[32], sum[32], out[32];
  input(&m, "rst", &rst, 1);
  input(&m, "a_i", a, 8);
  input(&m, "swap_i", &swap, 1);
  input(&m, "shift_i", &shift, 1);
  input(&m, "w_i", word, 9);
  input(&m, "ps_i", above, width);
  for (int i = 0; i < 8; i++) dff(&m, a[i], a_q[i] = m.next++);
  for (int i = 0; i < 9; i++) {
    shadow[i] = m.next++;
    w[i] = m.next++;
    dff(&m, mux(&m, shift, shadow[i], word[i]), shadow[i]);
    dff(&m, mux(&m, swap, w[i], shadow[i]), w[i]);
  }
  multiply(&m, a_q, w, p);
  for (int i = 16; i < width; i++) p[i] = ZERO_NET;
  ripple(&m, above, p, sum, width);
  for (int i = 0; i < width; i++) dff(&m, mux(&m, w[8], above[i], sum[i]), out[i] = m.next++);
  port(&m, "ps_o", "output", out, width);
  return maker_load(&m, lib);
}

static inline net_list *side_netlist(const cell_lib *lib, int rows, int wrong) {
  netmaker m;
  maker_begin(&m, wrong);
  int a[64], en[8], above[10], sum[10], none = ZERO_NET;
  input(&m, "a_i", a, 8 * rows);
  input(&m, "en_i", en, rows);
  for (int i = 0; i < 10; i++) above[i] = ZERO_NET;
  for (int r = 0; r < rows; r++) {
    int term[10];
    for (int i = 0; i < 10; i++) term[i] = i < 8 ? a[8 * r + i] : ZERO_NET;
    ripple(&m, above, term, sum, 10);
    for (int i = 0; i < 10; i++) {
      const int d = mux(&m, en[r], above[i], sum[i]);
      dff(&m, d, above[i] = m.next++);
    }
  }
  port(&m, "sum_a_o", "output", above, 10);
  port(&m, "sum_x_o", "output", &none, 1);
  return maker_load(&m, lib);
}

#endif
