/* parse: vmac_parse, the program stream taken apart.
 *
 * TEST RATIONALE
 * 1. State space. Random well-formed programs (every kind of job, 1..3 sets and tiles, 1..5 beats
 * of input) into takers that take at random: accumulated in every cycle is what the parser owes its
 *    takers, and it must offer that and no more, accept a beat when its taker is free and not else,
 *    pass each beat on once, in order, unchanged. Words that the format does not name are random.
 * 2. Faults. Magic, version, every geometry field; every job field that can be illegal; TLAST on
 *    every beat of a program in turn; none on END; one bit flipped anywhere but in network input
 *    (there it must not matter); an executor's complaint at any time. Each gives its code, is
 *    swallowed up to TLAST and leaves no trace in the next program. One cycle of reset anywhere.
 * 3. Parameters. The beat's three widths; OPT_CORRECTION 0, 1, 2; OPT_MODE; arrays whose entries
 *    fill whole beats, and not.
 * A run that stands still for 3000 cycles is a failure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_parse.h"

#include "bench.h"

struct Shape {
  const char *name;
  uint32_t rows, cols, words, corr, mode;
};
/* The same list stands in vmac_tb_parse.v. */
static const Shape shapes[] = {{"16x16", 16, 16, 4, 1, 0}, {"12x20", 12, 20, 8, 0, 0},
                               {"20x12", 20, 12, 8, 2, 0}, {"4x64", 4, 64, 16, 1, 1},
                               {"64x4", 64, 4, 16, 2, 0},  {"16x16 with modes", 16, 16, 4, 2, 1},
                               {"5x7", 5, 7, 4, 0, 0}};
enum { SHAPES = sizeof shapes / sizeof shapes[0], MAX_BEATS = 8192, MAX_JOBS = 8, PATIENCE = 3000 };

enum Piece { HEADER, JOB, INPUT, SET, COEF, PLANES, ENTRY, MODE, WEIGHT, END, JUNK };
enum { KIND_INPUT, KIND_MAC, KIND_MAX, KIND_SUM, KIND_ADD };
enum Fault { NONE, HEAD, FIELD, EARLY, MISSING, FLIP, FLIP_INPUT, COMPLAINT, RESET, FAULTS };

struct Beat {
  uint32_t w[16];
  Piece piece;
  uint32_t index; /* within its piece: row of a WEIGHT, number of an ENTRY, INPUT, JOB beat */
  int job;
  bool job_end, k_end, w_end, last;
};

struct Program {
  Beat beat[MAX_BEATS];
  uint32_t job[MAX_JOBS][16];
  int beats, jobs;
  int bad; /* the beat that is at fault, or -1 */
  uint32_t code;
};
static Program program;

/* What the parser owes and what its takers do. */
struct Model {
  int beat;           /* next one to be accepted */
  int job, walk;      /* the job that is offered or was last; the one at work or -1 */
  uint32_t set, tile; /* of the job at work */
  bool job_full, set_valid, set_full, coef_full, tile_full;
  int held_set, coming; /* beat of the SET that is held; cycles to its first result or -1 */
  int tail;             /* cycles until later results are written, too */
  bool complaint, fault, done;
};

static const Shape *shape;
static Bench bench;
static int runs;

static uint32_t below(uint32_t n) {
  return vmac_rng_below(&bench.rng, n);
}
static uint32_t word() {
  return (uint32_t)vmac_rng_next(&bench.rng);
}

__attribute__((noreturn)) static void fail(const char *what, unsigned want, unsigned got) {
  bench_fail(&bench, "%s, program %d: %s: expected 0x%x, found 0x%x", shape->name, runs, what, want,
             got);
}
static void check(const char *what, uint32_t want, uint32_t got) {
  if (want != got) fail(what, want, got);
}

/* ---- programs ---- */

