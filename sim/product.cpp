/* A tiled matrix product on a model: tiles in the order pixels, channels, k; three input streams
 * with random idle cycles, one output stream, checked for order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "net/net.h"
#include "sim.h"

/* A tile: pixels m0.., channels n0.., products k0..; the streams each walk the same list. */
struct Tile {
  int m0, n0, k0, m_end, n_end, k_end;
};

/* The i-th pixel of a tile is m0 + j, j = (first + i * step) mod its pixels; pixel m0 + j has the
 * address (base + j * stride) mod DEPTH in all K tiles of the same pixels and channels. */
struct Order {
  int first, step, base, stride;
};

struct Walk {
  const sim_model *model;
  const sim_job *job;
  int only_k;
  vmac_rng rng; /* of the orders: all walks of a run draw the same ones */
  Tile tile;
  Order order;
  bool done;
};

static int min_int(int a, int b) {
  return a < b ? a : b;
}

static int gcd(int a, int b) {
  return b ? gcd(b, a % b) : a;
}

/* Up, down, or any step that meets all of 0..n-1. */
static int draw_step(vmac_rng *rng, int n) {
  const uint32_t kind = vmac_rng_below(rng, 4);
  if (kind == 0 || n < 3) return 1;
  if (kind == 1) return n - 1;
  int step;
  do step = 1 + (int)vmac_rng_below(rng, (uint32_t)n - 1);
  while (gcd(n, step) != 1);
  return step;
}

static int tile_pixel(const Walk *walk, int i) {
  const Tile *tile = &walk->tile;
  const int n = tile->m_end - tile->m0;
  return tile->m0 + (int)((walk->order.first + (int64_t)i * walk->order.step) % n);
}

static uint32_t pixel_address(const Walk *walk, int pixel) {
  const Order *order = &walk->order;
  return (uint32_t)((order->base + (int64_t)(pixel - walk->tile.m0) * order->stride) %
                    walk->model->depth);
}

static void tile_set(Walk *walk, int m0, int n0, int k0, bool first_k_tile) {
  const sim_job *job = walk->job;
  const int depth = walk->model->depth;
  const int before = first_k_tile ? 0 : tile_pixel(walk, walk->tile.m_end - walk->tile.m0 - 1) - m0;
  walk->tile = {m0,
                n0,
                k0,
                min_int(m0 + depth, job->m),
                min_int(n0 + walk->model->cols, job->n),
                min_int(k0 + walk->model->rows, job->k)};
  const int n = walk->tile.m_end - m0;
  if (first_k_tile) {
    walk->order.base = (int)vmac_rng_below(&walk->rng, (uint32_t)depth);
    walk->order.stride = draw_step(&walk->rng, depth);
  }
  /* Often the pixel at which the tile before it ended: its sum is then still on its way. */
  walk->order.first = !first_k_tile && vmac_rng_below(&walk->rng, 4)
                          ? before
                          : (int)vmac_rng_below(&walk->rng, (uint32_t)n);
  walk->order.step = draw_step(&walk->rng, n);
}

static int first_k(const Walk *walk) {
  return walk->only_k < 0 ? 0 : walk->only_k / walk->model->rows * walk->model->rows;
}

static Walk walk_start(const sim_model *model, const sim_job *job, const sim_options *options) {
  Walk walk = {model, job, options->only_k, {}, {}, {}, job->m < 1 || job->k < 1 || job->n < 1};
  vmac_rng_seed(&walk.rng, options->seed ^ 0x6f72646572u);
  if (!walk.done) tile_set(&walk, 0, 0, first_k(&walk), true);
  return walk;
}

static bool tile_is_first(const Walk *walk) {
  return walk->tile.k0 == first_k(walk);
}
static bool tile_is_last(const Walk *walk) {
  return walk->only_k >= 0 || walk->tile.k_end == walk->job->k;
}

