/* varimac search: which cell for which layer, filter or place: energy against accuracy.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/search.h"
#include "explore/loss.h"

static const char help[] =
    "usage: varimac search --net F.tflite --mults A,B,... --costs F -o F.csv [OPTION ...]\n\n"
    "Looks for maps of cells that lose little and cost little, measures them on training images,\n"
    "and answers the test images with those of the front. Energy is that of multiplications "
    "alone,\n"
    "a share of what they take with the dearest of the cells. Steps: every unit's every cell "
    "alone;\n"
    "choices that are best where such losses add up, at some exchange rate of loss for energy; "
    "and\n"
    "evolution from there (NSGA-II, children chosen by that sum). What was measured is kept, so "
    "an\n"
    "interrupted search goes on where it stopped, and the same seed ends with the same front.\n\n"
    "  --net F              int8 network (.tflite)\n"
    "  -o, --output F       the front (CSV)\n"
    "  --maps DIR           a map for each of its rows, DIR/00.json ... (see varimac map --help);\n"
    "                       maps of an earlier, longer front behind them are removed\n"
    "  --known F            what was measured (default: the output's name with .known)\n"
    "  --mults A,B,...      cells; the dearest is what energy is a share of\n"
    "  --costs F            energies of products: a table with a header line, a column name and\n"
    "  --column C           another (default cell_inertial_pj), such as ppa.tsv of `make ppa`\n"
    "  --level L            units: layer (default) | filter | input | tap, of each layer\n"
    "  --groups N           filters or input channels in so many groups (default 4), those with\n"
    "                       the largest weights in the first\n"
    "  --correction MODE    " CLI_MODES "\n"
    "                       (default none), fitted to each map\n"
    "  --edge NAME          the cell whose sums X the array makes (default: of a layer of one "
    "cell\n"
    "                       that one's, else those of the dearest)\n"
    "  --data SPEC          labelled training images to measure on (default subset:calib)\n"
    "  --images N           the first N of them (default all)\n"
    "  --judges N           the front's rows are judged by N more of them, behind those: maps suit\n"
    "                       the images that chose them (default: by those measured on)\n"
    "  --calib SPEC         training images that corrections are fitted on (default subset:calib)\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --test SPEC          images that the front's rows are scored on (default subset:test)\n"
    "  --test-images N      the first N of them (default all)\n"
    "  --within P           no row of a map that answers over P percent fewer of the training "
    "images\n"
    "                       right than the dearest cell does (default 100: all rows)\n"
    "  --units F            a row for each unit, its layer and multiplications (CSV)\n"
    "  --line N             choices of the second step, at most (default 24)\n"
    "  --evaluations N      of evolution (default 200)\n"
    "  --seed N             (default 1)\n"
    "  --cache MIB          memory for the exact network's activations (default 512)\n\n"
    "Threads wait asleep, unless OMP_WAIT_POLICY says otherwise.\n";

static search_options parse(int argc, char **argv) {
  enum {
    NET,
    MAPS,
    KNOWN,
    MULTS,
    COSTS,
    COLUMN,
    LEVEL,
    GROUPS,
    CORRECTION,
    EDGE,
    DATA,
    IMAGES,
    JUDGES,
    CALIB,
    CALIB_IMAGES,
    TEST,
    TEST_IMAGES,
    WITHIN,
    UNITS,
    LINE,
    EVALUATIONS,
    SEED,
    CACHE,
    HELP
  };
  static const struct option table[] = {{"net", 1, 0, NET},
                                        {"output", 1, 0, 'o'},
                                        {"maps", 1, 0, MAPS},
                                        {"known", 1, 0, KNOWN},
                                        {"mults", 1, 0, MULTS},
                                        {"costs", 1, 0, COSTS},
                                        {"column", 1, 0, COLUMN},
                                        {"level", 1, 0, LEVEL},
                                        {"groups", 1, 0, GROUPS},
                                        {"correction", 1, 0, CORRECTION},
                                        {"edge", 1, 0, EDGE},
                                        {"data", 1, 0, DATA},
                                        {"images", 1, 0, IMAGES},
                                        {"judges", 1, 0, JUDGES},
                                        {"calib", 1, 0, CALIB},
                                        {"calib-images", 1, 0, CALIB_IMAGES},
                                        {"test", 1, 0, TEST},
                                        {"test-images", 1, 0, TEST_IMAGES},
                                        {"within", 1, 0, WITHIN},
                                        {"units", 1, 0, UNITS},
                                        {"line", 1, 0, LINE},
                                        {"evaluations", 1, 0, EVALUATIONS},
                                        {"seed", 1, 0, SEED},
                                        {"cache", 1, 0, CACHE},
                                        {"help", 0, 0, HELP},
                                        {0}};
  search_options o = {.column = "cell_inertial_pj",
                      .data = "subset:calib",
                      .calib = "subset:calib",
                      .test = "subset:test",
                      .within = 100,
                      .groups = 4,
                      .line = 24,
                      .evaluations = 200,
                      .seed = 1,
                      .cache = 512};
  vmac_err err;
  for (int c; (c = cli_getopt(argc, argv, "o:", table)) != -1;) switch (c) {
    case NET:
      o.net = optarg;
      break;
    case 'o':
      o.output = optarg;
      break;
    case MAPS:
      o.maps = optarg;
      break;
    case KNOWN:
      o.known = optarg;
      break;
    case MULTS:
      o.mults = optarg;
      break;
    case COSTS:
      o.costs = optarg;
      break;
    case COLUMN:
      o.column = optarg;
      break;
    case LEVEL:
      if (!vmac_level_find(optarg, &o.level, &err)) cli_usage("--level: %s", err.text);
      break;
    case GROUPS:
      o.groups = cli_int("--groups", optarg, 1, 65535);
      break;
    case CORRECTION:
      if (!vmac_mode_find(optarg, &o.mode, &err)) cli_usage("--correction: %s", err.text);
      break;
    case EDGE:
      o.edge = optarg;
      break;
    case DATA:
      o.data = optarg;
      break;
    case IMAGES:
      o.images = cli_int("--images", optarg, 1, INT32_MAX);
      break;
    case JUDGES:
      o.judges = cli_int("--judges", optarg, 1, INT32_MAX);
      break;
    case CALIB:
      o.calib = optarg;
      break;
    case CALIB_IMAGES:
      o.calib_images = cli_int("--calib-images", optarg, 1, INT32_MAX);
      break;
    case TEST:
      o.test = optarg;
      break;
    case TEST_IMAGES:
      o.test_images = cli_int("--test-images", optarg, 1, INT32_MAX);
      break;
    case WITHIN:
      o.within = cli_double("--within", optarg, 0, 100);
      break;
    case UNITS:
      o.units = optarg;
      break;
    case LINE:
      o.line = cli_int("--line", optarg, 1, 1000);
      break;
    case EVALUATIONS:
      o.evaluations = cli_int("--evaluations", optarg, 0, 1000000);
      break;
    case SEED:
      o.seed = cli_int("--seed", optarg, 0, INT64_MAX);
      break;
    case CACHE:
      o.cache = cli_int("--cache", optarg, 0, 1 << 20);
      break;
    case HELP:
      fputs(help, stdout);
      exit(0);
    default:
      abort();
    }
  if (optind < argc)
    cli_usage("search: unexpected argument '%s'; see varimac search --help", argv[optind]);
  if (!o.net || !o.output || !o.mults || !o.costs)
    cli_usage("search: --net, --mults, --costs and -o are needed; see varimac search --help");
  run_refuse_test_set("--data", o.data);
  run_refuse_test_set("--calib", o.calib);
  if (!o.known) {
    char *known = vmac_alloc(strlen(o.output) + 7, 1);
    o.known = strcat(strcpy(known, o.output), ".known");
  }
  return o;
}

/* The dearest first: there the share is 1. */
static void sort_cells(search_run *r) {
  int dear = 0;
  for (int i = 1; i < r->cells; i++)
    if (r->price[i] > r->price[dear]) dear = i;
  const vmac_mult *mult = r->mult[dear];
  const double price = r->price[dear];
  r->mult[dear] = r->mult[0];
  r->price[dear] = r->price[0];
  r->mult[0] = mult;
  r->price[0] = price;
  int32_t *table = vmac_alloc(65536, sizeof *table);
  vmac_mult_table(mult, table);
  r->exact = true;
  for (int a = 0; a < 256; a++)
    for (int w = 0; w < 256; w++)
      r->exact = r->exact && table[a << 8 | w] == vmac_operand(mult->cls, (uint8_t)a) *
                                                      vmac_operand(mult->cls, (uint8_t)w);
  free(table);
}

