/* Errors, numbers and progress for the subcommands. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

static void complain(const char *fmt, va_list args) {
  fflush(stdout);
  fputs("varimac: ", stderr);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
}

void cli_die(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  complain(fmt, args);
  va_end(args);
  exit(1);
}

void cli_usage(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  complain(fmt, args);
  va_end(args);
  exit(2);
}

long long cli_int(const char *option, const char *text, long long lo, long long hi) {
  char *end;
  errno = 0;
  const long long value = strtoll(text, &end, 10);
  if (*end || end == text || errno || value < lo || value > hi)
    cli_usage("%s: expected a whole number in %lld..%lld, found '%s'", option, lo, hi, text);
  return value;
}

double cli_double(const char *option, const char *text, double lo, double hi) {
  char *end;
  errno = 0;
  const double value = strtod(text, &end);
  if (*end || end == text || errno || !(value >= lo && value <= hi))
    cli_usage("%s: expected a number in %g..%g, found '%s'", option, lo, hi, text);
  return value;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void cli_progress(const char *what, size_t done, size_t total) {
  static double start, last;
  static bool shown;
  const double t = now();
  if (done == 0) {
    start = last = t;
    shown = false;
    return;
  }
  const bool terminal = isatty(STDERR_FILENO);
  const bool end = done >= total && shown;
  if (!end && (t - start < 2 || t - last < (terminal ? 0.5 : 10))) return;
  last = t;
  shown = true;
  const double left = (t - start) * (double)(total - done) / (double)done;
  fprintf(stderr, "%s%s: %zu of %zu, %.0f s left%s", terminal ? "\r\033[K" : "", what, done, total,
          left, terminal && !end ? "" : "\n");
  fflush(stderr);
}
