/* exec: vmac_exec, the walk over sets, tiles, pixels and window taps.
 *
 * TEST RATIONALE
 * 1. State space. Random jobs (MAC, MAX, SUM, ADD; 1..3 sets and tiles; random bounds, strides,
 * addresses and increments over their whole range, so that everything wraps) against four nested
 * loops. Sets, tiles, coefficients and jobs are offered at random times, one by one; results are
 * written 5 or more cycles after their last tap and leave the FIFO at random. Every tap comes
 * once, with all its fields, not before what it needs and, within a tile, not a cycle later than
 * it may. What is said of waiting for weights is exact. Maps with more pixels than accumulators
 * where K tiles do not share them.
 * 2. Bounds. As many pixels as accumulators; one more, which must be refused; windows 1 and 63
 * long. One cycle of reset anywhere.
 * 3. Parameters. Accumulators 16, 45 (no power of two), 64; FIFO places 2, 5, 32.
 * A run that stands still for 3000 cycles is a failure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <verilated.h>
#include "Vtb_exec.h"

#include "bench.h"

enum { MAC = 1, MAX, SUM, ADD, JOBS = 6, MAX_RESULTS = 8192, PATIENCE = 3000 };

struct Depth {
  const char *name;
  uint32_t acc, out;
};
/* The same list stands in vmac_tb_exec.v. */
static const Depth depths[] = {{"16, 2", 16, 2}, {"45, 5", 45, 5}, {"64, 32", 64, 32}};

struct Job {
  uint32_t w[16];
  uint32_t kind, sets, tiles, out_w, out_h, win_w, win_h;
  uint32_t off[4], sub[4]; /* of each set */
  bool cont, stream, tlast, illegal;
  bool follows; /* asks to go on with the job before, and may */
};

/* Where the walk stands: the next tap. */
struct Walk {
  uint32_t set, tile, oy, ox, wy, wx;
  uint16_t addr;
};

/* What is offered next. It is offered when its countdown is 0, and taken once. */
struct Offer {
  bool ready;
  uint32_t wait, at, total; /* cycles left; which of all */
  int job[64];              /* the job that each belongs to */
};

struct Result {
  int64_t when; /* cycle in which it is written */
  bool stream;
};

struct Model {
  int next, at; /* the job that is offered next; the one at work, or -1 */
  Walk walk;
  Offer set, tile, coef;
  bool job_ready;
  uint32_t job_wait;
  uint32_t written, issued;                  /* results */
  uint32_t stream_issued, stream_in, popped; /* of these, those for the stream */
  bool popping;                              /* one leaves in this cycle */
  Result result[MAX_RESULTS];
};

/* What happened in a cycle; whether its tap came is seen in the next one. */
struct Before {
  bool job_take, job_early, start, tile_take, set_take, expected, forbidden;
};

static Bench bench;
static const Depth *depth;
static Job jobs[JOBS];
static int runs;

static uint32_t below(uint32_t n) {
  return vmac_rng_below(&bench.rng, n);
}
static uint32_t word() {
  return (uint32_t)vmac_rng_next(&bench.rng);
}

static void check(const char *what, uint32_t want, uint32_t got) {
  if (want != got)
    bench_fail(&bench, "depths %s, run %d: %s: expected 0x%x, found 0x%x", depth->name, runs, what,
               want, got);
}

/* ---- jobs ---- */

static void draw_size(Job *j, uint32_t pixels) {
  j->out_w = 1 + below(pixels < 9 ? pixels : 9);
  j->out_h = 1 + below(pixels / j->out_w);
}

