/* Where the answer of an approximate network comes from: a picture of every operator's output, how
 * its codes differ from those of the exact network. SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/colour.h"
#include "cli/infer.h"

/* Channels lie side by side as tiles with a line between them; every code is a square of `dot`
 * pixels. Blue: too small, red: too large, white: equal; the deepest is the layer's largest. */
typedef struct {
  int h, w, c, columns, rows, dot;
} sheet;

enum { SIDE = 512, LINE = 1 };

static sheet sheet_of(const vmac_tensor *t) {
  sheet s = {.h = 1, .w = 1, .c = t->dim[t->rank - 1], .columns = 1};
  if (t->rank == 4) {
    s.h = t->dim[1];
    s.w = t->dim[2];
  } else {
    s.w = (int)(t->size / (size_t)s.c);
  }
  while (s.columns * s.columns < s.c) s.columns++;
  s.rows = (s.c + s.columns - 1) / s.columns;
  s.dot = SIDE / (s.columns * (s.w > s.h ? s.w : s.h));
  s.dot = s.dot < 1 ? 1 : s.dot > 32 ? 32 : s.dot;
  return s;
}

infer_error infer_error_of(const infer_result *r, int op) {
  const int out = r->net->op[op].out;
  const size_t n = r->net->tensor[out].size;
  infer_error e = {0};
  int lo = 0, hi = 0;
  for (size_t i = 0; i < n; i++) {
    const int by = r->state[1]->i8[out][i] - r->state[0]->i8[out][i];
    e.mean += (double)by / (double)n;
    e.rms += (double)by * by / (double)n;
    e.differ += (by != 0) / (double)n;
    lo = by < lo ? by : lo;
    hi = by > hi ? by : hi;
  }
  e.rms = sqrt(e.rms);
  e.largest = hi >= -lo ? hi : lo;
  return e;
}

static data_picture draw(const infer_result *r, int op) {
  const int out = r->net->op[op].out, reach = abs(infer_error_of(r, op).largest);
  const sheet s = sheet_of(&r->net->tensor[out]);
  const int8_t *exact = r->state[0]->i8[out], *other = r->state[1]->i8[out];
  data_picture p = {.w = s.columns * (s.w * s.dot + LINE) + LINE,
                    .h = s.rows * (s.h * s.dot + LINE) + LINE,
                    .c = 3};
  p.pixels = vmac_alloc((size_t)p.w * (size_t)p.h, 3);
  memset(p.pixels, COLOUR_NONE, (size_t)p.w * (size_t)p.h * 3);
  for (int c = 0; c < s.c; c++) {
    const int left = LINE + c % s.columns * (s.w * s.dot + LINE);
    const int top = LINE + c / s.columns * (s.h * s.dot + LINE);
    for (int y = 0; y < s.h * s.dot; y++)
      for (int x = 0; x < s.w * s.dot; x++) {
        const size_t code =
            ((size_t)(y / s.dot) * (size_t)s.w + (size_t)(x / s.dot)) * (size_t)s.c + (size_t)c;
        colour_of_error(p.pixels + ((size_t)(top + y) * (size_t)p.w + (size_t)(left + x)) * 3,
                        other[code] - exact[code], reach);
      }
  }
  return p;
}

bool infer_picture_path(const infer_result *r, int op, char text[INFER_PATH], vmac_err *err) {
  char kind[32];
  snprintf(kind, sizeof kind, "%s", vmac_op_name(r->net->op[op].kind));
  for (char *s = kind; *s; s++) *s = (char)tolower((unsigned char)*s);
  if (snprintf(text, INFER_PATH, "%s/%02d-%s.png", r->explain, op, kind) < INFER_PATH) return true;
  return vmac_fail(err, "%.64s...: path too long", r->explain);
}

static bool write_op(const infer_result *r, int op, vmac_err *err) {
  char path[INFER_PATH];
  if (!infer_picture_path(r, op, path, err) || !vmac_can_write(path, err)) return false;
  data_picture p = draw(r, op);
  const bool ok = data_write_png(path, &p, err);
  free(p.pixels);
  return ok;
}

bool infer_explain(const infer_result *r, vmac_err *err) {
  if (mkdir(r->explain, 0777) && errno != EEXIST)
    return vmac_fail(err, "%s: cannot make the folder: %s", r->explain, strerror(errno));
  for (int op = 0; op < r->net->ops; op++)
    if (!write_op(r, op, err)) return false;
  return true;
}
