/* varimac sweep: many cells, layers and correction modes over one data set, a row each.
 *
 * The files hold the points asked for, as many as are known, and are rewritten after each, so an
 * interrupted sweep goes on where it stopped: a row is kept where network, cell, mode, layers, data
 * and rounding are the same. Cells that are the same function (another structure, a mode of dyn)
 * are run once. SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/sweep.h"

static const char help[] =
    "usage: varimac sweep --net F.tflite -o F.csv [OPTION ...]\n\n"
    "Scores every given cell in every given choice of layers under every given correction mode,\n"
    "a CSV row each; begins again where an earlier run into the same file stopped.\n\n"
    "  --net F              int8 network (.tflite)\n"
    "  -o, --output F       results (CSV). The file holds only the points asked for: rows that it\n"
    "                       has of others go; one that is no sweep's is refused\n"
    "  --json F             the same rows as JSON, an array of objects\n"
    "  --mults A,B,...      cells (default: the whole registry)\n"
    "  --layers A,B,...     MAC layers that have the cell while the others are exact, each entry\n"
    "                       a choice: all; numbers and ranges joined by +, 0+2-5, counted from 0\n"
    "                       in the order of `varimac net`; each: every MAC layer alone, a row for\n"
    "                       each (default all)\n"
    "  --modes A,B,...      correction modes (default all):\n"
    "                       " CLI_MODES ";\n"
    "                       with +tune behind (cv+tune) also the weights tuned for it, as\n"
    "                       `varimac tune` does. Agreement is with the network as given\n"
    "  --ktile ROWS[xCOLS]  slopes of their own for each K tile of an array of that size (see\n"
    "                       eval); the rows' corrections are named so, cv@16x16\n"
    "  --data SPEC          images to score (default subset:test)\n"
    "  --images N           the first N of them (default all)\n"
    "  --calib SPEC         training images that modes are fitted on (default subset:calib)\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --cache MIB          memory for activations of the exact network, which many points share\n"
    "                       (default 512); what does not fit is computed again\n"
    "  --rounding R         double | single (default double)\n\n"
    "Ctrl-C leaves files that the same command goes on with. Threads wait asleep,\n"
    "unless OMP_WAIT_POLICY says otherwise.\n";

/* What goes into a row must not end its column. */
static void check_spec(const char *option, const char *spec) {
  for (const char *c = spec; *c; c++)
    if (*c == ',' || *c == '"' || (unsigned char)*c < ' ')
      cli_usage("%s: a comma, a quote or a control character cannot stand in a row: '%s'", option,
                spec);
}

static sweep_options parse(int argc, char **argv) {
  enum { MULTS = FITTED_LAST, MODES, DATA, CACHE, ROUNDING, JSON, KTILE, HELP };
  static const struct option table[] = {FITTED_OPTIONS,
                                        {"output", 1, 0, 'o'},
                                        {"json", 1, 0, JSON},
                                        {"mults", 1, 0, MULTS},
                                        {"modes", 1, 0, MODES},
                                        {"data", 1, 0, DATA},
                                        {"cache", 1, 0, CACHE},
                                        {"rounding", 1, 0, ROUNDING},
                                        {"ktile", 1, 0, KTILE},
                                        {"help", 0, 0, HELP},
                                        {0}};
  sweep_options o = {.fit = {.calib = "subset:calib"}, .data = "subset:test", .cache = 512};
  for (int c; (c = cli_getopt(argc, argv, "o:", table)) != -1;) switch (c) {
    case 'o':
      o.output = optarg;
      break;
    case JSON:
      o.json = optarg;
      break;
    case MULTS:
      o.mults = optarg;
      break;
    case MODES:
      o.modes = optarg;
      break;
    case DATA:
      o.data = optarg;
      break;
    case CACHE:
      o.cache = cli_int("--cache", optarg, 0, 1 << 20);
      break;
    case ROUNDING:
      o.rounding = run_rounding(optarg);
      break;
    case KTILE:
      o.ktile = optarg;
      break;
    case HELP:
      fputs(help, stdout);
      exit(0);
    default:
      fitted_option(&o.fit, c, optarg);
    }
  if (optind < argc)
    cli_usage("sweep: unexpected argument '%s'; see varimac sweep --help", argv[optind]);
  if (!o.fit.net || !o.output)
    cli_usage("sweep: --net and -o are needed; see varimac sweep --help");
  check_spec("--data", o.data);
  check_spec("--calib", o.fit.calib);
  run_refuse_test_set("--calib", o.fit.calib);
  return o;
}

static sweep prepare(sweep_options *o) {
  sweep s = {.net = run_net(o->fit.net)};
  vmac_err err;
  size_t size;
  sweep_read_lists(&s, o);
  uint8_t *bytes = vmac_read_file(o->fit.net, &size, &err);
  if (!bytes) cli_die("%s", err.text);
  s.net_hash = vmac_hash(bytes, size);
  free(bytes);
  s.data = run_load_labelled(o->data, s.net, o->fit.net, &o->fit.images, "--images");
  bool calibrates = false;
  for (size_t m = 0; m < s.modes; m++) {
    calibrates = calibrates || sweep_calibrates(s.mode[m]);
    if (s.mode[m].tune && !s.tuned) s.tuned = run_net(o->fit.net);
  }
  if (calibrates)
    s.calib = run_load(o->fit.calib, s.net, o->fit.net, &o->fit.calib_images, "--calib-images");
  const char *const places[] = {o->output, o->json};
  cli_outputs(places, 2);
  return s;
}

/* From here on signals that end the program wait; the threads to come inherit that. */
static sigset_t block_signals(void) {
  sigset_t ends, before;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, &before);
  return before;
}

int cmd_sweep(int argc, char **argv) {
  sweep_options o = parse(argc, argv);
  const sigset_t before = block_signals();
  sweep s = prepare(&o);
  sweep_make_points(&s, &o);
  sweep_read_earlier(&s, o.output, (size_t)o.fit.images);
  const bool good = sweep_run(&s, &o);
  const size_t rows = sweep_write(&s, &o);
  if (!good) {
    cli_say("interrupted with %zu of %zu points in %s; the same command goes on", rows, s.points,
            o.output);
    sigprocmask(SIG_SETMASK, &before, NULL); /* the signal does now what it came for */
  }
  printf("%zu points in %s\n", rows, o.output);
  sweep_free(&s);
  return good ? 0 : 1;
}
