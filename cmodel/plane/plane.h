/* plane.h: how much a layer's output T tells of the image X and of its label Y, in bits: where the
 * layer lies in the information plane.
 *
 * X is uniform over n images, Y is their label, and T is a function of X, of int8 codes: nothing is
 * random but the choice of the image. Four estimators, for each is blind to something:
 *
 *   counting    of states (states.c, counts.c): exact for these images. I(T;X) is H(T), and where
 *               all states differ both are log2 n and I(T;Y) is H(Y), whatever the network does:
 *               of wide layers it says nothing. T of 1 to 8 bits a code: states that merge.
 *   projection  (projection.c): states of a few random sums of T, of a few bits each, against what
 *               shuffled labels give. Below I(T;Y) by what the projection loses; less what
 *               shuffles give it is an estimate, no bound.
 *   kernel      (kde.c): T and Gaussian noise of given size: upper and lower bounds.
 *   probe       (probe.c): what a linear decoder finds on images it has not seen. Below I(T;Y) by
 *               what is not linear; the only one whose bias is known to be downward.
 *
 * Counting is biased upward as an estimate of other images: plug-in entropies are too small, that
 * of the pair most. Miller and Madow (1955) add (states - 1) / 2n nats to each entropy, which helps
 * while states are fewer than images; it is reported beside, not instead.
 *
 * Intervals (bootstrap.c). A bootstrap that counts again in every resample is biased a second time,
 * for resamples have fewer states: it would not even hold the estimate. So every estimate here is
 * the mean of a term for each image, to first order what the image adds to it (its influence), and
 * resamples draw terms; frequencies, bandwidths and decoders stay those of all images. Such an
 * interval has the spread of the sample of images and none of the bias; where all states differ it
 * is of no width. Two networks on the same images are compared by the differences of their terms.
 *
 * One seed gives the same figures from any number of threads.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_PLANE_H
#define VMAC_PLANE_H

#include "vmac.h"

/* ---- states (states.c) ----------------------------------------------------------------------- */

/* 128 bits that name what was hashed: that two states of a million share one has odds of 1e-27. */
typedef struct {
  uint64_t lane[2];
} vmac_digest;

enum { VMAC_PLANE_BITS = 8 }; /* a code's, at most */

/* of[b - 1] names codes (size) with their upper b bits only, floor(code / 2^(8 - b)). */
void vmac_digest_codes(const int8_t *codes, size_t size, vmac_digest of[VMAC_PLANE_BITS]);

/* States in numbers from 0, in the order in which they first come. */
typedef struct {
  size_t n; /* images */
  uint32_t count;
  uint32_t *id; /* (n), owned */
} vmac_states;
vmac_states vmac_states_of(const vmac_digest *digest, size_t step, size_t n); /* every step-th */
vmac_states vmac_states_labels(const uint8_t *labels, size_t n);
vmac_states vmac_states_pair(const vmac_states *a, const vmac_states *b); /* of the same images */
void vmac_states_free(vmac_states *states);

/* ---- counting (counts.c) --------------------------------------------------------------------- */

typedef struct {
  double bits;         /* of these images: plug-in */
  double miller_madow; /* what the correction makes of it */
} vmac_counted;

/* term (n), or NULL: what each image adds, their mean is `bits`. */
vmac_counted vmac_entropy(const vmac_states *t, double *term);
vmac_counted vmac_information(const vmac_states *a, const vmac_states *b, double *term);
uint32_t vmac_states_single(const vmac_states *t); /* that one image alone has */

/* ---- intervals (bootstrap.c) ----------------------------------------------------------------- */

typedef struct {
  double lo, hi;
} vmac_interval;

/* 2.5 and 97.5 % of the mean of n terms drawn with replacement. */
vmac_interval vmac_bootstrap(const double *term, size_t n, int resamples, uint64_t seed);

/* ---- projections (projection.c) -------------------------------------------------------------- */

enum { VMAC_PLANE_DIMS = 8, VMAC_PLANE_CELL_BITS = 16 };

/* sum (rows) = signs (rows, size), each 1 or -1, times codes (size). */
void vmac_project(const int8_t *signs, size_t rows, const int8_t *codes, size_t size, int32_t *sum);
int8_t *vmac_project_signs(size_t rows, size_t size, uint64_t seed); /* in new memory */

/* How the sums become states: `projections` times `dims` of them, each cut into 2^bits bins at its
 * quantiles over the images, equal sums into the same; dims * bits <= VMAC_PLANE_CELL_BITS. */
typedef struct {
  int projections, dims, bits;
} vmac_projection;
typedef struct {
  double bits;           /* I(T;Y) counted, mean over projections */
  double null, null_top; /* the same of shuffled labels: mean, and what 5 % at most exceed */
} vmac_projected;
/* sums (n, projections, dims); term (n) as above, or NULL. */
vmac_projected vmac_projected_information(vmac_projection how, const int32_t *sums, size_t n,
                                          const uint8_t *labels, int shuffles, uint64_t seed,
                                          double *term);

/* ---- kernel bounds (kde.c) ------------------------------------------------------------------- */

/* Of T + Z, Z Gaussian with the same variance in every code and independent of the rest: bounds of
 * the mixture of n Gaussians around the images' T (Kolchinsky and Tracey, Entropy 19(7):361, 2017:
 * Kullback-Leibler distances of the parts bound its entropy from above, Bhattacharyya's from
 * below). True for these images whatever n; other images add only spread. */
