/* A linear decoder of the label: multinomial logistic regression, cross-validated.
 *
 * The loss over m images, sum of -ln q(label) + m ridge |w|^2 / 2 (the constant feature is free),
 * has everywhere a second derivative of at most B = X'X / 2 + m ridge for each class (Boehning,
 * 1992), so that B, factored once, gives a descent step that needs no step size, with Nesterov's
 * momentum. Ridges are tried from strong to weak, each from the weights of the one before.
 *
 * Sums over images go in their order and vectors lie across classes or features, so that their
 * width does not show. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clones.h"
#include "plane/plane.h"

enum { LANES = 16, BLOCK = 4, CHUNK = 128, RIDGES = 12, STEPS = 8 };
typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), may_alias));

typedef struct {
  size_t n, d;           /* images; features, the constant one, zeros up to a multiple of BLOCK */
  size_t constant;       /* its place */
  size_t classes, width; /* width: a multiple of LANES */
  float *x;              /* (n, d), images in the order of the folds */
  uint8_t *y;            /* (n) */
  size_t *image;         /* (n) which they are */
  int folds;
  size_t *first; /* (folds + 1) */
  double *gram;  /* (folds, d, d) sums of x x', lower triangles */
} problem;

/* ---- the problem ----------------------------------------------------------------------------- */

static void shuffle(problem *p, uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (size_t i = 0; i < p->n; i++) p->image[i] = i;
  for (size_t i = p->n; i > 1; i--) {
    const size_t j = vmac_rng_below(&rng, (uint32_t)i), kept = p->image[i - 1];
    p->image[i - 1] = p->image[j];
    p->image[j] = kept;
  }
  for (int f = 0; f <= p->folds; f++) p->first[f] = p->n * (size_t)f / (size_t)p->folds;
}

static void scale(problem *p, const float *features, size_t d) {
  for (size_t k = 0; k < d; k++) {
    double sum = 0, square = 0;
    for (size_t i = 0; i < p->n; i++) sum += features[i * d + k];
    const double mean = sum / (double)p->n;
    for (size_t i = 0; i < p->n; i++) square += pow(features[i * d + k] - mean, 2);
    const double by = square > 0 ? 1 / sqrt(square / (double)p->n) : 0;
    for (size_t i = 0; i < p->n; i++)
      p->x[i * p->d + k] = (float)((features[p->image[i] * d + k] - mean) * by);
  }
  for (size_t i = 0; i < p->n; i++) p->x[i * p->d + p->constant] = 1;
}

VMAC_CLONES static void add_gram(const problem *p, size_t first, size_t end, double *gram) {
  for (size_t i = first; i < end; i += BLOCK) {
    const float *row[BLOCK];
    for (size_t r = 0; r < BLOCK; r++) row[r] = p->x + (i + r < end ? i + r : i) * p->d;
    for (size_t a = 0; a < p->d; a++) {
      double of[BLOCK], *to = gram + a * p->d;
      for (size_t r = 0; r < BLOCK; r++) of[r] = i + r < end ? row[r][a] : 0;
#pragma omp simd
      for (size_t b = 0; b <= a; b++)
        to[b] += of[0] * row[0][b] + of[1] * row[1][b] + of[2] * row[2][b] + of[3] * row[3][b];
    }
  }
}

static problem pose(const float *features, size_t n, size_t d, const uint8_t *labels, int folds,
                    uint64_t seed) {
  problem p = {.n = n, .constant = d, .folds = folds};
  p.d = (d + 1 + BLOCK - 1) / BLOCK * BLOCK;
  for (size_t i = 0; i < n; i++) p.classes = labels[i] >= p.classes ? labels[i] + 1u : p.classes;
  p.width = (p.classes + LANES - 1) / LANES * LANES;
  p.x = vmac_alloc(n * p.d, sizeof *p.x);
  p.y = vmac_alloc(n, 1);
  p.image = vmac_alloc(n, sizeof *p.image);
  p.first = vmac_alloc((size_t)folds + 1, sizeof *p.first);
  p.gram = vmac_alloc((size_t)folds * p.d * p.d, sizeof *p.gram);
  shuffle(&p, seed);
  scale(&p, features, d);
  for (size_t i = 0; i < n; i++) p.y[i] = labels[p.image[i]];
#pragma omp parallel for schedule(dynamic, 1)
  for (int f = 0; f < folds; f++)
    add_gram(&p, p.first[f], p.first[f + 1], p.gram + (size_t)f * p.d * p.d);
  return p;
}

static void discard(problem *p) {
  free(p->x);
  free(p->y);
  free(p->image);
  free(p->first);
  free(p->gram);
}

/* ---- the loss -------------------------------------------------------------------------------- */

