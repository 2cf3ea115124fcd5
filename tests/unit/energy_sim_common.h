/* energy_sim_common.h: a small library with flip-flops, and netlists of it from one string.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_ENERGY_SIM_COMMON_H
#define VMAC_ENERGY_SIM_COMMON_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/isa.h"
#include "energy_folder.h"
#include "gatesim.h"

/* Pins of one letter each; `second`: a second output, PIN=FUNCTION. */
static const struct {
  const char *name, *inputs, *function, *second, *third;
} sim_gates[] = {
    {"INV", "A", "Y=!A", NULL, NULL},
    {"AND2", "AB", "Y=A B", NULL, NULL},
    {"XOR2", "AB", "Y=A ^ B", NULL, NULL},
    {"MUX2", "ABS", "Y=S B + !S A", NULL, NULL},
    {"HA", "AB", "C=A B", "S=A ^ B", NULL},
    {"TIE1", "", "Y=1", NULL, NULL},
    {"AOI22", "ABCD", "Y=!(A B + C D)", NULL, NULL},
    {"MAJ5", "ABCDE", "Y=A B C + D E ^ A", NULL, NULL},
    {"MUX4", "ABCDST", "Y=!T !S A + !T S B + T !S C + T S D", NULL, NULL},
    {"ODD8", "ABCDEFGH", "Y=A ^ B ^ C ^ D ^ E ^ F + G H", NULL, NULL},
    {"BLACK", "A", "Y=", NULL, NULL},
    /* The third: groups of the cell. K is the clock. */
    {"DFFE", "DEK", "Q=IQ", NULL,
     "ff (IQ, IQN) { clocked_on : \"K\"; next_state : \"E D + !E IQ\"; }"},
    {"DFFR", "DRSK", "Q=IQ", NULL,
     "ff (IQ, IQN) { clocked_on : \"K\"; next_state : \"D\"; clear : \"!R\";"
     "preset : \"S\"; }"},
    {"DFFN", "DK", "Q=IQ", NULL, "ff (IQ, IQN) { clocked_on : \"!K\"; next_state : \"D\"; }"},
    {"DFFO", "DOK", "Q=IQ O", NULL, "ff (IQ, IQN) { clocked_on : \"K\"; next_state : \"D\"; }"},
    {"LATCH", "DK", "Q=IQ", NULL, "latch (IQ, IQN) { enable : \"K\"; data_in : \"D\"; }"}};

/* The two cells with tables: rows are slews 0 and 1 ns, columns loads 0 and 1 pF. */
static const char sim_head[] =
    "library (small) { time_unit : \"1ns\"; nom_voltage : 1.0; leakage_power_unit : \"1nW\";\n"
    "capacitive_load_unit (1, pf);\n"
    "lu_table_template (both) { variable_1 : input_net_transition;\n"
    "  variable_2 : total_output_net_capacitance; index_1 (\"0, 1\"); index_2 (\"0, 1\"); }\n"
    "cell (BUF) { area : 1; pin (A) { direction : input; capacitance : 0.1; }\n"
    "pin (Y) { direction : output; function : \"A\"; timing () { related_pin : \"A\";\n"
    "cell_rise (both) { values (\"0.1, 1.1\", \"0.3, 1.3\"); }\n"
    "cell_fall (both) { values (\"0.3, 1.3\", \"0.5, 1.5\"); }\n"
    "rise_transition (both) { values (\"0.2, 0.2\", \"0.2, 0.2\"); }\n"
    "fall_transition (both) { values (\"0.4, 0.4\", \"0.4, 0.4\"); } } } }\n"
    "cell (DFF) { area : 2; ff (IQ, IQN) { clocked_on : \"K\"; next_state : \"D\"; }\n"
    "pin (D) { direction : input; capacitance : 0.1; }\n"
    "pin (K) { direction : input; clock : true; capacitance : 0.2; }\n"
    "pin (Q) { direction : output; function : \"IQ\"; timing () { related_pin : \"K\";\n"
    "timing_type : rising_edge;\n"
    "cell_rise (both) { values (\"0.2, 1.2\", \"0.4, 1.4\"); }\n"
    "cell_fall (both) { values (\"0.4, 1.4\", \"0.6, 1.6\"); }\n"
    "rise_transition (both) { values (\"0.1, 0.1\", \"0.1, 0.1\"); }\n"
    "fall_transition (both) { values (\"0.3, 0.3\", \"0.3, 0.3\"); } } }\n"
    "pin (P) { direction : output; function : \"IQN\"; } }\n";

