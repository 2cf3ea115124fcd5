/* One verilated vmac_top_sim as a top_model. Compiled once per model, with
 *   TOP_NAME     the model's name, an identifier; its verilated class is Vtop_<name>
 *   TOP_HEADER   that class's header
 *   TOP_CELL, TOP_ROWS, TOP_COLS, TOP_ACC_DEPTH, TOP_BUF_DEPTH, TOP_CORRECTION   parameters
 *   TOP_TABLE, VM_TRACE, TOP_MODES   1: the array by table; a tracing build; weights with modes
 *   TOP_KTILE    1: coefficients for every K tile
 *   TOP_MAP      1: map.h lists the PEs' cells
 *   TOP_PHI      planes of phi, which phi.h lists
 *   TOP_COUNT    1: built with VMAC_COUNT
 *   TOP_INPUTS, TOP_EDGE   where they are set: the functions in which verilator keeps what follows
 *                inputs, and what follows the clock's rising edge. With them a cycle is one call of
 *                each: no output hangs on an input within a cycle (rtl/vmac_top.v), so there is
 *                nothing to evaluate before the edge, and no need to find out that it is one.
 *                Checking and tracing models evaluate both levels of the clock, and see that this
 *                is so.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <verilated.h>
#if VM_TRACE
#include <verilated_vcd_c.h>
#endif
#include TOP_HEADER
#ifdef TOP_EDGE
#include TOP_ROOT
#endif

#include "top.h"

#define TOP_PASTE2(a, b) a##b
#define TOP_PASTE(a, b) TOP_PASTE2(a, b)
#define TOP_TEXT2(a) #a
#define TOP_TEXT(a) TOP_TEXT2(a)
typedef TOP_PASTE(Vtop_, TOP_NAME) Dut;
#ifdef TOP_EDGE
typedef TOP_PASTE(TOP_PASTE(Vtop_, TOP_NAME), ___024root) Root;
void TOP_INPUTS(Root *);
void TOP_EDGE(Root *);
#endif

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "wide ports are copied byte by byte into verilator's 32-bit words");

struct Instance {
  VerilatedContext context;
  Dut *dut;
#if VM_TRACE
  VerilatedVcdC *vcd;
#endif
};

static void *model_open(uint64_t seed) {
  Instance *instance = new Instance;
  Verilated::threadContextp(&instance->context);
  /* Every register starts with random bits: what works by luck of a zero shows. */
  instance->context.randReset(2);
  instance->context.randSeed((int)(seed & 0x3fffffff) + 1);
  /* A failed assertion is counted, not fatal: the bench names the place. */
  instance->context.errorLimit(INT_MAX);
#if VM_TRACE
  instance->context.traceEverOn(true);
  instance->vcd = NULL;
#endif
  instance->dut = new Dut(&instance->context);
  instance->dut->clk = 0;
  instance->dut->rst = 1;
  instance->dut->eval();
#ifdef TOP_EDGE
  /* Both functions ask whether something has happened. */
  instance->dut->rootp->__VicoTriggered.at(0) = true;
  instance->dut->rootp->__VnbaTriggered.at(0) = true;
#endif
  return instance;
}

static bool model_trace(void *handle, const char *path) {
#if VM_TRACE
  Instance *instance = (Instance *)handle;
  if (instance->vcd) {
    instance->vcd->close();
    delete instance->vcd;
    instance->vcd = NULL;
  }
  if (!path) return true;
  instance->vcd = new VerilatedVcdC;
  instance->dut->trace(instance->vcd, 99);
  instance->vcd->open(path);
  return instance->vcd->isOpen();
#else
  (void)handle;
  return !path;
#endif
}

static void model_close(void *handle) {
  Instance *instance = (Instance *)handle;
  model_trace(handle, NULL);
  /* Its scopes leave the thread's context, which is that of the instance used last, or is gone. */
  Verilated::threadContextp(&instance->context);
  instance->dut->final();
  delete instance->dut;
  delete instance;
}

static inline void dump(Instance *instance) {
#if VM_TRACE
  if (instance->vcd) instance->vcd->dump(instance->context.time());
  instance->context.timeInc(1);
#else
  (void)instance;
#endif
}

