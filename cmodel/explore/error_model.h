/* error_model.h: the error of a MAC layer's outputs foretold from a cell's error map, without
 * running the layer with the cell.
 *
 * An output's error is E = sum over its k products of e(a, w) + V, where e(a, w) = f(a, w) - a w
 * and V is the correction of its sums X, integer and rounded as the golden model has it. Mean and
 * standard deviation are over all outputs of the layer, pixels and channels alike, in units of its
 * accumulators, on activations of the exact network: the error of this layer alone. The models
 * differ in what they know of the operands. `single`, `multi` and `monte` are those that Trommer,
 * Waschneck and Kumar (ICCAD 2022) compare. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_ERROR_MODEL_H
#define VMAC_ERROR_MODEL_H

#include "vmac.h"

/* ---- operands (patches.c) -------------------------------------------------------------------- */

/* What some output positions of a layer multiply. Taps in the padding are zero points, operands as
 * any other: the golden model and the hardware multiply them too. */
typedef struct {
  int k, groups; /* products; channels with a patch of their own: depthwise those of its input */
  int count;     /* positions */
  int8_t *codes; /* (count, groups, k) */
} vmac_patches;

/* Of every MAC layer, (ops), others empty: `positions` output pixels of the first `images` images
 * of data, one at random in each of so many equal stretches of all of them; where there are no more
 * than that, all. progress, or NULL, hears of every image. */
typedef void vmac_patches_progress(size_t done, size_t images);
vmac_patches *vmac_patches_sample(const vmac_net *net, const vmac_dataset *data, size_t images,
                                  int positions, uint64_t seed, vmac_patches_progress *progress);
void vmac_patches_free(const vmac_net *net, vmac_patches *patches);

/* ---- models (error_model.c, error_draws.c) --------------------------------------------------- */

/* Weights are those of the layer as a whole where nothing corrects, else those of each channel,
 * whose coefficients are fitted to them. */
typedef enum {
  VMAC_ERROR_SINGLE, /* k independent products, activations of one histogram of all patches */
  VMAC_ERROR_MULTI,  /* k independent products, activations of each patch's own histogram:
                        sd^2 = mean of k var_p + variance of k mu_p */
  VMAC_ERROR_MONTE,  /* as single, but drawn (ReD-CaNe, Marchisio et al., DATE 2020) */
  VMAC_ERROR_FILTER, /* each patch's own activations and each channel's own weights, each once, and
                        only who meets whom is left to chance */
  VMAC_ERROR_PAIRS   /* nothing is: the errors of the patches themselves, a sample of what is
                        measured */
} vmac_error_model;
enum { VMAC_ERROR_MODELS = 5 };
const char *vmac_error_model_name(vmac_error_model model);
bool vmac_error_model_find(const char *name, vmac_error_model *model, vmac_err *err);

typedef struct {
  double mean, sd;
} vmac_error;

/* A layer's patches and weights with one cell. Keeps patches, which live longer. */
typedef struct vmac_error_layer vmac_error_layer;
vmac_error_layer *vmac_error_layer_new(const vmac_net *net, const vmac_op *op,
                                       const vmac_patches *patches, vmac_class cls,
                                       const int32_t *table);
void vmac_error_layer_free(vmac_error_layer *layer);

/* mac: the correction, of the same cell, for the whole K (no K tiles); c0 NULL: none. `draws` and
 * `seed` are monte's. Not for several threads at once. */
vmac_error vmac_error_predict(vmac_error_layer *layer, const vmac_mac *mac, vmac_error_model model,
                              int draws, uint64_t seed);

/* ---- between the two files ------------------------------------------------------------------- */

/* Sums over outputs, or over groups of them whose mean and variance are known. */
typedef struct {
  double count, sum, square, variance;
} vmac_error_sums;
static inline void vmac_error_add(vmac_error_sums *s, double mean) {
  s->count++;
  s->sum += mean;
  s->square += mean * mean;
}
vmac_error vmac_error_of(const vmac_error_sums *sums);

struct vmac_error_layer {
  const vmac_patches *patches;
  vmac_class cls;
  int k, n, groups;
  uint8_t *w;          /* (k, n) bits of the weights */
  int32_t *e;          /* (256 activations, 256 weights) errors */
  double *t, *s;       /* (256, n) a channel's errors with one activation: their sum, of squares */
  double *weights;     /* (groups, 256) how often the group's channels have each weight */
  double *activations; /* (256) how often all patches have each */
  double unpaired;     /* filter's variance; below 0: not computed yet */
  int64_t *pairs;      /* (count, n) errors of the patches, uncorrected; NULL: likewise */
};

vmac_error vmac_error_monte(const vmac_error_layer *layer, const vmac_mac *mac, int draws,
                            uint64_t seed);
vmac_error vmac_error_pairs(vmac_error_layer *layer, const vmac_mac *mac);

#endif
