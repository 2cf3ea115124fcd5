/* csr: vmac_csr between a random AXI4-Lite master and a random datapath.
 *
 * TEST RATIONALE
 * 1. State space. Where each of the bus's five channels stands; whether a run is on, done, failed;
 *    the counters. Requests are random, most of them to registers, some to holes and with odd
 *    addresses and strobes; address before datum, after it and with it; willingness of every
 *    channel changes, among it all of them always, when a request must be taken every second
 *    cycle. The datapath begins after a start and ends, fails or is aborted at random, and counts
 *    at random.
 *    A model that sees the ports only says what every pulse, the interrupt, every response and
 *    every word read must be. The rules of the bus are asserted.
 *    In the end more multiplications than the lower half of their counter holds: the carry.
 *    (Proved besides, all counter values included: testbench/formal.)
 * 2. Parameters. They are constants read back; each has a value that is not its default.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_csr.h"

#include "bench.h"
#include "vmac_csr.h"

enum { COUNTS = 7, OKAY = 0, SLVERR = 2 };

/* What the registers hold. */
struct Model {
  bool run, starting, done, enable, flag;
  uint32_t code, beat, count[COUNTS]; /* counts in the order of their offsets */
  uint64_t macs;
};

/* One channel of requests, as the master drives it, and one request that was taken. */
struct Request {
  bool offered;
  uint32_t addr, data, strb;
};

struct Seen {
  uint64_t reads, writes, holes, refused, runs, aborts, errors, flags, irqs;
};

static uint32_t writable(uint32_t addr, bool *hole) {
#define CASE(name, offset, mask)                                                                   \
  if ((addr & ~3u) == (offset)) return mask;
  VMAC_CSR_REGISTERS(CASE)
#undef CASE
  *hole = true;
  return 0;
}

static uint32_t read_back(const Model *m, uint32_t addr, bool busy) {
  switch (addr & ~3u) {
  case VMAC_CSR_ID:
    return 0x564d4143u;
  case VMAC_CSR_VERSION:
    return 0x0101u;
  case VMAC_CSR_GEOMETRY:
    return 12u | 64u << 8 | 1u << 24 | 2u << 25 | 1u << 27;
  case VMAC_CSR_CELL:
    return 7;
  case VMAC_CSR_ACC_DEPTH:
    return 300;
  case VMAC_CSR_BUF_DEPTH:
    return 32768;
  case VMAC_CSR_CONTROL:
    return m->enable ? VMAC_CSR_CONTROL_IRQ_ENABLE_MASK : 0;
  case VMAC_CSR_STATUS:
    return (m->run || busy ? VMAC_CSR_STATUS_BUSY_MASK : 0) |
           (m->done ? VMAC_CSR_STATUS_DONE_MASK : 0) | (m->code ? VMAC_CSR_STATUS_ERROR_MASK : 0);
  case VMAC_CSR_ERROR:
    return m->code | (m->flag ? VMAC_CSR_ERROR_START_WHILE_BUSY_MASK : 0);
  case VMAC_CSR_ERROR_BEAT:
    return m->beat;
  case VMAC_CSR_CYCLES:
    return m->count[0];
  case VMAC_CSR_STALL_IN:
    return m->count[1];
  case VMAC_CSR_STALL_OUT:
    return m->count[2];
  case VMAC_CSR_WEIGHT_WAIT:
    return m->count[3];
  case VMAC_CSR_MACS_LO:
    return (uint32_t)m->macs;
  case VMAC_CSR_MACS_HI:
    return (uint32_t)(m->macs >> 32);
  case VMAC_CSR_JOBS:
    return m->count[4];
  case VMAC_CSR_BEATS_IN:
    return m->count[5];
  case VMAC_CSR_BEATS_OUT:
    return m->count[6];
  }
  return 0;
}

