/* Recursive descent over a Liberty function, emitting postfix. SPDX-License-Identifier: Apache-2.0
 */
#include "boolexpr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OPS = 512, MAX_DEPTH = 32 };

typedef struct {
  const char *text, *at, *where;
  const char *const *pins;
  size_t count;
  bool_prog *prog;
  int height, depth; /* values on the stack; nested parentheses */
  vmac_err *err;
} parser;

static bool emit(parser *p, bool_kind kind, int pin) {
  p->height += kind <= BOOL_ONE ? 1 : kind == BOOL_NOT ? 0 : -1;
  if (p->prog->ops == MAX_OPS || p->height > BOOL_STACK)
    return vmac_fail(p->err, "%s: function '%.60s' is too large", p->where, p->text);
  p->prog->op[p->prog->ops++] = (bool_op){kind, pin};
  return true;
}

static char peek(parser *p) {
  while (isspace((unsigned char)*p->at)) p->at++;
  return *p->at;
}

static bool parse_or(parser *p);

static bool is_name(char ch) {
  return isalnum((unsigned char)ch) || (ch && strchr("_[]<>.", ch));
}

static bool parse_pin(parser *p) {
  const char *from = p->at;
  while (is_name(*p->at)) p->at++;
  const size_t size = (size_t)(p->at - from);
  for (size_t i = 0; i < p->count; i++)
    if (strlen(p->pins[i]) == size && !memcmp(p->pins[i], from, size))
      return emit(p, BOOL_PIN, (int)i);
  if (size == 1 && (*from == '0' || *from == '1'))
    return emit(p, *from == '0' ? BOOL_ZERO : BOOL_ONE, 0);
  if (size)
    return vmac_fail(p->err, "%s: function '%.60s': no input pin '%.*s'", p->where, p->text,
                     size < 40 ? (int)size : 40, from);
  return vmac_fail(p->err, "%s: function '%.60s': expected a pin at offset %d, found '%.8s'",
                   p->where, p->text, (int)(p->at - p->text), p->at);
}

static bool parse_factor(parser *p) {
  const char ch = peek(p);
  bool inverted = false;
  if (++p->depth > MAX_DEPTH)
    return vmac_fail(p->err, "%s: function '%.60s' nests too deep", p->where, p->text);
  if (ch == '!') {
    p->at++;
    if (!parse_factor(p)) return false;
    inverted = true;
  } else if (ch == '(') {
    p->at++;
    if (!parse_or(p)) return false;
    if (peek(p) != ')')
      return vmac_fail(p->err, "%s: function '%.60s': ')' missing", p->where, p->text);
    p->at++;
  } else if (!parse_pin(p)) {
    return false;
  }
  p->depth--;
  if (inverted && !emit(p, BOOL_NOT, 0)) return false;
  while (peek(p) == '\'') {
    p->at++;
    if (!emit(p, BOOL_NOT, 0)) return false;
  }
  return true;
}

static bool parse_xor(parser *p) {
  if (!parse_factor(p)) return false;
  while (peek(p) == '^') {
    p->at++;
    if (!parse_factor(p) || !emit(p, BOOL_XOR, 0)) return false;
  }
  return true;
}

static bool parse_and(parser *p) {
  if (!parse_xor(p)) return false;
  for (;;) {
    const char ch = peek(p);
    if (ch == '&' || ch == '*')
      p->at++;
    else if (!(is_name(ch) || ch == '!' || ch == '(')) /* a blank between operands means AND */
      return true;
    if (!parse_xor(p) || !emit(p, BOOL_AND, 0)) return false;
  }
}

static bool parse_or(parser *p) {
  if (!parse_and(p)) return false;
  while (peek(p) == '+' || peek(p) == '|') {
    p->at++;
    if (!parse_and(p) || !emit(p, BOOL_OR, 0)) return false;
  }
  return true;
}

bool bool_parse(bool_prog *prog, const char *text, const char *const *pins, size_t count,
                const char *where, vmac_err *err) {
  bool_op op[MAX_OPS];
  bool_prog draft = {op, 0};
  parser p = {.text = text,
              .at = text,
              .where = where,
              .pins = pins,
              .count = count,
              .prog = &draft,
              .err = err};
  *prog = (bool_prog){0};
  if (!parse_or(&p)) return false;
  if (peek(&p)) return vmac_fail(err, "%s: function '%.60s': unexpected '%.8s'", where, text, p.at);
  prog->op = vmac_alloc(draft.ops, sizeof *op);
  prog->ops = draft.ops;
  memcpy(prog->op, op, draft.ops * sizeof *op);
  return true;
}

void bool_free(bool_prog *prog) {
  free(prog->op);
  *prog = (bool_prog){0};
}

uint64_t bool_eval(const bool_prog *prog, const uint64_t *value) {
  uint64_t stack[BOOL_STACK + 1];

  stack[0] = 0;
  int top = -1;
  for (size_t i = 0; i < prog->ops; i++) {
    const bool_op op = prog->op[i];
    switch (op.kind) {
    case BOOL_PIN:
      stack[++top] = value[op.pin];
      break;
    case BOOL_ZERO:
      stack[++top] = 0;
      break;
    case BOOL_ONE:
      stack[++top] = ~(uint64_t)0;
      break;
    case BOOL_NOT:
      stack[top] = ~stack[top];
      break;
    case BOOL_AND:
      top--;
      stack[top] &= stack[top + 1];
      break;
    case BOOL_OR:
      top--;
      stack[top] |= stack[top + 1];
      break;
    case BOOL_XOR:
      top--;
      stack[top] ^= stack[top + 1];
      break;
    }
  }
  return stack[0];
}