/* z (count, width) = x w, w (d, width). */
VMAC_CLONES static void score(const problem *p, const float *w, size_t first, size_t count,
                              float *z) {
  for (size_t i = 0; i < count; i += BLOCK)
    for (size_t at = 0; at < p->width; at += LANES) {
      const float *row[BLOCK];
      lanes sum[BLOCK] = {0};
      for (size_t r = 0; r < BLOCK; r++)
        row[r] = p->x + (first + (i + r < count ? i + r : i)) * p->d;
      for (size_t k = 0; k < p->d; k++) {
        const lanes v = *(const lanes *)(w + k * p->width + at);
        sum[0] += row[0][k] * v;
        sum[1] += row[1][k] * v;
        sum[2] += row[2][k] * v;
        sum[3] += row[3][k] * v;
      }
      for (size_t r = 0; r < BLOCK && i + r < count; r++)
        *(lanes *)(z + (i + r) * p->width + at) = sum[r];
    }
}

/* slope (d, width) += x' z. */
VMAC_CLONES static void add_slope(const problem *p, const float *z, size_t first, size_t count,
                                  double *slope) {
  for (size_t k = 0; k < p->d; k += BLOCK)
    for (size_t at = 0; at < p->width; at += LANES) {
      lanes sum[BLOCK] = {0};
      for (size_t i = 0; i < count; i++) {
        const float *x = p->x + (first + i) * p->d + k;
        const lanes v = *(const lanes *)(z + i * p->width + at);
        sum[0] += x[0] * v;
        sum[1] += x[1] * v;
        sum[2] += x[2] * v;
        sum[3] += x[3] * v;
      }
      for (size_t r = 0; r < BLOCK; r++)
        for (size_t c = 0; c < LANES; c++) slope[(k + r) * p->width + at + c] += sum[r][c];
    }
}

/* Scores of one image into the slope of its loss, which is returned: q - 1 of its class, q of the
 * others. */
static double decode(const problem *p, uint8_t label, float *z) {
  float top = z[0];
  for (size_t c = 1; c < p->classes; c++) top = z[c] > top ? z[c] : top;
  const double own = z[label] - top;
  float all = z[0] = expf(z[0] - top);
  for (size_t c = 1; c < p->classes; c++) all += z[c] = expf(z[c] - top);
  for (size_t c = 0; c < p->classes; c++) z[c] /= all;
  z[label] -= 1;
  return log(all) - own;
}

/* What a fold's task works with. */
typedef struct {
  const problem *p;
  bool *in;                         /* (folds) that are fitted to */
  double *root;                     /* (d, d) Cholesky's of B */
  double *w, *ahead, *slope, *kept; /* (d, width) */
  float *weights, *z;               /* (d, width), (CHUNK, width) */
} task;

/* Loss of a fold with t->weights; adds to the slope where there is one. */
static double loss(const task *t, int fold, double *slope) {
  const problem *p = t->p;
  double sum = 0;
  for (size_t at = p->first[fold]; at < p->first[fold + 1]; at += CHUNK) {
    const size_t left = p->first[fold + 1] - at, count = left < CHUNK ? left : CHUNK;
    score(p, t->weights, at, count, t->z);
    for (size_t i = 0; i < count; i++) sum += decode(p, p->y[at + i], t->z + i * p->width);
    if (slope) add_slope(p, t->z, at, count, slope);
  }
  return sum;
}

/* ---- descent --------------------------------------------------------------------------------- */

static void factor(const task *t, double images, double ridge) {
  const size_t d = t->p->d;
  double *root = t->root;
  memset(root, 0, d * d * sizeof *root);
  for (int f = 0; f < t->p->folds; f++)
    for (size_t i = 0; t->in[f] && i < d * d; i++) root[i] += t->p->gram[(size_t)f * d * d + i] / 2;
  for (size_t i = 0; i < d; i++) root[i * d + i] += images * (i == t->p->constant ? 0 : ridge);
  for (size_t i = 0; i < d; i++)
    for (size_t j = 0; j <= i; j++) {
      const double *a = root + i * d, *b = root + j * d;
      double sum = 0;
#pragma omp simd reduction(+ : sum)
      for (size_t k = 0; k < j; k++) sum += a[k] * b[k];
      root[i * d + j] = i == j ? sqrt(a[j] - sum) : (a[j] - sum) / b[j];
    }
}

