/* varimac compile: a network becomes a program for the accelerator.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/compiled.h"

static const char help[] =
    "usage: varimac compile --net F.tflite --mult NAME|--map F -o PROG.vmp [OPTION ...]\n\n"
    "Compiles a network into the stream that the accelerator (rtl/vmac_top.v) takes for one "
    "image,\n"
    "and prints what each layer becomes:\n"
    "  jobs, sets, tiles   jobs (blocks of pixels), sets of output channels, K tiles each\n"
    "  beats               of the stream, descriptors included\n"
    "  place               buffer set and words of the output\n\n" COMPILED_HELP
    "  -o F                 the program\n"
    "  --data SPEC --image J\n"
    "                       put that image into it (default: an image of zero codes)\n"
    "  --beats F            write the beats that go to s_axis, raw\n"
    "  --results F          write the result beats that must come back, raw\n";

enum { DATA = COMPILED_LAST, IMAGE, BEATS, RESULTS, HELP };

static const struct option table[] = {COMPILED_OPTIONS,
                                      {"data", 1, 0, DATA},
                                      {"image", 1, 0, IMAGE},
                                      {"beats", 1, 0, BEATS},
                                      {"results", 1, 0, RESULTS},
                                      {"help", 0, 0, HELP},
                                      {0}};

typedef struct {
  const char *out, *data, *beats, *results;
  long long image;
} options;

static options parse(int argc, char **argv, compiled *c) {
  options o = {.image = -1};
  for (int letter; (letter = cli_getopt(argc, argv, "o:", table)) != -1;) switch (letter) {
    case 'o':
      o.out = optarg;
      break;
    case DATA:
      o.data = optarg;
      break;
    case IMAGE:
      o.image = cli_int("--image", optarg, 0, INT32_MAX);
      break;
    case BEATS:
      o.beats = optarg;
      break;
    case RESULTS:
      o.results = optarg;
      break;
    case HELP:
      fputs(help, stdout);
      exit(0);
    default:
      compiled_option(c, letter, optarg);
    }
  if (optind < argc)
    cli_usage("compile: unexpected argument '%s'; see varimac compile --help", argv[optind]);
  compiled_check(c);
  if (!o.out) cli_usage("compile: -o is missing; see varimac compile --help");
  if ((o.image >= 0) != (o.data != NULL)) cli_usage("compile: --data and --image go together");
  return o;
}

static void print_layer(const compiled *c, const vmac_job *job, int jobs, size_t beats) {
  char name[64], place[48];
  compiled_name(c, job->op, job->kind, name, sizeof name);
  if (job->to_stream)
    snprintf(place, sizeof place, "to the stream");
  else
    snprintf(place, sizeof place, "%c %d..%d", job->dst ? 'Y' : 'X', job->base,
             job->base + job->words - 1);
  printf("%-21s %-5s %4d %5d %5d %9zu  %s\n", name, vmac_job_name(job->kind), jobs, job->sets,
         job->k_tiles, beats, place);
}

static void print(const compiled *c) {
  const vmac_program *p = c->program;
  const vmac_hw *hw = &p->hw;
  const vmac_mult *mult = vmac_mult_at((size_t)hw->cell);
  char cell[128];
  if (c->map)
    snprintf(cell, sizeof cell, "cells of %s", c->map_path);
  else if (hw->opt_mode)
    snprintf(cell, sizeof cell, "cell %d (%s) in mode %d", hw->cell, mult->name, c->operand_mode);
  else
    snprintf(cell, sizeof cell, "cell %d (%s)", hw->cell, mult->name);
  char rank[32] = "";
  if (hw->phi_rank) snprintf(rank, sizeof rank, " (phi, rank %d)", hw->phi_rank);
  printf("network      %s\nhardware     %d x %d, %s, %d accumulators per column, 2 x %d "
         "words of %d bytes, correction %d%s%s\ncorrection   %s\n",
         c->net_path, hw->rows, hw->cols, cell, hw->acc_depth, hw->buf_depth, vmac_hw_lanes(hw),
         hw->opt_correction, rank, hw->opt_ktile ? " per K tile" : "",
         vmac_mode_name(c->plan->mode));
  printf("%3s %-17s %-5s %4s %5s %5s %9s  %s\n", "op", "kind", "job", "jobs", "sets", "tiles",
         "beats", "place");
  for (int i = 0, end; i < p->jobs; i = end) {
    size_t beats = 0;
    for (end = i;
         end < p->jobs && p->job[end].op == p->job[i].op && p->job[end].kind == p->job[i].kind;
         end++)
      beats += p->job[end].beats;
    print_layer(c, &p->job[i], end - i, beats);
  }
  printf("%d jobs, %zu beats of %d bytes in, %zu out: a tensor of %d x %d x %d%s\n", p->jobs,
         p->beat_count, vmac_hw_beat(hw), p->result_beats, p->out_h, p->out_w, p->out_c,
         p->softmax ? " whose softmax is left to the host" : "");
}

static void set_image(const compiled *c, const options *o) {
  vmac_state *state = vmac_state_new(c->net);
  if (o->data) {
    long long all = 0;
    vmac_dataset data = run_load(o->data, c->net, c->net_path, &all, "--image");
    if ((size_t)o->image >= data.n)
      cli_die("--image: %s has images 0..%zu, found %lld", o->data, data.n - 1, o->image);
    vmac_state_set_image(c->net, state, &data, (size_t)o->image);
    vmac_dataset_free(&data);
  }
  vmac_program_set_image(c->program, state->i8[c->net->input]);
  vmac_state_free(c->net, state);
}

/* All files or none. */
static void write_outputs(const compiled *c, const options *o) {
  const vmac_program *p = c->program;
  const size_t beat = (size_t)vmac_hw_beat(&p->hw);
  vmac_err err;
  vmac_run run = {.bytes = NULL};
  bool good = !o->results || vmac_interpret(&p->hw, p->beats, p->beat_count, NULL, &run, &err);
  vmac_files_begin();
  good = good && vmac_program_save(p, o->out, &err);
  good = good && (!o->beats || vmac_write_file(o->beats, p->beats, p->beat_count * beat, &err));
  good = good && (!o->results || vmac_write_file(o->results, run.bytes, run.beats * beat, &err));
  free(run.bytes);
  if (!vmac_files_end(good, &err)) cli_die("%s", err.text);
}

int cmd_compile(int argc, char **argv) {
  compiled c = compiled_new("compile");
  const options o = parse(argc, argv, &c);
  const char *const places[] = {o.out, o.beats, o.results};
  cli_outputs(places, 3);
  compiled_make(&c);
  set_image(&c, &o);
  write_outputs(&c, &o);
  print(&c);
  compiled_free(&c);
  return 0;
}