static Beat *add(Program *p, Piece piece, uint32_t index, int job) {
  if (p->beats == MAX_BEATS) bench_fail(&bench, "the bench's program is too long");
  Beat *b = &p->beat[p->beats++];
  *b = {};
  for (uint32_t i = 0; i < shape->words; i++) b->w[i] = word();
  b->piece = piece;
  b->index = index;
  b->job = job;
  return b;
}

static uint32_t kind_of(const uint32_t *job) {
  return job[0] & 15;
}
static uint32_t sets_of(const uint32_t *job) {
  return job[2] & 0xffff;
}
static uint32_t tiles_of(const uint32_t *job) {
  return job[2] >> 16;
}

static void add_tile(Program *p, int job, bool first_of_set_here) {
  if (first_of_set_here) {
    add(p, SET, 0, job);
    for (uint32_t c = 0; c < shape->cols; c++) {
      Beat *b = add(p, COEF, c, job);
      if (shape->corr == 2) b = add(p, PLANES, c, job);
      b->k_end = c + 1 == shape->cols;
    }
  }
  for (uint32_t i = 0; i * shape->words < shape->rows; i++) add(p, ENTRY, i, job);
  for (uint32_t r = shape->rows; r-- > 0;) {
    if (shape->mode) add(p, MODE, r, job);
    add(p, WEIGHT, r, job)->w_end = r == 0;
  }
}

static void add_job(Program *p, uint32_t kind) {
  const int n = p->jobs++;
  uint32_t *w = p->job[n];
  const bool window = kind == KIND_MAX || kind == KIND_SUM;
  for (int i = 0; i < 16; i++) w[i] = word();
  w[0] = (w[0] & ~15u) | kind;
  if (kind == KIND_INPUT) {
    w[14] = 1 + below(5);
  } else {
    w[1] = (w[1] & 0xf000ffff) | (window ? 1 + below(63) : 1) << 16 |
           (window ? 1 + below(63) : 1) << 22;
    w[2] = (1 + below(3)) | (kind == KIND_MAC ? 1 + below(3) : 1) << 16;
    w[3] = (1 + (word() & 0xffff) % 0xffff) | (1 + below(0xffff)) << 16;
  }
  for (uint32_t i = 0; i < 16; i += shape->words) {
    Beat *b = add(p, JOB, i / shape->words, n);
    memcpy(b->w, w + i, 4 * shape->words);
    b->job_end = i + shape->words == 16;
  }
  if (kind == KIND_INPUT)
    for (uint32_t i = 0; i < w[14]; i++) add(p, INPUT, i, n);
  else
    for (uint32_t s = 0; s < sets_of(w); s++) {
      if (kind != KIND_MAC)
        add(p, SET, 0, n);
      else
        for (uint32_t t = 1; t <= tiles_of(w); t++) add_tile(p, n, t == tiles_of(w));
    }
}

static uint32_t rotl(uint32_t x, uint32_t by) {
  return by ? x << by | x >> (32 - by) : x;
}

static uint32_t checksum(const Program *p) {
  uint32_t s = 0;
  for (int i = 0; i < p->beats; i++) {
    if (p->beat[i].piece == INPUT || p->beat[i].piece == END) continue;
    s = rotl(s, 1);
    for (uint32_t j = 0; j < shape->words; j++) s ^= rotl(p->beat[i].w[j], j);
  }
  return s;
}

static void make_good(Program *p, int jobs) {
  p->beats = p->jobs = 0;
  p->bad = -1;
  p->code = 0;
  const uint32_t which = (uint32_t)(shape - shapes);
  Beat *head = add(p, HEADER, 0, -1);
  head->w[0] = 0x31504d56;
  head->w[1] = shape->rows | shape->cols << 8 | 1 << 16 | which % 2 << 24 | shape->corr << 25 |
               shape->mode << 27;
  head->w[2] = 7 * which + 2;
  head->w[3] = 0;
  for (int i = 0; i < jobs; i++) add_job(p, below(5));
  Beat *end = add(p, END, 0, -1);
  end->w[0] = 15;
  end->w[1] = checksum(p);
  end->last = true;
}