/* before: half of the jobs ask to go on where it stops; most of those may. */
static void draw_job(Job *j, const Job *before, bool illegal) {
  *j = {};
  for (uint32_t &w : j->w) w = word();
  j->kind = illegal ? (uint32_t)MAC : 1 + below(4);
  j->sets = 1 + below(3);
  j->tiles = j->kind == MAC ? 1 + below(3) : 1;
  const bool window = j->kind == MAX || j->kind == SUM;
  j->win_h = window ? 1 + below(3) : 1;
  j->win_w = window ? 1 + below(3) : 1;
  draw_size(j, j->tiles > 1 ? depth->acc : bench_chance(&bench, 100) ? 5 * depth->acc : 20);
  if (window && bench_chance(&bench, 50)) {
    (bench_chance(&bench, 500) ? j->win_h : j->win_w) = 63;
    j->out_w = j->out_h = 1;
  }
  if (j->tiles > 1 && bench_chance(&bench, 100)) j->out_w = depth->acc, j->out_h = 1;
  if (bench_chance(&bench, 300)) j->out_w = j->out_h = 1;
  j->illegal = illegal;
  if (illegal) {
    j->tiles = 2;
    j->out_w = depth->acc + 1 + below(3);
    j->out_h = 1 + below(2);
  }
  j->cont = bench_chance(&bench, 500);
  j->stream = j->cont && before ? before->stream : bench_chance(&bench, 500);
  j->tlast = bench_chance(&bench, 500);
  j->w[0] = (j->w[0] & ~0x2cfu) | j->kind | (uint32_t)j->cont << 7 | (uint32_t)j->stream << 6 |
            (uint32_t)j->tlast << 9;
  j->w[1] = (j->w[1] & 0xf000ffff) | j->win_h << 16 | j->win_w << 22;
  j->w[2] = j->sets | j->tiles << 16;
  j->w[3] = j->out_w | j->out_h << 16;
  if (j->cont && before && !illegal && !before->illegal && bench_chance(&bench, 700)) {
    const Job own = *j;
    *j = *before;
    j->cont = j->follows = true;
    j->tlast = own.tlast;
    j->out_h = 1 + below(before->out_h);
    j->w[0] = (before->w[0] & ~0x280u) | 1u << 7 | (uint32_t)j->tlast << 9;
    j->w[3] = j->out_w | j->out_h << 16;
    j->w[5] = own.w[5];
    j->w[7] = own.w[7];
  }
  for (uint32_t s = 0; s < j->sets; s++) {
    j->off[s] = word() & 0xffff;
    j->sub[s] = word() & 15;
  }
}

static Job *at_work(const Model *m) {
  return m->at < 0 ? NULL : &jobs[m->at];
}

static bool tile_end(const Job *j, const Walk *w) {
  return w->tile + 1 == j->tiles;
}
static bool tap_end(const Job *j, const Walk *w) {
  return w->wx + 1 == j->win_w && w->wy + 1 == j->win_h;
}

/* One tap on; false where that was the job's last. */
static bool step(const Job *j, Walk *w) {
  const uint16_t base = (uint16_t)j->w[7];
  if (++w->wx < j->win_w) return w->addr = (uint16_t)(w->addr + j->w[8]), true;
  w->wx = 0;
  if (++w->wy < j->win_h) return w->addr = (uint16_t)(w->addr + (j->w[8] >> 16)), true;
  w->wy = 0;
  if (++w->ox < j->out_w) return w->addr = (uint16_t)(w->addr + j->w[9]), true;
  w->ox = 0;
  if (++w->oy < j->out_h) return w->addr = (uint16_t)(w->addr + (j->w[9] >> 16)), true;
  w->oy = 0;
  w->addr = base;
  if (++w->tile < j->tiles) return true;
  w->tile = 0;
  return ++w->set < j->sets;
}

/* ---- what the unit says ---- */

static bool at_tile_start(const Walk *w) {
  return !(w->oy || w->ox || w->wy || w->wx);
}