static void walk_next(Walk *walk) {
  const Tile tile = walk->tile;
  if (!tile_is_last(walk))
    tile_set(walk, tile.m0, tile.n0, tile.k_end, false);
  else if (tile.n_end < walk->job->n)
    tile_set(walk, tile.m0, tile.n_end, first_k(walk), true);
  else if (tile.m_end < walk->job->m)
    tile_set(walk, tile.m_end, 0, first_k(walk), true);
  else
    walk->done = true;
}

static void fill(vmac_rng *rng, uint8_t *to, int n) {
  for (int i = 0; i < n; i += 8) {
    const uint64_t bits = vmac_rng_next(rng);
    memcpy(to + i, &bits, (size_t)min_int(8, n - i));
  }
}

/* Bits that mean nothing: the unit must not look at them. */
static void noise_weights(const sim_model *model, vmac_rng *rng, sim_in *in) {
  const uint64_t bits = vmac_rng_next(rng);
  in->w_row = bits & 1;
  in->w_col = bits >> (SIM_MAX_SIDE - model->cols);
  fill(rng, in->w, model->cols);
}

static void noise_coefficients(const sim_model *model, vmac_rng *rng, sim_in *in) {
  const int planes = sim_planes(model);
  const uint64_t bits = vmac_rng_next(rng);
  in->c0 = (int32_t)bits;
  in->c[0] = (int32_t)(bits >> 32) >> 14;
  for (int i = 1; i < planes; i++) in->c[i] = (int32_t)vmac_rng_next(rng) >> 14;
  in->bias = (int32_t)vmac_rng_next(rng);
}

static void noise_pixel(const sim_model *model, vmac_rng *rng, sim_in *in) {
  uint32_t mask = 1;
  while (mask + 1 < (uint32_t)model->depth) mask = mask << 1 | 1;
  const uint64_t bits = vmac_rng_next(rng);
  in->a_start = bits & 1;
  in->a_first = bits >> 1 & 1;
  in->a_last = bits >> 2 & 1;
  in->a_addr = (uint32_t)(bits >> 3) & mask;
  fill(rng, in->a, model->rows);
}

/* The weight word of the tile's row: column c meets channel n0 + c. Idle rows and columns keep the
 * noise. */
static void put_weights(const Walk *walk, int row, sim_in *in) {
  const Tile *tile = &walk->tile;
  const int k = tile->k0 + row, n = tile->n_end - tile->n0;
  in->w_row = k < tile->k_end && (walk->only_k < 0 || walk->only_k == k);
  if (!in->w_row) return;
  in->w_col = UINT64_MAX >> (64 - n);
  for (int c = 0; c < n; c++) in->w[c] = walk->job->w[(size_t)(tile->n0 + c) * walk->job->k + k];
}

static void put_coefficients(const Walk *walk, int column, sim_in *in) {
  const sim_job *job = walk->job;
  const int n = walk->tile.n0 + column;
  if (n >= walk->tile.n_end) return;
  const int planes = sim_planes(walk->model), tiles = sim_tiles(walk->model, job->k);
  const int tile = walk->model->tiled ? walk->tile.k0 / walk->model->rows : 0;
  const size_t at = (size_t)n * (size_t)tiles + (size_t)tile;
  in->c0 = job->c0 ? job->c0[at] : 0;
  for (int i = 0; i < planes; i++) in->c[i] = job->c ? job->c[at * (size_t)planes + i] : 0;
  /* Any one of a channel's tiles has its bias. */
  in->bias = tile == n % tiles || walk->only_k >= 0 ? job->bias[n] : 0;
}

static void put_pixel(const Walk *walk, int i, sim_in *in) {
  const Tile *tile = &walk->tile;
  const int pixel = tile_pixel(walk, i);
  in->a_start = i == 0;
  in->a_first = tile_is_first(walk);
  in->a_last = tile_is_last(walk);
  in->a_addr = pixel_address(walk, pixel);
  memcpy(in->a, walk->job->a + (size_t)pixel * walk->job->k + tile->k0,
         (size_t)(tile->k_end - tile->k0));
}

/* Where the streams and the sink stand. */
enum { IN_FLIGHT = 256 }; /* more pixels than fit into the wave */