typedef enum {
  VMAC_KDE_X_LOW, /* I(T + Z; X) is at least, */
  VMAC_KDE_X_HIGH,
  VMAC_KDE_Y_LOW, /* I(T + Z; Y): may be below 0 */
  VMAC_KDE_Y_HIGH
} vmac_kde_bound;
enum { VMAC_KDE_BOUNDS = 4 };
typedef struct {
  double bits[VMAC_KDE_BOUNDS];
  double *term; /* (VMAC_KDE_BOUNDS, n), owned */
} vmac_kde;
/* codes (n, size); variance in squared codes, 0: no noise, all bounds are what counting gives. */
vmac_kde vmac_kde_bounds(const int8_t *codes, size_t n, size_t size, const uint8_t *labels,
                         double variance);
void vmac_kde_free(vmac_kde *kde);

/* ---- linear decoder (probe.c) ---------------------------------------------------------------- */

typedef struct {
  double bits; /* H(Y) - cross entropy of the decoder on images it has not seen: may be below 0 */
  double correct; /* share of them that its likeliest class is right about */
} vmac_probe;

/* Multinomial logistic regression on features (n, d), each scaled to mean 0 and variance 1 over all
 * n: of `folds` parts, drawn by the seed, each is decoded by weights of the others. How strongly
 * these are held to 0 is chosen on one of the others, before weights are fitted to all of them.
 * 3 <= folds <= n; term (n): log2 of the probability that the
 * decoder gives the image's class, over the class's share of all images. */
vmac_probe vmac_probe_information(const float *features, size_t n, size_t d, const uint8_t *labels,
                                  int folds, uint64_t seed, double *term);

/* ---- a network's layers (observe.c) ---------------------------------------------------------- */

typedef struct {
  vmac_projection projection;
  int features;  /* at most, for the probe */
  size_t kept;   /* images whose codes are kept for the kernel bounds, drawn by the seed */
  uint64_t seed; /* of signs and kept images */
} vmac_plane_options;

/* The output of one op over the images. Features are sums of codes over cells of a grid, channel by
 * channel, the finest square one that `features` allows; with more channels than that, of codes
 * with random signs that fall into the same feature. */
typedef struct {
  int op, tensor; /* op -1: the input */
  bool cut;       /* nothing that comes after reads anything but this from before: only then can no
                     later layer know more */
  size_t size, features;
  vmac_digest *digest;  /* (images, VMAC_PLANE_BITS) */
  int32_t *sums;        /* (images, projections, dims) */
  float *feature;       /* (images, features) */
  int8_t *codes;        /* (kept, size) */
  uint64_t squares;     /* sum of squared differences from the exact network's codes */
  int8_t *sign;         /* (projections, dims, size) */
  uint16_t *into;       /* (size): a code's feature */
  int8_t *feature_sign; /* (size), or NULL: all 1 */
} vmac_plane_layer;

/* The input and the outputs of all ops but reshapes, whose codes are those they were given. */
typedef struct {
  vmac_plane_options options; /* as they are: kept at most the images */
  size_t images;
  size_t *keeps; /* (kept) ascending */
  int layers;
  vmac_plane_layer *layer;
} vmac_plane;
vmac_plane *vmac_plane_new(const vmac_net *net, size_t images, vmac_plane_options options);
void vmac_plane_free(vmac_plane *plane);

/* Runs images first .. first + count - 1 of data, in parallel, with a plan (NULL: exact), and takes
 * of each layer what the estimators want. exact: that network's plane, filled on the way, or NULL;
 * both were made for the same images and options. */
void vmac_plane_observe(vmac_plane *plane, const vmac_net *net, const vmac_plan *plan,
                        vmac_rounding rounding, const vmac_dataset *data, size_t first,
                        size_t count, vmac_plane *exact);

/* Mean squared difference of a layer's codes from the exact network's. */
double vmac_plane_error(const vmac_plane *plane, int layer);

/* ---- all estimators of one layer (measure.c) ------------------------------------------------- */

typedef struct {
  int shuffles, folds, resamples;
  uint64_t seed;   /* of shuffles, folds, resamples */
  double variance; /* of the noise of the kernel bounds, squared codes */
} vmac_plane_how;

typedef struct {
  double bits;
  vmac_interval in;
} vmac_estimate;

typedef struct {
  struct {
    uint32_t states, single;
    vmac_estimate h, y;              /* H(T), I(T;Y) */
    double x;                        /* I(T;X): H(T), as equal images give equal T */
    double h_corrected, y_corrected; /* Miller and Madow */
  } counted[VMAC_PLANE_BITS];        /* [b - 1]: of codes' upper b bits */
  vmac_estimate projected;
  double null, null_top;
  vmac_estimate kernel[VMAC_KDE_BOUNDS];
  vmac_estimate probe;
  double correct;
  double *probe_term; /* (images), owned */
} vmac_plane_point;

/* labels (images), those of the images observed. */
vmac_plane_point vmac_plane_measure(const vmac_plane *plane, int layer, const uint8_t *labels,
                                    vmac_plane_how how);
void vmac_plane_point_free(vmac_plane_point *point);

/* What the probe finds with one network less what it finds with another, on the same images. */
vmac_estimate vmac_plane_change(const vmac_plane_point *from, const vmac_plane_point *to,
                                size_t images, vmac_plane_how how);

#endif
