/* vmac_nets.h: data sets (data/) and int8 networks (net/). Part of vmac.h, whose conventions hold
 * here. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_NETS_H
#define VMAC_NETS_H

#include "base/isa.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- data sets (data/) ------------------------------------------------------------------------ */

typedef struct {
  size_t n;
  int h, w, c;
  int classes; /* 0: the labels mean nothing */
  uint8_t *pixels; /* (n, h, w, c), 0..255 */
  uint8_t *labels; /* (n) */
} vmac_dataset;

/* spec: subset:test | subset:calib (shipped), cifar10:test | cifar10:train, mnist:test |
 * mnist:train, sheet:FILE.png (labels in FILE.labels), png:FILE.png (one image, no label).
 * Data directory: $VARIMAC_DATA, else build/data; CIFAR10_DIR may hold the original binary batches. */
bool vmac_dataset_load(vmac_dataset *data, const char *spec, vmac_err *err);
/* n of its images from `first` on, which stay its own. */
vmac_dataset vmac_dataset_part(const vmac_dataset *data, size_t first, size_t n);
void vmac_dataset_free(vmac_dataset *data);

/* ---- int8 networks (net/) --------------------------------------------------------------------- */

typedef enum {
  VMAC_CONV,
  VMAC_DEPTHWISE,
  VMAC_FC,
  VMAC_ADD,
  VMAC_AVGPOOL,
  VMAC_MAXPOOL,
  VMAC_RESHAPE,
  VMAC_SOFTMAX,
  VMAC_PAD,
  VMAC_RELU
} vmac_opkind;

typedef enum { VMAC_ACT_NONE, VMAC_ACT_RELU, VMAC_ACT_RELU6 } vmac_act;
typedef enum { VMAC_ROUND_DOUBLE, VMAC_ROUND_SINGLE } vmac_rounding;

typedef struct {
  char *name;
  int rank;
  int dim[4]; /* NHWC for activations, batch 1; OHWI for conv weights; 1HWC depthwise; (O, I) FC */
  float *scale; /* one, or one per output channel */
  int scales;   /* how many */
  int32_t zero; /* zero point */
  size_t size;  /* elements */
  int8_t *i8;   /* constant int8 data, or NULL for an activation */
  int32_t *i32; /* constant int32 data (bias, shapes, paddings), or NULL */
} vmac_tensor;

typedef struct {
  int32_t mult; /* Q31 multiplier, 2^30 .. 2^31-1 (or 0) */
  int shift;    /* exponent: value = mult / 2^31 * 2^shift */
} vmac_scale;

typedef struct vmac_kernel vmac_kernel; /* a layer prepared for a cell, net/kernel.h */

typedef struct {
  vmac_opkind kind;
  int in[2], out;   /* activation tensors; in[1] = -1 unless ADD */
  int weight, bias; /* tensors, or -1; weight of RESHAPE and PAD: their shape, their paddings */
  vmac_act act;
  int kh, kw, stride_h, stride_w, same; /* conv and pool; same = TFLite SAME padding */
  float beta;                           /* softmax */
  /* Derived by vmac_net_prepare(). */
  int pad_top, pad_left, pad_bottom, pad_right;
  int m, k, n;         /* as a matrix product: m output pixels, k products each, n channels */
  int multiplier;      /* channels out per channel in (depthwise) */
  vmac_scale *requant; /* one per channel for conv, depthwise, FC; {in0, in1, out} for ADD */
  int left_shift;      /* ADD */
  int32_t act_min, act_max;
  vmac_kernel *exact; /* conv, FC: exact products, prepared for speed */
} vmac_op;

typedef struct {
  int tensors, ops;
  vmac_tensor *tensor;
  vmac_op *op;
  int input, output; /* tensors */
} vmac_net;

vmac_net *vmac_net_load(const char *path, vmac_err *err); /* .tflite; checked and prepared */
bool vmac_net_save(const vmac_net *net, const char *path, vmac_err *err);
bool vmac_net_prepare(vmac_net *net, vmac_err *err);
void vmac_net_free(vmac_net *net);
static inline bool vmac_op_is_mac(const vmac_op *op) {
  return op->kind == VMAC_CONV || op->kind == VMAC_DEPTHWISE || op->kind == VMAC_FC;
}
int64_t vmac_op_macs(const vmac_op *op); /* multiplications per image, padding included */
const char *vmac_op_name(vmac_opkind kind);

/* TFLite's fixed-point arithmetic, exactly; the RTL implements the same. */
int32_t vmac_requantize(int32_t x, vmac_scale s, vmac_rounding rounding);
vmac_scale vmac_scale_from_double(double value);

#ifdef __cplusplus
}
#endif
#endif
