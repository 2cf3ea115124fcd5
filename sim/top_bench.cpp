/* The stimulus around a vmac_top: AXI4-Lite master, stream source and sink, watchdog, trace window.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "top.h"

static int beat_bytes(const top_bench *bench) {
  return vmac_hw_beat(&bench->model->hw);
}

static bool chance(vmac_rng *rng, int p) {
  return p > 0 && (int)vmac_rng_below(rng, 1000) < p;
}

/* ---- cycles ---------------------------------------------------------------------------------- */

static bool trace_window(top_bench *bench, vmac_err *err) {
  const top_options *o = &bench->options;
  if (o->trace_from == o->trace_to) return true;
  if (bench->cycles == o->trace_from && !bench->model->trace(bench->dut, o->trace_path))
    return vmac_fail(err, "trace: cannot write '%s' (or %s is no tracing build)", o->trace_path,
                     bench->model->name);
  if (bench->cycles == o->trace_to) bench->model->trace(bench->dut, NULL);
  return true;
}

/* A beat on offer stays on offer; else the source may be idle. */
static void source_offer(top_bench *bench) {
  top_in *in = &bench->in;
  if (bench->pending) {
    in->s_valid = true;
    in->s_last = bench->pending_last;
    in->s_data = bench->pending_data;
    return;
  }
  if (!bench->offered)
    bench->offered = bench->next < bench->count && !chance(&bench->rng, bench->options.idle);
  in->s_valid = bench->offered;
  in->s_data = bench->beats + bench->next * (size_t)beat_bytes(bench);
  in->s_last = bench->next == bench->last;
  if (bench->offered) return;
  for (size_t i = 0; i < TOP_MAX_BEAT; i += sizeof(uint64_t)) {
    const uint64_t noise = vmac_rng_next(&bench->noise);
    memcpy(bench->idle + i, &noise, sizeof noise);
  }
  in->s_data = bench->idle;
  in->s_last = bench->idle[0] & 1;
}

static void bus_noise(top_bench *bench) {
  top_in *in = &bench->in;
  const uint64_t noise = vmac_rng_next(&bench->noise);
  if (!in->awvalid) in->awaddr = (uint8_t)noise;
  if (!in->arvalid) in->araddr = (uint8_t)(noise >> 8);
  if (in->wvalid) return;
  in->wstrb = noise >> 16 & 15;
  in->wdata = (uint32_t)(noise >> 32);
}

static void *grow(void *list, size_t count, size_t room, size_t size) {
  void *more = vmac_alloc(room, size);
  if (list) memcpy(more, list, count * size);
  free(list);
  return more;
}

static bool sink_take(top_bench *bench) {
  const size_t beat = (size_t)beat_bytes(bench), count = bench->result_beats;
  if (count == bench->room) {
    bench->room = bench->room ? 2 * bench->room : 64;
    bench->results = (uint8_t *)grow(bench->results, count, bench->room, beat);
    bench->lasts = (bool *)grow(bench->lasts, count, bench->room, sizeof *bench->lasts);
  }
  memcpy(bench->results + count * beat, bench->out.m_data, beat);
  bench->lasts[count] = bench->out.m_last;
  if (bench->out.m_last) {
    bench->result_lasts++;
    bench->last_at = count;
  }
  bench->result_beats++;
  for (size_t i = (size_t)bench->model->hw.cols; i < beat; i++)
    if (bench->out.m_data[i]) return false;
  return true;
}