/* slope = B^-1 slope. */
VMAC_CLONES static void solve(const problem *p, const double *root, double *slope) {
  const size_t d = p->d, width = p->width;
  for (size_t i = 0; i < d; i++) {
    double *to = slope + i * width;
    for (size_t j = 0; j < i; j++)
#pragma omp simd
      for (size_t c = 0; c < width; c++) to[c] -= root[i * d + j] * slope[j * width + c];
    for (size_t c = 0; c < width; c++) to[c] /= root[i * d + i];
  }
  for (size_t i = d; i-- > 0;) {
    const double *from = slope + i * width;
    for (size_t c = 0; c < width; c++) slope[i * width + c] /= root[i * d + i];
    for (size_t j = 0; j < i; j++)
#pragma omp simd
      for (size_t c = 0; c < width; c++) slope[j * width + c] -= root[i * d + j] * from[c];
  }
}

/* t->w descends to what the images of t->in want at this ridge. */
static void fit(const task *t, double ridge) {
  const problem *p = t->p;
  const size_t size = p->d * p->width;
  double images = 0;
  for (int f = 0; f < p->folds; f++)
    if (t->in[f]) images += (double)(p->first[f + 1] - p->first[f]);
  factor(t, images, ridge);
  memcpy(t->ahead, t->w, size * sizeof *t->w);
  for (int step = 1; step <= STEPS; step++) {
    for (size_t i = 0; i < size; i++) {
      t->weights[i] = (float)t->ahead[i];
      t->slope[i] = i / p->width == p->constant ? 0 : images * ridge * t->ahead[i];
    }
    for (int f = 0; f < p->folds; f++)
      if (t->in[f]) loss(t, f, t->slope);
    solve(p, t->root, t->slope);
    for (size_t i = 0; i < size; i++) {
      const double next = t->ahead[i] - t->slope[i];
      t->ahead[i] = next + step / (step + 3.0) * (next - t->w[i]);
      t->w[i] = next;
    }
  }
  for (size_t i = 0; i < size; i++) t->weights[i] = (float)t->w[i];
}

/* Weights that decode `fold`, which has no part in them, into t->weights. */
static void learn(const task *t, int fold) {
  const int judge = (fold + 1) % t->p->folds;
  const size_t bytes = t->p->d * t->p->width * sizeof *t->w;
  double ridge = 1, best = INFINITY, chosen = ridge;
  for (int f = 0; f < t->p->folds; f++) t->in[f] = f != fold && f != judge;
  memset(t->w, 0, bytes);
  for (int i = 0, worse = 0; i < RIDGES && worse < 2; i++, ridge /= 3) {
    fit(t, ridge);
    const double of = loss(t, judge, NULL);
    worse = of < best ? 0 : worse + 1;
    if (worse) continue;
    best = of;
    chosen = ridge;
    memcpy(t->kept, t->w, bytes);
  }
  memcpy(t->w, t->kept, bytes);
  t->in[judge] = true;
  fit(t, chosen);
}

/* ---- what it knows --------------------------------------------------------------------------- */

static size_t judge(const task *t, int fold, const double *share, double *term) {
  const problem *p = t->p;
  size_t correct = 0;
  for (size_t i = p->first[fold]; i < p->first[fold + 1]; i++) {
    size_t likeliest = 0;
    score(p, t->weights, i, 1, t->z);
    for (size_t c = 1; c < p->classes; c++)
      if (t->z[c] > t->z[likeliest]) likeliest = c;
    correct += likeliest == p->y[i];
    term[p->image[i]] = -decode(p, p->y[i], t->z) / log(2) - log2(share[p->y[i]]);
  }
  return correct;
}

vmac_probe vmac_probe_information(const float *features, size_t n, size_t d, const uint8_t *labels,
                                  int folds, uint64_t seed, double *term) {
  problem p = pose(features, n, d, labels, folds, seed);
  double *share = vmac_alloc(p.classes, sizeof *share);
  size_t correct = 0;
  for (size_t i = 0; i < n; i++) share[labels[i]] += 1 / (double)n;
#pragma omp parallel for schedule(dynamic, 1) reduction(+ : correct)
  for (int f = 0; f < folds; f++) {
    const size_t size = p.d * p.width;
    double *reals = vmac_alloc(p.d * p.d + 4 * size, sizeof *reals);
    float *floats = vmac_alloc_aligned((size + CHUNK * p.width) * sizeof *floats);
    const task t = {.p = &p,
                    .in = vmac_alloc((size_t)folds, sizeof *t.in),
                    .root = reals,
                    .w = reals + p.d * p.d,
                    .ahead = reals + p.d * p.d + size,
                    .slope = reals + p.d * p.d + 2 * size,
                    .kept = reals + p.d * p.d + 3 * size,
                    .weights = floats,
                    .z = floats + size};
    learn(&t, f);
    correct += judge(&t, f, share, term);
    free(t.in);
    free(reals);
    free(floats);
  }
  vmac_probe of = {.correct = (double)correct / (double)n};
  for (size_t i = 0; i < n; i++) of.bits += term[i] / (double)n;
  free(share);
  discard(&p);
  return of;
}
