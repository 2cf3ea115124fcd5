/* A tiled matrix product on a model: tiles in the order pixels, channels, k; three input streams
 * with random idle cycles, one output stream, checked for order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "sim.h"

/* A tile: pixels m0.., channels n0.., products k0..; the streams each walk the same list. */
struct Tile {
  int m0, n0, k0, m_end, n_end, k_end;
};

struct Walk {
  const sim_model *model;
  const sim_job *job;
  int only_k;
  Tile tile;
  bool done;
};

static int min_int(int a, int b) {
  return a < b ? a : b;
}

static void tile_set(Walk *walk, int m0, int n0, int k0) {
  const sim_job *job = walk->job;
  walk->tile.m0 = m0;
  walk->tile.n0 = n0;
  walk->tile.k0 = k0;
  walk->tile.m_end = min_int(m0 + walk->model->depth, job->m);
  walk->tile.n_end = min_int(n0 + walk->model->cols, job->n);
  walk->tile.k_end = min_int(k0 + walk->model->rows, job->k);
}

static int first_k(const Walk *walk) {
  return walk->only_k < 0 ? 0 : walk->only_k / walk->model->rows * walk->model->rows;
}

static Walk walk_start(const sim_model *model, const sim_job *job, int only_k) {
  Walk walk = {model, job, only_k, {}, job->m < 1 || job->k < 1 || job->n < 1};
  tile_set(&walk, 0, 0, first_k(&walk));
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
    tile_set(walk, tile.m0, tile.n0, tile.k_end);
  else if (tile.n_end < walk->job->n)
    tile_set(walk, tile.m0, tile.n_end, first_k(walk));
  else if (tile.m_end < walk->job->m)
    tile_set(walk, tile.m_end, 0, first_k(walk));
  else
    walk->done = true;
}

/* The weight word of the tile's row: column c meets channel n0 + c. */
static void put_weights(const Walk *walk, int row, sim_in *in) {
  const Tile *tile = &walk->tile;
  const int k = tile->k0 + row;
  in->w_row = k < tile->k_end && (walk->only_k < 0 || walk->only_k == k);
  in->w_col = 0;
  for (int c = 0; c < tile->n_end - tile->n0; c++) {
    in->w_col |= (uint64_t)1 << c;
    if (k < tile->k_end) in->w[c] = walk->job->w[(size_t)(tile->n0 + c) * walk->job->k + k];
  }
}

static void put_coefficients(const Walk *walk, int column, sim_in *in) {
  const sim_job *job = walk->job;
  const int n = walk->tile.n0 + column;
  const bool used = n < walk->tile.n_end;
  in->c0 = used && job->c0 ? job->c0[n] : 0;
  in->c1 = used && job->c1 ? job->c1[n] : 0;
  in->bias = used ? job->bias[n] : 0;
}

static void put_pixel(const Walk *walk, int pixel, sim_in *in) {
  const Tile *tile = &walk->tile;
  in->a_start = pixel == tile->m0;
  in->a_first = tile_is_first(walk);
  in->a_last = tile_is_last(walk);
  in->a_addr = (uint32_t)(pixel - tile->m0);
  /* Rows past k_end keep what they had: the unit must not look at them. */
  memcpy(in->a, walk->job->a + (size_t)pixel * walk->job->k + tile->k0,
         (size_t)(tile->k_end - tile->k0));
}

/* Where the streams and the sink stand. */
enum { IN_FLIGHT = 256 }; /* more pixels than fit into the wave */

struct Run {
  Walk weights, coefficients, pixels, sink;
  int row;    /* next weight word's row, counting down */
  int column; /* next coefficients' column, counting down */
  int pixel, out_pixel;
  uint64_t taken[IN_FLIGHT]; /* cycle in which the last K tile's pixels were taken, a ring */
  size_t pixels_taken, pixels_out;
};

static void skip_to_last_tile(Walk *walk) {
  while (!walk->done && !tile_is_last(walk)) walk_next(walk);
}