bool top_cycle(top_bench *bench, vmac_err *err) {
  if (!trace_window(bench, err)) return false;
  source_offer(bench);
  bus_noise(bench);
  bench->in.m_ready = !chance(&bench->rng, bench->options.stall);
  bench->model->cycle(bench->dut, &bench->in, &bench->out);
  bench->cycles++;
  if (bench->out.broken)
    return vmac_fail(err, "cycle %llu: a rule is broken (named above: an assertion, or an output)",
                     (unsigned long long)bench->cycles - 1);
  bool moved = false;
  if (!bench->in.rst) {
    if (bench->in.s_valid && bench->out.s_ready) {
      if (!bench->pending) bench->next++;
      bench->offered = bench->pending = false;
      bench->inside++;
      moved = true;
    }
    if (bench->out.m_valid && bench->in.m_ready) {
      moved = true;
      if (!sink_take(bench))
        return vmac_fail(err, "result %zu: bytes beyond the columns are not 0",
                         bench->result_beats - 1);
    }
    if (bench->out.beat_ready && bench->out.beat_valid) {
      bench->inside--;
      if (bench->stale)
        bench->stale--;
      else
        bench->taken++;
    }
    bench->stall_in += bench->out.beat_ready && !bench->out.beat_valid;
    bench->stall_out += bench->out.m_valid && !bench->in.m_ready;
    bench->weight_wait += bench->out.weight_wait;
  }
  if (bench->out.acc_valid) {
    bench->accs++;
    moved = true;
    if (bench->observer && !bench->observer->acc(bench->observer->context, bench->out.acc, err))
      return false;
  }
  if (bench->out.out_valid) {
    bench->outs++;
    moved = true;
    if (bench->observer && !bench->observer->out(bench->observer->context, bench->out.bytes, err))
      return false;
  }
  bench->quiet = moved ? 0 : bench->quiet + 1;
  return true;
}

bool top_reset(top_bench *bench, int cycles, vmac_err *err) {
  bench->inside = bench->stale = 0;
  bench->pending = false;
  bench->in.rst = true;
  bench->in.awvalid = bench->in.wvalid = bench->in.arvalid = false;
  bench->offered = false;
  for (int i = 0; i < cycles; i++)
    if (!top_cycle(bench, err)) return false;
  bench->in.rst = false;
  /* Nobody may be valid in the first cycle after a reset, the source neither. */
  const size_t count = bench->count;
  bench->count = bench->next = 0;
  bench->offered = false;
  const bool ok = top_cycle(bench, err);
  bench->count = count;
  return ok;
}

/* ---- AXI4-Lite ------------------------------------------------------------------------------- */

enum { BUS_PATIENCE = 64 };

bool top_write(top_bench *bench, uint32_t offset, uint32_t value, unsigned strobe, int *resp,
               vmac_err *err) {
  top_in *in = &bench->in;
  /* Address and data come in any order, the answer is taken late at times. */
  int aw_wait = (int)vmac_rng_below(&bench->rng, 3), w_wait = (int)vmac_rng_below(&bench->rng, 3);
  bool aw_done = false, w_done = false;
  for (int i = 0; i < BUS_PATIENCE; i++) {
    in->awvalid = !aw_done && aw_wait-- <= 0;
    in->wvalid = !w_done && w_wait-- <= 0;
    if (in->awvalid) in->awaddr = (uint8_t)offset;
    if (in->wvalid) {
      in->wdata = value;
      in->wstrb = (uint8_t)strobe;
    }
    in->bready = vmac_rng_below(&bench->rng, 2) != 0;
    if (!top_cycle(bench, err)) return false;
    aw_done = aw_done || (in->awvalid && bench->out.awready);
    w_done = w_done || (in->wvalid && bench->out.wready);
    in->awvalid = in->awvalid && !aw_done;
    in->wvalid = in->wvalid && !w_done;
    if (bench->out.bvalid && in->bready) {
      in->bready = false;
      *resp = bench->out.bresp;
      return true;
    }
  }
  return vmac_fail(err, "bus: no answer to the write of 0x%02x within %d cycles", offset,
                   BUS_PATIENCE);
}

bool top_read(top_bench *bench, uint32_t offset, uint32_t *value, int *resp, vmac_err *err) {
  top_in *in = &bench->in;
  in->araddr = (uint8_t)offset;
  in->arvalid = true;
  for (int i = 0; i < BUS_PATIENCE; i++) {
    in->rready = vmac_rng_below(&bench->rng, 2) != 0;
    if (!top_cycle(bench, err)) return false;
    if (bench->out.arready) in->arvalid = false;
    if (bench->out.rvalid && in->rready) {
      in->rready = false;
      *resp = bench->out.rresp;
      *value = bench->out.rdata;
      return true;
    }
  }
  return vmac_fail(err, "bus: no answer to the read of 0x%02x within %d cycles", offset,
                   BUS_PATIENCE);
}

