/* net.h: what the files of net/ share; the public part is vmac.h.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_NET_H
#define VMAC_NET_H

#include "vmac.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  /* 32,768 products of an unsigned 16-bit cell still fit a 32-bit accumulator. */
  VMAC_MAX_K = 32768,
  /* No image network comes near these; a damaged file easily does. */
  VMAC_MAX_TENSORS = 65536,
  VMAC_MAX_ELEMENTS = 1 << 27, /* of one tensor */
  VMAC_MAX_TOTAL = 1 << 30     /* of all tensors */
};

/* Formats "operator 3 (CONV_2D): ..." into err->text and returns false. */
bool vmac_op_fail(const vmac_net *net, const vmac_op *op, vmac_err *err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The int8 codes that stand for "no activation", RELU's 0.. and RELU6's 0..6 in a tensor. */
void vmac_act_range(vmac_act act, const vmac_tensor *out, int32_t *lo, int32_t *hi);

/* Takes the low 32 bits: accumulators wrap, as registers do. */
static inline int32_t vmac_wrap(int64_t x) {
  return (int32_t)(uint32_t)(uint64_t)x;
}

static inline int32_t vmac_clamp(int64_t x, int32_t lo, int32_t hi) {
  return x < lo ? lo : x > hi ? hi : (int32_t)x;
}

/* a * b / 2^31, rounded to nearest, ties up; the one overflow (-2^31 squared) saturates. This is
 * gemmlowp's SaturatingRoundingDoublingHighMul and the ARM instruction VQRDMULH. */
static inline int32_t vmac_high_mul(int32_t a, int32_t b) {
  const int64_t product = (((int64_t)a * b) + (1 << 30)) >> 31;
  return product > INT32_MAX ? INT32_MAX : (int32_t)product;
}

/* x / 2^bits, rounded to nearest, ties away from zero; bits in 0..31 (RoundingDivideByPOT). */
static inline int32_t vmac_round_shift(int32_t x, int bits) {
  const int64_t half = bits > 0 ? (int64_t)1 << (bits - 1) : 0;
  return (int32_t)(x < 0 ? -((-(int64_t)x + half) >> bits) : (x + half) >> bits);
}

/* The mean of signed codes, rounded to nearest, ties away from zero: a tie among negative codes
 * rounds down, also where zero point -128 makes all values positive. */
static inline int32_t vmac_mean(int32_t sum, int32_t count) {
  return sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
}

/* ---- plain layers: the definition, and what the fast ones are compared with ------------------ */

/* Input and output tensors are distinct buffers. */
void vmac_run_add(const vmac_net *net, const vmac_op *op, vmac_rounding rounding, const int8_t *a,
                  const int8_t *b, int8_t *out);
int8_t vmac_relu_code(const vmac_net *net, const vmac_op *op, vmac_rounding rounding, int8_t in);
void vmac_run_pool(const vmac_net *net, const vmac_op *op, const int8_t *in, int8_t *out);
void vmac_run_pad(const vmac_net *net, const vmac_op *op, const int8_t *in, int8_t *out);
void vmac_run_softmax(const vmac_net *net, const vmac_op *op, const int8_t *in, int8_t *out);

/* acc (m, n) of a depthwise layer, from vmac_patch() and vmac_weight() alone. */
void vmac_depthwise_plain(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                          const int8_t *input, int32_t *acc);

/* ---- fast layers: the same bytes at every level of instructions ------------------------------ */

typedef struct vmac_lanes vmac_lanes; /* channels' scales, laid out for vectors */
vmac_lanes *vmac_lanes_new(int n, const vmac_scale *scale, vmac_rounding rounding);
void vmac_lanes_free(vmac_lanes *lanes);

typedef struct {
  int32_t zero, lo, hi; /* a tensor's zero point, an activation's clamp; all within int8 */
} vmac_codes;

/* out[i] = clamp(vmac_requantize(x[i], scale of channel i % n) + zero point). */
void vmac_requantize_codes(const vmac_lanes *lanes, vmac_isa isa, size_t count, const int32_t *x,
                           vmac_codes codes, int8_t *out);

/* What one op's constants come to, made once for a state; members are NULL where there is no use
 * for them. */
struct vmac_ready {
  vmac_lanes *lanes[2]; /* by rounding: of a layer with weights, of ADD's sum */
  int8_t *relu[2];      /* by rounding: a RELU's codes by the input's bits, 256 */
};

void vmac_add_codes(const vmac_net *net, const vmac_op *op, vmac_rounding rounding,
                    const vmac_ready *ready, vmac_isa isa, const int8_t *a, const int8_t *b,
                    int8_t *out);
/* out[i] = table[in[i]'s bits], 256 entries. */
void vmac_look_up(vmac_isa isa, size_t n, const int8_t *table, const int8_t *in, int8_t *out);
void vmac_pool_codes(const vmac_net *net, const vmac_op *op, vmac_isa isa, const int8_t *in,
                     int8_t *out);

/* acc (m, n) of a depthwise layer; mac as for vmac_layer_acc(). */
void vmac_depthwise_acc(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                        const int8_t *input, int32_t *acc, vmac_state *state);

/* A convolution or fully connected layer, prepared for the products of its cell by that one's scheme,
 * of several, `cells` tables side by side, by product rows (scheme NULL), or for exact products.
 * mac->table is read only for product rows. NULL where the window is far larger than its map
 * (vmac_window_fits()), or rows of several cells are too many: such a layer is computed by the
 * definition. */
struct vmac_scheme;
vmac_kernel *vmac_kernel_new(const vmac_net *net, const vmac_op *op, const vmac_mac *mac, int cells,
                             const struct vmac_scheme *scheme);
vmac_kernel *vmac_kernel_exact(const vmac_net *net, const vmac_op *op);
void vmac_kernel_free(vmac_kernel *kernel);

#ifdef __cplusplus
}
#endif
#endif
