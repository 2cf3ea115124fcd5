/* feed: vmac_feed with its vmac_banks, from taps to the rows' bytes.
 *
 * TEST RATIONALE
 * 1. State space. Two sets of banks as plain arrays, written at random, any banks, in any cycle
 * (not where the same cycle reads). Random jobs: for matrix products entries with random offsets,
 * window coordinates and banks, idle rows among them, loaded at any time, also in the cycle in
 * which the ones before come into use; taps with random gaps whose coordinates lie around the
 * map's borders, negative ones too, and whose addresses wrap. Vector jobs: both operands, any part
 * of the lanes. Every byte one cycle after its tap; an idle row's byte is the one before. The set
 * that a matrix product does not read shows the byte that it read last: a read would change it.
 * 2. Parameters. Square, long and flat arrays: rows that read one bank of up to 16, columns that
 * stand for one row of up to 16; numbers of banks that are no multiple; 3 widths of a beat.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_feed.h"

#include "bench.h"

struct Shape {
  uint32_t rows, cols, words, depth; /* words of a beat, of a buffer */
};
/* The same list stands in vmac_tb_feed.v. */
static const Shape shapes[] = {
    {16, 16, 4, 256}, {12, 20, 8, 16}, {20, 12, 8, 64}, {4, 64, 16, 64}, {64, 4, 16, 64}};

struct Job {
  bool vector, src;
  uint8_t pad;
  uint16_t in_h, in_w;
};

struct Tap {
  bool valid, load;
  uint16_t addr, addr_b, iy, ix;
  uint32_t sub, next_sub; /* of the tap; of those after the load */
};

static Bench bench;
static const Shape *shape;
static uint8_t mem[2][64][256];
static uint32_t shadow[64], entry[64]; /* the rows' */
static uint32_t sub_now;               /* of a vector job's entries */
static uint8_t row[64];                /* what a row holds, where it is known */
static bool known[64];
static int held[2][64]; /* what the sets' banks read last; -1: not known */

static uint32_t below(uint32_t n) {
  return vmac_rng_below(&bench.rng, n);
}
static uint32_t word() {
  return (uint32_t)vmac_rng_next(&bench.rng);
}
static uint32_t lanes() {
  return shape->rows > shape->cols ? shape->rows : shape->cols;
}

static Job draw_job() {
  Job j = {};
  j.vector = bench_chance(&bench, 300);
  j.src = below(2);
  j.pad = (uint8_t)word();
  j.in_h = (uint16_t)(bench_chance(&bench, 300) ? 1 + below(1023) : 1 + below(6));
  j.in_w = (uint16_t)(bench_chance(&bench, 300) ? 1 + below(1023) : 1 + below(6));
  return j;
}

/* A coordinate around 0 or around the map's end, reached with a window offset of up to 63. */
static uint16_t draw_coordinate(uint16_t size) {
  const uint32_t near = below(8) - 4;
  return (uint16_t)(bench_chance(&bench, 500)   ? near
                    : bench_chance(&bench, 500) ? size + near
                    : bench_chance(&bench, 900) ? below(size)
                                                : word());
}

/* Entries whose window offsets are mostly small: both sides of the borders are met. */
static uint32_t draw_entry(uint32_t r) {
  const uint32_t banks = (lanes() - r + shape->rows - 1) / shape->rows;
  const uint32_t ky = bench_chance(&bench, 800) ? below(4) : below(64);
  const uint32_t kx = bench_chance(&bench, 800) ? below(4) : below(64);
  const bool on = bench_chance(&bench, 700);
  return (word() & 0x7fff) | ky << 15 | kx << 21 | (on ? below(banks) : below(16)) << 27 |
         (uint32_t)on << 31;
}

static Tap draw_tap(const Job *j, bool first) {
  Tap t = {};
  t.valid = !first && bench_chance(&bench, 750);
  t.load = first || bench_chance(&bench, 150);
  t.addr = (uint16_t)word();
  t.addr_b = (uint16_t)word();
  t.iy = draw_coordinate(j->in_h);
  t.ix = draw_coordinate(j->in_w);
  t.sub = sub_now;
  t.next_sub = below((lanes() - 1) / (shape->rows < shape->cols ? shape->rows : shape->cols) + 1);
  return t;
}

/* ---- the model ---- */

/* The byte that row r reads in a tap, and where: bank and word, or -1 for padding. */
struct Read {
  bool on;
  int bank;
  uint32_t at, at_b;
};

static Read read_of(const Job *j, const Tap *t, uint32_t r) {
  const uint32_t e = entry[r];
  const uint16_t y = (uint16_t)(t->iy + (e >> 15 & 63)), x = (uint16_t)(t->ix + (e >> 21 & 63));
  Read read = {};
  const uint32_t bank = r + shape->rows * (e >> 27 & 15);
  read.on = t->valid && e >> 31 && bank < lanes();
  read.bank = y < j->in_h && x < j->in_w ? (int)bank : -1;
  read.at = (t->addr + (e & 0x7fff)) % shape->depth;
  read.at_b = t->addr_b % shape->depth;
  return read;
}

static void fail(const char *what, uint32_t at, uint32_t want, uint32_t got) {
  bench_fail(&bench, "%ux%u: %s %u: expected 0x%02x, found 0x%02x", shape->rows, shape->cols, what,
             at, want, got);
}