vmac_map *search_map(const search_run *r, const uint8_t *choice) {
  vmac_map *map = vmac_map_new(r->net, r->edge ? r->edge : r->mult[0]);
  uint8_t *cell = vmac_alloc((size_t)r->units->count, 1);
  map->shared = r->edge;
  for (int i = 0; i < r->cells; i++) vmac_map_cell(map, r->mult[i]); /* the same in every map */
  for (int u = 0; u < r->units->count; u++)
    cell[u] = (uint8_t)vmac_map_cell(map, r->mult[choice[u]]);
  vmac_units_map(r->units, r->net, cell, r->exact && !map->shared, map);
  free(cell);
  return map;
}

bool search_plan(search_run *r, const uint8_t *choice) {
  vmac_err err;
  vmac_map *map = search_map(r, choice);
  if (!vmac_map_check(map, r->net, &err)) cli_die("%s", err.text);
  vmac_plan_map(r->net, r->plan, map);
  vmac_map_free(map);
  return vmac_plan_correct(r->net, r->plan, r->o->mode, r->fit, &err);
}

static bool judge(void *context, const uint8_t *choice, double *loss, double *correct) {
  search_run *r = context;
  size_t right;
  if (cli_interrupted()) return false;
  if (search_plan(r, choice)) {
    vmac_plan_loss(r->net, r->plan, r->prefix, &r->data, (size_t)r->o->images, loss, &right);
    *correct = (double)right;
  } else { /* coefficients that do not fit: hardware cannot do it */
    *loss = 1e9;
    *correct = 0;
  }
  cli_progress(r->step, ++r->done, r->steps);
  if (r->done % 16 == 0) search_keep(r);
  return true;
}

