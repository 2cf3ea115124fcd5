/* The points of a sweep that have no results yet, in the order that shares the most work.
 *
 * Points whose first approximated layer is the same use the same activations before it. Within them
 * those of one cell use the same prepared layers and the same calibration, whose moments for
 * bitplane have those of the other modes in them. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sweep.h"

/* A point's place in that order. */
typedef struct {
  int first;
  size_t cell, layers;
  bool tune; /* behind all others of the cell: their plans share nothing */
  int mode;  /* negative: bitplane before cv before bias */
  size_t point;
} job;

static int compare(size_t a, size_t b) {
  return (a > b) - (a < b);
}

static int by_work(const void *a, const void *b) {
  const job *x = a, *y = b;
  if (x->first != y->first) return x->first < y->first ? -1 : 1;
  if (x->cell != y->cell) return compare(x->cell, y->cell);
  if (x->tune != y->tune) return x->tune - y->tune;
  if (x->layers != y->layers) return compare(x->layers, y->layers);
  if (x->mode != y->mode) return x->mode < y->mode ? -1 : 1;
  return compare(x->point, y->point);
}

/* Results that a twin has are results of the point too. */
static void share_results(sweep *s) {
  for (int pass = 0; pass < 2; pass++) /* to the first of them, then to all */
    for (size_t i = 0; i < s->points; i++) {
      sweep_point *p = &s->point[i], *same = &s->point[p->same];
      sweep_point *to = pass ? p : same, *from = pass ? same : p;
      if (to->results || !from->results) continue;
      const size_t size = strlen(from->results) + 1;
      to->results = memcpy(vmac_alloc(size, 1), from->results, size);
    }
}

static size_t jobs_of(const sweep *s, job *jobs) {
  size_t count = 0;
  for (size_t i = 0; i < s->points; i++) {
    const sweep_point *p = &s->point[i];
    if (p->results || p->same != i) continue;
    jobs[count++] =
        (job){s->choice[p->layers].first, p->cell, p->layers, p->mode.tune, -(int)p->mode.mode, i};
  }
  qsort(jobs, count, sizeof *jobs, by_work);
  return count;
}

typedef struct {
  sweep *s;
  const sweep_options *o;
  vmac_calib *calib;
  vmac_tuner *tuner; /* or NULL */
  vmac_scorer *scorer;
  uint8_t *answer;
  size_t jobs, done;  /* points */
  size_t images, ran; /* of all of them, each as often as a plan runs it */
} runner;

/* Images that judge a job's tuned weights, for both plans. */
static size_t judging(const runner *r, const job *j) {
  bool seen;
  return j->tune ? 2 * vmac_tune_judges(r->tuner, &seen) : 0;
}

static size_t images_of(const runner *r, const job *j) {
  return judging(r, j) + (size_t)r->o->fit.images;
}

/* The answers of one plan; false where a signal came. */
static bool answer(const runner *r, const job *j, const vmac_plan *plan) {
  const size_t images = (size_t)r->o->fit.images, chunk = run_chunk(images);
  const size_t ran = r->ran + judging(r, j);
  char what[160];
  snprintf(what, sizeof what, "point %zu of %zu (%s %s %.60s), images", r->done + 1, r->jobs,
           plan->mult->name, r->s->point[j->point].mode.text, r->s->choice[j->layers].text);
  for (size_t i = 0; i < images; i += chunk) {
    const size_t count = images - i < chunk ? images - i : chunk;
    if (cli_interrupted()) return false;
    vmac_scorer_answers(r->scorer, plan, i, count, r->answer + i, NULL);
    cli_progress(what, ran + i + count, r->images);
  }
  return true;
}

static void set_results(const runner *r, sweep_point *p, const vmac_plan *plan) {
  const size_t n = (size_t)r->o->fit.images;
  const uint8_t *exact = vmac_scorer_exact(r->scorer), *label = r->s->data.labels;
  sweep_result of = {.images = n,
                     .correct = run_equal(r->answer, label, n),
                     .agree = run_equal(r->answer, exact, n),
                     .share = run_share(r->s->net, plan)};
  for (size_t i = 0; i < n; i++) of.lost += exact[i] == label[i] && r->answer[i] != label[i];
  of.gained = of.correct + of.lost - run_equal(exact, label, n);
  p->results = sweep_results(&of);
}

/* The other points are still worth having. */
static void report_missing(const sweep *s, size_t point, const vmac_err *err) {
  for (size_t i = 0; i < s->points; i++) {
    const sweep_point *p = &s->point[i];
    if (p->same == point && !p->results)
      cli_say("no row: %s, correction %s, layers %s: %s", s->cell[p->cell]->name, p->mode.text,
              s->choice[p->layers].text, err->text);
  }
}