bool top_set(top_bench *bench, uint32_t offset, uint32_t value, vmac_err *err) {
  int resp = 0;
  if (!top_write(bench, offset, value, 0xf, &resp, err)) return false;
  return resp == 0 || vmac_fail(err, "bus: the write of 0x%02x was answered %d", offset, resp);
}

bool top_get(top_bench *bench, uint32_t offset, uint32_t *value, vmac_err *err) {
  int resp = 0;
  if (!top_read(bench, offset, value, &resp, err)) return false;
  return resp == 0 || vmac_fail(err, "bus: the read of 0x%02x was answered %d", offset, resp);
}

/* ---- opening --------------------------------------------------------------------------------- */

static bool identify(top_bench *bench, vmac_err *err) {
  const vmac_hw *hw = &bench->model->hw;
  const uint32_t is_signed = vmac_mult_at((size_t)hw->cell)->cls == VMAC_S8;
  const struct {
    const char *name;
    uint32_t offset, want;
  } is[] = {
      {"id", VMAC_CSR_ID, VMAC_CSR_ID_RESET},
      {"version", VMAC_CSR_VERSION,
       (uint32_t)VMAC_STREAM_VERSION << VMAC_CSR_VERSION_STREAM_SHIFT |
           VMAC_CSR_VERSION_MAP_RESET << VMAC_CSR_VERSION_MAP_SHIFT},
      {"geometry", VMAC_CSR_GEOMETRY,
       (uint32_t)hw->rows << VMAC_CSR_GEOMETRY_ROWS_SHIFT |
           (uint32_t)hw->cols << VMAC_CSR_GEOMETRY_COLS_SHIFT |
           is_signed << VMAC_CSR_GEOMETRY_SIGNED_SHIFT |
           (uint32_t)hw->opt_correction << VMAC_CSR_GEOMETRY_OPT_CORRECTION_SHIFT |
           (uint32_t)hw->opt_mode << VMAC_CSR_GEOMETRY_OPT_MODE_SHIFT |
           (uint32_t)hw->opt_ktile << VMAC_CSR_GEOMETRY_OPT_KTILE_SHIFT |
           (uint32_t)hw->phi_rank << VMAC_CSR_GEOMETRY_PHI_RANK_SHIFT},
      {"cell", VMAC_CSR_CELL, (uint32_t)hw->cell},
      {"acc_depth", VMAC_CSR_ACC_DEPTH, (uint32_t)hw->acc_depth},
      {"buf_depth", VMAC_CSR_BUF_DEPTH, (uint32_t)hw->buf_depth},
      {"status", VMAC_CSR_STATUS, 0},
      {"error", VMAC_CSR_ERROR, 0},
  };
  for (const auto &r : is) {
    uint32_t value = 0;
    if (!top_get(bench, r.offset, &value, err)) return false;
    if (value != r.want)
      return vmac_fail(err, "register %s: expected 0x%08x, found 0x%08x", r.name, r.want, value);
  }
  return true;
}

bool top_open(top_bench *bench, const top_model *model, const top_options *options, vmac_err *err) {
  *bench = top_bench();
  bench->model = model;
  bench->options = *options;
  vmac_rng_seed(&bench->rng, options->seed);
  vmac_rng_seed(&bench->noise, ~options->seed);
  bench->dut = model->open(options->seed);
  bench->last = SIZE_MAX;
  return top_reset(bench, 3, err) && identify(bench, err);
}

void top_close(top_bench *bench) {
  bench->model->close(bench->dut);
  free(bench->results);
  free(bench->lasts);
}