static void begin(search_run *r, const char *step, size_t steps) {
  r->step = step;
  r->done = 0;
  r->steps = steps;
  cli_progress(step, 0, steps);
}

static bool run(search_run *r) {
  const search_options *o = r->o;
  begin(r, "each cell alone", (size_t)r->units->count * (size_t)(r->cells - 1) + 1);
  if (!vmac_search_rank(&r->search)) return false;
  begin(r, "sums of losses", (size_t)o->line);
  if (!vmac_search_line(&r->search, (int)o->line)) return false;
  begin(r, "evolution", (size_t)o->evaluations);
  return vmac_search_evolve(&r->search, (int)o->evaluations, (uint64_t)o->seed);
}

static search_run prepare(search_options *o) {
  search_run r = {.o = o, .net = run_net(o->net)};
  vmac_err err;
  size_t size;
  uint8_t *bytes = vmac_read_file(o->net, &size, &err);
  if (!bytes) cli_die("%s", err.text);
  r.net_hash = vmac_hash(bytes, size);
  free(bytes);
  size_t cells;
  r.mult = run_mults(o->mults, true, &cells);
  if (cells < 2 || cells > 255) cli_usage("--mults: expected 2 to 255 cells, found %zu", cells);
  r.cells = (int)cells;
  r.price = vmac_alloc((size_t)r.cells, sizeof *r.price);
  search_prices(o->costs, o->column, r.cells, r.mult, r.price);
  sort_cells(&r);
  if (o->edge && !(r.edge = vmac_mult_find(o->edge, &err))) cli_usage("--edge: %s", err.text);
  r.units = vmac_units_new(r.net, o->level, (int)o->groups);
  r.data = run_load_labelled(o->data, r.net, o->net, &o->images, "--images");
  if ((size_t)o->judges > r.data.n - (size_t)o->images)
    cli_die("--judges: expected at most %zu, the images of %s behind the %lld measured on, found "
            "%lld",
            r.data.n - (size_t)o->images, o->data, o->images, o->judges);
  r.test = run_load_labelled(o->test, r.net, o->net, &o->test_images, "--test-images");
  const size_t cache = (size_t)o->cache << 20;
  if (vmac_mode_calibrates(o->mode)) {
    r.calib = run_load(o->calib, r.net, o->net, &o->calib_images, "--calib-images");
    r.fit = vmac_calib_new(r.net, &r.calib, (size_t)o->calib_images, cache / 2);
  }
  const char *const places[] = {o->output, o->known, o->units};
  cli_outputs(places, 3);
  struct stat maps;
  if (o->maps && mkdir(o->maps, 0777) && (errno != EEXIST || stat(o->maps, &maps)))
    cli_die("%s: %s", o->maps, strerror(errno));
  if (o->maps && !stat(o->maps, &maps) && !S_ISDIR(maps.st_mode))
    cli_die("%s: expected a folder for maps, found a file", o->maps);
  r.prefix = vmac_prefix_new(r.net, VMAC_ROUND_DOUBLE, &r.data, (size_t)o->images, cache / 2);
  r.plan = vmac_plan_new(r.net);
  return r;
}

static void release(search_run *r) {
  vmac_search_free(&r->search);
  vmac_plan_free(r->plan);
  vmac_prefix_free(r->prefix);
  vmac_calib_free(r->fit);
  vmac_dataset_free(&r->data);
  vmac_dataset_free(&r->test);
  vmac_dataset_free(&r->calib);
  vmac_units_free(r->units);
  free(r->price);
  free(r->mult);
  vmac_net_free(r->net);
}

int cmd_search(int argc, char **argv) {
  search_options o = parse(argc, argv);
  sigset_t ends, before;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  sigprocmask(SIG_BLOCK, &ends, &before); /* the threads to come inherit that */
  search_run r = prepare(&o);
  r.search = vmac_search_new(r.units->count, r.cells, r.units->macs, r.price, judge, &r);
  search_recall(&r);
  const size_t recalled = r.search.known;
  const bool good = run(&r);
  search_keep(&r);
  sigprocmask(SIG_SETMASK, &before, NULL); /* all that was measured is kept */
  if (!good) {
    cli_say("interrupted with %zu maps measured in %s; the same command goes on",
            r.search.known, o.known);
    release(&r);
    return 1;
  }
  printf("network      %s\nunits        %d (level %s), cells %d, correction %s, seed %lld\n"
         "measured     %zu maps on %lld images of %s, %zu of them known from %s\n",
         o.net, r.units->count, vmac_level_name(o.level), r.cells, vmac_mode_name(o.mode), o.seed,
         r.search.known, o.images, o.data, recalled, o.known);
  search_report(&r);
  release(&r);
  return 0;
}