static void check_tap(const Model *m, const Vtb_exec *dut) {
  const Job *j = at_work(m);
  const Walk *w = &m->walk;
  const uint32_t pixel = w->oy * j->out_w + w->ox, *d = j->w;
  const bool mac = j->kind == MAC, result = tile_end(j, w) && tap_end(j, w);
  const bool last_of_all = result && pixel + 1 == j->out_w * j->out_h && w->set + 1 == j->sets;
  check("start", at_tile_start(w), dut->iss_o >> 4 & 1);
  check("first", mac ? w->tile == 0 : w->wy + w->wx == 0, dut->iss_o >> 3 & 1);
  check("last", result, dut->iss_o >> 2 & 1);
  check("set first", result && pixel == 0, dut->iss_o >> 1 & 1);
  check("tlast", last_of_all && j->tlast, dut->iss_o & 1);
  if (mac && j->tiles > 1) check("accumulator", pixel, dut->iss_acc_o);
  const uint32_t addr = w->addr + (mac ? 0 : j->off[w->set]);
  check("address", addr & 0xffff, dut->iss_addr_o);
  if (!mac) check("address of B", (addr + d[10]) & 0xffff, dut->iss_addr_b_o);
  if (!mac) check("sub", j->sub[w->set], dut->iss_sub_o);
  check("iy", (d[5] + w->oy * (d[6] & 0xff) + w->wy) & 0xffff, dut->iss_iy_o);
  check("ix", ((d[5] >> 16) + w->ox * (d[6] >> 8 & 0xff) + w->wx) & 0xffff, dut->iss_ix_o);
}

/* ---- the run ---- */

static void next_offer(Offer *o, uint32_t slow) {
  o->ready = false;
  o->wait = 1 + below(slow);
  o->at++;
}
static void tick(Offer *o) {
  if (!o->ready && --o->wait == 0) o->ready = true;
}
static void add_offer(Offer *o, int job) {
  if (o->total == 64) bench_fail(&bench, "the bench's list is too short");
  o->job[o->total++] = job;
}
/* Its job has been read, so it may have come. */
static bool offered(const Model *m, const Offer *o) {
  return o->ready && o->at < o->total &&
         (o->job[o->at] < m->next || (o->job[o->at] == m->next && m->job_ready));
}

/* left: results that the FIFO still holds from before a reset. */
static void begin(Model *m, int count, uint32_t slow, uint32_t left) {
  *m = {};
  m->at = -1;
  m->stream_issued = m->stream_in = left;
  m->job_wait = m->set.wait = m->tile.wait = m->coef.wait = 1 + below(slow);
  for (int i = 0; i < count; i++)
    for (uint32_t s = 0; s < jobs[i].sets; s++) {
      add_offer(&m->set, i);
      if (jobs[i].kind != MAC) continue;
      add_offer(&m->coef, i);
      for (uint32_t t = 0; t < jobs[i].tiles; t++) add_offer(&m->tile, i);
    }
}

static void drive(Model *m, Vtb_exec *dut, int count, int64_t now, uint32_t pop) {
  dut->job_valid_i = m->next < count && m->job_ready;
  dut->job_follows_i = dut->job_valid_i ? jobs[m->next].follows : below(2);
  for (int i = 0; i < 16; i++) dut->job_i[i] = dut->job_valid_i ? jobs[m->next].w[i] : word();
  dut->set_valid_i = offered(m, &m->set);
  dut->set_off_i = (uint16_t)word();
  dut->set_sub_i = (uint8_t)below(16);
  if (dut->set_valid_i) {
    const int job = m->set.job[m->set.at];
    uint32_t s = 0;
    while (s < m->set.at && m->set.job[m->set.at - s - 1] == job) s++;
    dut->set_off_i = (uint16_t)jobs[job].off[s];
    dut->set_sub_i = (uint8_t)jobs[job].sub[s];
  }
  dut->tile_valid_i = offered(m, &m->tile);
  dut->coef_valid_i = dut->set_valid_i && offered(m, &m->coef);
  dut->written_i = m->written < m->issued && m->result[m->written].when <= now;
  dut->count_i = (uint8_t)(m->stream_in - m->popped);
  m->popping = dut->count_i > 0 && bench_chance(&bench, pop);
}