struct Run {
  Walk weights, coefficients, pixels, sink;
  int row;                  /* next weight word's row, counting down */
  int column;               /* next coefficients' column, counting down */
  int taken, out;           /* pixels of the tile that were taken, that came out */
  uint64_t when[IN_FLIGHT]; /* cycle in which the last K tile's pixels were taken, a ring */
  size_t pixels_taken, pixels_out;
};

static void skip_to_last_tile(Walk *walk) {
  while (!walk->done && !tile_is_last(walk)) walk_next(walk);
}

/* The next tile that has coefficients. */
static void skip_to_coefficients(Walk *walk) {
  if (!walk->model->tiled) skip_to_last_tile(walk);
}

static bool sink_take(Run *run, const sim_out *out, uint64_t now, int32_t *acc, vmac_err *err) {
  Walk *walk = &run->sink;
  if (walk->done)
    return vmac_fail(err, "an accumulator (address %u) after the last expected one", out->addr);
  const Tile *tile = &walk->tile;
  const int pixel = tile_pixel(walk, run->out);
  if (out->addr != pixel_address(walk, pixel))
    return vmac_fail(err, "layer %s, pixel %d: expected address %u, found %u", walk->job->layer,
                     pixel, pixel_address(walk, pixel), out->addr);
  const sim_model *model = walk->model;
  const uint64_t latency = now - run->when[run->pixels_out++ % IN_FLIGHT];
  if (latency != (uint64_t)(model->rows + model->cols + 5))
    return vmac_fail(err, "layer %s, pixel %d: expected %d cycles after it was taken, found %llu",
                     walk->job->layer, pixel, model->rows + model->cols + 5,
                     (unsigned long long)latency);
  memcpy(acc + (size_t)pixel * walk->job->n + tile->n0, out->acc,
         (size_t)(tile->n_end - tile->n0) * sizeof *acc);
  if (++run->out < tile->m_end - tile->m0) return true;
  walk_next(walk);
  skip_to_last_tile(walk);
  run->out = 0;
  return true;
}

static bool draw_offer(vmac_rng *rng, int idle) {
  return !idle || (int)vmac_rng_below(rng, 1000) >= idle;
}

static void streams_offer(Run *run, vmac_rng *rng, int idle, sim_in *in) {
  /* An offered word stays until taken, as valid-ready streams do. */
  if (!in->w_valid) {
    noise_weights(run->sink.model, rng, in);
    in->w_valid = !run->weights.done && draw_offer(rng, idle);
    if (in->w_valid) put_weights(&run->weights, run->row, in);
  }
  if (!in->k_valid) {
    noise_coefficients(run->sink.model, rng, in);
    in->k_valid = !run->coefficients.done && draw_offer(rng, idle);
    if (in->k_valid) put_coefficients(&run->coefficients, run->column, in);
  }
  if (!in->a_valid) {
    noise_pixel(run->sink.model, rng, in);
    in->a_valid = !run->pixels.done && draw_offer(rng, idle);
    if (in->a_valid) put_pixel(&run->pixels, run->taken, in);
  }
}

static bool streams_advance(Run *run, const sim_out *out, uint64_t now, sim_in *in) {
  const bool w = in->w_valid && out->w_ready, k = in->k_valid && out->k_ready;
  const bool a = in->a_valid && out->a_ready;
  if (w) {
    in->w_valid = false;
    if (--run->row < 0) {
      run->row = run->weights.model->rows - 1;
      walk_next(&run->weights);
    }
  }
  if (k) {
    in->k_valid = false;
    if (--run->column < 0) {
      run->column = run->coefficients.model->cols - 1;
      walk_next(&run->coefficients);
      skip_to_coefficients(&run->coefficients);
    }
  }
  if (a) {
    if (in->a_last) run->when[run->pixels_taken++ % IN_FLIGHT] = now;
    in->a_valid = false;
    if (++run->taken == run->pixels.tile.m_end - run->pixels.tile.m0) {
      walk_next(&run->pixels);
      run->taken = 0;
    }
  }
  return w || k || a;
}

