/* varimac sweep: many cells and correction modes over one data set, one CSV row each.
 *
 * The exact network runs once for all. The file holds the points asked for and is rewritten after
 * each, so an interrupted sweep goes on where it stopped: a row is kept where network, cell, mode,
 * data and rounding are the same. Cells that are the same function (another structure, a mode of
 * dyn) are run once. SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/run.h"

static const char help[] =
    "usage: varimac sweep --net F.tflite -o F.csv [OPTION ...]\n\n"
    "Scores every given cell under every given correction mode, a CSV row each; begins again "
    "where\n"
    "an earlier run into the same file stopped.\n\n"
    "  --net F              int8 network (.tflite)\n"
    "  -o, --output F       results (CSV)\n"
    "  --mults A,B,...      cells (default: the whole registry)\n"
    "  --modes A,B,...      correction modes (default all: none,bias,paper,cv,bitplane)\n"
    "  --data SPEC          images to score (default subset:test)\n"
    "  --images N           the first N of them (default all)\n"
    "  --calib SPEC         training images that modes are fitted on (default subset:calib)\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --rounding R         double | single (default double)\n";

static const char columns[] = "mult,correction,network,table,x,data,images,calibration,rounding,"
                              "correct,accuracy,agreement,approximate_share\n";

typedef struct {
  const char *net, *output, *data, *calib;
  char *mults, *modes;
  long long images, calib_images;
  vmac_rounding rounding;
} options;

static options parse(int argc, char **argv) {
  enum { NET, MULTS, MODES, DATA, IMAGES, CALIB, CALIB_IMAGES, ROUNDING, HELP };
  static const struct option table[] = {{"net", 1, 0, NET},
                                        {"output", 1, 0, 'o'},
                                        {"mults", 1, 0, MULTS},
                                        {"modes", 1, 0, MODES},
                                        {"data", 1, 0, DATA},
                                        {"images", 1, 0, IMAGES},
                                        {"calib", 1, 0, CALIB},
                                        {"calib-images", 1, 0, CALIB_IMAGES},
                                        {"rounding", 1, 0, ROUNDING},
                                        {"help", 0, 0, HELP},
                                        {0}};
  options o = {.data = "subset:test", .calib = "subset:calib"};
  for (int c; (c = cli_getopt(argc, argv, "o:", table)) != -1;) switch (c) {
    case NET:
      o.net = optarg;
      break;
    case 'o':
      o.output = optarg;
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
    case IMAGES:
      o.images = cli_int("--images", optarg, 1, INT32_MAX);
      break;
    case CALIB:
      o.calib = optarg;
      break;
    case CALIB_IMAGES:
      o.calib_images = cli_int("--calib-images", optarg, 1, INT32_MAX);
      break;
    case ROUNDING:
      o.rounding = run_rounding(optarg);
      break;
    case HELP:
      fputs(help, stdout);
      exit(0);
    }
  if (optind < argc)
    cli_usage("sweep: unexpected argument '%s'; see varimac sweep --help", argv[optind]);
  if (!o.net || !o.output) cli_usage("sweep: --net and -o are needed; see varimac sweep --help");
  run_refuse_test_set("--calib", o.calib);
  return o;
}

/* The cells asked for; *count of them. */
static const vmac_mult **cells(char *list, size_t *count) {
  const vmac_mult **cell = vmac_alloc(list ? strlen(list) : vmac_mult_count(), sizeof *cell);
  vmac_err err;
  *count = 0;
  if (!list)
    while (*count < vmac_mult_count()) {
      cell[*count] = vmac_mult_at(*count);
      ++*count;
    }
  for (char *word = list ? strtok(list, ",") : NULL; word; word = strtok(NULL, ",")) {
    if (!(cell[*count] = vmac_mult_find(word, &err))) cli_usage("--mults: %s", err.text);
    ++*count;
  }
  return cell;
}

static size_t modes(char *list, vmac_mode *mode) {
  size_t count = 0;
  vmac_err err;
  if (!list)
    for (; count < VMAC_CORR_MODES; count++) mode[count] = (vmac_mode)count;
  for (char *word = list ? strtok(list, ",") : NULL; word; word = strtok(NULL, ",")) {
    if (count == VMAC_CORR_MODES) cli_usage("--modes: at most %d", VMAC_CORR_MODES);
    if (!vmac_mode_find(word, &mode[count++], &err)) cli_usage("--modes: %s", err.text);
  }
  return count;
}

