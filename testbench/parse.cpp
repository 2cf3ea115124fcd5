/* parse: vmac_parse, the program stream taken apart.
 *
 * TEST RATIONALE
 * 1. State space. Random well-formed programs (every kind of job, 1..3 sets and tiles, 1..5 beats
 * of input) into takers that take at random. In every cycle the parser offers what it owes and no
 * more, accepts a beat when its taker is free and not else, and passes it on once, in order,
 * unchanged. Words that the format does not name are random.
 * 2. Faults. Magic, version, every geometry field; every job field that can be illegal; TLAST on
 * every beat of a program in turn; none on END; one bit flipped anywhere but in network input
 * (there it must not matter); an executor's complaint at any time. Each gives its code, is
 * swallowed up to TLAST and leaves no trace in the next program. An abort at any time, with 0..2
 * beats behind it that the register before the parser may hold. After END without TLAST and after
 * an abort 0..5 beats come before the next program, with a TLAST or not. That register is open in a
 * run, not behind a TLAST, not after an abort.
 * A packet of results that is open is closed once after a fault or an abort, else never. One cycle
 * of reset anywhere.
 * 3. Parameters. The beat's three widths; OPT_CORRECTION 0, 1, 2, 3, phi of one plane and of more;
 * OPT_KTILE; OPT_MODE; arrays whose entries fill whole beats, and not.
 * A run that stands still for 3000 cycles is a failure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_parse.h"

#include "parse_program.h"

enum { PATIENCE = 3000 };

static Program program;

/* What the parser owes and what its takers do. */
struct Model {
  int beat;           /* next one to be accepted */
  int job, walk;      /* the job that is offered or was last; the one at work or -1 */
  uint32_t set, tile; /* of the job at work */
  bool job_full, set_valid, set_full, coef_full, tile_full;
  int held_set, coming; /* beat of the SET that is held; cycles to its first result or -1 */
  int tail;             /* cycles until later results are written, too */
  bool complaint, fault, flushed, aborted;
  bool open; /* results have left without TLAST */
};

static int runs;
static bool inside; /* the beat taken last had no TLAST */

__attribute__((noreturn)) static void fail(const char *what, unsigned want, unsigned got) {
  bench_fail(&bench, "%s, program %d: %s: expected 0x%x, found 0x%x", shape->name, runs, what, want,
             got);
}
static void check(const char *what, uint32_t want, uint32_t got) {
  if (want != got) fail(what, want, got);
}

struct Pace {
  uint32_t stream, job, tile, ready, latency;
};

