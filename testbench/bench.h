/* bench.h: what every bench shares: command line, random numbers, the verdict.
 * A bench prints `PASS name cycles seed` or its first mismatch; its exit code is the truth.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_H
#define BENCH_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmac.h"

struct Bench {
  const char *name;
  uint64_t seed;
  uint64_t cycles;
  vmac_rng rng;
};

static inline void bench_usage(const char *name) {
  fprintf(stderr, "usage: %s [--seed N]\n", name);
  exit(2);
}

static inline Bench bench_start(const char *name, int argc, char **argv) {
  Bench bench = {};
  bench.name = name;
  bench.seed = 1;
  for (int i = 1; i < argc; i++) {
    char *end = NULL;
    if (strcmp(argv[i], "--seed") != 0 || i + 1 == argc) bench_usage(name);
    bench.seed = strtoull(argv[++i], &end, 0);
    if (end == argv[i] || *end) bench_usage(name);
  }
  vmac_rng_seed(&bench.rng, bench.seed);
  return bench;
}

__attribute__((format(printf, 2, 3), noreturn)) static inline void
bench_fail(const Bench *bench, const char *fmt, ...) {
  printf("FAIL %s cycle %llu: ", bench->name, (unsigned long long)bench->cycles);
  va_list args;
  va_start(args, fmt);
  vprintf(fmt, args);
  va_end(args);
  printf("\n  replay: bench/%s --seed %llu\n", bench->name, (unsigned long long)bench->seed);
  exit(1);
}

static inline int bench_pass(const Bench *bench) {
  printf("PASS %s %llu %llu\n", bench->name, (unsigned long long)bench->cycles,
         (unsigned long long)bench->seed);
  return 0;
}

/* Random bits with p in 1/1000. */
static inline bool bench_chance(Bench *bench, unsigned p) {
  return vmac_rng_below(&bench->rng, 1000) < p;
}

#endif