/* One cycle of the datapath and, if `w`, a write; returns 1 for a start, 2 for an abort. */
static int model_step(Model *m, const Vtb_csr *dut, const Request *w, Seen *seen) {
  bool hole = false;
  const uint32_t mask = w ? writable(w->addr, &hole) : 0;
  const uint32_t ones = w && (w->strb & 1) ? w->data & mask : 0;
  const bool control = mask && (w->addr & ~3u) == VMAC_CSR_CONTROL;
  const bool status = mask && (w->addr & ~3u) == VMAC_CSR_STATUS;
  const bool abort = control && (ones & VMAC_CSR_CONTROL_ABORT_MASK);
  const bool ask = control && (ones & VMAC_CSR_CONTROL_START_MASK) && !abort;
  const bool start = ask && !m->run && !dut->busy_i;
  const bool ends = m->run && !m->starting && dut->done_i;
  if (control && (w->strb & 1)) m->enable = ones & VMAC_CSR_CONTROL_IRQ_ENABLE_MASK;
  seen->aborts += abort && m->run;
  seen->flags += ask && !start;
  seen->runs += ends && !start;
  if (start) {
    const bool enable = m->enable;
    memset(m, 0, sizeof *m);
    m->enable = enable;
    m->run = m->starting = true;
    return 1;
  }
  if (m->run && !m->starting && !m->code && dut->error_i) {
    m->code = dut->error_i;
    m->beat = m->count[5];
    seen->errors++;
  }
  m->starting = false;
  if (ends || abort) m->run = false;
  if (ends)
    m->done = true;
  else if (status && (ones & VMAC_CSR_STATUS_DONE_MASK))
    m->done = false;
  if (ask) m->flag = true;
  m->count[0] += dut->busy_i;
  for (int i = 1; i < COUNTS; i++) m->count[i] += dut->tick_i >> (i - 1) & 1;
  m->macs += dut->macs_i;
  return abort ? 2 : 0;
}

static uint32_t draw_addr(Bench *bench) {
  static const uint32_t often[] = {VMAC_CSR_CONTROL, VMAC_CSR_STATUS, VMAC_CSR_ERROR};
  if (bench_chance(bench, 400)) return often[vmac_rng_below(&bench->rng, 3)];
  if (bench_chance(bench, 700)) return 4 * vmac_rng_below(&bench->rng, 21);
  return vmac_rng_below(&bench->rng, 256);
}

static Request draw(Bench *bench, bool offered) {
  Request r = {};
  r.offered = offered;
  r.addr = draw_addr(bench);
  r.data = (uint32_t)vmac_rng_next(&bench->rng);
  /* Aborts are rarer than starts, or no run came to its end. */
  if (bench_chance(bench, 800)) r.data &= ~VMAC_CSR_CONTROL_ABORT_MASK;
  r.strb = bench_chance(bench, 700) ? 15 : vmac_rng_below(&bench->rng, 16);
  return r;
}

static void tick(Vtb_csr *dut) {
  dut->clk = 0;
  dut->eval();
  dut->clk = 1;
  dut->eval();
}

/* Of a bus without any other access: the address is taken, the register read, then the answer. */
static uint32_t read_register(Vtb_csr *dut, uint32_t addr) {
  dut->araddr = (uint8_t)addr;
  dut->arvalid = dut->rready = 1;
  tick(dut);
  dut->arvalid = 0;
  tick(dut);
  const uint32_t data = dut->rvalid ? dut->rdata : ~0u;
  tick(dut);
  return data;
}