/* Which takers act in this cycle, from what the parser offers. */
static void takers(Model *m, Vtb_parse *dut, const Pace *pace) {
  dut->job_take_i = dut->set_take_i = dut->tile_take_i = dut->tile_last_i = dut->set_written_i = 0;
  dut->illegal_i = m->complaint;
  dut->idle_i = m->walk < 0 && m->coming < 0 && m->tail == 0;
  /* A tile's coefficients wait until those before them are taken. */
  dut->k_ready_i = bench_chance(&bench, pace->ready) && !m->coef_full;
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
  if (m->job_full && m->job > 0)
    check("whether the job follows", follows(program.job[m->job]), dut->job_follows_o);
  if (m->walk >= 0 && memcmp(&dut->work_o, program.job[m->walk], 64))
    fail("words of the job at work", (unsigned)m->walk, dut->work_o[0]);
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
    return pairs() || dut->k_ready_i;
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
  const bool record = b && b->piece == (pairs() ? PLANES : COEF);
  const Piece piece = b ? b->piece : REST;
  check("record passed", record, (dut->event_o >> 3 & 1) && dut->k_ready_i);
  check("entries passed", piece == ENTRY, dut->event_o >> 2 & 1);
  check("weights passed", piece == WEIGHT, (dut->event_o >> 1 & 1) && dut->w_ready_i);
  check("input passed", piece == INPUT, dut->event_o & 1);
  if (record && memcmp(&dut->k_o, pairs() ? b[-1].w : b->w, 16)) fail("record", 1, 0);
  if (record) check("record of the last tile", b->k_last, dut->k_last_o);
  if (record && pairs() && memcmp(&dut->k_o[4], b->w, 16)) fail("plane record", 1, 0);
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
    if (shape->tiled) m->coef_full = false;
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

/* What is in flight is dropped; results that have left the takers may wait a while. */
static void drop(Model *m, const Pace *pace) {
  m->flushed = m->fault = true;
  m->complaint = false;
  m->walk = m->coming = -1;
  m->job_full = m->set_valid = m->set_full = m->coef_full = m->tile_full = false;
  m->tail = (int)below(pace->latency);
}

struct When { /* the beat at which that happens, or -1 */
  int complain, abort, reset;
};

/* What the program before has left comes first: so many beats. */
static int leave_rest(When *when) {
  if (!inside) return 0;
  const bool closed = (program.code == 1) || bench_chance(&bench, 500);
  const int count = (closed ? 1 : 0) + (int)below(5);
  put_rest(&program, count, closed);
  for (int *at : {&when->complain, &when->abort, &when->reset})
    if (*at >= 0) *at += count;
  return count;
}

static void run(Vtb_parse *dut, When when) {
  const int rest = leave_rest(&when);
  Model m = {};
  m.open = bench_chance(&bench, 500);
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
    held = more && (held || m.aborted || bench_chance(&bench, pace.stream));
    const Beat *b = more ? &program.beat[m.beat] : NULL;
    if (held && !was_held) memcpy(&dut->s_tdata_i, b->w, 4 * shape->words);
    if (!held)
      for (int i = 0; i < 16; i++) dut->s_tdata_i[i] = word();
    dut->s_tvalid_i = held;
    dut->s_tlast_i = held ? b->last : below(2);
    dut->start_i = !busy && wait-- == 0;
    if (m.beat == when.complain && m.walk >= 0) {
      m.complaint = m.fault = true;
      program.code = 4;
    }
    dut->rst = m.beat == when.reset && bench_chance(&bench, 300);
    dut->abort_i = busy && !m.aborted && !m.flushed && m.beat >= when.abort && when.abort >= 0 &&
                   bench_chance(&bench, 300);
    dut->open_i = m.open;
    dut->s_ended_i = held && b->last;
    dut->clk = 0;
    dut->eval();
    takers(&m, dut, &pace);
    dut->eval();
    check_offers(&m, dut);
    check("busy", busy, dut->state_o >> 3 & 1);
    const bool reads = busy && !m.aborted && !m.flushed && m.beat < program.beats;
    const bool old = inside && m.beat <= rest;
    check("open", dut->start_i || (reads && (!dut->s_ended_i || old)), dut->state_o >> 5);
    const bool close = dut->state_o >> 4 & 1;
    check("close", m.flushed && m.open && dut->idle_i, close);
    const bool taken = held && (dut->state_o & 1);
    if (!busy) check("ready while idle", 0, dut->state_o & 1);
    if (m.aborted && held) check("ready after an abort", 1, dut->state_o & 1);
    if (busy && held && !m.fault) check("ready", may_accept(&m, dut, b), dut->state_o & 1);
    const bool bad_one = busy && taken && program.bad == m.beat;
    if (!m.complaint && !bad_one) check_events(dut, taken && !m.fault ? b : NULL);
    const bool done = dut->state_o >> 2 & 1;
    const bool flush = dut->state_o >> 1 & 1;
    if (flush) {
      if (!m.aborted) check("flush after the last beat", (uint32_t)program.beats, (uint32_t)m.beat);
      check("flush of a faulty program, once", 1, (program.code || m.aborted) && !m.flushed);
    }
    if (done) {
      check("beats taken", (uint32_t)program.beats, (uint32_t)m.beat);
      if (!m.aborted) check("error", program.code, dut->error_o);
      check("flushed", program.code != 0 || m.aborted, m.flushed);
      check("open at the end", 0, m.flushed && m.open);
      check("idle at the end", 1, dut->idle_i);
      if (!program.code && !m.aborted) {
        check("owed at the end", 0, m.job_full || m.set_full || m.tile_full || m.coef_full);
      }
    }
    const bool rst = dut->rst;
    const bool cut = dut->abort_i && !flush && !done;
    if (bad_one || cut) m.fault = true;
    advance(&m, dut, taken ? b : NULL, &pace);
    if (taken) inside = !b->last;
    if (flush) drop(&m, &pace);
    if (close) {
      m.open = false;
      m.tail = 1 + (int)below(pace.latency);
    }
    if (cut) {
      m.aborted = true;
      const int left = m.beat + (int)below(3);
      if (left < program.beats) program.beats = left;
    }
    if (taken || cut) held = false;
    still = taken || dut->job_take_i || dut->set_take_i || dut->tile_take_i ? 0 : still + 1;
    if (dut->start_i) busy = true;
    dut->clk = 1;
    dut->eval();
    if (still > PATIENCE) fail("stands still at beat", (unsigned)program.beats, (unsigned)m.beat);
    if (rst) inside = false;
    if (done || rst) break;
  }
  dut->rst = 0;
  dut->abort_i = dut->start_i = dut->s_tvalid_i = dut->illegal_i = 0;
  dut->job_take_i = dut->set_take_i = dut->tile_take_i = dut->set_written_i = 0;
  dut->clk = 0;
  dut->eval();
  check("after the end: busy, done, flush, ready", 0, dut->state_o);
  check("after the end: offers", 0, dut->valid_o);
  dut->clk = 1;
  dut->eval();
}

static void run_fault(Vtb_parse *dut, uint32_t n) {
  make_good(&program, 1 + (int)below(MAX_JOBS));
  When when = {-1, -1, -1};
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
  case LATE:
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
  case COMPLAINT: /* often behind END */
    when.complain =
        bench_chance(&bench, 300) ? program.beats : (int)below((uint32_t)program.beats + 1);
    break;
  case ABORT: /* often before the first beat */
    when.abort = bench_chance(&bench, 500) ? 0 : (int)below((uint32_t)program.beats + 1);
    break;
  case RESET:
    when.reset = (int)below((uint32_t)program.beats);
    break;
  default:
    break;
  }
  if (bench_chance(&bench, 100)) when.abort = (int)below((uint32_t)program.beats + 1);
  run(dut, when);
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
    for (uint32_t n = 0; n < 13 * FAULTS * 4; n++) run_fault(&dut, n);
    /* TLAST on every beat of one program; every other program is good again. */
    static Program whole;
    make_good(&whole, 4);
    for (int at = 0; at < whole.beats - 1; at++) {
      program = whole;
      cut(&program, at);
      run(&dut, {-1, -1, -1});
      if (at % 16 != 0) continue;
      make_good(&program, 2);
      run(&dut, {-1, -1, -1});
    }
  }
  return bench_pass(&bench);
}
