/* scheme_parts.h: the steps of the search for a cell's scheme.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_SCHEME_PARTS_H
#define VMAC_SCHEME_PARTS_H

#include "gemm/scheme.h"

enum { SCHEME_CODES = 256, SCHEME_PAIRS = 65536 };

/* ---- prices (scheme_cost.c) ---- */

/* Columns of a table of as many kinds of activations: 16, 64, 128 or 256. */
int vmac_scheme_columns(int kinds);

/* ---- a table as a sum of products (scheme_lattice.c, scheme_factor.c) ---- */

/* n vectors of 256 integers, independent: a basis of all their integer combinations. */
typedef struct {
  int n;
  int64_t v[VMAC_TERMS_MAX + 1][SCHEME_CODES];
  double dot[VMAC_TERMS_MAX + 1][VMAC_TERMS_MAX + 1]; /* products of vectors i and j */
} vmac_lattice;

/* A reduced basis of the integer combinations of d's rows (256, 256), or false where it has more
 * than `most` vectors. */
bool vmac_lattice_of_rows(const int32_t *d, int most, vmac_lattice *lattice);

/* How a row is made of the basis, weight (n); false where it is no integer combination. */
bool vmac_lattice_solve(const vmac_lattice *lattice, const int32_t *row, int64_t *weight);

/* The same of any n independent vectors. */
bool vmac_lattice_weights(int n, const int32_t (*vector)[SCHEME_CODES], const int32_t *sum,
                          int64_t *weight);

/* Sums of products of any range. */
typedef struct {
  int terms;
  int32_t f[VMAC_TERMS_MAX][SCHEME_CODES], g[VMAC_TERMS_MAX][SCHEME_CODES];
} vmac_factors;

/* The fewest terms, at most `most`, whose sum is d (256, 256); of the many choices one of short
 * factors. False where it takes more. */
bool vmac_factor(const int32_t *d, int most, vmac_factors *factors);

/* ---- factors of 8 bits (scheme_ranges.c, scheme_split.c) ---- */

int32_t vmac_span(const int32_t *x);    /* largest less least of 256 */
int32_t vmac_content(const int32_t *x); /* their greatest common divisor */

/* Other factors of the same sum, each of at most 256 values in a row; terms that have none such are
 * split in two or three. False where that takes more than `most` terms. */
bool vmac_factors_fit(vmac_factors *factors, int most);
bool vmac_factors_split(vmac_factors *factors, int i, int most);

/* Adds a term: f and g shifted into u8 and s8, which spans of at most 255 allow; what the shifts
 * add is of_a and of_w, for vmac_scheme_settle() to find. `shift` is what g is best shifted by. */
void vmac_scheme_add(vmac_scheme *scheme, const int32_t *f, const int32_t *g, int32_t shift);

/* ---- what the terms leave (scheme_rest.c) ---- */

/* Given terms, f and g: of_a, of_w, rest and cost, the cheapest without product rows. False where
 * none is cheaper than `below`. */
bool vmac_scheme_settle(const int32_t *table, vmac_isa isa, double below, vmac_scheme *scheme);

/* ---- whole plans (scheme.c) ---- */

/* The scheme of the fewest terms found, at most `most`, that needs no rest, whatever it costs.
 * False, and *scheme undefined, where there is none. */
bool vmac_scheme_terms(const int32_t *table, vmac_isa isa, int most, vmac_scheme *scheme);

/* Ends the program, with a sentence on standard error, where the proof fails. */
void vmac_scheme_require(const vmac_scheme *scheme, const int32_t *table);

/* ---- terms that leave little (scheme_base.c) ---- */

/* Replaces *best by a cheaper scheme of some terms and a rest of bytes, where it finds one. */
void vmac_scheme_approach(const int32_t *table, const int32_t *d, vmac_isa isa, vmac_scheme *best);

#endif
