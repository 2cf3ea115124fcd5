/* boolexpr.h: Liberty's boolean functions as postfix programs.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_BOOLEXPR_H
#define VMAC_BOOLEXPR_H

#include "vmac.h"

typedef enum { BOOL_PIN, BOOL_ZERO, BOOL_ONE, BOOL_NOT, BOOL_AND, BOOL_OR, BOOL_XOR } bool_kind;

typedef struct {
  bool_kind kind;
  int pin; /* BOOL_PIN: its index among the names given to bool_parse() */
} bool_op;

enum { BOOL_STACK = 24 }; /* values a program may hold at once; checked by bool_parse() */

typedef struct {
  bool_op *op; /* NULL: no function */
  size_t ops;
} bool_prog;

/* Liberty's syntax: ! and postfix ' first, then ^, then & * or a blank, then + |; parentheses;
 * 0, 1. `where` names the cell and pin in errors; no program is left after one. */
bool bool_parse(bool_prog *prog, const char *text, const char *const *pins, size_t count,
                const char *where, vmac_err *err);
void bool_free(bool_prog *prog);

/* Evaluates 64 cases at once: value[p] holds pin p's bit of each case. */
uint64_t bool_eval(const bool_prog *prog, const uint64_t *value);

#endif