/* s->tuned with the weights for a job's cell, mode and layers; false where a signal came. */
static bool tune(const runner *r, const job *j) {
  const sweep *s = r->s;
  const sweep_mode *mode = &s->point[j->point].mode;
  vmac_err err;
  char what[96];
  snprintf(what, sizeof what, "point %zu of %zu (%s %s), tuning; images", r->done + 1, r->jobs,
           s->cell[j->cell]->name, mode->text);
  run_untune(s->net, s->tuned); /* an earlier job's were there */
  for (int i = 0; i < s->net->ops; i++) {
    if (!s->choice[j->layers].has[i]) continue;
    if (cli_interrupted()) return false;
    cli_progress(what, r->ran, r->images);
    vmac_tune_layer(r->tuner, s->cell[j->cell], mode->mode, i, s->tuned);
  }
  if (!vmac_net_prepare(s->tuned, &err)) cli_die("tuned weights: %s", err.text);
  return true;
}

static vmac_plan *new_plan(const runner *r, const vmac_net *net) {
  vmac_plan *plan = vmac_plan_new(net);
  vmac_plan_tile(plan, run_ktiles(net, r->o->ktile));
  return plan;
}

/* Puts the plan of the given weights in the place of that of tuned ones where they answer better,
 * as tune does; false where a signal came. */
static bool judge(const runner *r, const job *j, vmac_plan **plan) {
  const sweep *s = r->s;
  vmac_plan *given = new_plan(r, s->net), *tuned = *plan;
  vmac_err err;
  char what[96];
  snprintf(what, sizeof what, "point %zu of %zu (%s %s), judging; images", r->done + 1, r->jobs,
           s->cell[j->cell]->name, s->point[j->point].mode.text);
  vmac_plan_set(s->net, given, s->cell[j->cell], s->choice[j->layers].has);
  run_verdict v = {0};
  bool good = true;
  if (vmac_plan_correct(s->net, given, tuned->mode, r->calib, &err))
    while ((good = !cli_interrupted()) && run_judge(r->tuner, given, tuned, &v))
      cli_progress(what, r->ran + 2 * v.judged, r->images);
  vmac_plan_free(v.given > v.tuned ? tuned : given);
  *plan = v.given > v.tuned ? given : tuned;
  return good;
}

static bool run_jobs(runner *r, const job *jobs) {
  sweep *s = r->s;
  vmac_err err;
  vmac_plan *plan = NULL;
  bool good = true;
  cli_progress("", 0, 1);
  for (const job *j = jobs; good && j < jobs + r->jobs; j++) {
    const bool other =
        j == jobs || j->first != j[-1].first || j->cell != j[-1].cell || j->tune || j[-1].tune;
    const vmac_net *net = j->tune ? s->tuned : s->net;
    sweep_point *p = &s->point[j->point];
    if (j->tune && !(good = tune(r, j))) break;
    if (other) {
      vmac_plan_free(plan);
      plan = new_plan(r, net);
    }
    if (other || j->layers != j[-1].layers)
      vmac_plan_set(net, plan, s->cell[j->cell], s->choice[j->layers].has);
    if (!vmac_plan_correct(net, plan, p->mode.mode, r->calib, &err)) {
      report_missing(s, j->point, &err);
    } else if ((good = (!j->tune || judge(r, j, &plan)) && answer(r, j, plan))) {
      set_results(r, p, plan);
      share_results(s);
    }
    if (good) sweep_write(s, r->o);
    r->done++;
    r->ran += images_of(r, j);
  }
  vmac_plan_free(plan);
  return good;
}

bool sweep_run(sweep *s, const sweep_options *o) {
  share_results(s);
  job *jobs = vmac_alloc(s->points, sizeof *jobs);
  runner r = {.s = s, .o = o, .jobs = jobs_of(s, jobs)};
  const size_t cache = (size_t)o->cache << 20, n = (size_t)o->fit.images;
  if (s->calib.n) /* at most half of the memory: what it does not need is the prefix's */
    r.calib = vmac_calib_new(s->net, &s->calib, (size_t)o->fit.calib_images, cache / 2);
  r.scorer = vmac_scorer_new(s->net, o->rounding, &s->data, n, cache - vmac_calib_bytes(r.calib));
  r.answer = vmac_alloc(n, 1);
  for (size_t i = 0; i < r.jobs && !r.tuner; i++)
    if (jobs[i].tune) r.tuner = vmac_tuner_new(s->net, &s->calib, (size_t)o->fit.calib_images);
  for (size_t i = 0; i < r.jobs; i++) r.images += images_of(&r, &jobs[i]);
  const bool good = run_jobs(&r, jobs);
  free(r.answer);
  vmac_tuner_free(r.tuner);
  vmac_scorer_free(r.scorer);
  vmac_calib_free(r.calib);
  free(jobs);
  return good;
}
