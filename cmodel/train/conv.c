/* One convolution through oneDNN: forward, gradient of the data, gradient of the weights.
 *
 * Activations are NHWC, for which oneDNN 2.6 has kernels as fast as for its blocked layouts
 * (measured 120-250 GFLOP/s on one Zen 5 core), so our own layers see plain (pixel, channel) rows.
 * Weights are kept OHWI and reordered to whatever each kernel wants: they are small.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include <dnnl.h>

#include "train/train.h"

static void check(dnnl_status_t status, const char *what) {
  if (status == dnnl_success) return;
  fprintf(stderr, "varimac: oneDNN: %s failed with status %d\n", what, (int)status);
  exit(1);
}
#define CHECK(call) check(call, #call)

/* A kernel and the reorder of its weights, absent (NULL) where the layouts agree. */
typedef struct {
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t run, reorder;
  dnnl_memory_t weights; /* in the kernel's own layout, or OHWI around the caller's pointer */
  dnnl_memory_t scratch;
} kernel;

struct train_conv {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_memory_t x, y, ohwi; /* shapes around the caller's pointers */
  kernel forward, data, weights;
};

static dnnl_memory_t wrap(dnnl_engine_t engine, const dnnl_memory_desc_t *desc, void *handle) {
  dnnl_memory_t memory;
  CHECK(dnnl_memory_create(&memory, desc, engine, handle));
  return memory;
}

static void set(dnnl_memory_t memory, const float *p) {
  CHECK(dnnl_memory_set_data_handle(memory, (void *)(uintptr_t)p));
}

/* The caller's thread is the only one to run a primitive, but not always the one that made it:
 * oneDNN's own scratchpad is bound to the maker's thread, so the scratchpad is ours. */
static void make_kernel(train_conv *conv, kernel *k, const void *op,
                        const_dnnl_primitive_desc_t hint, const dnnl_memory_desc_t *ohwi,
                        dnnl_query_t which) {
  dnnl_primitive_attr_t attr;
  CHECK(dnnl_primitive_attr_create(&attr));
  CHECK(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user));
  CHECK(dnnl_primitive_desc_create(&k->desc, op, attr, conv->engine, hint));
  CHECK(dnnl_primitive_attr_destroy(attr));
  CHECK(dnnl_primitive_create(&k->run, k->desc));
  const dnnl_memory_desc_t *scratch =
      dnnl_primitive_desc_query_md(k->desc, dnnl_query_scratchpad_md, 0);
  k->scratch = wrap(conv->engine, scratch, DNNL_MEMORY_ALLOCATE);
  const dnnl_memory_desc_t *own = dnnl_primitive_desc_query_md(k->desc, which, 0);
  if (dnnl_memory_desc_equal(own, ohwi)) {
    k->weights = wrap(conv->engine, ohwi, DNNL_MEMORY_NONE);
    return;
  }
  k->weights = wrap(conv->engine, own, DNNL_MEMORY_ALLOCATE);
  const bool gradient = which == dnnl_query_diff_weights_md;
  dnnl_primitive_desc_t desc;
  CHECK(dnnl_reorder_primitive_desc_create(&desc, gradient ? own : ohwi, conv->engine,
                                           gradient ? ohwi : own, conv->engine, NULL));
  CHECK(dnnl_primitive_create(&k->reorder, desc));
  CHECK(dnnl_primitive_desc_destroy(desc));
}

static void free_kernel(kernel *k) {
  if (!k->desc) return;
  dnnl_primitive_desc_destroy(k->desc);
  dnnl_primitive_destroy(k->run);
  if (k->reorder) dnnl_primitive_destroy(k->reorder);
  dnnl_memory_destroy(k->weights);
  dnnl_memory_destroy(k->scratch);
}