/* ---- faults ---- */

static void set_field(uint32_t *w, uint32_t at, uint32_t bits, uint32_t value) {
  const uint32_t mask = ((bits == 32 ? 0 : 1u << bits) - 1) << at;
  *w = (*w & ~mask) | value << at;
}

static void break_header(Program *p, uint32_t what) {
  uint32_t *w = p->beat[0].w;
  p->bad = 0;
  switch (what % 8) {
  case 0:
    w[0] ^= 1u << below(32), p->code = 1;
    return;
  case 1:
    w[1] ^= 1u << (16 + below(8)), p->code = 2;
    return;
  case 2:
    w[1] ^= 1u << below(8);
    break;
  case 3:
    w[1] ^= 1u << (8 + below(8));
    break;
  case 4:
    w[1] ^= 1u << 24;
    break;
  case 5:
    w[1] ^= 1u << (25 + below(2));
    break;
  case 6:
    w[1] ^= 1u << 27;
    break;
  default:
    w[2] ^= 1u << below(32);
    break;
  }
  p->code = 3;
}

/* One illegal field in one job; false where that job has no such field. */
static bool break_field(Program *p, int job, uint32_t what) {
  uint32_t *w = p->job[job];
  const uint32_t kind = kind_of(w);
  const bool input = kind == KIND_INPUT, window = kind == KIND_MAX || kind == KIND_SUM;
  switch (what % 13) {
  case 0:
    set_field(w, 0, 4, 5 + below(10));
    break;
  case 1:
    set_field(w + 2, 0, 16, 0);
    break;
  case 2:
    set_field(w + 2, 16, 16, 0);
    break;
  case 3:
    if (kind == KIND_MAC) return false;
    set_field(w + 2, 16, 16, 1u << (1 + below(15)));
    break;
  case 4:
    set_field(w + 3, 0, 16, 0);
    break;
  case 5:
    set_field(w + 3, 16, 16, 0);
    break;
  case 6:
    set_field(w + 1, 16, 6, 0);
    break;
  case 7:
    set_field(w + 1, 22, 6, 0);
    break;
  case 8:
    if (window) return false;
    set_field(w + 1, 16, 6, 2 + below(62));
    break;
  case 9:
    if (window) return false;
    set_field(w + 1, 22, 6, 2 + below(62));
    break;
  case 10:
  case 11:
    if (!input) return false;
    w[14] = 0;
    break;
  default:
    if (!input) return false;
    w[14] = 0x10000u << below(16);
    break;
  }
  if (input && what % 13 != 0 && what % 13 < 10) return false;
  for (int i = 0; i < p->beats; i++)
    if (p->beat[i].piece == JOB && p->beat[i].job == job) {
      memcpy(p->beat[i].w, w + p->beat[i].index * shape->words, 4 * shape->words);
      p->bad = i; /* ends at the job's last beat */
    }
  /* A kind of 5..14 in a job of several beats is still read as one. */
  p->code = 4;
  return true;
}

/* A bit that does not change where the pieces lie. */
static bool flip(Program *p, bool of_input) {
  const int at = (int)below((uint32_t)p->beats);
  Beat *b = &p->beat[at];
  const uint32_t i = below(shape->words);
  const uint32_t bit = 1u << below(32);
  if (of_input != (b->piece == INPUT)) return false;
  if (b->piece == HEADER && i < 4) return false;
  if (b->piece == JOB) {
    const uint32_t n = b->index * shape->words + i;
    const bool input = kind_of(p->job[b->job]) == KIND_INPUT;
    if (n == 0 && (bit & 15)) return false;
    if (n < 4 && n > 0) return false;
    if (n == 14 && input) return false;
    p->job[b->job][n] ^= bit;
  }
  if (b->piece == END && i != 1) return false;
  b->w[i] ^= bit;
  if (of_input) return true;
  p->bad = p->beats - 1;
  p->code = 7;
  return true;
}

