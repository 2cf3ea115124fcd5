/* liberty_case.h: a small library for the tests of synth/liberty, and files to put it in.
 *
 * 2 V, ns, pF, nW; energies in pJ. What each cell is for stands beside it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LIBERTY_CASE_H
#define VMAC_LIBERTY_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "celllib.h"
#include "cmocka_all.h"

static char case_folder[64];

static inline int case_make_folder(void **state) {
  (void)state;
  snprintf(case_folder, sizeof case_folder, "/tmp/test_liberty.XXXXXX");
  return mkdtemp(case_folder) ? 0 : -1;
}

static inline int case_remove_folder(void **state) {
  char command[128];
  (void)state;
  snprintf(command, sizeof command, "rm -rf %s", case_folder);
  return system(command);
}

/* A new file each time: rewriting one in place is slow. Four paths are kept. */
static inline const char *case_put(const char *name, const void *bytes, size_t size) {
  static char path[4][128];
  static int next;
  char *at = path[next++ % 4];
  snprintf(at, sizeof path[0], "%s/%s", case_folder, name);
  unlink(at);
  FILE *f = fopen(at, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, size, f), size);
  assert_int_equal(fclose(f), 0);
  return at;
}

/* The text with the first `from` replaced; free it. */
static inline char *case_replace(const char *text, const char *from, const char *to) {
  const char *at = strstr(text, from);
  if (!at) fail_msg("no '%s' in the library", from);
  const size_t size = strlen(text) + strlen(to) + 1;
  char *out = vmac_alloc(size, 1);
  snprintf(out, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
  return out;
}

#define CASE_TIMING(pin)                                                                           \
  "      timing () { related_pin : \"" pin "\"; cell_rise (t) { values (\"1, 2\"); }"              \
  " rise_transition (t) { values (\"1, 2\"); } cell_fall (t) { values (\"3, 4\"); }"               \
  " fall_transition (t) { values (\"3, 4\"); } }\n"

static const char case_head[] =
    "/* a comment\n   of two lines */\n"
    "library (tiny) {\n"
    "  delay_model : table_lookup;\n"
    "  define (\"own\", cell, string);\n"
    "  time_unit : \"1ns\"; voltage_unit : \"1V\"; current_unit : \"1mA\";\n"
    "  pulling_resistance_unit : \"1kohm\"; leakage_power_unit : \"1nW\";\n"
    "  capacitive_load_unit (1, pf);\n"
    "  slew_upper_threshold_pct_rise : 80; slew_lower_threshold_pct_rise : 20;\n"
    "  slew_upper_threshold_pct_fall : 80; slew_lower_threshold_pct_fall : 20;\n"
    "  input_threshold_pct_rise : 50; input_threshold_pct_fall : 50;\n"
    "  output_threshold_pct_rise : 50; output_threshold_pct_fall : 50;\n"
    "  nom_process : 1; nom_temperature : 25; nom_voltage : 2.0;\n"
    "  operating_conditions (usual) { process : 1; temperature : 25; voltage : 2.0; }\n"
    "  default_wire_load : \"w\";\n"
    "  wire_load (\"w\") { capacitance : 1; fanout_length (1, 2); }\n"
    "  lu_table_template (t) { variable_1 : total_output_net_capacitance; index_1 (\"0, 1\"); }\n"
    "  power_lut_template (load) { variable_1 : total_output_net_capacitance;\n"
    "    index_1 (\"0, 1\"); }\n"
    "  power_lut_template (slew) { variable_1 : input_transition_time; index_1 (\"0, 1\"); }\n"
    "  power_lut_template (both) { variable_1 : input_transition_time;\n"
    "    variable_2 : total_output_net_capacitance; index_1 (\"0, 2\"); index_2 (\"0, 1, 2\"); }\n"
    "  power_lut_template (three) { variable_1 : total_output_net_capacitance;\n"
    "    variable_2 : equal_or_opposite_output_net_capacitance;\n"
    "    variable_3 : input_transition_time;\n"
    "    index_1 (\"0, 1\"); index_2 (\"0, 1\"); index_3 (\"0, 1\"); }\n";

static const char case_gates[] =
    /* Two supplies, tables of both axes and of one; leakage in every state. */
    "  cell (NAND) {\n"
    "    area : 3.5\n"
    "    leakage_power () { when : \"A*B\"; value : 1; related_pg_pin : VDD; }\n"
    "    leakage_power () { when : \"A*B\"; value : 0.5; related_pg_pin : VSS; }\n"
    "    leakage_power () { when : \"!A*B\"; value : 3; related_pg_pin : VDD; }\n"
    "    leakage_power () { value : 2; related_pg_pin : VDD; }\n"
    "    pin (A, B) { direction : input; rise_capacitance : 0.1; fall_capacitance : 0.3; }\n"
    "    pin (Y) { direction : \"output\"; function : \"(A B)'\";\n" CASE_TIMING(
        "A B") "      timing () { related_pin : \"A\"; timing_type : three_state_enable;\n"
               "        cell_rise (t) { values (\"9, 9\"); } }\n"
               "      internal_power () { related_pin : \"A\"; when : \"B\"; related_pg_pin : "
               "VDD;\n"
               "        rise_power (both) { values (\"1, 2, 3\", \\\n          \"5, 6, 7\"); }\n"
               "        fall_power (load) { values (\"2, 4\"); } }\n"
               "      internal_power () { related_pin : \"A\"; when : \"B\"; related_pg_pin : "
               "VSS;\n"
               "        rise_power (load) { index_1 (\"0, 0.5\"); values (\"10, 11\"); }\n"
               "        fall_power (scalar) { values (\"7\"); } }\n"
               "      internal_power () { related_pin : \"B\"; related_pg_pin : VDD;\n"
               "        power (scalar) { values (\"4\"); } } } }\n"
               /* Input energies by state. */
               "  cell (AND3) { area : 4; cell_leakage_power : 6; own : \"x y\";\n"
               "    pin (A) { direction : input; capacitance : 0.2;\n"
               "      internal_power () { when : \"!B*C\"; rise_power (slew) { values (\"1, 2\"); "
               "} "
               "fall_power (slew) { values (\"3, 4\"); } }\n"
               "      internal_power () { when : \"B*!C\"; rise_power (scalar) { values (\"5\"); } "
               "fall_power (scalar) { values (\"5\"); } }\n"
               "      internal_power () { rise_power (scalar) { values (\"8\"); } "
               "fall_power (scalar) { values (\"8\"); } } }\n"
               "    pin (B) { direction : input; capacitance : 0.2; }\n"
               "    pin (C) { direction : input; capacitance : 0.2; }\n"
               "    pin (Y) { direction : output; function : \"A & B & C\";\n" CASE_TIMING(
                   "A") "      internal_power () { related_pin : \"A B C\";\n"
                        "        rise_power (three) { values (\"1, 2, 9, 9, 3, 4, 9, 9\"); }\n"
                        "        fall_power (three) { values (\"1, 2, 9, 9, 3, 4, 9, 9\"); } } } "
                        "}\n"
                        /* Two outputs; operators without blanks. */
                        "  cell (HALF) { area : 5;\n"
                        "    pin (A) { direction : input; capacitance : 0.2; }\n"
                        "    pin (B) { direction : input; capacitance : 0.2; }\n"
                        "    pin (C) { direction : output; function : \"A&B\"; }\n"
                        "    pin (S) { direction : output; function : \"A^B'+A*!A\"; } }\n"
                        "  cell (ONE) { area : 1; pin (Y) { direction : output; function : \"1\"; "
                        "} }\n";

static const char case_states[] =
    /* Flip-flops: each way to write a clock; state by names of the file's own. */
    "  cell (DFF) { area : 10;\n"
    "    ff (IQ, \"IQN\") { next_state : D; clocked_on : \"(CK)\"; }\n"
    "    leakage_power () { when : \"CK Q\"; value : 8; }\n"
    "    leakage_power () { when : \"!CK\"; value : 4; }\n"
    "    pin (D) { direction : input; capacitance : 0.1; nextstate_type : data;\n"
    "      timing () { related_pin : \"CK\"; timing_type : setup_rising;\n"
    "        rise_constraint (scalar) { values (\"1\"); } } }\n"
    "    pin (CK) { direction : input; capacitance : 0.1; clock : true;\n"
    "      internal_power () { when : \"D*!Q\"; rise_power (scalar) { values (\"6\"); } "
    "fall_power (scalar) { values (\"2\"); } }\n"
    "      internal_power () { rise_power (scalar) { values (\"1\"); } "
    "fall_power (scalar) { values (\"3\"); } } }\n"
    "    pin (Q) { direction : output; function : \"IQ\";\n"
    "      timing () { related_pin : \"CK\"; timing_type : rising_edge;\n"
    "        cell_rise (t) { values (\"1, 2\"); } cell_fall (t) { values (\"1, 2\"); }\n"
    "        rise_transition (t) { values (\"1, 2\"); } fall_transition (t) { values (\"1, 2\"); "
    "} }\n"
    "      internal_power () { related_pin : \"CK\"; rise_power (load) { values (\"2, 4\"); } "
    "fall_power (load) { values (\"4, 6\"); } } } }\n"
    "  cell (DFFN) { area : 11;\n"
    "    ff (\"S0\", \"S1\") { next_state : \"!D\"; clocked_on : \"CK'\"; clear : !RN; "
    "preset : \"SN'\"; }\n"
    "    pin (D) { direction : input; capacitance : 0.1; }\n"
    "    pin (CK) { direction : input; capacitance : 0.1; clock : true; }\n"
    "    pin (RN) { direction : input; capacitance : 0.1; }\n"
    "    pin (SN) { direction : input; capacitance : 0.1; }\n"
    "    pin (QN) { direction : output; function : \"S1\";\n"
    "      timing () { related_pin : \"RN\"; timing_type : preset; timing_sense : negative_unate;\n"
    "        cell_rise (t) { values (\"9, 9\"); } rise_transition (t) { values (\"9, 9\"); } }\n"
    "      timing () { related_pin : \"CK\"; timing_type : falling_edge;\n"
    "        cell_rise (t) { values (\"1, 2\"); } cell_fall (t) { values (\"1, 2\"); }\n"
    "        rise_transition (t) { values (\"1, 2\"); } fall_transition (t) { values (\"1, 2\"); "
    "} } } }\n"
    "  cell (DFFE) { area : 12; dont_use : true;\n"
    "    ff (IQ, IQN) { next_state : \"(E*D)+(!E*IQ)\"; clocked_on : \"!(!CK)\"; }\n"
    "    pin (D) { direction : input; capacitance : 0.1; }\n"
    "    pin (E) { direction : input; capacitance : 0.1; }\n"
    "    pin (CK) { direction : input; capacitance : 0.1; clock : true; }\n"
    "    pin (Q) { direction : output; function : \"IQ\"; } }\n"
    /* Of no use: they load, but without functions. */
    "  cell (LATCH) { area : 9; latch (IQ, IQN) { data_in : \"D\"; enable : \"G\"; }\n"
    "    leakage_power () { when : \"G\"; value : 1; } leakage_power () { when : \"!G\"; value : "
    "3; "
    "}\n"
    "    pin (D) { direction : input; } pin (G) { direction : input; }\n"
    "    pin (Q) { direction : output; function : \"IQ\"; } }\n"
    "  cell (SCAN) { area : 9;\n"
    "    ff (IQ, IQN) { next_state : \"(SE*SI)+(SE'*D)\"; clocked_on : \"CK\"; }\n"
    "    test_cell () { ff (IQ, IQN) { next_state : \"D\"; clocked_on : \"CK\"; } }\n"
    "    pin (D) { direction : input; } pin (SE) { direction : input; }\n"
    "    pin (SI) { direction : input; } pin (CK) { direction : input; }\n"
    "    pin (Q) { direction : output; function : \"IQ\"; } }\n"
    "  cell (GATE) { area : 9; statetable (\"CK E\", \"IQ\") { table : \"L L : - : L,\\\n"
    "      H - : - : N\"; }\n"
    "    pin (CK) { direction : input; } pin (E) { direction : input; }\n"
    "    pin (IQ) { direction : internal; internal_node : \"IQ\"; }\n"
    "    pin (GCK) { direction : output; state_function : \"CK*IQ\"; } }\n"
    "  cell (TWICE) { area : 9; ff (IQ, IQN) { next_state : \"D\"; clocked_on : \"CK*E\"; }\n"
    "    pin (D) { direction : input; } pin (CK) { direction : input; }\n"
    "    pin (E) { direction : input; } pin (Q) { direction : output; function : \"IQ\"; } }\n"
    "  cell (TRI) { area : 2; pin (A) { direction : input; } pin (E) { direction : input; }\n"
    "    pin (Y) { direction : output; function : \"A\"; three_state : \"!E\"; } }\n"
    "  cell (FILL) { area : 2; }\n";

/* The whole; free it. */
static inline char *case_text(void) {
  const size_t size = sizeof case_head + sizeof case_gates + sizeof case_states;
  char *text = vmac_alloc(size, 1);
  snprintf(text, size, "%s%s%s}\n", case_head, case_gates, case_states);
  return text;
}

/* Of a text; NULL and an error where it is refused. */
static inline cell_lib *case_load(const char *text, vmac_err *err) {
  const char *path = case_put("case.lib", text, strlen(text));
  return celllib_load(&path, 1, err);
}

#endif