static inline void show(const Dut *dut, top_out *out) {
  out->awready = dut->s_axil_awready;
  out->wready = dut->s_axil_wready;
  out->bvalid = dut->s_axil_bvalid;
  out->bresp = dut->s_axil_bresp;
  out->arready = dut->s_axil_arready;
  out->rvalid = dut->s_axil_rvalid;
  out->rresp = dut->s_axil_rresp;
  out->rdata = dut->s_axil_rdata;
  out->s_ready = dut->s_axis_tready;
  out->m_valid = dut->m_axis_tvalid;
  out->m_last = dut->m_axis_tlast;
  out->irq = dut->irq_o;
  if (out->m_valid) memcpy(out->m_data, &dut->m_axis_tdata, sizeof dut->m_axis_tdata);
  out->beat_ready = dut->tap_beat_ready_o;
  out->beat_valid = dut->tap_beat_valid_o;
  out->weight_wait = dut->tap_weight_wait_o;
  out->acc_valid = dut->tap_acc_valid_o;
  if (out->acc_valid) memcpy(out->acc, &dut->tap_acc_o, 4 * TOP_COLS);
  out->out_valid = dut->tap_out_valid_o;
  if (out->out_valid) memcpy(out->bytes, &dut->tap_out_o, TOP_COLS);
#if TOP_COUNT
  out->accesses = {dut->tap_bytes_read_o, dut->tap_bytes_written_o, dut->tap_sums_read_o,
                   dut->tap_sums_written_o};
#endif
}

static inline void offer(Dut *dut, const top_in *in) {
  dut->rst = in->rst;
  dut->s_axil_awvalid = in->awvalid;
  dut->s_axil_awaddr = in->awaddr;
  dut->s_axil_wvalid = in->wvalid;
  dut->s_axil_wdata = in->wdata;
  dut->s_axil_wstrb = in->wstrb;
  dut->s_axil_bready = in->bready;
  dut->s_axil_arvalid = in->arvalid;
  dut->s_axil_araddr = in->araddr;
  dut->s_axil_rready = in->rready;
  dut->s_axis_tvalid = in->s_valid;
  dut->s_axis_tlast = in->s_last;
  memcpy(&dut->s_axis_tdata, in->s_data, sizeof dut->s_axis_tdata);
  dut->m_axis_tready = in->m_ready;
}

#ifndef TOP_EDGE
/* The output that differs, by its name in top_out. */
static const char *changed(const top_out *a, const top_out *b) {
#define NAME(field)                                                                                \
  if (memcmp(&a->field, &b->field, sizeof a->field)) return "output " #field;
  NAME(awready)
  NAME(wready)
  NAME(bvalid)
  NAME(bresp)
  NAME(arready)
  NAME(rvalid)
  NAME(rresp)
  NAME(rdata)
  NAME(s_ready)
  NAME(m_valid)
  NAME(m_last)
  NAME(m_data)
  NAME(irq)
#undef NAME
  return "a tap";
}
#endif

/* The inputs, what the outputs are with them, and the rising edge. */
static void model_cycle(void *handle, const top_in *in, top_out *out) {
  Instance *instance = (Instance *)handle;
  Dut *dut = instance->dut;
#ifdef TOP_EDGE
  show(dut, out);
  offer(dut, in);
  TOP_INPUTS(dut->rootp);
  TOP_EDGE(dut->rootp);
  out->broken = instance->context.errorCount() > 0;
#else
  top_out registered = *out;
  /* Assertions are counted where the thread looks: another instance may have been opened since. */
  Verilated::threadContextp(&instance->context);
  show(dut, &registered);
  dut->clk = 0;
  offer(dut, in);
  dut->eval();
  dump(instance);
  show(dut, out);
  const bool hangs = memcmp(&registered, out, sizeof registered) != 0;
  if (hangs) fprintf(stderr, "%s hangs on an input within a cycle\n", changed(&registered, out));
  dut->clk = 1;
  dut->eval();
  dump(instance);
  out->broken = instance->context.errorCount() > 0 || hangs;
#endif
}

static const uint8_t map[] = {
#include "map.h"
};
static_assert(!TOP_MAP || sizeof map == TOP_ROWS * TOP_COLS, "the map is of another array");

static const uint8_t phi[] = {
#include "phi.h"
};
static_assert(!TOP_PHI || sizeof phi == 256 * TOP_PHI, "phi has another rank");

static vmac_hw hardware() {
  vmac_hw hw = vmac_hw_default();
  hw.cell = TOP_CELL;
  hw.rows = TOP_ROWS;
  hw.cols = TOP_COLS;
  hw.acc_depth = TOP_ACC_DEPTH;
  hw.buf_depth = TOP_BUF_DEPTH;
  hw.opt_correction = TOP_CORRECTION;
  hw.opt_mode = TOP_MODES;
  hw.opt_ktile = TOP_KTILE;
  hw.phi_rank = TOP_PHI;
  hw.phi = TOP_PHI ? phi : NULL;
  hw.map = TOP_MAP ? map : NULL;
  return hw;
}

extern const top_model TOP_PASTE(top_model_, TOP_NAME);
const top_model TOP_PASTE(top_model_, TOP_NAME) = {TOP_TEXT(TOP_NAME), hardware(),  TOP_TABLE,
                                                   VM_TRACE,           TOP_COUNT,   model_open,
                                                   model_cycle,        model_trace, model_close};
