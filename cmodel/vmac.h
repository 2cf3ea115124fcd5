/* vmac.h: the public API of libvarimac, the golden model of the Varimac accelerator.
 *
 * Conventions
 *   - Number formats are named by type; a shape is written (rows, columns), last index fastest.
 *   - A cell computes f(A, W): A is the activation, W the weight, ALWAYS in this order.
 *   - Error is approximate - exact.
 *   - No float lies on any path that the RTL also computes.
 *   - A function that can fail on the user's data takes a vmac_err last and returns false or NULL;
 *     the text names file, place, expected and found. Running out of memory ends the program.
 *
 * Here is how networks are multiplied; cells, and networks with their images, are in vmac_cells.h
 * and vmac_nets.h, which come with it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_H
#define VMAC_H

#include "vmac_cells.h"
#include "vmac_nets.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- correction (net/): acc* = acc + ((c0 + sum of c[i] * X[i] + half) >> F) ------------------- */

typedef enum {
  VMAC_CORR_NONE,
  VMAC_CORR_BIAS,
  VMAC_CORR_PAPER,
  VMAC_CORR_CV,
  VMAC_CORR_BITPLANE,
  VMAC_CORR_PHI, /* and with more planes: */
  VMAC_CORR_PHI2,
  VMAC_CORR_PHI3,
  VMAC_CORR_PHI4
} vmac_mode;
/* F: fraction bits of all coefficients; c[i] have C_BITS bits, c0 has 32. */
enum {
  VMAC_CORR_MODES = 9,
  VMAC_CORR_F = 6,
  VMAC_CORR_C_BITS = 18,
  VMAC_CORR_PLANES = 8,
  VMAC_PHI_MAX = 4 /* planes of phi */
};
const char *vmac_mode_name(vmac_mode mode);
bool vmac_mode_find(const char *name, vmac_mode *mode, vmac_err *err);
static inline bool vmac_mode_calibrates(vmac_mode mode) {
  return mode != VMAC_CORR_NONE && mode != VMAC_CORR_PAPER;
}

/* phi of a cell, (rank, 256) by the activation's bits, 1 <= rank <= VMAC_PHI_MAX: the functions of
 * one activation whose sums tell most of the error of whole filters, best first; a property of the
 * truth table, by the rule in net/phi.c. */
void vmac_phi(const vmac_mult *mult, int rank, uint8_t *phi);

/* Planes of phi that a mode has; 0: the mode is not phi. */
static inline int vmac_mode_rank(vmac_mode mode) {
  return mode < VMAC_CORR_PHI ? 0 : 1 + (int)(mode - VMAC_CORR_PHI);
}

/* How many sums X a mode has with a cell, 1..VMAC_CORR_PLANES: bitplane one for each bit that the
 * cell's X reads, phi one for each plane, the others one. */
static inline int vmac_planes(const vmac_mult *mult, vmac_mode mode) {
  if (vmac_mode_rank(mode)) return vmac_mode_rank(mode);
  return mode == VMAC_CORR_BITPLANE && mult->xkind != VMAC_X_NONE && mult->xbits > 1 ? mult->xbits
                                                                                     : 1;
}
/* What an activation adds to each of them: terms (planes, 256) by its bits as they reach the array,
 * before a cell rounds them at the edge. Returns the planes. The one definition: whatever sums X,
 * here or as a model of hardware, looks there. */
int vmac_x_terms(const vmac_mult *mult, vmac_mode mode, uint8_t *terms);

/* How one layer multiplies. table == NULL: exact products, no correction. */
typedef struct {
  const vmac_mult *mult; /* the cell, or where a map has several that whose class and X all have */
  const int32_t *table;  /* vmac_mult_table() of the cell; of several one behind the other */
  uint8_t *cell;         /* (n, k) which of them each weight is multiplied by; NULL: one cell */
  vmac_kernel *kernel;  /* prepared for speed; NULL: product by product, by the definition */
  int n;                /* output channels */
  int planes;           /* sums X, of each K tile */
  const uint8_t *terms; /* (planes, 256) what an activation adds to them, vmac_x_terms() */
  int tiles;      /* K tiles that have coefficients of their own; of vmac_patch()'s operands */
  const int *end; /* (tiles) tile t ends before operand end[t]; NULL: the whole K is one */
  int32_t *c0;    /* (n) coefficients, VMAC_CORR_F fraction bits; NULL: mode none */
  int32_t *c;     /* (n, tiles, planes) likewise */
} vmac_mac;