static void cut(Program *p, int at) {
  p->beat[at].last = true;
  p->beats = at + 1;
  p->bad = at;
  p->code = 5;
}

static void drop_last(Program *p) {
  p->bad = p->beats - 1;
  p->code = 6;
  p->beat[p->bad].last = false;
  for (uint32_t i = below(20); i-- > 0;) add(p, JUNK, 0, -1);
  add(p, JUNK, 0, -1)->last = true;
}

/* ---- the takers and the run ---- */

struct Pace {
  uint32_t stream, job, tile, ready, latency;
};

/* Which takers act in this cycle, from what the parser offers. */
static void takers(Model *m, Vtb_parse *dut, const Pace *pace) {
  dut->job_take_i = dut->set_take_i = dut->tile_take_i = dut->tile_last_i = dut->set_written_i = 0;
  dut->illegal_i = m->complaint;
  dut->idle_i = m->walk < 0 && m->coming < 0 && m->tail == 0;
  dut->k_ready_i = bench_chance(&bench, pace->ready);
  dut->w_ready_i = bench_chance(&bench, pace->ready);
  if (m->coming == 0) dut->set_written_i = 1;
  if (m->complaint) return;
  const bool offered = dut->valid_o >> 3 & 1;
  if (m->walk < 0) {
    const bool cont = m->job_full && program.job[m->job][0] >> 7 & 1;
    dut->job_take_i = offered && (dut->idle_i || cont) && bench_chance(&bench, pace->job);
    return;
  }
  const uint32_t *w = program.job[m->walk];
  if (kind_of(w) != KIND_MAC) {
    dut->set_take_i = (dut->valid_o >> 2 & 1) && bench_chance(&bench, pace->tile);
    return;
  }
  dut->tile_last_i = m->tile + 1 == tiles_of(w);
  dut->tile_take_i = (dut->valid_o >> 1 & 1) && ((dut->valid_o & 1) || !dut->tile_last_i) &&
                     bench_chance(&bench, pace->tile);
  dut->set_take_i = dut->tile_take_i && dut->tile_last_i;
}

/* What the parser offers is what it owes; words hold while they are wanted. */
static void check_offers(const Model *m, const Vtb_parse *dut) {
  check("job valid", m->job_full, dut->valid_o >> 3 & 1);
  check("set valid", m->set_valid, dut->valid_o >> 2 & 1);
  check("tile valid", m->tile_full, dut->valid_o >> 1 & 1);
  check("coefficients valid", m->coef_full, dut->valid_o & 1);
  if (m->job_full && memcmp(&dut->job_o, program.job[m->job], 64))
    fail("words of job", (unsigned)m->job, dut->job_o[0]);
  if (m->set_full && memcmp(&dut->set_o, program.beat[m->held_set].w, 16))
    fail("word 0 of the set", program.beat[m->held_set].w[0], dut->set_o[0]);
}

static bool may_accept(const Model *m, const Vtb_parse *dut, const Beat *b) {
  switch (b->piece) {
  case JOB:
  case END:
    return !m->job_full;
  case INPUT:
    return dut->idle_i;
  case SET:
    return !m->set_full;
  case COEF:
    return shape->corr == 2 || dut->k_ready_i;
  case PLANES:
    return dut->k_ready_i;
  case ENTRY:
    return !m->tile_full;
  case WEIGHT:
    return dut->w_ready_i;
  default:
    return true;
  }
}

