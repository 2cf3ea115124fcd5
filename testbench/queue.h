/* queue.h: what a queue of words must do, cycle by cycle; for the benches of those that are one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef QUEUE_H
#define QUEUE_H

#include "bench.h"

enum { QUEUE_MOST = 1024 };

/* The model of one queue, and the source and the sink it is put between. */
struct Queue {
  unsigned depth, mask; /* places; the bits of a word that exist */
  unsigned word[QUEUE_MOST], head, held;
  unsigned source, sink; /* how willing, of 1000 */
  bool offered;          /* the source offers `data`, and has to until it is taken */
  unsigned data;
  bool willing;
  uint64_t moved, filled; /* words out; cycles in which the queue was full */
};

/* Draws what source and sink do this cycle; now and then how willing they are from here on. */
static inline void queue_draw(Bench *bench, Queue *q, bool reset) {
  static const unsigned will[] = {1000, 1000, 700, 300, 20, 0};
  if (bench_chance(bench, 1)) {
    q->source = will[vmac_rng_below(&bench->rng, 5)];
    q->sink = will[vmac_rng_below(&bench->rng, 6)];
  }
  if (!q->offered) {
    q->offered = bench_chance(bench, q->source);
    q->data = (unsigned)vmac_rng_next(&bench->rng) & q->mask;
  }
  if (reset) q->offered = false;
  q->willing = bench_chance(bench, q->sink);
}

/* Compares what the queue shows before the edge; count < 0: it shows none. */
static inline void queue_check(const Bench *bench, const Queue *q, int i, bool ready, bool valid,
                               unsigned data, int count) {
  if (ready != (q->held < q->depth))
    bench_fail(bench, "queue %d holds %u of %u, ready %d", i, q->held, q->depth, ready);
  if (valid != (q->held > 0)) bench_fail(bench, "queue %d holds %u, valid %d", i, q->held, valid);
  if (valid && data != q->word[q->head])
    bench_fail(bench, "queue %d: expected 0x%x, found 0x%x", i, q->word[q->head], data);
  if (count >= 0 && (unsigned)count != q->held)
    bench_fail(bench, "queue %d holds %u, count %d", i, q->held, count);
}

/* The edge. */
static inline void queue_step(Queue *q, bool reset) {
  const bool in = q->offered && q->held < q->depth, out = q->willing && q->held > 0;
  if (reset) {
    q->head = q->held = 0;
    q->offered = false;
    return;
  }
  q->filled += q->held == q->depth;
  if (in) q->word[(q->head + q->held) % QUEUE_MOST] = q->data;
  if (out) q->head = (q->head + 1) % QUEUE_MOST;
  q->held = q->held + in - out;
  q->moved += out;
  if (in) q->offered = false;
}

#endif