/* The table that weight i (0..k-1, in vmac_patch()'s order) of a channel is multiplied by. */
static inline const int32_t *vmac_mac_table(const vmac_mac *mac, int k, int channel, int i) {
  return mac->table + (mac->cell ? 65536 * (size_t)mac->cell[(size_t)channel * (size_t)k + (size_t)i]
                                 : 0);
}

/* Sums X of one output, and slopes of one channel. */
static inline int vmac_mac_sums(const vmac_mac *mac) {
  return (mac->end ? mac->tiles : 1) * mac->planes;
}

/* V of one output channel, c and x (sums): arithmetic shift, half rounds up. */
static inline int32_t vmac_correction(int32_t c0, int sums, const int32_t *c, const int32_t *x) {
  int64_t sum = (int64_t)c0 + (1 << (VMAC_CORR_F - 1));
  for (int i = 0; i < sums; i++) sum += (int64_t)c[i] * x[i];
  return (int32_t)(sum >> VMAC_CORR_F);
}

/* How an array of rows x cols cuts the operands of MAC layers into K tiles, as the compiler has it
 * (program/ktile.c). A depthwise layer is not cut: its coefficients are those of the whole K. */
typedef struct {
  int rows, cols, ops;
  int *tiles, **end; /* (ops), (ops, tiles) as in vmac_mac; NULL where the op is not cut */
} vmac_ktiles;
vmac_ktiles *vmac_ktiles_new(const vmac_net *net, int rows, int cols, vmac_err *err);
void vmac_ktiles_free(vmac_ktiles *tiles);

/* What calibration finds of one layer, and the images it looks at: net/correction.h. */
typedef struct vmac_sums vmac_sums;
typedef struct vmac_calib vmac_calib;

/* A map: which cell multiplies which weight of a network (net/map.c). Its first cell stands, where a
 * layer has several, for all of them: they have its class, and its sums X are summed. */
typedef struct {
  int ops;
  bool shared; /* one array has all layers: those of one cell too have the first one's class and X */
  int cells;
  const vmac_mult **mult; /* (cells), each once */
  uint8_t **cell;         /* (ops): (n, k) which of them each weight meets; NULL: exact products */
} vmac_map;
vmac_map *vmac_map_new(const vmac_net *net, const vmac_mult *first); /* all products exact */
void vmac_map_free(vmac_map *map);
/* The cell's number in the map, which gets to know it; -1: it has 256 others. */
int vmac_map_cell(vmac_map *map, const vmac_mult *mult);
/* Gives all weights of a MAC layer (an op) one of its cells. */
void vmac_map_fill(vmac_map *map, const vmac_net *net, int op, int cell);
/* The one cell that a layer has (its number), -1: several, -2: none, exact products. */
int vmac_map_one(const vmac_map *map, const vmac_net *net, int op);
/* Whether the cells of each layer can stand side by side. */
bool vmac_map_check(const vmac_map *map, const vmac_net *net, vmac_err *err);

/* From JSON, "varimac-map-2", see net/map_json.c. */
vmac_map *vmac_map_load(const char *path, const vmac_net *net, vmac_err *err);

/* A cell as the layers of a plan share it. */
typedef struct {
  const vmac_mult *mult;
  int32_t *table;             /* vmac_mult_table(mult); those of all cells lie side by side */
  struct vmac_scheme *scheme; /* its fast form, gemm/scheme.h */
  uint8_t *terms;             /* (VMAC_CORR_PLANES, 256) what the plan's mode sums of it */
} vmac_plan_cell;