/* An accepted beat goes to its taker and to nobody else. */
static void check_events(const Vtb_parse *dut, const Beat *b) {
  const bool record = b && b->piece == (shape->corr == 2 ? PLANES : COEF);
  const Piece piece = b ? b->piece : JUNK;
  check("record passed", record, (dut->event_o >> 3 & 1) && dut->k_ready_i);
  check("entries passed", piece == ENTRY, dut->event_o >> 2 & 1);
  check("weights passed", piece == WEIGHT, (dut->event_o >> 1 & 1) && dut->w_ready_i);
  check("input passed", piece == INPUT, dut->event_o & 1);
  if (record && memcmp(&dut->k_o, shape->corr == 2 ? b[-1].w : b->w, 16)) fail("record", 1, 0);
  if (record && shape->corr == 2 && memcmp(&dut->k_o[4], b->w, 16)) fail("plane record", 1, 0);
  if (piece == ENTRY) check("number of the entries' beat", b->index, dut->e_beat_o);
  if (piece == WEIGHT) {
    check("row of the weights", b->index, dut->w_row_o);
    if (shape->mode && memcmp(&dut->w_mode_o, b[-1].w, shape->cols / 2)) fail("modes", 1, 0);
  }
  if (piece == INPUT) {
    const uint32_t *job = program.job[b->job];
    check("set of the input", job[0] >> 5 & 1, dut->in_dst_o);
    check("address of the input", (job[15] + b->index) & 0xffff, dut->in_addr_o);
  }
}

/* The model over a clock edge; `b` was accepted, or NULL. */
static void advance(Model *m, const Vtb_parse *dut, const Beat *b, const Pace *pace) {
  if (m->tail > 0) m->tail--;
  if (m->coming > 0) m->coming--;
  if (dut->set_written_i) {
    m->set_full = false;
    m->coming = -1;
    m->tail = (int)below(pace->latency);
  }
  if (dut->job_take_i) {
    m->job_full = false;
    m->walk = m->job;
    m->set = m->tile = 0;
  }
  if (dut->tile_take_i) {
    m->tile_full = false;
    m->tile++;
  }
  if (dut->set_take_i) {
    if (dut->tile_take_i) m->coef_full = false;
    m->set_valid = false;
    m->tile = 0;
    m->coming = (int)below(pace->latency);
    if (++m->set == sets_of(program.job[m->walk])) m->walk = -1;
  }
  if (!b) return;
  m->beat++;
  if (m->fault) return;
  if (b->piece == JOB && b->job_end && kind_of(program.job[b->job]) != KIND_INPUT) {
    m->job = b->job;
    m->job_full = true;
  }
  if (b->piece == SET) {
    m->set_valid = m->set_full = true;
    m->held_set = (int)(b - program.beat);
  }
  if (b->k_end) m->coef_full = true;
  if (b->w_end) m->tile_full = true;
}