/* Resets the unit, with noise on all streams. */
static void reset_unit(void *dut, const sim_model *model, int cycles, vmac_rng *rng) {
  for (int i = 0; i < cycles; i++) {
    sim_in in = {};
    sim_out out = {};
    const uint64_t bits = vmac_rng_next(rng);
    noise_weights(model, rng, &in);
    noise_coefficients(model, rng, &in);
    noise_pixel(model, rng, &in);
    in.rst = true;
    in.w_valid = bits & 1;
    in.k_valid = bits >> 1 & 1;
    in.a_valid = bits >> 2 & 1;
    model->cycle(dut, &in, &out);
  }
}

static bool intact(const sim_out *out, const sim_job *job, vmac_err *err) {
  return !out->broken ||
         vmac_fail(err, "layer %s: an assertion of the unit failed (verilator named it above)",
                   job->layer);
}

/* From the first tile; stops where all is done, or *cycles is `until`. */
static bool product_run(void *dut, const sim_model *model, const sim_job *job,
                        const sim_options *options, vmac_rng *rng, uint64_t until, int32_t *acc,
                        uint64_t *cycles, vmac_err *err) {
  /* Longest wait between two events without a fault: the wave's way through the unit. */
  const int patience = 4 * (model->rows + model->cols) + 64;
  const Walk start = walk_start(model, job, options);
  Run run = {};
  run.weights = run.coefficients = run.pixels = run.sink = start;
  run.row = model->rows - 1;
  run.column = model->cols - 1;
  skip_to_coefficients(&run.coefficients);
  skip_to_last_tile(&run.sink);
  sim_in in = {};
  sim_out out = {};
  int quiet = 0;
  while (!run.sink.done && *cycles != until) {
    streams_offer(&run, rng, options->idle, &in);
    model->cycle(dut, &in, &out);
    ++*cycles;
    if (!intact(&out, job, err)) return false;
    bool moved = streams_advance(&run, &out, *cycles, &in);
    if (out.out_valid) {
      if (!sink_take(&run, &out, *cycles, acc, err)) return false;
      moved = true;
    }
    quiet =
        moved || (!in.w_valid && !in.k_valid && !in.a_valid && !run.pixels.done) ? 0 : quiet + 1;
    if (quiet > patience)
      return vmac_fail(err,
                       "layer %s: nothing moved for %d cycles; waiting for pixel %d of channels "
                       "from %d (weights offered %d, coefficients %d, activations %d)",
                       job->layer, patience, tile_pixel(&run.sink, run.out), run.sink.tile.n0,
                       in.w_valid, in.k_valid, in.a_valid);
  }
  /* Nothing may follow. */
  for (int i = 0; run.sink.done && i < patience; i++) {
    streams_offer(&run, rng, options->idle, &in);
    model->cycle(dut, &in, &out);
    if (!intact(&out, job, err)) return false;
    if (out.out_valid && !sink_take(&run, &out, *cycles, acc, err)) return false;
  }
  return true;
}

bool sim_product(const sim_model *model, const sim_job *job, const sim_options *options,
                 int32_t *acc, uint64_t *cycles, vmac_err *err) {
  if (job->k > VMAC_MAX_K)
    return vmac_fail(err,
                     "layer %s: K expected at most %d (the unit's sums are that wide), found %d",
                     job->layer, VMAC_MAX_K, job->k);
  void *dut = model->open(options->seed);
  vmac_rng rng;
  vmac_rng_seed(&rng, options->seed);
  reset_unit(dut, model, 4, &rng);
  bool ok = true;
  if (options->reset) {
    ok = product_run(dut, model, job, options, &rng, *cycles + (uint64_t)options->reset, acc,
                     cycles, err);
    reset_unit(dut, model, 1, &rng);
  }
  ok = ok && product_run(dut, model, job, options, &rng, UINT64_MAX, acc, cycles, err);
  model->close(dut);
  return ok;
}