void top_offer(top_bench *bench, const uint8_t *beats, size_t count, size_t last) {
  if (bench->offered) {
    bench->pending = true;
    bench->pending_last = bench->in.s_last;
    memcpy(bench->pending_data, bench->in.s_data, (size_t)beat_bytes(bench));
  }
  bench->beats = beats;
  bench->count = count;
  bench->last = last;
  bench->next = 0;
  bench->offered = false;
  bench->result_beats = bench->result_lasts = bench->last_at = 0;
  bench->taken = 0;
  bench->stale = bench->inside + (bench->pending ? 1 : 0);
  bench->stall_in = bench->stall_out = bench->weight_wait = bench->accs = bench->outs = 0;
}

/* ---- runs ------------------------------------------------------------------------------------ */

static bool deadlock(const top_bench *bench, const vmac_program *program, vmac_err *err) {
  char where[256] = "";
  if (program)
    for (int i = 0; i < program->jobs; i++) {
      const vmac_job *job = &program->job[i];
      if (bench->next >= job->beat && bench->next < job->beat + job->beats)
        snprintf(where, sizeof where, " (beat %zu of %zu of job %d, %s, operator %d)",
                 bench->next - job->beat, job->beats, i, vmac_job_name(job->kind), job->op);
    }
  const char *who =
      bench->in.s_valid && !bench->out.s_ready
          ? bench->out.m_valid ? "the accelerator takes no beat, its results wait for the sink"
                               : "a beat waits for the accelerator"
      : !bench->out.s_ready         ? "the packet is gone and the accelerator does not end its run"
      : bench->next == bench->count ? "the accelerator waits for beats that the packet has not"
                                    : "the accelerator waits for the source";
  return vmac_fail(err,
                   "cycle %llu: nothing moved for %llu cycles: %s; beat %zu of %zu%s, valid %d, "
                   "ready %d; results: %zu beats, valid %d; vectors into and out of "
                   "requantization: %llu, %llu",
                   (unsigned long long)bench->cycles, (unsigned long long)bench->quiet, who,
                   bench->next, bench->count, where, bench->in.s_valid, bench->out.s_ready,
                   bench->result_beats, bench->out.m_valid, (unsigned long long)bench->accs,
                   (unsigned long long)bench->outs);
}

static bool read_counts(top_bench *bench, top_counts *counts, vmac_err *err) {
  uint32_t macs_lo = 0, macs_hi = 0;
  const struct {
    uint32_t offset, *value;
  } list[] = {{VMAC_CSR_STATUS, &counts->status},
              {VMAC_CSR_ERROR, &counts->error},
              {VMAC_CSR_ERROR_BEAT, &counts->error_beat},
              {VMAC_CSR_CYCLES, &counts->cycles},
              {VMAC_CSR_STALL_IN, &counts->stall_in},
              {VMAC_CSR_STALL_OUT, &counts->stall_out},
              {VMAC_CSR_WEIGHT_WAIT, &counts->weight_wait},
              {VMAC_CSR_JOBS, &counts->jobs},
              {VMAC_CSR_BEATS_IN, &counts->beats_in},
              {VMAC_CSR_BEATS_OUT, &counts->beats_out},
              {VMAC_CSR_MACS_LO, &macs_lo},
              {VMAC_CSR_MACS_HI, &macs_hi}};
  for (const auto &r : list)
    if (!top_get(bench, r.offset, r.value, err)) return false;
  counts->macs = (uint64_t)macs_hi << 32 | macs_lo;
  return true;
}

bool top_run(top_bench *bench, const vmac_program *program, top_counts *counts, vmac_err *err) {
  const uint32_t enable = VMAC_CSR_CONTROL_IRQ_ENABLE_MASK;
  if (!top_set(bench, VMAC_CSR_CONTROL, VMAC_CSR_CONTROL_START_MASK | enable, err)) return false;
  bench->quiet = 0;
  while (!bench->out.irq) {
    if (!top_cycle(bench, err)) return false;
    if (bench->quiet > bench->options.patience) return deadlock(bench, program, err);
  }
  if (!read_counts(bench, counts, err)) return false;
  if (!top_set(bench, VMAC_CSR_STATUS, VMAC_CSR_STATUS_DONE_MASK, err)) return false;
  if (!top_cycle(bench, err)) return false;
  if (bench->out.irq) return vmac_fail(err, "the interrupt outlives status.done");
  return true;
}
