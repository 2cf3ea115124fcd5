/* import.h: somebody's own multiplier as a table of 65,536 products: read from a foreign file, and
 * told what it is. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_IMPORT_H
#define VMAC_IMPORT_H

#include "vmac.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IMPORT_PAIRS = 65536 };

/* Reads the products in the file's order. 131,072 bytes: 16-bit words, little-endian (ours,
 * TFApprox); 262,144 bytes: 32-bit words; else text: C comments and preprocessor lines are skipped,
 * and all before the first '{', or without one before the first number (AdaPT, ApproxTorch). Text
 * and 32-bit values lie in -32768..65535, and not on both sides of -1..32767 at once. */
bool import_read(const char *path, int32_t *value, vmac_err *err);

/* How a table may be meant: operands and products unsigned; two's complement; signed with the
 * operands' values ascending, index = value + 128. */
typedef enum { IMPORT_U8, IMPORT_S8, IMPORT_S8_OFFSET } import_form;
enum { IMPORT_FORMS = 3 };
const char *import_form_name(import_form form);
vmac_class import_class(import_form form);

/* The table as bits at index A << 8 | W. swap: the file's first operand is the weight. */
void import_truth(const int32_t *value, import_form form, bool swap, uint16_t *truth);

/* A cell that is this table, and has no name yet. */
vmac_mult import_mult(const uint16_t *truth, vmac_class cls);

/* Mean |error| of each form over the mean |exact product| of its class: about 1 for a form the
 * table was not meant in, and infinite where a product does not exist in it. */
void import_distances(const int32_t *value, double distance[IMPORT_FORMS]);

/* The form among those allowed that is at least twice as near as any other; false where none is. */
bool import_detect(const double distance[IMPORT_FORMS], const bool allowed[IMPORT_FORMS],
                   import_form *form);

int import_asymmetry(const uint16_t *truth); /* pairs (a, w) with f(a, w) != f(w, a) */

/* A registered cell of another name with the same products, or with them transposed; or NULL. */
const vmac_mult *import_twin(const uint16_t *truth, vmac_class cls, const char *name,
                             bool transposed);

/* The control variate that explains the mean error given A best, and the share of its variance it
 * explains, A uniform. Below one half: VMAC_X_NONE. */
void import_variate(const uint16_t *truth, vmac_class cls, vmac_xkind *kind, int *bits,
                    double *share);

#ifdef __cplusplus
}
#endif
#endif