/* A plan: what every op of a network multiplies with. mac has one entry per op. */
typedef struct {
  const vmac_net *net; /* whose weights are multiplied; may be tuned from the network that it is
                          calibrated and scored against */
  int ops;
  vmac_mac *mac;
  const vmac_mult *mult; /* the cell; of several the map's first */
  vmac_mode mode;
  int cells;
  vmac_plan_cell *cell;       /* (cells), owned; the first is mult's */
  vmac_ktiles *ktiles;        /* owned; NULL: one set of coefficients for the whole K */
  vmac_sums **sums;           /* (ops), owned: what was calibrated, for other modes of the cell */
  char calibration[512];      /* "N images of SPEC": what the coefficients were fitted on; or "" */
  char towards[17];           /* hash of the network file to whose sums, where net is tuned; or "" */
  struct vmac_control *control; /* owned: noise instead of cells, net/control.h; NULL: none */
} vmac_plan;

/* The MAC layers of `layers` (ops), all where it is NULL, get `mult` with correction `mode`, the
 * others are exact; modes that calibrate do so on the first `images` images of `data` (training
 * images), the others ignore it. */
vmac_plan *vmac_plan_make(const vmac_net *net, const vmac_mult *mult, const bool *layers,
                          vmac_mode mode, const vmac_dataset *data, size_t images, vmac_err *err);

/* The same with coefficients for each K tile; the plan takes ktiles over. */
vmac_plan *vmac_plan_make_tiled(const vmac_net *net, const vmac_mult *mult, const bool *layers,
                                vmac_mode mode, vmac_ktiles *ktiles, const vmac_dataset *data,
                                size_t images, vmac_err *err);

/* The same with the cells of a map. */
vmac_plan *vmac_plan_make_map(const vmac_net *net, const vmac_map *map, vmac_mode mode,
                              vmac_ktiles *ktiles, const vmac_dataset *data, size_t images,
                              vmac_err *err);

/* The same in steps, of which the last two may be repeated: layers and modes of one cell share what
 * was prepared. vmac_plan_set leaves its layers uncorrected. A plan has the same mult all its
 * life. */
vmac_plan *vmac_plan_new(const vmac_net *net); /* every op exact */
void vmac_plan_set(const vmac_net *net, vmac_plan *plan, const vmac_mult *mult, const bool *layers);
/* What is known of the cell already, to spare vmac_plan_set() the search; copied. Once, before it. */
void vmac_plan_know(vmac_plan *plan, const vmac_mult *mult, const int32_t *table,
                    const struct vmac_scheme *scheme);
/* Instead of vmac_plan_set(): the cells of a map. A later one names the same cells in the same order;
 * layers where it changes nothing keep what was prepared and calibrated. Corrects nothing. */
void vmac_plan_map(const vmac_net *net, vmac_plan *plan, const vmac_map *map);
/* Coefficients for each of these K tiles from now on, which the plan takes over; NULL: for the
 * whole K. Leaves the layers uncorrected. */
void vmac_plan_tile(vmac_plan *plan, vmac_ktiles *ktiles);
/* calib: for modes that calibrate; one plan keeps to one. On an error the plan is uncorrected. */
bool vmac_plan_correct(const vmac_net *net, vmac_plan *plan, vmac_mode mode, vmac_calib *calib,
                       vmac_err *err);
/* The coefficients that `from` has, a plan of the same cell, tiles and shapes for other weights: a
 * network in training is not calibrated at every step. False, and the plan as it was, where `from`
 * has none for a layer. */
bool vmac_plan_carry(vmac_plan *plan, const vmac_plan *from);
/* Frees what it multiplies with: corrections are left, for another plan to carry. */
void vmac_plan_strip(vmac_plan *plan);
/* The first `images` of data, which lives longer. What the exact network makes of them is kept for
 * the next plan, of as many images as fit `bytes`. */
vmac_calib *vmac_calib_new(const vmac_net *net, const vmac_dataset *data, size_t images,
                           size_t bytes);
size_t vmac_calib_bytes(const vmac_calib *calib); /* that it keeps in the end */
void vmac_calib_free(vmac_calib *calib);

/* What correction leaves of a layer's error, in squared units of its accumulators, means over its
 * channels. On the exact network's activations: what layers before it do wrong is left out. */
