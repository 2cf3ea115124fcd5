/* args.h: command lines of the runners. Status 1: what is asked for cannot be done; 2: it is not
 * understood.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SIM_ARGS_H
#define SIM_ARGS_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The runner's name, in front of what it says. */
extern const char args_program[];

__attribute__((noreturn)) static inline void die(const char *text) {
  fprintf(stderr, "%s: %s\n", args_program, text);
  exit(1);
}

__attribute__((noreturn, format(printf, 1, 2))) static inline void misused(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fprintf(stderr, "%s: ", args_program);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
  va_end(args);
  exit(2);
}

static inline uint64_t number(const char *option, const char *text, uint64_t lo, uint64_t hi) {
  char *end = NULL;
  errno = 0;
  const uint64_t value = strtoull(text, &end, 0);
  if (end == text || *end || *text == '-' || errno || value < lo || value > hi)
    misused("%s: expected a number from %llu to %llu, found '%s'", option, (unsigned long long)lo,
            (unsigned long long)hi, text);
  return value;
}

/* The index of `text` in the list. */
static inline int choice(const char *option, const char *text, const char *const *list, int count) {
  for (int i = 0; i < count; i++)
    if (strcmp(text, list[i]) == 0) return i;
  misused("%s: unknown: '%s'", option, text);
}

#endif
