/* The proof of a scheme: the identity with its table, on all 65,536 pairs.
 *
 * TEST RATIONALE. State space: random schemes of two terms with each kind of rest, their sums
 * beyond 2^31; every part flipped in one place, first, last and in between, must be seen and the
 * first wrong pair named; columns, bytes and terms out of their range; product rows, which stand
 * alone; what a right and a wrong scheme do to the program. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "gemm/scheme_parts.h"

enum { CODES = 256, PAIRS = 65536 };

static int32_t table[PAIRS];
static vmac_scheme scheme;

static void expect_wrong(int a, int w) {
  int at_a = -1, at_w = -1;
  assert_false(vmac_scheme_prove(&scheme, table, &at_a, &at_w));
  assert_int_equal(at_a, a);
  assert_int_equal(at_w, w);
}

static void random_scheme(vmac_rest rest, vmac_rng *rng) {
  memset(&scheme, 0, sizeof scheme);
  scheme.terms = 2;
  scheme.rest = rest;
  scheme.columns = 64;
  for (int i = 0; i < PAIRS; i++) {
    const int a = i >> 8, w = i & 255;
    for (int k = 0; k < 2; k++) {
      scheme.f[k][a] = (uint8_t)(1 + vmac_rng_below(rng, 255));
      scheme.g[k][w] = (int8_t)(1 + vmac_rng_below(rng, 127));
    }
    scheme.of_a[a] = (int32_t)vmac_rng_below(rng, 1000) - INT32_MAX; /* sums wrap */
    scheme.of_w[w] = (int32_t)vmac_rng_below(rng, 1000) - INT32_MAX;
    scheme.column[a] = (uint8_t)(a % 64);
    scheme.entry[w][a] = a < 64 ? (uint16_t)vmac_rng_below(rng, 256) : 0;
  }
  for (int i = 0; i < PAIRS; i++) {
    const int a = i >> 8, w = i & 255;
    uint32_t sum = (uint32_t)scheme.of_a[a] + (uint32_t)scheme.of_w[w];
    for (int k = 0; k < 2; k++) sum += (uint32_t)(scheme.f[k][a] * scheme.g[k][w]);
    if (rest != VMAC_REST_NONE) sum += scheme.entry[w][scheme.column[a]];
    table[i] = (int32_t)sum;
  }
}

/* Flips the lowest bit of a part, expects the proof to fail at (a, w), and puts it back. */
#define FLIPPED(part, a, w)                                                                        \
  do {                                                                                             \
    (part) ^= 1;                                                                                   \
    expect_wrong(a, w);                                                                            \
    (part) ^= 1;                                                                                   \
    assert_true(vmac_scheme_prove(&scheme, table, &at_a, &at_w));                                  \
  } while (0)

static void sums_and_rests(void **state) {
  (void)state;
  int at_a, at_w;
  vmac_rng rng;
  vmac_rng_seed(&rng, 4);
  for (vmac_rest rest = VMAC_REST_NONE; rest <= VMAC_REST_WORD; rest++) {
    random_scheme(rest, &rng);
    assert_true(vmac_scheme_prove(&scheme, table, &at_a, &at_w));
    static const int places[] = {0, 1, 77, 254, 255};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
      const int x = places[i];
      FLIPPED(scheme.f[0][x], x, 0);
      FLIPPED(scheme.f[1][x], x, 0);
      FLIPPED(scheme.g[0][x], 0, x);
      FLIPPED(scheme.g[1][x], 0, x);
      FLIPPED(scheme.of_a[x], x, 0);
      FLIPPED(scheme.of_w[x], 0, x);
      for (size_t j = 0; j < sizeof places / sizeof *places; j++)
        FLIPPED(table[x << 8 | places[j]], x, places[j]);
    }
    if (rest == VMAC_REST_NONE) continue;
    FLIPPED(scheme.entry[255][63], 63, 255);
    FLIPPED(scheme.entry[9][5], 5, 9);
    for (int w = 0; w < CODES; w++) scheme.entry[w][64] = scheme.entry[w][63];
    scheme.column[255] = 64; /* the right numbers, but beyond the columns */
    expect_wrong(255, 0);
    scheme.column[255] = 63;
    scheme.columns = 63;
    expect_wrong(0, 0);
    scheme.columns = 64;
    scheme.entry[255][63] ^= 256; /* right as a sum, wrong as a byte */
    for (int a = 63; a < CODES; a += 64)
      table[a << 8 | 255] = (int32_t)((uint32_t)table[a << 8 | 255] + 256);
    if (rest == VMAC_REST_BYTE) expect_wrong(63, 255);
    if (rest == VMAC_REST_WORD) assert_true(vmac_scheme_prove(&scheme, table, &at_a, &at_w));
    scheme.terms = VMAC_TERMS_MAX + 1;
    expect_wrong(0, 0);
  }
}

static void product_rows(void **state) {
  (void)state;
  int at_a, at_w;
  for (int i = 0; i < PAIRS; i++) table[i] = (uint16_t)(i * 7);
  memset(&scheme, 0, sizeof scheme); /* they hold any table, but nothing may be added */
  scheme.rest = VMAC_REST_ROWS;
  assert_true(vmac_scheme_prove(&scheme, table, &at_a, &at_w));
  FLIPPED(scheme.of_a[255], 255, 0);
  FLIPPED(scheme.of_w[255], 0, 255);
  FLIPPED(scheme.terms, 0, 0); /* of factors 0, but no kernel looks for it */
}

/* What requiring the proof writes on standard error, by a process of its own; its exit code. */
static int required(char *text, size_t size) {
  int ends[2], status;
  assert_int_equal(pipe(ends), 0);
  fflush(NULL); /* or the child's exit() writes it once more */
  const pid_t child = fork();
  assert_true(child >= 0);
  if (!child) {
    dup2(ends[1], STDERR_FILENO);
    vmac_scheme_require(&scheme, table);
    _exit(0);
  }
  close(ends[1]);
  const ssize_t got = read(ends[0], text, size - 1);
  close(ends[0]);
  text[got > 0 ? got : 0] = '\0';
  assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void a_wrong_plan_ends_the_program(void **state) {
  (void)state;
  char text[256];
  vmac_rng rng;
  vmac_rng_seed(&rng, 5);
  random_scheme(VMAC_REST_BYTE, &rng);
  assert_int_equal(required(text, sizeof text), 0);
  assert_string_equal(text, "");
  scheme.of_w[77] ^= 1;
  assert_int_equal(required(text, sizeof text), 1);
  assert_non_null(strstr(text, "varimac: a fault of the planner: "));
  assert_non_null(strstr(text, " 0, 77\n"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(sums_and_rests),
                                     cmocka_unit_test(product_rows),
                                     cmocka_unit_test(a_wrong_plan_ends_the_program)};
  return cmocka_run_group_tests_name("scheme_proof", tests, NULL, NULL);
}
