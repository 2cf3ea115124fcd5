/* train.h: float training of small convolutional networks, shared inside cmodel/train and its CLI.
 *
 * Tensors are float32, activations NHWC, convolution weights OHWI, fully connected weights (O, I).
 * A batch is cut into a FIXED number of shards, each with its own batch-norm statistics and its own
 * gradient; gradients are added in shard order. Threads only decide who computes a shard, so the
 * same seed gives the same bytes with any number of threads (on the same kind of CPU: oneDNN
 * chooses its kernels by instruction set).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_TRAIN_H
#define VMAC_TRAIN_H

#include "vmac.h"

/* ---- networks as tables (nets.c) --------------------------------------------------------------
 */

typedef enum {
  TRAIN_CONV,
  TRAIN_DEPTHWISE, /* 3x3, one filter a channel */
  TRAIN_BN,
  TRAIN_BIAS, /* what a convolution has behind it in place of batch norm */
  TRAIN_ADD,
  TRAIN_POOL, /* the mean of the whole map */
  TRAIN_MAXPOOL,
  TRAIN_FC
} train_kind;

typedef struct {
  train_kind kind;
  const char *name;
  const char *from[2]; /* names of the input rows; NULL: the row before (the image for row 0) */
  int channels;        /* convolution, fully connected: outputs */
  int kernel, stride;  /* convolutions, max pool */
  bool valid;          /* likewise: TFLite's padding VALID, not SAME */
  bool relu;           /* batch norm, bias, add, fully connected */
} train_row;

typedef struct {
  const char *name;
  int h, w, c, classes;
  uint8_t border; /* the pixel that a shifted image shows outside of itself */
  const train_row *row;
  int rows;
} train_net;

const train_net *train_net_find(const char *name, vmac_err *err);
/* Network i of all, NULL behind the last. */
const train_net *train_net_at(size_t i);
/* Loads images of the network's shape, or fails naming both shapes. */
bool train_load_images(vmac_dataset *data, const char *spec, const train_net *net, vmac_err *err);

/* The network's input value for a pixel 0..255. A power of two, so that the int8 input code is
 * pixel - 128 exactly (scale 1/64, zero point 0). */
#define TRAIN_INPUT_SCALE (1.0f / 64.0f)
static inline float train_input(uint8_t pixel) {
  return (float)((int)pixel - 128) * TRAIN_INPUT_SCALE;
}

/* ---- a model: a network's shapes and parameters (model.c) -------------------------------------
 */

/* One named array inside a flat vector. */
typedef struct {
  char name[48];
  int rank, dim[4];
  size_t size, offset;
  bool decay; /* weight decay applies: weights yes, batch norm and biases no */
} train_slot;

typedef struct {
  const train_row *row;
  int in[2];      /* layers, -1: the image */
  int ih, iw, ic; /* input shape (the first input's) */
  int h, w, c;    /* output shape */
  size_t param;   /* offset in the parameters: weight | gamma, beta | weight, bias | bias */
  size_t stat;    /* offset in the statistics: mean, variance (batch norm) */
} train_layer;

typedef struct {
  float lo, hi; /* lo <= 0 <= hi, lo < hi */
} train_range;

typedef struct {
  const train_net *net;
  int layers;
  train_layer *layer;
  int slots, stat_slots;
  train_slot *slot;      /* parameters */
  train_slot *stat_slot; /* running mean and variance of batch norm */
  size_t params, stats;
  float *param, *momentum; /* (params) */
  float *stat;             /* (stats) */
  train_range *range;      /* (layers): of the outputs, where has_range: a quantized run's */
  bool has_range;
  float *sigma, *sigma_momentum; /* (layers): size of the outputs' noise, where it was learned */
  bool has_sigma;
  char place[64]; /* where its schedule stands, train_place_write(); empty: it has none */
} train_model;

/* Weights of a layer, without its bias; 0: it has none. */
size_t train_weights(const train_layer *layer);

#define TRAIN_BN_EPSILON 1e-3f
/* Parameters, momentum and statistics lie far below (ResNet-8: under 100). */
#define TRAIN_LARGEST 1e9f

/* He-normal weights before a ReLU, normal ones of the last layer, gamma 1, the rest 0. */
train_model *train_model_new(const train_net *net, uint64_t seed);
void train_model_free(train_model *model);

/* ---- convolution by oneDNN (conv.c) ------------------------------------------------------------
 */

/* The primitives of one convolution for one batch size; one thread at a time. oneDNN failing to
 * make or run one (out of memory, no such CPU kernel) ends the program like failing memory. */
typedef struct train_conv train_conv;
train_conv *train_conv_new(int batch, const train_layer *layer, bool data_gradient);
void train_conv_free(train_conv *conv);
void train_conv_forward(train_conv *conv, const float *x, const float *w, float *y);
void train_conv_backward_data(train_conv *conv, const float *dy, const float *w, float *dx);
void train_conv_backward_weights(train_conv *conv, const float *x, const float *dy, float *dw);

/* ---- depthwise convolution (depthwise.c), pools (pool.c), fully connected (fc.c) ---------------
 */