/* One cycle: the tap, perhaps entries, perhaps a write; then what the rows show. */
static void cycle(Vtb_feed *dut, const Job *j, const Tap *t, bool fill) {
  const uint32_t beats = (shape->rows + shape->words - 1) / shape->words;
  dut->vector_i = j->vector;
  dut->src_i = j->src;
  dut->pad_i = j->pad;
  dut->in_h_i = j->in_h;
  dut->in_w_i = j->in_w;
  dut->iss_valid_i = t->valid;
  dut->load_i = t->load;
  dut->load_sub_i = (uint8_t)t->next_sub;
  dut->iss_addr_i = t->addr;
  dut->iss_addr_b_i = t->addr_b;
  dut->iss_iy_i = t->iy;
  dut->iss_ix_i = t->ix;
  dut->iss_sub_i = (uint8_t)t->sub;
  const uint32_t beat = fill ? (uint32_t)bench.cycles % beats : below(beats);
  dut->e_valid_i = fill || bench_chance(&bench, 200);
  dut->e_beat_i = (uint8_t)beat;
  for (uint32_t i = 0; i < 16; i++) dut->e_i[i] = word();
  for (uint32_t i = 0; i < shape->words; i++)
    if (beat * shape->words + i < shape->rows) dut->e_i[i] = draw_entry(beat * shape->words + i);

  /* Writes keep off the words that this cycle reads. */
  Read read[64] = {};
  for (uint32_t r = 0; r < shape->rows; r++) read[r] = read_of(j, t, r);
  const uint32_t set = fill ? (uint32_t)(bench.cycles / 256) % 2 : below(2);
  const uint32_t at = fill ? (uint32_t)bench.cycles : word();
  uint64_t we = fill ? ~0ull : bench_chance(&bench, 500) ? vmac_rng_next(&bench.rng) : 0;
  for (uint32_t r = 0; r < shape->rows; r++) {
    if (!read[r].on || read[r].bank < 0) continue;
    const bool same = set == j->src ? at % shape->depth == read[r].at
                                    : j->vector && at % shape->depth == read[r].at_b;
    if (same) we &= ~(1ull << read[r].bank);
  }
  /* What stands at the lanes counts where a word is written. */
  const bool w_valid = fill || !bench_chance(&bench, 300);
  dut->w_valid_i = w_valid;
  dut->we_i = we;
  if (!w_valid) we = 0;
  dut->wset_i = set != 0;
  dut->waddr_i = (uint16_t)at;
  for (int i = 0; i < 16; i++) dut->wdata_i[i] = word();
  dut->clk = 0;
  dut->eval();
  dut->clk = 1;
  dut->eval();

  int b[64] = {};
  for (uint32_t r = 0; r < shape->rows; r++) {
    if (t->valid && j->vector) known[r] = false; /* of a bank that is none: anything */
    if (!read[r].on) continue;
    known[r] = true;
    row[r] = j->pad;
    b[r] = j->pad;
    if (read[r].bank < 0) continue;
    const int bank = read[r].bank;
    held[j->src][bank] = row[r] = mem[j->src][bank][read[r].at];
    if (j->vector) held[!j->src][bank] = mem[!j->src][bank][read[r].at_b];
    b[r] = held[!j->src][bank];
  }
  uint8_t rows[64], lane_a[64], lane_b[64];
  memcpy(rows, &dut->rows_o, 64);
  memcpy(lane_a, &dut->lane_a_o, 64);
  memcpy(lane_b, &dut->lane_b_o, 64);
  for (uint32_t r = 0; t->valid && r < shape->rows; r++)
    if (known[r] && rows[r] != row[r]) fail("row", r, row[r], rows[r]);
  for (uint32_t c = 0; t->valid && c < shape->cols; c++) {
    const uint32_t r = shape->rows > shape->cols ? c + shape->cols * t->sub : c;
    if (r >= shape->rows || !read[r].on) continue;
    if (lane_a[c] != row[r]) fail("column's first operand", c, row[r], lane_a[c]);
    if (b[r] >= 0 && lane_b[c] != b[r])
      fail("column's second operand", c, (uint32_t)b[r], lane_b[c]);
  }

  for (uint32_t r = 0; r < shape->rows; r++) {
    /* Long arrays: a vector tap reads all rows, its sub chooses among them later. */
    const uint32_t sub = shape->rows < shape->cols ? t->next_sub : 0;
    if (t->load) entry[r] = j->vector ? 1u << 31 | sub << 27 : shadow[r];
    if (dut->e_valid_i && r / shape->words == beat) shadow[r] = dut->e_i[r % shape->words];
    if (!fill && shadow[r] >> 31 != (dut->en_o >> r & 1)) fail("enable", r, shadow[r] >> 31, 2);
  }
  if (t->load) sub_now = t->next_sub;
  uint8_t data[64];
  memcpy(data, &dut->wdata_i, 64);
  for (uint32_t l = 0; l < lanes(); l++)
    if (we >> l & 1) mem[set][l][at % shape->depth] = data[l];
  bench.cycles++;
}

int main(int argc, char **argv) {
  bench = bench_start("feed", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_feed dut(&context);
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    shape = &shapes[i];
    memset(held, -1, sizeof held);
    dut.sel_i = (uint8_t)i;
    const Tap none = {};
    const Job rest = draw_job();
    bench.cycles = (bench.cycles + 511) / 512 * 512; /* all words of both sets, all entries */
    for (int n = 0; n < 512; n++) cycle(&dut, &rest, &none, true);
    for (int n = 0; n < 600; n++) {
      const Job job = draw_job();
      memset(known, 0, sizeof known);
      bool first = true;
      for (uint32_t k = 5 + below(60); k > 0; k--) {
        const Tap tap = draw_tap(&job, first);
        cycle(&dut, &job, &tap, false);
        first = false;
      }
    }
  }
  return bench_pass(&bench);
}