static bool sink_take(Run *run, const sim_out *out, uint64_t now, int32_t *acc, vmac_err *err) {
  Walk *walk = &run->sink;
  if (walk->done)
    return vmac_fail(err, "an accumulator (address %u) after the last expected one", out->addr);
  const Tile *tile = &walk->tile;
  if (out->addr != (uint32_t)(run->out_pixel - tile->m0))
    return vmac_fail(err, "layer %s, pixel %d: expected address %d, found %u", walk->job->layer,
                     run->out_pixel, run->out_pixel - tile->m0, out->addr);
  const sim_model *model = walk->model;
  const uint64_t latency = now - run->taken[run->pixels_out++ % IN_FLIGHT];
  if (latency != (uint64_t)(model->rows + model->cols + 5))
    return vmac_fail(err, "layer %s, pixel %d: expected %d cycles after it was taken, found %llu",
                     walk->job->layer, run->out_pixel, model->rows + model->cols + 5,
                     (unsigned long long)latency);
  memcpy(acc + (size_t)run->out_pixel * walk->job->n + tile->n0, out->acc,
         (size_t)(tile->n_end - tile->n0) * sizeof *acc);
  if (++run->out_pixel < tile->m_end) return true;
  walk_next(walk);
  skip_to_last_tile(walk);
  run->out_pixel = walk->tile.m0;
  return true;
}

static void streams_offer(Run *run, vmac_rng *rng, int idle, sim_in *in) {
  /* An offered word stays until taken, as valid-ready streams do. */
  if (!in->w_valid && !run->weights.done && (!idle || (int)vmac_rng_below(rng, 1000) >= idle)) {
    in->w_valid = true;
    put_weights(&run->weights, run->row, in);
  }
  if (!in->k_valid && !run->coefficients.done &&
      (!idle || (int)vmac_rng_below(rng, 1000) >= idle)) {
    in->k_valid = true;
    put_coefficients(&run->coefficients, run->column, in);
  }
  if (!in->a_valid && !run->pixels.done && (!idle || (int)vmac_rng_below(rng, 1000) >= idle)) {
    in->a_valid = true;
    put_pixel(&run->pixels, run->pixel, in);
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
      skip_to_last_tile(&run->coefficients);
    }
  }
  if (a) {
    if (in->a_last) run->taken[run->pixels_taken++ % IN_FLIGHT] = now;
    in->a_valid = false;
    if (++run->pixel == run->pixels.tile.m_end) {
      walk_next(&run->pixels);
      run->pixel = run->pixels.tile.m0;
    }
  }
  return w || k || a;
}

static bool product_run(void *dut, const sim_model *model, const sim_job *job,
                        const sim_options *options, int32_t *acc, uint64_t *cycles, vmac_err *err) {
  /* Longest wait between two events without a fault: the wave's way through the unit. */
  const int patience = 4 * (model->rows + model->cols) + 64;
  const Walk start = walk_start(model, job, options->only_k);
  Run run = {};
  run.weights = run.coefficients = run.pixels = run.sink = start;
  run.row = model->rows - 1;
  run.column = model->cols - 1;
  skip_to_last_tile(&run.coefficients);
  skip_to_last_tile(&run.sink);
  vmac_rng rng;
  vmac_rng_seed(&rng, options->seed);
  sim_in in = {};
  sim_out out = {};
  in.rst = true;
  for (int i = 0; i < 4; i++) model->cycle(dut, &in, &out);
  in.rst = false;
  int quiet = 0;
  while (!run.sink.done) {
    streams_offer(&run, &rng, options->idle, &in);
    model->cycle(dut, &in, &out);
    ++*cycles;
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
                       job->layer, patience, run.out_pixel, run.sink.tile.n0, in.w_valid,
                       in.k_valid, in.a_valid);
  }
  /* Nothing may follow. */
  in = {};
  for (int i = 0; i < patience; i++) {
    model->cycle(dut, &in, &out);
    if (out.out_valid && !sink_take(&run, &out, *cycles, acc, err)) return false;
  }
  return true;
}

bool sim_product(const sim_model *model, const sim_job *job, const sim_options *options,
                 int32_t *acc, uint64_t *cycles, vmac_err *err) {
  void *dut = model->open(options->seed);
  const bool ok = product_run(dut, model, job, options, acc, cycles, err);
  model->close(dut);
  return ok;
}