/* w (3, 3, c). */
void train_depthwise_forward(int batch, const train_layer *l, const float *x, const float *w,
                             float *y);
/* Adds to dx. */
void train_depthwise_backward_data(int batch, const train_layer *l, const float *dy, const float *w,
                                   float *dx);
void train_depthwise_backward_weights(int batch, const train_layer *l, const float *x,
                                      const float *dy, float *dw);
void train_pool_forward(int batch, int pixels, int c, const float *x, float *y);
void train_pool_backward(int batch, int pixels, int c, const float *dy, float *dx);
/* VALID windows. Backward adds dy to the first of a window's largest values. */
void train_maxpool_forward(int batch, const train_layer *l, const float *x, float *y);
void train_maxpool_backward(int batch, const train_layer *l, const float *x, const float *y,
                            const float *dy, float *dx);
/* b may be NULL. */
void train_fc_forward(int batch, int in, int out, const float *x, const float *w, const float *b,
                      bool relu, float *y);
/* dy lies behind the ReLU, as train_add_backward() leaves it. */
void train_fc_backward_data(int batch, int in, int out, const float *dy, const float *w, float *dx);
void train_fc_backward_weights(int batch, int in, int out, const float *x, const float *dy,
                               float *dw);
void train_fc_backward_bias(int batch, int out, const float *dy, float *db);

/* ---- the other layers (layers.c); rows = batch * h * w -----------------------------------------
 */

void train_bn_statistics(size_t rows, int c, const float *x, float *mean, float *var);
void train_bn_forward(size_t rows, int c, const float *x, const float *gamma, const float *beta,
                      const float *mean, const float *var, bool relu, float *y);
/* dy is overwritten with the gradient behind the ReLU. */
void train_bn_backward(size_t rows, int c, const float *x, const float *y, float *dy,
                       const float *gamma, const float *mean, const float *var, bool relu,
                       float *dx, float *dgamma, float *dbeta);
void train_add_forward(size_t size, const float *a, const float *b, bool relu, float *y);
/* With the statistics given, which are not the batch's. */
void train_bn_backward_frozen(size_t rows, int c, const float *x, const float *y, float *dy,
                              const float *gamma, const float *mean, const float *var, bool relu,
                              float *dx, float *dgamma, float *dbeta);
/* dy where the ReLU let the value through, else 0; into dx, or added to it. */
void train_add_backward(size_t size, const float *y, const float *dy, bool relu, bool accumulate,
                        float *dx);
void train_bias_forward(size_t rows, int c, const float *x, const float *bias, bool relu, float *y);
void train_bias_backward(size_t rows, int c, const float *y, const float *dy, bool relu, float *dx,
                         float *dbias);
/* Softmax and cross-entropy against labels smoothed by `smoothing`; dy = d(sum of losses * scale).
 * Returns the sum of the losses; *correct = images whose largest logit is the label's. */
double train_loss(int batch, int classes, const float *logits, const uint8_t *labels,
                  float smoothing, float scale, float *dy, int *correct);

/* ---- one shard: forward and backward over its part of a batch (shard.c) -------------------------
 */

typedef struct {
  const train_model *model;
  int batch;
  float *image;    /* (batch, h, w, c) */
  uint8_t *label;  /* (batch) */
  float **out;     /* one per layer: its output */
  float **grad;    /* one per layer: gradient of its output; layers share buffers over time */
  int *grad_owner; /* one per layer: index of its buffer */
  int grads;
  float **grad_buffer, *scratch;
  bool int8;        /* the last forward pass was that of the int8 network, frozen.c; then: */
  uint8_t **beyond; /* (layers), each output: whether it lay beyond what its codes reach */
  float *dparam;               /* (params) */
  float *stat;                 /* (stats) mean and variance of this shard's last forward */
  struct train_linear *linear; /* (layers), product.h: the layers with weights */
  struct train_work *work;     /* how they multiply */
} train_shard;

train_shard *train_shard_new(const train_model *model, int batch);
void train_shard_free(train_shard *shard);
/* Logits are out[layers - 1]. training: batch statistics, which are left in shard->stat. */
void train_shard_forward(train_shard *shard, bool training);
/* After a training forward; the logits' gradient lies in grad[layers - 1]. Fills dparam. */
void train_shard_backward(train_shard *shard);

/* ---- training (trainer.c) -----------------------------------------------------------------------
 */

typedef enum { TRAIN_ONECYCLE, TRAIN_COSINE } train_schedule;

enum { TRAIN_EPOCHS = 100000 }; /* of a run at most */

typedef struct {
  uint64_t seed;
  int epochs, batch, shards;
  double rate, momentum, decay, smoothing;
  train_schedule schedule;
  double warmup; /* one-cycle: part of the run with a rising rate */
  int crop;      /* random shift by up to this many pixels */
  bool flip;
  const char *data;                  /* training set, as vmac_dataset_load names it */
  const struct train_phases *phases; /* how it multiplies, schedule.h; NULL: exactly */
  int validation;   /* images at the end of the training set that are not trained on */
  const char *from; /* weights to begin with; NULL: at random */
  bool freeze;      /* batch norm keeps its statistics, activations their ranges */
  const char *test; /* images that it is measured on; NULL: those that belong to data */
} train_config;

