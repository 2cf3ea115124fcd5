/* Errors, numbers and progress for the subcommands. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

static bool
    line_is_open; /* of progress, on a terminal: what is said next begins a line of its own */

static void complain(const char *fmt, va_list args) {
  fflush(stdout);
  fputs(line_is_open ? "\nvarimac: " : "varimac: ", stderr);
  line_is_open = false;
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
}

void cli_say(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  complain(fmt, args);
  va_end(args);
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

/* The long option that `word` (--name or --name=value) is nearest to. */
static _Noreturn void no_option(const char *command, const char *word,
                                const struct option *options) {
  enum { MOST = 64 };
  const char *names[MOST];
  char name[64];
  size_t n = 0, fits = 0;
  snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
  for (const struct option *o = options; o->name && n < MOST; o++) {
    fits += !strncmp(o->name, name, strlen(name));
    names[n++] = o->name;
  }
  if (fits > 1)
    cli_usage("%s: '--%s' is short for %zu options; see varimac %s --help", command, name, fits,
              command);
  const char *near = vmac_nearest(name, names, n);
  cli_usage("%s: no option '--%s'%s%s%s; see varimac %s --help", command, name,
            near ? ", did you mean '--" : "", near ? near : "", near ? "'?" : "", command);
}

int cli_getopt(int argc, char **argv, const char *letters, const struct option *options) {
  char spec[32];
  snprintf(spec, sizeof spec, ":h%s", letters);
  opterr = 0;
  const int letter = getopt_long(argc, argv, spec, options, NULL);
  if (letter == 'h')
    for (const struct option *o = options; o->name; o++)
      if (!strcmp(o->name, "help")) return o->val;
  if (letter != '?' && letter != ':') return letter;
  const char *command = argv[0], *word = argv[optind - 1];
  if (letter == ':')
    cli_usage("%s: option '%s' needs a value; see varimac %s --help", command, word, command);
  if (!optopt) no_option(command, word, options);
  for (const struct option *o = options; o->name; o++)
    if (o->val == optopt && !o->has_arg && !strncmp(word, "--", 2))
      cli_usage("%s: option '--%s' takes no value; see varimac %s --help", command, o->name,
                command);
  cli_usage("%s: no option '-%c'; see varimac %s --help", command, optopt, command);
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

bool cli_interrupted(void) {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of the terminal that stderr is; 80 where it does not say. */
static int columns(void) {
  struct winsize size;
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
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
  char rest[96];
  const int n = snprintf(rest, sizeof rest, ": %zu of %zu, %.0f s left", done, total, left);
  const int room = terminal ? columns() - 1 - n : INT_MAX; /* in one line, or it is not rewritten */
  fprintf(stderr, "%s%.*s%.*s%s", terminal ? "\r\033[K" : "", room > 0 ? room : 0, what,
          room < 0 ? n + room : n, rest, terminal && !end ? "" : "\n");
  line_is_open = terminal && !end;
  fflush(stderr);
}