enum { VMAC_RESIDUAL_PARTS = 10 };
typedef struct {
  double predicted;   /* variance of the error on other images, by what calibration saw */
  double rounding;    /* what rounding slopes and V to fixed point is expected to add to it */
  double measured;    /* on the images given, about the channel's mean, whose */
  double mean_square; /* is this */
  double mean;        /* of all errors there, approximate - exact */
  double scatter;     /* standard error of measured, by how parts of images differ; 0: too few */
  double signal;      /* variance of the exact accumulators there */
} vmac_residual;
/* of (ops): 0 where the plan has no cell. The first `images` of data. */
void vmac_residuals(const vmac_net *net, vmac_plan *plan, vmac_calib *calib,
                    const vmac_dataset *data, size_t images, vmac_residual *of);

/* Layers as text: all, or numbers and ranges of MAC layers, counted from 0 in the order of the ops:
 * 0+2-5. layers (ops). The text is the shortest, in new memory. */
bool vmac_layers_parse(const vmac_net *net, const char *text, bool *layers, vmac_err *err);
char *vmac_layers_text(const vmac_net *net, const bool *layers);
/* Whether op `index` has a cell of the plan; without a plan none has. */
static inline bool vmac_plan_has(const vmac_plan *plan, int index) {
  return plan && plan->mac[index].table;
}
/* The cell that multiplies weight i of a channel of an op that has one; k: the op's. */
static inline const vmac_mult *vmac_plan_cell_at(const vmac_plan *plan, int index, int k,
                                                 int channel, int i) {
  const int32_t *table = vmac_mac_table(&plan->mac[index], k, channel, i);
  return plan->cell[(table - plan->cell->table) / 65536].mult;
}

/* Files of plans (program/plan_json.c: whose K tiles are the compiler's). How a plan names a
 * network: the hash of its file, into text[17]. */
bool vmac_plan_network(const char *net_path, char *text, vmac_err *err);
bool vmac_plan_save(const vmac_plan *plan, const char *net_path, const char *path, vmac_err *err);
vmac_plan *vmac_plan_load(const vmac_net *net, const char *net_path, const char *path,
                          vmac_err *err);
void vmac_plan_free(vmac_plan *plan);

/* ---- weights tuned to a cell (net/tune.h) ------------------------------------------------------ */

/* What is known of a network's activations over the first `images` images of data (training
 * images), for any cell, layer and mode. */
typedef struct vmac_tuner vmac_tuner;
vmac_tuner *vmac_tuner_new(const vmac_net *net, const vmac_dataset *data, size_t images);
void vmac_tuner_free(vmac_tuner *tuner);

/* Modes that weights can be tuned with: not paper, which looks at no activations. */
static inline bool vmac_mode_tunes(vmac_mode mode) {
  return mode != VMAC_CORR_PAPER;
}

/* What becomes of a network whose layers all have weights that leave less of the error is another
 * question (net/tune_judge.c), which some images judge: how many there are, VMAC_TUNE_JUDGES at
 * most; *seen: the weights are fitted on them, for the data set has no others. */
enum { VMAC_TUNE_JUDGES = 2000 };
size_t vmac_tune_judges(const vmac_tuner *tuner, bool *seen);
/* On how many of `count` judges from the first on a plan, of the tuner's network or of the tuned
 * one, answers like the tuner's network multiplied exactly. */
size_t vmac_tune_agree(const vmac_tuner *tuner, const vmac_plan *plan, size_t first, size_t count);

/* Gives MAC layer `index` (an op) of `tuned`, the same network loaded again, those weights whose
 * products by the cell, corrected by `mode`, come nearest to what the tuner's network multiplies
 * exactly. vmac_net_prepare(tuned) is due when all layers are. */
void vmac_tune_layer(const vmac_tuner *tuner, const vmac_mult *mult, vmac_mode mode, int index,
                     vmac_net *tuned);

/* ---- inference (net/) -------------------------------------------------------------------------- */

typedef struct vmac_ready vmac_ready; /* an op's constants, laid out for speed */

/* All activation tensors of one image; i8[t] is NULL for constants. Not shared between threads. */
typedef struct {
  int8_t **i8;
  vmac_isa isa;               /* of the kernels that are chosen as they run: vmac_isa_now() */
  vmac_scratch scratch, side; /* intermediate maps, sums of activations */
  int32_t *acc;               /* accumulators of the layer being computed, (m, n) */
  vmac_ready *ready;          /* (ops), of the network as it is prepared */
  size_t image;               /* of the data set, by which controls draw */
} vmac_state;
vmac_state *vmac_state_new(const vmac_net *net);
void vmac_state_free(const vmac_net *net, vmac_state *state);

