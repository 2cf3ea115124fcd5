/* One verilated vmac_mac_unit as a sim_model. Compiled once per model, with
 *   SIM_NAME     the model's name, an identifier; its verilated class is Vmac_<name>
 *   SIM_HEADER   that class's header
 *   SIM_ROWS, SIM_COLS, SIM_DEPTH, SIM_CELL, SIM_CORRECTION, SIM_RANK, SIM_TILED   parameters
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <string.h>

#include <verilated.h>
#include SIM_HEADER

#include "sim.h"

#define SIM_PASTE2(a, b) a##b
#define SIM_PASTE(a, b) SIM_PASTE2(a, b)
#define SIM_TEXT2(a) #a
#define SIM_TEXT(a) SIM_TEXT2(a)
typedef SIM_PASTE(Vmac_, SIM_NAME) Dut;

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
              "wide ports are copied byte by byte into verilator's 32-bit words");

struct Instance {
  VerilatedContext context;
  Dut *dut;
};

static void *model_open(uint64_t seed) {
  Instance *instance = new Instance;
  /* Every register starts with random bits: what works by luck of a zero shows. */
  instance->context.randReset(2);
  instance->context.randSeed((int)(seed & 0x3fffffff) + 1);
  /* A failed assertion is counted, not fatal: the harness names the place. */
  instance->context.errorLimit(INT_MAX);
  instance->dut = new Dut(&instance->context);
  instance->dut->clk = 0;
  instance->dut->rst = 1;
  instance->dut->eval();
  return instance;
}

static void model_close(void *handle) {
  Instance *instance = (Instance *)handle;
  /* Its scopes leave the thread's context, which is that of the instance used last, or is gone. */
  Verilated::threadContextp(&instance->context);
  instance->dut->final();
  delete instance->dut;
  delete instance;
}

/* Slope i at bit 18 * i, as far as the port goes; the slopes above are 0, and so is what verilator
 * keeps behind the port. */
static void put_slopes(const int32_t *c, void *port, size_t bytes) {
  uint8_t bits[(18 * VMAC_CORR_PLANES + 63) / 64 * 8] = {};
  for (int i = 0; i < 18 * VMAC_CORR_PLANES; i++)
    bits[i / 8] |= (uint8_t)((c[i / 18] >> (i % 18) & 1) << (i % 8));
  memcpy(port, bits, bytes);
}

static void model_cycle(void *handle, const sim_in *in, sim_out *out) {
  Instance *instance = (Instance *)handle;
  Dut *dut = instance->dut;
  /* Assertions are counted where the thread looks: another instance may have been opened since. */
  Verilated::threadContextp(&instance->context);
  dut->clk = 0;
  dut->rst = in->rst;
  dut->w_valid_i = in->w_valid;
  dut->w_row_i = in->w_row;
  memcpy(&dut->w_col_i, &in->w_col, sizeof dut->w_col_i);
  memcpy(&dut->w_i, in->w, SIM_COLS);
  dut->k_valid_i = in->k_valid;
  dut->k_c0_i = (uint32_t)in->c0;
  put_slopes(in->c, &dut->k_c_i, sizeof dut->k_c_i);
  dut->k_bias_i = (uint32_t)in->bias;
  dut->a_valid_i = in->a_valid;
  dut->a_start_i = in->a_start;
  dut->a_first_i = in->a_first;
  dut->a_last_i = in->a_last;
  memcpy(&dut->a_addr_i, &in->a_addr, sizeof dut->a_addr_i);
  memcpy(&dut->a_i, in->a, SIM_ROWS);
  dut->eval();

  out->w_ready = dut->w_ready_o;
  out->k_ready = dut->k_ready_o;
  out->a_ready = dut->a_ready_o;
  out->out_valid = dut->out_valid_o;
  if (out->out_valid) {
    out->addr = dut->out_addr_o;
    memcpy(out->acc, &dut->out_acc_o, 4 * SIM_COLS);
  }

  dut->clk = 1;
  dut->eval();
  out->broken = instance->context.errorCount() > 0;
}

extern const sim_model SIM_PASTE(sim_model_, SIM_NAME);
const sim_model SIM_PASTE(sim_model_, SIM_NAME) = {
    SIM_TEXT(SIM_NAME), SIM_ROWS,  SIM_COLS,   SIM_DEPTH,   SIM_CELL,   SIM_CORRECTION,
    SIM_RANK,           SIM_TILED, model_open, model_cycle, model_close};