/* The tap issued in the cycle before, and the job taken then. */
static void see_tap(Model *m, const Vtb_exec *dut, const Before *before, int64_t written_at) {
  const bool tap = dut->iss_o >> 5 & 1;
  const Job *j = at_work(m);
  if (before->expected) check("a tap comes when it may", 1, tap);
  if (before->forbidden) check("a tap comes too early", 0, tap);
  check("a tap without a job", 0, tap && !j);
  check("a start before a tile's first tap", tap && at_tile_start(&m->walk), before->start);
  if (tap) {
    check("tile taken with its first tap", at_tile_start(&m->walk),
          before->tile_take || before->set_take);
    check_tap(m, dut);
    if (tile_end(j, &m->walk) && tap_end(j, &m->walk)) {
      if (m->issued == MAX_RESULTS) bench_fail(&bench, "the bench's list is too short");
      Result *r = &m->result[m->issued];
      *r = {written_at, j->stream};
      if (m->issued > 0 && r[-1].when >= r->when) r->when = r[-1].when + 1;
      m->issued++;
      m->stream_issued += j->stream;
    }
    if (!step(j, &m->walk)) m->at = -1;
  } else {
    check("taken without a tap", 0, before->tile_take || before->set_take);
  }
  if (!before->job_take) return;
  check("job taken while another is at work", 1, m->at < 0);
  check("job taken before all results are written", 0, before->job_early);
  m->at = m->next++;
  m->walk = {};
  m->walk.addr = (uint16_t)jobs[m->at].w[7];
}

/* Takes in this cycle are of what is offered and wanted; what the next cycle must show. */
static Before see_takes(const Model *m, const Vtb_exec *dut, bool exhausted) {
  const Job *j = at_work(m);
  const Walk *w = &m->walk;
  Before b = {};
  b.job_take = dut->take_o >> 3;
  b.set_take = dut->take_o >> 2 & 1;
  b.tile_take = dut->take_o >> 1 & 1;
  b.start = dut->start_o;
  if (b.job_take) {
    check("the job taken is offered", 1, dut->job_valid_i);
    b.job_early = !jobs[m->next].follows && (j || m->issued != m->written);
  }
  if (!j) {
    check("take without a job", 0, b.set_take || b.tile_take);
    b.forbidden = true;
    return b;
  }
  const bool start = at_tile_start(w), last = tile_end(j, w), mac = j->kind == MAC;
  const bool room =
      !j->stream || !last || !tap_end(j, w) || m->stream_issued - m->popped < depth->out;
  if (b.set_take || b.tile_take) {
    check("take within a tile", 1, start);
    check("take of a tile", mac, b.tile_take);
    check("take of a set", last, b.set_take);
    if (mac) {
      check("the tile taken is offered", 1, dut->tile_valid_i);
      check("tile last", last, dut->take_o & 1);
      if (last) check("its coefficients are offered", 1, dut->coef_valid_i);
    } else {
      check("the set taken is offered", 1, dut->set_valid_i);
    }
  }
  b.forbidden = !room || exhausted || (start && !b.set_take && !b.tile_take);
  b.expected = !b.forbidden;
  return b;
}

/* Whether nothing that the unit may see stops it. */
static bool free_to_go(const Model *m, const Vtb_exec *dut) {
  const Job *j = at_work(m);
  if (!j) return dut->job_valid_i && (jobs[m->next].follows || m->issued == m->written);
  if (j->stream && m->stream_issued - m->popped >= depth->out) return false;
  if (!at_tile_start(&m->walk)) return true;
  if (j->kind != MAC) return dut->set_valid_i;
  return dut->tile_valid_i && (dut->coef_valid_i || !tile_end(j, &m->walk));
}

