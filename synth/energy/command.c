/* Errors and numbers of the command line. SPDX-License-Identifier: Apache-2.0 */
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void command_die(int status, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fflush(stdout);
  fputs("vmac-energy: ", stderr);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
  va_end(args);
  exit(status);
}

double command_positive(const char *option, const char *text) {
  char *end;
  const double value = strtod(text, &end);
  if (end == text || *end || !(value > 0 && value < 1e6))
    command_die(2, "%s: expected a number above 0 and below 1000000, found '%s'", option, text);
  return value;
}
