/* varimac mult info and compare: a cell beside the others of the registry.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/mult.h"

static int32_t product_at(const vmac_mult *mult, int pair) {
  return vmac_product(mult, vmac_operand(mult->cls, (uint8_t)(pair >> 8)),
                      vmac_operand(mult->cls, (uint8_t)pair));
}

/* Whether `mult` has this truth table. Jumps about in the table, which meets a difference soon, so
 * that asking the whole registry takes little more than the cells that are equal. */
static bool has_table(const vmac_mult *mult, const int32_t *table) {
  for (uint32_t i = 0; i < PAIRS; i++) {
    const uint16_t pair = (uint16_t)(i * 40503 + 12345); /* odd factor: every pair once */
    if (product_at(mult, pair) != table[pair]) return false;
  }
  return true;
}

/* Names the other cells of the registry with this truth table. */
static void print_twins(const vmac_mult *mult, const int32_t *table) {
  int twins = 0;
  printf("same function as");
  for (size_t i = 0; i < vmac_mult_count(); i++) {
    const vmac_mult *other = vmac_mult_at(i);
    if (other == mult || !has_table(other, table)) continue;
    printf("%s %s%s%s", twins++ ? "," : "", other->name, other->cls == mult->cls ? "" : ", class ",
           other->cls == mult->cls ? "" : mult_class_name(other));
  }
  printf(twins ? "\n" : " no other cell\n");
}

void mult_info(const mult_options *opt) {
  const vmac_mult *mult = mult_only_name(opt);
  mult_pairs pairs = mult_pairs_load(opt);
  int32_t *table = vmac_alloc(PAIRS, sizeof *table);
  vmac_mult_table(mult, table);
  size_t index = 0;
  while (vmac_mult_at(index) != mult) index++;
  const bool u8 = mult->cls == VMAC_U8;
  printf("name          %s (the RTL's CELL = %zu)\n", mult->name, index);
  printf("family        %s, params %s\n", mult->family, mult->params);
  printf("class         %s: operands %s, product %s 16 bit\n", mult_class_name(mult),
         u8 ? "0..255" : "-128..127", u8 ? "unsigned" : "signed");
  if (mult->xkind == VMAC_X_NONE) printf("X             -\n");
  if (mult->xkind == VMAC_X_LOW) printf("X             A mod 2^%d\n", mult->xbits);
  if (mult->xkind == VMAC_X_OR) printf("X             OR of A's low %d bits\n", mult->xbits);
  if (mult->edge) printf("edge          A rounded by %d bits at the array's edge\n", mult->edge);
  if (mult->mode >= 0) printf("mode          %d, an operand at run time\n", mult->mode);
  printf("source        %s\n", mult->source);
  printf("table hash    %016" PRIx64 "\n", vmac_table_hash(table));
  print_twins(mult, table);
  mult_metrics(&mult, 1, &pairs);
  mult_conventions(&pairs);
  printf("# Hash: FNV-1a, 64 bit, over the 65,536 products as int32 little-endian at index\n"
         "# A << 8 | W (operands' bits).\n");
  free(table);
  mult_pairs_free(&pairs);
}

static void print_difference(const char *what, uint64_t n, uint64_t all) {
  printf("%-28s %14" PRIu64 "  %8.4f %%\n", what, n, all ? 100 * (double)n / (double)all : 0);
}

/* On how many multiplications the two differ, and which is closer to the exact product there. */
static void compare_pairs(const vmac_mult *const *mult, const uint64_t *count) {
  uint64_t all = 0, differ = 0, closer[2] = {0, 0};
  for (int i = 0; i < PAIRS; i++) {
    const int32_t a = vmac_operand(mult[0]->cls, (uint8_t)(i >> 8));
    const int32_t w = vmac_operand(mult[0]->cls, (uint8_t)i), exact = a * w;
    const int32_t f = vmac_product(mult[0], a, w), g = vmac_product(mult[1], a, w);
    const uint64_t n = count ? count[i] : 1;
    all += n;
    if (f == g) continue;
    differ += n;
    if (abs(f - exact) != abs(g - exact)) closer[abs(g - exact) < abs(f - exact)] += n;
  }
  print_difference(count ? "multiplications" : "operand pairs", all, all);
  print_difference("  that differ", differ, all);
  for (int i = 0; i < 2; i++) {
    char text[64];
    snprintf(text, sizeof text, "  where %s is closer", mult[i]->name);
    print_difference(text, closer[i], all);
  }
  print_difference("  that err alike, opposite signs", differ - closer[0] - closer[1], all);
}

void mult_compare(const mult_options *opt) {
  if (opt->count != 2)
    cli_usage("mult compare: expected two multipliers, found %d; see varimac mult --help",
              opt->count);
  const vmac_mult *mult[2] = {mult_find(opt->names[0]), mult_find(opt->names[1])};
  mult_pairs pairs = mult_pairs_load(opt);
  int32_t *table[2];
  for (int i = 0; i < 2; i++) {
    table[i] = vmac_alloc(PAIRS, sizeof **table);
    vmac_mult_table(mult[i], table[i]);
  }
  printf("%-14s%20s%20s\n", "name", mult[0]->name, mult[1]->name);
  printf("%-14s%20s%20s\n", "family", mult[0]->family, mult[1]->family);
  printf("%-14s%20s%20s\n", "params", mult[0]->params, mult[1]->params);
  printf("%-14s%20s%20s\n", "class", mult_class_name(mult[0]), mult_class_name(mult[1]));
  printf("%-14s%4s%016" PRIx64 "%4s%016" PRIx64 "\n", "table hash", "", vmac_table_hash(table[0]),
         "", vmac_table_hash(table[1]));
  mult_metrics(mult, 2, &pairs);
  if (mult[0]->cls == mult[1]->cls)
    compare_pairs(mult, pairs.count[mult[0]->cls]);
  else
    printf("products are not compared: the classes' operands differ\n");
  for (int i = 0; i < 2; i++) {
    printf("%s: ", mult[i]->name);
    print_twins(mult[i], table[i]);
    free(table[i]);
  }
  mult_conventions(&pairs);
  mult_pairs_free(&pairs);
}