static inline cell_lib *sim_lib(void) {
  char *text = NULL;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  fputs(sim_head, f);
  for (size_t i = 0; i < sizeof sim_gates / sizeof *sim_gates; i++) {
    const char *out[] = {sim_gates[i].function, sim_gates[i].second};
    fprintf(f, "cell (%s) { area : 1;\n", sim_gates[i].name);
    if (sim_gates[i].third) fprintf(f, "%s\n", sim_gates[i].third);
    for (const char *pin = sim_gates[i].inputs; *pin; pin++)
      fprintf(f, "pin (%c) { direction : input; capacitance : 0.1; }\n", *pin);
    for (size_t k = 0; k < 2 && out[k]; k++) {
      fprintf(f, "pin (%c) { direction : output; ", out[k][0]);
      if (out[k][2]) fprintf(f, "function : \"%s\"; ", out[k] + 2);
      fputs("}\n", f);
    }
    fputs("}\n", f);
  }
  fputs("}\n", f);
  assert_int_equal(fclose(f), 0);
  vmac_err err = {""};
  const char *path = put("lib", text, size);
  cell_lib *lib = celllib_load(&path, 1, &err);
  if (!lib) fail_msg("%s", err.text);
  free(text);
  return lib;
}

/* A netlist in lines that end in ';': "in NAME NET..", "out NAME NET..", "CELL NAME PIN=NET ..".
 * Nets 0 and 1 are the constants. As yosys would write it, with no names of nets. */
static inline net_list *sim_try(const cell_lib *lib, const char *lines, vmac_err *err) {
  char *part[2] = {NULL, NULL}, *text = NULL;
  size_t size[2], all;
  FILE *f[2] = {open_memstream(&part[0], &size[0]), open_memstream(&part[1], &size[1])};
  for (const char *at = lines; *at;) {
    char kind[16], name[16], word[16];
    int used = 0;
    assert_int_equal(sscanf(at, " %15s %15[^; ]%n", kind, name, &used), 2);
    at += used;
    const bool port = !strcmp(kind, "in") || !strcmp(kind, "out");
    fflush(f[!port]);
    fprintf(f[!port],
            port ? "%s\"%s\": {\"direction\": \"%sput\", \"bits\": ["
                 : "%s\"%s\": {\"type\": \"%s\", \"connections\": {",
            size[!port] ? ", " : "", name, kind);
    for (int count = 0; sscanf(at, " %15[^; ]%n", word, &used) == 1; count++, at += used) {
      char *net = strchr(word, '=');
      if (net) *net++ = 0;
      const char *value = net ? net : word, *quote = strlen(value) == 1 && *value < '2' ? "\"" : "";
      fprintf(f[!port], "%s", count ? ", " : "");
      if (net) fprintf(f[!port], "\"%s\": [", word);
      fprintf(f[!port], "%s%s%s%s", quote, value, quote, net ? "]" : "");
    }
    fputs(port ? "]}" : "}}", f[!port]);
    while (*at == ';' || *at == ' ') at++;
  }
  fclose(f[0]);
  fclose(f[1]);
  FILE *whole = open_memstream(&text, &all);
  fprintf(whole, "{\"modules\": {\"m\": {\"ports\": {%s}, \"cells\": {%s}, \"netnames\": {}}}}",
          part[0], part[1]);
  assert_int_equal(fclose(whole), 0);
  net_list *nl = netlist_load(put("net", text, all), lib, err);
  free(part[0]);
  free(part[1]);
  free(text);
  return nl;
}

static inline net_list *sim_net(const cell_lib *lib, const char *lines) {
  vmac_err err = {""};
  net_list *nl = sim_try(lib, lines, &err);
  if (!nl) fail_msg("%s", err.text);
  return nl;
}

static inline const net_port *sim_port(const net_list *nl, const char *name) {
  for (size_t i = 0; i < nl->ports; i++)
    if (!strcmp(nl->port[i].name, name)) return &nl->port[i];
  fail_msg("no port %s", name);
  return NULL;
}

#endif