/* More multiplications than the lower half of their counter holds. */
static void carry(Bench *bench, Vtb_csr *dut) {
  uint64_t macs = 0;
  dut->awvalid = dut->wvalid = dut->arvalid = dut->busy_i = dut->done_i = dut->error_i = 0;
  dut->rready = dut->bready = 1;
  for (int i = 0; macs >> 32 == 0 || i < 530000; i++, bench->cycles++) {
    dut->rst = i < 2;
    dut->macs_i = 8191 - i % 3;
    macs += dut->rst ? 0 : dut->macs_i;
    tick(dut);
  }
  dut->macs_i = 0;
  const uint64_t low = read_register(dut, VMAC_CSR_MACS_LO);
  const uint64_t found = low | (uint64_t)read_register(dut, VMAC_CSR_MACS_HI) << 32;
  if (found != macs)
    bench_fail(bench, "expected %llu multiplications, found %llu", (unsigned long long)macs,
               (unsigned long long)found);
}

int main(int argc, char **argv) {
  Bench bench = bench_start("csr", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_csr dut(&context);
  Model model = {};
  Seen seen = {};
  Request aw = {}, w = {}, ar = {}; /* on offer */
  Request write = {}, read = {};    /* taken, not served */
  bool have_aw = false, have_w = false, have_ar = false, fresh = true;
  bool bvalid = false, rvalid = false; /* a response is there */
  uint32_t bresp = 0, rresp = 0, rdata = 0;
  int pulse = 0;                                /* what this cycle must show */
  unsigned will[5] = {500, 500, 500, 500, 500}; /* aw, w, b, ar, r */
  uint64_t since = 0, writes = 0, reads = 0;    /* of this choice of will */
  bool busy = false;                            /* the datapath */
  uint32_t error = 0;
  unsigned delay = 0; /* cycles until busy; 0: no start is pending */
  dut.clk = 0;
  dut.eval();
  for (; bench.cycles < 400000; bench.cycles++) {
    dut.rst = bench.cycles < 2 || (bench_chance(&bench, 1) && bench_chance(&bench, 100));
    if (bench_chance(&bench, 3) || dut.rst) {
      static const unsigned wills[] = {1000, 500, 50};
      const bool eager = bench_chance(&bench, 300);
      if (will[0] + will[1] + will[2] == 3000 && 2 * writes + 4 < bench.cycles - since)
        bench_fail(&bench, "%llu writes in %llu cycles", (unsigned long long)writes,
                   (unsigned long long)(bench.cycles - since));
      if (will[3] + will[4] == 2000 && 2 * reads + 4 < bench.cycles - since)
        bench_fail(&bench, "%llu reads in %llu cycles", (unsigned long long)reads,
                   (unsigned long long)(bench.cycles - since));
      for (int i = 0; i < 5; i++) will[i] = eager ? 1000 : wills[vmac_rng_below(&bench.rng, 3)];
      since = bench.cycles + dut.rst;
      writes = reads = 0;
    }
    const bool quiet = fresh || dut.rst;
    if (!aw.offered) aw = draw(&bench, !quiet && bench_chance(&bench, will[0]));
    if (!w.offered) w = draw(&bench, !quiet && bench_chance(&bench, will[1]));
    if (!ar.offered) ar = draw(&bench, !quiet && bench_chance(&bench, will[3]));
    if (dut.rst) aw.offered = w.offered = ar.offered = false;
    dut.awaddr = (uint8_t)aw.addr;
    dut.awvalid = aw.offered;
    dut.wdata = w.data;
    dut.wstrb = (uint8_t)w.strb;
    dut.wvalid = w.offered;
    dut.araddr = (uint8_t)ar.addr;
    dut.arvalid = ar.offered;
    dut.bready = bench_chance(&bench, will[2]);
    dut.rready = bench_chance(&bench, will[4]);
    dut.busy_i = busy;
    dut.done_i = busy ? bench_chance(&bench, 20) : !model.run && bench_chance(&bench, 5);
    if (busy && !error && bench_chance(&bench, 10)) error = 1 + vmac_rng_below(&bench.rng, 7);
    dut.error_i = (uint8_t)error;
    dut.tick_i = (uint8_t)vmac_rng_below(&bench.rng, 64);
    dut.macs_i = (uint16_t)vmac_rng_below(&bench.rng, 8192);
    dut.clk = 0;
    dut.eval();

    if (bench.cycles > 2 && !dut.rst) {
      if (dut.start_o != (pulse == 1) || dut.abort_o != (pulse == 2))
        bench_fail(&bench, "expected pulse %d, found start %d abort %d", pulse, dut.start_o,
                   dut.abort_o);
      if (dut.irq_o != (model.done && model.enable))
        bench_fail(&bench, "done %d enable %d irq %d", model.done, model.enable, dut.irq_o);
      if (dut.awready == have_aw || dut.wready == have_w || dut.arready == have_ar)
        bench_fail(&bench, "taken aw %d w %d ar %d, ready %d %d %d", have_aw, have_w, have_ar,
                   dut.awready, dut.wready, dut.arready);
      if (dut.bvalid != bvalid || (bvalid && dut.bresp != bresp))
        bench_fail(&bench, "expected bvalid %d bresp %u, found %d %u", bvalid, bresp, dut.bvalid,
                   dut.bresp);
      if (dut.rvalid != rvalid || (rvalid && (dut.rresp != rresp || dut.rdata != rdata)))
        bench_fail(&bench, "read of 0x%02x: expected %d 0x%08x %u, found %d 0x%08x %u", read.addr,
                   rvalid, rdata, rresp, dut.rvalid, dut.rdata, dut.rresp);
    }

    /* The edge: what is served, what is taken, what the datapath does. */
    const bool do_write = have_aw && have_w && (!bvalid || dut.bready);
    const bool do_read = have_ar && (!rvalid || dut.rready);
    if (do_read) {
      bool hole = false;
      writable(read.addr, &hole);
      rdata = read_back(&model, read.addr, busy);
      rresp = hole ? SLVERR : OKAY;
      seen.reads++;
      seen.holes += hole;
    }
    if (do_write) {
      bool hole = false;
      bresp = writable(write.addr, &hole) ? OKAY : SLVERR;
      seen.writes++;
      seen.refused += bresp == SLVERR;
    }
    pulse = model_step(&model, &dut, do_write ? &write : NULL, &seen);
    seen.irqs += dut.irq_o && pulse == 1;
    writes += do_write;
    reads += do_read;
    bvalid = do_write || (bvalid && !dut.bready);
    rvalid = do_read || (rvalid && !dut.rready);
    if (do_write)
      have_aw = have_w = false;
    else {
      if (aw.offered && !have_aw) {
        have_aw = true;
        aw.offered = false;
        write.addr = aw.addr;
      }
      if (w.offered && !have_w) {
        have_w = true;
        w.offered = false;
        write.data = w.data;
        write.strb = w.strb;
      }
    }
    if (do_read)
      have_ar = false;
    else if (ar.offered && !have_ar) {
      have_ar = true;
      ar.offered = false;
      read.addr = ar.addr;
    }
    if (dut.abort_o || (busy && dut.done_i)) {
      busy = false;
      delay = 0;
    }
    if (dut.start_o) {
      delay = 1 + vmac_rng_below(&bench.rng, 4);
      error = 0;
    }
    if (delay && --delay == 0) busy = true;
    if (dut.rst) {
      memset(&model, 0, sizeof model);
      have_aw = have_w = have_ar = bvalid = rvalid = busy = false;
      pulse = 0;
      error = delay = 0;
    }
    fresh = dut.rst;
    dut.clk = 1;
    dut.eval();
  }
  carry(&bench, &dut);
  const uint64_t least[] = {seen.reads,  seen.writes / 2, seen.holes, seen.refused, seen.runs,
                            seen.aborts, seen.errors,     seen.flags, seen.irqs};
  for (size_t i = 0; i < sizeof least / sizeof *least; i++)
    if (least[i] < 50)
      bench_fail(&bench, "kind %zu of event seen only %llu times", i, (unsigned long long)least[i]);
  return bench_pass(&bench);
}
