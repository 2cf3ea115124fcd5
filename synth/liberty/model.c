/* Functional Verilog of a library. SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "prep.h"

/* An identifier, escaped where it is no plain one: `\name ` with its blank. */
static void write_name(FILE *f, const char *name) {
  bool plain = isalpha((unsigned char)*name) || *name == '_';
  for (const char *at = name; *at; at++)
    plain = plain && (isalnum((unsigned char)*at) || *at == '_');
  fprintf(f, plain ? "%s" : "\\%s ", name);
}

static char *name_of(const lib_cell *cell, int value) {
  char *text = NULL;
  size_t size;
  FILE *f = open_memstream(&text, &size);
  if (!f) abort();
  if (value == (int)cell->pins)
    fputs("vmac_state", f);
  else if (value > (int)cell->pins)
    fputs("(~vmac_state)", f);
  else
    write_name(f, cell->pin[value].name);
  fclose(f);
  return text;
}

/* a ... b, in parentheses; frees both. b == NULL: prefix. */
static char *join(const char *op, char *a, char *b) {
  const size_t size = strlen(a) + (b ? strlen(b) : 0) + 8;
  char *text = vmac_alloc(size, 1);
  if (b)
    snprintf(text, size, "(%s %s %s)", a, op, b);
  else
    snprintf(text, size, "%s%s", op, a);
  free(a);
  free(b);
  return text;
}

static void write_prog(FILE *f, const lib_cell *cell, const bool_prog *prog) {
  char *stack[BOOL_STACK + 1];
  int top = -1;
  for (size_t i = 0; i < prog->ops; i++) {
    const bool_op op = prog->op[i];
    switch (op.kind) {
    case BOOL_PIN:
      stack[++top] = name_of(cell, op.pin);
      break;
    case BOOL_ZERO:
    case BOOL_ONE:
      stack[++top] = strdup(op.kind == BOOL_ONE ? "1'b1" : "1'b0");
      break;
    case BOOL_NOT:
      stack[top] = join("~", stack[top], NULL);
      break;
    case BOOL_AND:
    case BOOL_OR:
    case BOOL_XOR:
      top--;
      stack[top] = join(op.kind == BOOL_AND  ? "&"
                        : op.kind == BOOL_OR ? "|"
                                             : "^",
                        stack[top], stack[top + 1]);
      break;
    }
  }
  fputs(top < 0 ? "1'bx" : stack[0], f);
  for (int i = 0; i <= top; i++) free(stack[i]);
}

static void write_flipflop(FILE *f, const lib_cell *cell) {
  fputs("  reg vmac_state;\n", f);
  if (cell->clear.op) {
    fputs("  wire vmac_clear = ", f);
    write_prog(f, cell, &cell->clear);
    fputs(";\n", f);
  }
  if (cell->preset.op) {
    fputs("  wire vmac_preset = ", f);
    write_prog(f, cell, &cell->preset);
    fputs(";\n", f);
  }
  fprintf(f, "  always @(%s ", cell->falling ? "negedge" : "posedge");
  write_name(f, cell->pin[cell->clock].name);
  fputs(cell->clear.op ? " or posedge vmac_clear" : "", f);
  fputs(cell->preset.op ? " or posedge vmac_preset" : "", f);
  fputs(")\n    ", f);
  if (cell->clear.op) fputs("if (vmac_clear) vmac_state <= 1'b0;\n    else ", f);
  if (cell->preset.op) fputs("if (vmac_preset) vmac_state <= 1'b1;\n    else ", f);
  fputs("vmac_state <= ", f);
  write_prog(f, cell, &cell->next);
  fputs(";\n", f);
}

static void write_cell(FILE *f, const lib_cell *cell) {
  fputs("module ", f);
  write_name(f, cell->name);
  fputs(" (", f);
  const char *comma = "";
  for (size_t p = 0; p < cell->pins; p++) {
    if (cell->pin[p].dir == PIN_OTHER) continue;
    fprintf(f, "%s%s ", comma, cell->pin[p].dir == PIN_INPUT ? "input" : "output");
    write_name(f, cell->pin[p].name);
    comma = ", ";
  }
  fputs(");\n", f);
  if (cell->sequential) write_flipflop(f, cell);
  for (size_t p = 0; p < cell->pins; p++) {
    if (cell->pin[p].dir != PIN_OUTPUT) continue;
    fputs("  assign ", f);
    write_name(f, cell->pin[p].name);
    fputs(" = ", f);
    write_prog(f, cell, &cell->pin[p].function);
    fputs(";\n", f);
  }
  fputs("endmodule\n\n", f);
}

void model_write(FILE *f, const prep_lib *prep) {
  fprintf(f, "// Functions of the cells of library %s, written by vmac-liberty.\n\n",
          prep->cells.name);
  for (size_t c = 0; c < prep->cells.cells; c++) write_cell(f, &prep->cells.cell[c]);
}