/* Puts image `index` into the input tensor as code = pixel - 128, which int8 image networks take
 * whatever real scale they give it (pixel, pixel / 255, pixel / 127.5 - 1, ...). */
void vmac_state_set_image(const vmac_net *net, vmac_state *state, const vmac_dataset *data,
                          size_t index);
/* Whether images of this shape and labels of this range fit the network. */
bool vmac_net_takes(const vmac_net *net, const vmac_dataset *data, vmac_err *err);

/* Runs the ops in order on state->i8[net->input]; the answer is state->i8[net->output]. */
void vmac_net_run(const vmac_net *net, const vmac_plan *plan /* NULL: exact */,
                  vmac_rounding rounding, vmac_state *state);

/* Op `index` of them alone. After a MAC layer state->acc holds its accumulators. */
void vmac_net_run_op(const vmac_net *net, const vmac_plan *plan, vmac_rounding rounding, int index,
                     vmac_state *state);

/* Top-1 answers of images first .. first + count - 1, the first of equal outputs wins. outputs
 * (count, output size), the raw codes, may be NULL. Images run in parallel. */
void vmac_answers(const vmac_net *net, const vmac_plan *plan, vmac_rounding rounding,
                  const vmac_dataset *data, size_t first, size_t count, uint8_t *answer,
                  int8_t *outputs);

/* The same for several plans over the first `images` of one data set, which lives longer. The exact
 * network runs once, beside the first plan; what it hands to the first layer that a plan gives a
 * cell is kept, of as many images as fit `bytes`. */
typedef struct vmac_scorer vmac_scorer;
vmac_scorer *vmac_scorer_new(const vmac_net *net, vmac_rounding rounding, const vmac_dataset *data,
                             size_t images, size_t bytes);
void vmac_scorer_answers(vmac_scorer *scorer, const vmac_plan *plan, size_t first, size_t count,
                         uint8_t *answer, int8_t *outputs);
/* (images): the exact network's answers, of images that have been asked for. */
const uint8_t *vmac_scorer_exact(const vmac_scorer *scorer);
void vmac_scorer_free(vmac_scorer *scorer);

/* pairs[A << 8 | W]: how often the network multiplies those operand bits over the first `images`
 * images: every MAC layer, padding included, exact inference. 65,536 entries. */
bool vmac_net_pairs(const vmac_net *net, const vmac_dataset *data, size_t images, vmac_class cls,
                    uint64_t *pairs, vmac_err *err);

/* The k activation codes (int8) that output pixel `pixel` (0..m-1) of op multiplies, in the order
 * (ky, kx, c); padding is the zero point. For depthwise: channel `channel`'s k codes. */
void vmac_patch(const vmac_net *net, const vmac_op *op, const int8_t *input, int pixel, int channel,
                int8_t *codes);

/* Final accumulators of one MAC layer, (m, n): correction, zero points and bias included: what the
 * array's column feet deliver and requantization consumes. */
void vmac_layer_acc(const vmac_net *net, const vmac_op *op, const vmac_mac *mac,
                    const int8_t *input, int32_t *acc, vmac_state *state);
/* The same of several images, whose inputs lie one behind the other: acc (images, m, n). */
void vmac_layer_accs(const vmac_net *net, const vmac_op *op, const vmac_mac *mac, int images,
                     const int8_t *input, int32_t *acc, vmac_state *state);

/* Weight i (0..k-1, in vmac_patch()'s order) of a channel. */
int8_t vmac_weight(const vmac_net *net, const vmac_op *op, int channel, int i);

/* The constant the compiler folds into channel n's bias for the operand class:
 * u8: bias - Z_a * sum W + k * 128 * Z_a;  s8: bias - z_a * sum W. */
int32_t vmac_folded_bias(const vmac_net *net, const vmac_op *op, vmac_class cls, int channel);

#ifdef __cplusplus
}
#endif
#endif