train_conv *train_conv_new(int batch, const train_layer *l, bool data_gradient) {
  const int k = l->row->kernel, s = l->row->stride;
  const int over_h = (l->h - 1) * s + k - l->ih, over_w = (l->w - 1) * s + k - l->iw;
  const int pad_h = over_h > 0 ? over_h : 0, pad_w = over_w > 0 ? over_w : 0;
  const dnnl_dims_t x_dims = {batch, l->ic, l->ih, l->iw}, y_dims = {batch, l->c, l->h, l->w};
  const dnnl_dims_t w_dims = {l->c, l->ic, k, k}, strides = {s, s};
  const dnnl_dims_t before = {pad_h / 2, pad_w / 2};
  const dnnl_dims_t after = {pad_h - pad_h / 2, pad_w - pad_w / 2};
  dnnl_memory_desc_t x, y, any, ohwi;
  CHECK(dnnl_memory_desc_init_by_tag(&x, 4, x_dims, dnnl_f32, dnnl_nhwc));
  CHECK(dnnl_memory_desc_init_by_tag(&y, 4, y_dims, dnnl_f32, dnnl_nhwc));
  CHECK(dnnl_memory_desc_init_by_tag(&any, 4, w_dims, dnnl_f32, dnnl_format_tag_any));
  CHECK(dnnl_memory_desc_init_by_tag(&ohwi, 4, w_dims, dnnl_f32, dnnl_ohwi));

  train_conv *conv = vmac_alloc(1, sizeof *conv);
  CHECK(dnnl_engine_create(&conv->engine, dnnl_cpu, 0));
  CHECK(dnnl_stream_create(&conv->stream, conv->engine, dnnl_stream_default_flags));
  conv->x = wrap(conv->engine, &x, DNNL_MEMORY_NONE);
  conv->y = wrap(conv->engine, &y, DNNL_MEMORY_NONE);
  conv->ohwi = wrap(conv->engine, &ohwi, DNNL_MEMORY_NONE);

  dnnl_convolution_desc_t op;
  CHECK(dnnl_convolution_forward_desc_init(&op, dnnl_forward_training, dnnl_convolution_direct, &x,
                                           &any, NULL, &y, strides, before, after));
  make_kernel(conv, &conv->forward, &op, NULL, &ohwi, dnnl_query_weights_md);
  CHECK(dnnl_convolution_backward_weights_desc_init(&op, dnnl_convolution_direct, &x, &any, NULL,
                                                    &y, strides, before, after));
  make_kernel(conv, &conv->weights, &op, conv->forward.desc, &ohwi, dnnl_query_diff_weights_md);
  if (data_gradient) {
    CHECK(dnnl_convolution_backward_data_desc_init(&op, dnnl_convolution_direct, &x, &any, &y,
                                                   strides, before, after));
    make_kernel(conv, &conv->data, &op, conv->forward.desc, &ohwi, dnnl_query_weights_md);
  }
  return conv;
}

void train_conv_free(train_conv *conv) {
  if (!conv) return;
  free_kernel(&conv->forward);
  free_kernel(&conv->data);
  free_kernel(&conv->weights);
  dnnl_memory_destroy(conv->x);
  dnnl_memory_destroy(conv->y);
  dnnl_memory_destroy(conv->ohwi);
  dnnl_stream_destroy(conv->stream);
  dnnl_engine_destroy(conv->engine);
  free(conv);
}

static void execute(train_conv *conv, dnnl_primitive_t primitive, int n,
                    const dnnl_exec_arg_t *args) {
  CHECK(dnnl_primitive_execute(primitive, conv->stream, n, args));
  CHECK(dnnl_stream_wait(conv->stream));
}

/* Brings the caller's OHWI weights into the kernel's layout. */
static void load_weights(train_conv *conv, kernel *k, const float *w) {
  if (!k->reorder) {
    set(k->weights, w);
    return;
  }
  set(conv->ohwi, w);
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, conv->ohwi}, {DNNL_ARG_TO, k->weights}};
  execute(conv, k->reorder, 2, args);
}

void train_conv_forward(train_conv *conv, const float *x, const float *w, float *y) {
  load_weights(conv, &conv->forward, w);
  set(conv->x, x);
  set(conv->y, y);
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, conv->x},
                                  {DNNL_ARG_WEIGHTS, conv->forward.weights},
                                  {DNNL_ARG_DST, conv->y},
                                  {DNNL_ARG_SCRATCHPAD, conv->forward.scratch}};
  execute(conv, conv->forward.run, 4, args);
}

void train_conv_backward_data(train_conv *conv, const float *dy, const float *w, float *dx) {
  load_weights(conv, &conv->data, w);
  set(conv->x, dx);
  set(conv->y, dy);
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_DIFF_DST, conv->y},
                                  {DNNL_ARG_WEIGHTS, conv->data.weights},
                                  {DNNL_ARG_DIFF_SRC, conv->x},
                                  {DNNL_ARG_SCRATCHPAD, conv->data.scratch}};
  execute(conv, conv->data.run, 4, args);
}

void train_conv_backward_weights(train_conv *conv, const float *x, const float *dy, float *dw) {
  kernel *k = &conv->weights;
  if (!k->reorder) set(k->weights, dw);
  set(conv->x, x);
  set(conv->y, dy);
  const dnnl_exec_arg_t args[] = {{DNNL_ARG_SRC, conv->x},
                                  {DNNL_ARG_DIFF_DST, conv->y},
                                  {DNNL_ARG_DIFF_WEIGHTS, k->weights},
                                  {DNNL_ARG_SCRATCHPAD, k->scratch}};
  execute(conv, k->run, 4, args);
  if (!k->reorder) return;
  set(conv->ohwi, dw);
  const dnnl_exec_arg_t back[] = {{DNNL_ARG_FROM, k->weights}, {DNNL_ARG_TO, conv->ohwi}};
  execute(conv, k->reorder, 2, back);
}
