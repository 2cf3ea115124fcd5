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

/* One file per family. Input and output tensors are distinct buffers. */
void vmac_run_add(const vmac_net *net, const vmac_op *op, vmac_rounding rounding, const int8_t *a,
                  const int8_t *b, int8_t *out);
void vmac_run_relu(const vmac_net *net, const vmac_op *op, vmac_rounding rounding, const int8_t *in,
                   int8_t *out);
void vmac_run_pool(const vmac_net *net, const vmac_op *op, const int8_t *in, int8_t *out);
void vmac_run_pad(const vmac_net *net, const vmac_op *op, const int8_t *in, int8_t *out);
void vmac_run_softmax(const vmac_net *net, const vmac_op *op, const int8_t *in, int8_t *out);

/* Accumulators of a depthwise convolution: vmac_layer_acc() for them. */
void vmac_depthwise_acc(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                        const int8_t *input, int32_t *acc, vmac_state *state);

/* A convolution or fully connected layer, prepared for a cell's products by its scheme, or for exact
 * ones. table is read only where the scheme asks for product rows. */
struct vmac_scheme;
vmac_kernel *vmac_kernel_new(const vmac_net *net, const vmac_op *op, const vmac_mult *mult,
                             const struct vmac_scheme *scheme, const int32_t *table);
vmac_kernel *vmac_kernel_exact(const vmac_net *net, const vmac_op *op);
void vmac_kernel_free(vmac_kernel *kernel);

#ifdef __cplusplus
}
#endif
#endif
