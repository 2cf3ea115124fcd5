/* vmac_cells.h: multiplier cells (mult/), the models behind rtl/mult/mults.tbl. Part of vmac.h,
 * whose conventions hold here. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CELLS_H
#define VMAC_CELLS_H

#include "base/isa.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Operand class. u8: A = q_a + 128, W = q_w + 128, product unsigned 16 bit.
 * s8: A = q_a, W = q_w, product signed 16 bit. */
typedef enum { VMAC_U8, VMAC_S8 } vmac_class;

/* What the array's edge sums beside A for the correction unit (the control variate X). */
typedef enum {
  VMAC_X_NONE,
  VMAC_X_LOW, /* X = sum of A mod 2^xbits */
  VMAC_X_OR   /* X = number of activations whose low xbits bits are not all zero */
} vmac_xkind;

/* A cell's definition scales with the operands: their width, and whether they are signed. */
typedef struct {
  bool is_signed; /* two's complement; else unsigned */
  int width;      /* bits of an operand, 4..16; the product has twice as many. The array's are 8 */
} vmac_form;

typedef struct vmac_mult {
  const char *name;   /* as in the registry: perf2 is the u8 cell, perf2s its s8 twin */
  const char *family; /* perforated, truncated, ...; import: somebody's own Verilog or table */
  vmac_class cls;
  int param[3];       /* family's parameters, in the order of the registry; unused ones are 0 */
  const char *params; /* the same as text, m=2; "-" = none */
  vmac_xkind xkind;
  int xbits;
  const char *source; /* paper tag, or "-" */
  int edge; /* low bits of A rounded away once per row at the array's edge, before the cell; or 0 */
  /* low bits: of A (after the edge) and of W never read, of the product always 0 */
  int a_low, w_low, p_low;
  int mode; /* the run-time mode operand that makes the cell this function, or -1 */
  /* The family's model (cmodel/mult/FAMILY.c), for operands of the form's own range; NULL if: */
  int64_t (*product)(vmac_form form, const int *param, int64_t a, int64_t w);
  /* an imported cell is its truth table, 65,536 products' bits at index A << 8 | W; else NULL */
  const uint16_t *truth;
} vmac_mult;

/* f(A, W) of two operands given in the class's own range (u8: 0..255, s8: -128..127). */
int32_t vmac_product(const vmac_mult *mult, int32_t a, int32_t w);

size_t vmac_mult_count(void);
const vmac_mult *vmac_mult_at(size_t index); /* index = the RTL's CELL parameter */
/* NULL and an error that suggests the nearest name where there is no such cell. */
const vmac_mult *vmac_mult_find(const char *name, vmac_err *err);

/* Operand value from its 8 bits, and one activation's control variate (0 .. 255). */
static inline int32_t vmac_operand(vmac_class cls, uint8_t bits) {
  return cls == VMAC_U8 ? bits : (int8_t)bits;
}
/* The operand's bits for an int8 code: u8 adds 128, which flips the top bit. */
static inline uint8_t vmac_operand_bits(vmac_class cls, int8_t code) {
  return (uint8_t)code ^ (cls == VMAC_U8 ? 0x80 : 0);
}
static inline int32_t vmac_variate(vmac_xkind kind, int bits, uint8_t a) {
  const int32_t low = a & ((1 << bits) - 1);
  return kind == VMAC_X_LOW ? low : kind == VMAC_X_OR ? low != 0 : 0;
}

/* The bits of A that reach the cell: rounded at the array's edge where the cell asks for it, half
 * up to a multiple of 2^mult->edge and no further than the largest; else A. f(edge(A), W) == f(A, W)
 */
uint8_t vmac_mult_edge(const vmac_mult *mult, uint8_t a);

/* table[a << 8 | w] = f(A, W), a and w the operands' bits. 65,536 entries. */
void vmac_mult_table(const vmac_mult *mult, int32_t *table);
uint64_t vmac_table_hash(const int32_t *table); /* vmac_hash() of the entries, little-endian */

/* Error metrics, each multiplication weighted alike: every pair of operands once, or as often as
 * `pairs` says. Relative errors are |error / exact|. rank, symmetric and the last three are of the
 * function, whatever its pairs. */
typedef struct {
  double mean, med, rms;         /* mean error, mean |error|, root of the mean error^2 */
  double variance, rate;         /* of the error; share of multiplications with an error */
  double mre, mre_zero1;         /* mean relative error: exact 0 left out; exact 0 divided by 1 */
  double wcre;                   /* largest relative error, exact 0 left out */
  double nmed;                   /* med / largest |exact| of the class: u8 65025, s8 16384 */
  int32_t wce;                   /* largest |error|; like wcre over pairs that occur */
  int rank;                      /* of the 256 x 256 table over a 30-bit prime field */
  bool symmetric;                /* f(a,w) = f(w,a) for all operands */
  int32_t f00, max_f0w, max_fa0; /* f(0,0), max |f(0,w)|, max |f(a,0)| in operand values */
} vmac_mult_errors;
#define VMAC_PAIRS_MAX ((uint64_t)1 << 46) /* largest sum of `pairs` */
/* pairs (256, 256), indexed like the table: how often each pair is multiplied; NULL: once. */
void vmac_mult_measure(const vmac_mult *mult, const uint64_t *pairs, vmac_mult_errors *errors);
/* The same of a table, without its rank (-1), the one metric that takes milliseconds. */
void vmac_table_errors(const int32_t *table, vmac_class cls, const uint64_t *pairs,
                       vmac_mult_errors *errors);

#ifdef __cplusplus
}
#endif
#endif
