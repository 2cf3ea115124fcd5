/* What the registry says of low bits that no PE keeps, against the cells' tables.
 *
 * TEST RATIONALE
 * 1. State space. All 65,536 operand pairs of a cell decide: the bits that a family declares must
 *    be free and 0, or the array computes something else; and there must be no more of them than it
 *    declares, or the array carries bits that nobody reads.
 * 2. Parameters. Every cell of the registry, imported ones too, and every family at every value of
 *    its parameters (tests/every-cell.awk). No more than declared is not asked of what a line cannot
 *    state: a cell whose mode may change at run time, an imported one, and a function that is 0
 *    everywhere, whose PE is what one costs without a multiplier. At least one bit of each is kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmocka_all.h"
#include "every-cell.h"

static const vmac_mult every[] = {VMAC_MULT_ROWS};

/* Low bits from bit `free` on of the operand at bit `at` of the index that change no product, of
 * activations as the edge leaves them. */
static int free_bits(const vmac_mult *mult, const int32_t *table, int free, int at) {
  for (; free < 7; free++)
    for (int i = 0; i < 65536; i++)
      if (!(i >> 8 & ((1 << mult->edge) - 1)) && table[i] != table[i ^ 1 << at << free])
        return free;
  return free;
}

static int zero_bits(const int32_t *table) {
  int zero = 0;
  uint32_t any = 0;
  for (int i = 0; i < 65536; i++) any |= (uint32_t)table[i];
  while (zero < 15 && !(any >> zero & 1)) zero++;
  return zero;
}

static void check(const vmac_mult *mult) {
  static int32_t table[65536];
  vmac_mult_table(mult, table);
  const int a = free_bits(mult, table, mult->edge, 8), w = free_bits(mult, table, 0, 0);
  const int p = zero_bits(table);
  const bool all_zero = p == 15 && !table[65535];
  const bool stated = mult->mode < 0 && !mult->truth && !all_zero;
  if (stated ? mult->a_low != a || mult->w_low != w || mult->p_low != p
             : mult->a_low > a || mult->w_low > w || mult->p_low > p)
    fail_msg("%s (%s %s %s): low bits that its family's line Registry declares: %d of A, %d of W, "
             "%d of the product; that the table has: %d, %d and %d (low A:W:P in the header of its "
             "Verilog)",
             mult->name, mult->family, mult->cls == VMAC_U8 ? "u8" : "s8", mult->params,
             mult->a_low, mult->w_low, mult->p_low, a, w, p);
  if (mult->a_low < mult->edge || mult->a_low > 7 || mult->w_low < 0 || mult->w_low > 7 ||
      mult->p_low < 0 || mult->p_low > 15)
    fail_msg("%s: %d low bits of A, %d of W, %d of the product: out of reach", mult->name,
             mult->a_low, mult->w_low, mult->p_low);
}

static void registry(void **state) {
  (void)state;
  for (size_t i = 0; i < vmac_mult_count(); i++) check(vmac_mult_at(i));
}

static void every_parameter(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof every / sizeof *every; i++) check(&every[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(registry), cmocka_unit_test(every_parameter)};
  return cmocka_run_group_tests_name("low bits", tests, NULL, NULL);
}