/* `complain`, `reset`: the beat at which that happens, or -1. */
static void run(VerilatedContext *context, Vtb_parse *dut, int complain, int reset) {
  (void)context;
  Model m = {};
  m.job = m.walk = m.coming = -1;
  const bool fast = bench_chance(&bench, 300);
  const Pace pace = {fast ? 1000 : 200 + below(800), fast ? 1000 : 20 + below(900),
                     fast ? 1000 : 20 + below(900), fast ? 1000 : 100 + below(900), 1 + below(60)};
  uint32_t wait = 1 + below(5);
  bool held = false, busy = false;
  int still = 0;
  runs++;
  for (;; bench.cycles++) {
    const bool more = m.beat < program.beats;
    const bool was_held = held;
    held = more && (held || bench_chance(&bench, pace.stream));
    const Beat *b = more ? &program.beat[m.beat] : NULL;
    if (held && !was_held) memcpy(&dut->s_tdata_i, b->w, 4 * shape->words);
    if (!held)
      for (int i = 0; i < 16; i++) dut->s_tdata_i[i] = word();
    dut->s_tvalid_i = held;
    dut->s_tlast_i = held ? b->last : below(2);
    dut->start_i = !busy && !m.done && wait-- == 0;
    if (m.beat == complain && m.walk >= 0) {
      m.complaint = m.fault = true;
      program.code = 4;
    }
    dut->rst = m.beat == reset && bench_chance(&bench, 300);
    dut->clk = 0;
    dut->eval();
    takers(&m, dut, &pace);
    dut->eval();
    check_offers(&m, dut);
    check("busy", busy, dut->state_o >> 3);
    const bool taken = held && (dut->state_o & 1);
    if (!busy || m.done) check("ready while idle", 0, dut->state_o & 1);
    if (busy && held && !m.fault) check("ready", may_accept(&m, dut, b), dut->state_o & 1);
    const bool bad_one = busy && taken && program.bad == m.beat;
    if (!m.complaint && !bad_one) check_events(dut, taken && !m.fault ? b : NULL);
    const bool done = dut->state_o >> 2 & 1;
    if (!done) check("flush without done", 0, dut->state_o >> 1 & 1);
    if (done) {
      check("beats taken", (uint32_t)program.beats, (uint32_t)m.beat);
      check("error", program.code, dut->error_o);
      check("flush", program.code != 0, dut->state_o >> 1 & 1);
      if (!program.code) {
        check("idle at the end", 1, dut->idle_i);
        check("owed at the end", 0, m.job_full || m.set_full || m.tile_full || m.coef_full);
      }
    }
    const bool rst = dut->rst;
    if (bad_one) m.fault = true;
    advance(&m, dut, taken ? b : NULL, &pace);
    if (taken) held = false;
    still = taken || dut->job_take_i || dut->set_take_i || dut->tile_take_i ? 0 : still + 1;
    if (dut->start_i) busy = true;
    dut->clk = 1;
    dut->eval();
    if (still > PATIENCE) fail("stands still at beat", (unsigned)program.beats, (unsigned)m.beat);
    if (done || rst) break;
  }
  dut->rst = 0;
  dut->start_i = dut->s_tvalid_i = dut->illegal_i = 0;
  dut->clk = 0;
  dut->eval();
  check("after the end: busy, done, flush, ready", 0, dut->state_o);
  check("after the end: offers", 0, dut->valid_o);
  dut->clk = 1;
  dut->eval();
}

static void run_fault(VerilatedContext *context, Vtb_parse *dut, uint32_t n) {
  make_good(&program, 1 + (int)below(MAX_JOBS));
  int complain = -1, reset = -1;
  switch (n % FAULTS) {
  case HEAD:
    break_header(&program, n / FAULTS);
    break;
  case FIELD:
    while (!break_field(&program, (int)below((uint32_t)program.jobs), n / FAULTS))
      make_good(&program, MAX_JOBS);
    break;
  case EARLY:
    cut(&program, (int)below((uint32_t)program.beats - 1));
    break;
  case MISSING:
    drop_last(&program);
    break;
  case FLIP:
    while (!flip(&program, false)) {
    }
    break;
  case FLIP_INPUT:
    do make_good(&program, MAX_JOBS);
    while (!flip(&program, true));
    break;
  case COMPLAINT:
    complain = (int)below((uint32_t)program.beats + 1);
    break;
  case RESET:
    reset = (int)below((uint32_t)program.beats);
    break;
  default:
    break;
  }
  run(context, dut, complain, reset);
}

int main(int argc, char **argv) {
  bench = bench_start("parse", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_parse dut(&context);
  dut.clk = 0;
  dut.eval();
  for (size_t i = 0; i < SHAPES; i++) {
    shape = &shapes[i];
    dut.sel_i = (uint8_t)i;
    dut.rst = 1;
    for (int c = 0; c < 4; c++) dut.clk = c & 1, dut.eval();
    dut.rst = 0;
    for (uint32_t n = 0; n < 13 * FAULTS * 4; n++) run_fault(&context, &dut, n);
    /* TLAST on every beat of one program; every other program is good again. */
    static Program whole;
    make_good(&whole, 4);
    for (int at = 0; at < whole.beats - 1; at++) {
      program = whole;
      cut(&program, at);
      run(&context, &dut, -1, -1);
      if (at % 16 != 0) continue;
      make_good(&program, 2);
      run(&context, &dut, -1, -1);
    }
  }
  return bench_pass(&bench);
}