/* The line of the earlier results that begins with `key`, or NULL. */
static const char *earlier_row(const char *results, const char *key) {
  for (const char *line = results; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    if (!strncmp(line, key, strlen(key)) && strchr(line, '\n')) return line;
  return NULL;
}

typedef struct {
  vmac_net *net;
  uint64_t net_hash;
  vmac_dataset data, calib;
  uint8_t *exact, *answer;
} subject;

static subject prepare(options *o) {
  subject s = {0};
  vmac_err err;
  size_t size;
  s.net = run_net(o->net);
  if (!vmac_can_write(o->output, &err)) cli_die("%s", err.text);
  uint8_t *bytes = vmac_read_file(o->net, &size, &err);
  if (!bytes) cli_die("%s", err.text);
  s.net_hash = vmac_hash(bytes, size);
  free(bytes);
  s.data = run_load(o->data, s.net, o->net, &o->images, "--images");
  s.calib = run_load(o->calib, s.net, o->net, &o->calib_images, "--calib-images");
  s.exact = vmac_alloc((size_t)o->images, 1);
  s.answer = vmac_alloc((size_t)o->images, 1);
  return s;
}

/* The first cell that is the same function with the same X: its points are this cell's too. */
static const vmac_mult *first_alike(const vmac_mult **cell, const uint64_t *hash, size_t c) {
  for (size_t i = 0; i < c; i++)
    if (hash[i] == hash[c] && cell[i]->cls == cell[c]->cls && cell[i]->xkind == cell[c]->xkind &&
        cell[i]->xbits == cell[c]->xbits)
      return cell[i];
  return cell[c];
}

/* What identifies a point: the row up to its results. Uncalibrated modes leave that column empty
 * (%.0lld prints nothing for 0). */
static void row_key(char *key, size_t size, const options *o, const subject *s,
                    const vmac_mult *cell, uint64_t table_hash, vmac_mode mode) {
  const bool calibrated = vmac_mode_calibrates(mode);
  static const char *const kinds[] = {"none", "low", "or"};
  snprintf(key, size, "%s,%s,%016" PRIx64 ",%016" PRIx64 ",%s:%d,%s,%lld,%.0lld%s%s,%s,",
           cell->name, vmac_mode_name(mode), s->net_hash, table_hash, kinds[cell->xkind],
           cell->xbits, o->data, o->images,
           calibrated ? o->calib_images : 0, calibrated ? " of " : "", calibrated ? o->calib : "",
           run_rounding_name(o->rounding));
}

int cmd_sweep(int argc, char **argv) {
  options o = parse(argc, argv);
  vmac_mode mode[VMAC_CORR_MODES];
  size_t count, done = 0, missing = 0;
  const vmac_mult **cell = cells(o.mults, &count);
  const size_t mode_count = modes(o.modes, mode), points = count * mode_count;
  subject s = prepare(&o);
  const size_t n = (size_t)o.images;

  vmac_err err = {""};
  size_t size = 0;
  char *earlier = NULL;
  if (access(o.output, F_OK) == 0 && !(earlier = (char *)vmac_read_file(o.output, &size, &err)))
    cli_die("%s", err.text);
  char *results = vmac_alloc(size + sizeof columns + points * 512, 1);
  strcpy(results, columns);
  int32_t *table = vmac_alloc(65536, sizeof *table);
  uint64_t *hash = vmac_alloc(count, sizeof *hash);
  bool exact_known = false;
  for (size_t c = 0; c < count; c++)
    for (size_t m = 0; m < mode_count; m++) {
      char key[400], alike[400], *end = results + strlen(results);
      vmac_mult_table(cell[c], table);
      hash[c] = vmac_table_hash(table);
      row_key(key, sizeof key, &o, &s, cell[c], hash[c], mode[m]);
      row_key(alike, sizeof alike, &o, &s, first_alike(cell, hash, c), hash[c], mode[m]);
      done++;
      const char *row = earlier ? earlier_row(earlier, key) : NULL;
      const char *same = earlier_row(results, alike);
      if (row || same) {
        const char *found = row ? row + strlen(key) : same + strlen(alike);
        sprintf(end, "%s%.*s\n", key, (int)strcspn(found, "\n"), found);
        continue;
      }
      if (!exact_known)
        run_answers("exact network", s.net, NULL, o.rounding, &s.data, n, s.exact, NULL);
      exact_known = true;
      char what[96];
      snprintf(what, sizeof what, "%zu/%zu %s %s", done, points, cell[c]->name,
               vmac_mode_name(mode[m]));
      vmac_plan *plan =
          run_plan(s.net, cell[c], mode[m], &s.calib, o.calib, (size_t)o.calib_images, &err);
      if (!plan) { /* the other points are still worth having */
        fprintf(stderr, "varimac: no row: %s\n", err.text);
        missing++;
        continue;
      }
      run_answers(what, s.net, plan, o.rounding, &s.data, n, s.answer, NULL);
      const size_t correct = run_equal(s.answer, s.data.labels, n);
      sprintf(end, "%s%zu,%.6f,%.6f,%g\n", key, correct, (double)correct / (double)n,
              (double)run_equal(s.answer, s.exact, n) / (double)n, run_share(plan));
      vmac_plan_free(plan);
      if (!vmac_write_file(o.output, results, strlen(results), &err)) cli_die("%s", err.text);
    }
  if (!vmac_write_file(o.output, results, strlen(results), &err)) cli_die("%s", err.text);
  printf("%zu points in %s\n", points - missing, o.output);
  free(hash);
  free(table);
  free(results);
  free(earlier);
  free(cell);
  free(s.exact);
  free(s.answer);
  vmac_dataset_free(&s.data);
  vmac_dataset_free(&s.calib);
  vmac_net_free(s.net);
  return 0;
}