typedef struct {
  double loss, accuracy, seconds;
} train_result;

typedef struct {
  train_config config;
  train_model *model;
  train_shard **shard;
  struct train_products *products; /* how its layers multiply in training, product.h */
  bool simulate;                   /* inference multiplies so too; else exactly */
  size_t calibration;              /* bit by bit: images that corrections are fitted on */
  vmac_err error;                  /* of an epoch that could not go on: its loss is not a number */
  int threads;
  void (*progress)(const char *what, size_t done, size_t total); /* or NULL */
} train_trainer;

/* Takes the model over. config->batch and shards cut the work also when only evaluating. */
train_trainer *train_trainer_new(train_model *model, const train_config *config, int threads);
void train_trainer_free(train_trainer *trainer);
/* Learning rate of step `step` of `steps`. */
double train_rate(const train_config *config, size_t step, size_t steps);
/* One pass over `data` as epoch `epoch` (0..epochs-1); a trailing part of a batch is left out. */
train_result train_epoch(train_trainer *trainer, const vmac_dataset *data, int epoch);
/* Loss and accuracy without smoothing; fails as train_infer does. Where trainer->simulate is set,
 * the products are those that train_products_begin() began last. */
bool train_evaluate(train_trainer *trainer, const vmac_dataset *data, train_result *result,
                    vmac_err *err);
/* Calls visit(shard number, shard, images in it) after an inference pass over each part of the
 * first `images` images; calls for one shard number never overlap. Fails, naming the layer and the
 * image, where an output is not finite; such a part is not visited. */
bool train_infer(train_trainer *trainer, const vmac_dataset *data, size_t images,
                 void (*visit)(void *context, int number, train_shard *shard, size_t first,
                               size_t count),
                 void *context, vmac_err *err);

/* ---- files (safetensors.c, checkpoint.c)
 * --------------------------------------------------------- */

typedef struct {
  char name[96];
  int rank;
  size_t dim[4];
  size_t size;       /* elements */
  const float *data; /* points into `values` when read */
} safetensors_entry;

/* Bytes of a run's options as text, with all phases of a schedule. */
enum { TRAIN_COMMAND = 8192 };

typedef struct {
  char key[32];
  char value[TRAIN_COMMAND];
} safetensors_meta;

typedef struct {
  int entries, metas;
  safetensors_entry *entry;
  safetensors_meta *meta;
  float *values; /* owned when read */
} safetensors;

/* Only float32 tensors of rank 1..4, little endian; all of the file is checked before use. */
safetensors *safetensors_read(const char *path, vmac_err *err);
bool safetensors_write(const safetensors *st, const char *path, vmac_err *err);
void safetensors_free(safetensors *st);
const safetensors_entry *safetensors_find(const safetensors *st, const char *name);
const char *safetensors_meta_find(const safetensors *st, const char *key); /* or NULL */

/* The run as options of `varimac train`, every one spelled out: what a file records and a resumed
 * run must equal. Fails where it is longer than TRAIN_COMMAND. */
bool train_command(const train_net *net, const train_config *config, char text[TRAIN_COMMAND],
                   vmac_err *err);
/* Writes weights and statistics; with_momentum makes it a checkpoint. */
bool train_save(const train_model *model, const train_config *config, int epochs_done,
                bool with_momentum, double test_accuracy, const char *path, vmac_err *err);
/* Fills model and momentum from a checkpoint that the same command wrote. */
bool train_resume(train_model *model, const train_config *config, const char *path,
                  int *epochs_done, vmac_err *err);
/* A model with trained weights, for quantization and evaluation. Both refuse values no training
 * leaves behind: not finite, larger than TRAIN_LARGEST, a negative variance. */
train_model *train_load(const char *path, vmac_err *err);

/* ---- quantization (ranges.c, quantize.c)
 * ----------------------------------------------------------- */

/* range[layer]: the values each layer's output tensor shall represent with 8 bits. After a ReLU lo
 * is 0. The last layer keeps its extremes, the others the part of them that gives the least mean
 * square error of rounding and clipping together. Fails as train_infer does. */
bool train_ranges(train_trainer *trainer, const vmac_dataset *data, size_t images,
                  train_range *range, vmac_err *err);

/* The int8 network: batch norm folded into convolutions, weights symmetric per output channel
 * (fully connected: per tensor), activations asymmetric, softmax behind the logits. Prepared.
 * Fails, naming tensor and channel, where a folded value is not finite or fits no 8-bit scale. */
vmac_net *train_quantize(const train_model *model, const train_range *range, vmac_err *err);
/* The same; tensor (layers): each layer's output. A convolution has none. */
vmac_net *train_quantize_tensors(const train_model *model, const train_range *range, int *tensor,
                                 vmac_err *err);
/* What a weight of a layer's channel is multiplied by when what stands behind is folded into it. */
double train_fold_gain(const train_model *model, int layer, int channel);

#endif