/* Runs the jobs; reset: the cycle of a reset, or -1. A reset empties the FIFO (abort) or not. */
static void run(Vtb_exec *dut, int count, int64_t reset) {
  static Model m;
  const uint32_t left = bench_chance(&bench, 700) ? m.stream_in - m.popped : 0;
  const bool fast = bench_chance(&bench, 300);
  const uint32_t slow = fast ? 1 : 1 + below(30), latency = 5 + below(60);
  const uint32_t pop = fast ? 1000 : 20 + below(900);
  begin(&m, count, slow, left);
  runs++;
  Before before = {};
  before.forbidden = true;
  uint32_t still = 0, late = 0, refused = 0;
  for (int64_t now = 0;; now++, bench.cycles++) {
    drive(&m, dut, count, now, pop);
    dut->rst = now == reset;
    dut->clk = 0;
    dut->eval();
    see_tap(&m, dut, &before, now + latency);
    const Job *j = at_work(&m);
    const bool exhausted = j && j->illegal && m.walk.oy * j->out_w + m.walk.ox == depth->acc;
    check("idle", m.issued == m.written && !j, dut->state_o >> 2);
    const bool due = j && j->kind == MAC && at_tile_start(&m.walk);
    check("waiting for weights", due && !dut->tile_valid_i, dut->state_o & 1);
    if (!exhausted) check("illegal", 0, dut->state_o >> 1 & 1);
    if (exhausted && refused++ == 10) {
      check("illegal", 1, dut->state_o >> 1 & 1);
      dut->rst = 1; /* as the parser would */
    }
    before = see_takes(&m, dut, exhausted);
    late = free_to_go(&m, dut) && !exhausted ? late + 1 : 0;
    if (before.expected || before.job_take) late = 0;
    check("cycles that the next tap is late", 1, late < 8);
    const bool over = m.next == count && !j && m.issued == m.written && m.popped == m.stream_in;
    const bool moved = before.expected || dut->written_i || m.popping || before.job_take;
    still = moved ? 0 : still + 1;
    check("stands still", 0, still > PATIENCE);

    if (dut->written_i) m.stream_in += m.result[m.written++].stream;
    m.popped += m.popping;
    check("results in the FIFO fit", 1, m.stream_in - m.popped <= depth->out);
    tick(&m.set), tick(&m.tile), tick(&m.coef);
    if (!m.job_ready && --m.job_wait == 0) m.job_ready = true;
    if (before.set_take) next_offer(&m.set, slow);
    if (before.tile_take) next_offer(&m.tile, slow);
    if (before.tile_take && before.set_take) next_offer(&m.coef, slow);
    if (before.job_take) {
      m.job_ready = false;
      m.job_wait = 1 + below(slow);
    }
    dut->clk = 1;
    dut->eval();
    if (over || dut->rst) break;
  }
  if (!dut->rst) return;
  dut->rst = dut->clk = dut->job_valid_i = 0;
  dut->eval();
  check("after reset: a tap", 0, dut->iss_o >> 5);
  check("after reset: idle, not illegal", 2, dut->state_o >> 1);
}

int main(int argc, char **argv) {
  bench = bench_start("exec", argc, argv);
  VerilatedContext context;
  context.randReset(2);
  context.randSeed((int)(bench.seed & 0x3fffffff) + 1);
  Vtb_exec dut(&context);
  for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
    depth = &depths[i];
    dut.sel_i = (uint8_t)i;
    dut.rst = 1;
    for (int c = 0; c < 5; c++) dut.clk = c & 1, dut.eval();
    for (int n = 0; n < 600; n++) {
      const int count = 1 + (int)below(JOBS);
      const bool illegal = bench_chance(&bench, 100);
      for (int k = 0; k < count; k++)
        draw_job(&jobs[k], k ? &jobs[k - 1] : NULL, illegal && k == count - 1);
      run(&dut, count, bench_chance(&bench, 200) ? below(1500) : -1);
    }
  }
  return bench_pass(&bench);
}
