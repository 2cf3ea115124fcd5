/* varimac plot: curves of training runs from their logs. SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "cli/gnuplot.h"

static const char HELP[] =
    "usage: varimac plot RUN.jsonl ... -o FILE.png\n\n"
    "Draws loss and accuracy of runs of `varimac train` over their epochs, one colour a run:\n"
    "training dotted, test solid, test as the run multiplies dashed (beside its exact one), and a\n"
    "mark where a new phase began. A loss is not drawn beyond the largest that guessing would "
    "cost\n"
    "twice over, so that one wild epoch does not flatten the others.\n\n"
    "  -o, --out FILE  a PNG image\n";

static const struct option OPTIONS[] = {
    {"help", no_argument, NULL, 'h'}, {"out", required_argument, NULL, 'o'}, {NULL, 0, NULL, 0}};

enum { CURVES = 3, RUNS = 8 };
static const char *const CURVE[CURVES] = {"train", "test", "test_so_multiplied"};
static const char *const DASH[CURVES] = {"3", "1", "2"};

typedef struct {
  const char *path;
  cJSON **epoch;
  int epochs;
} run;

typedef struct {
  run *runs;
  int count;
} picture;

static double value(const cJSON *epoch, const char *curve, const char *key, bool *there) {
  const cJSON *number =
      cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(epoch, curve), key);
  *there = cJSON_IsNumber(number);
  return *there ? number->valuedouble : 0;
}

static bool is_epoch(const cJSON *line) {
  bool loss, accuracy, tested, right;
  value(line, "train", "loss", &loss);
  value(line, "train", "accuracy", &accuracy);
  value(line, "test", "loss", &tested);
  value(line, "test", "accuracy", &right);
  return cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(line, "epoch")) &&
         cJSON_IsNumber(cJSON_GetObjectItemCaseSensitive(line, "phase")) && loss && accuracy &&
         tested && right;
}

static void read_run(run *r, const char *path) {
  vmac_err err;
  size_t size;
  char *text = (char *)vmac_read_file(path, &size, &err), *rest = NULL;
  if (!text) cli_die("%s", err.text);
  int lines = 0, number = 0;
  for (size_t i = 0; i < size; i++) lines += text[i] == '\n';
  r->path = path;
  r->epoch = vmac_alloc((size_t)lines + 1, sizeof(cJSON *));
  for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
    cJSON *item = cJSON_Parse(line);
    if (number++ == 0) {
      if (!cJSON_IsString(cJSON_GetObjectItemCaseSensitive(item, "run")))
        cli_die("%s: line 1: expected the log of a run of `varimac train`", path);
      cJSON_Delete(item);
      continue;
    }
    if (!is_epoch(item)) cli_die("%s: line %d: expected an epoch of a run", path, number);
    r->epoch[r->epochs++] = item;
  }
  if (!r->epochs) cli_die("%s: no epoch in it", path);
  free(text);
}

static const char *file_of(const char *path) {
  return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/* The file's name, with its folder where another run's is the same, and without its end; gnuplot
 * shall not read quotes in it. */
static void title(FILE *f, const picture *p, int r) {
  static const char end[] = ".jsonl";
  const char *path = p->runs[r].path, *name = file_of(path);
  for (int i = 0; i < p->count; i++)
    if (i != r && !strcmp(file_of(p->runs[i].path), file_of(path))) name = path;
  const size_t size = strlen(name), cut = sizeof end - 1;
  const size_t n = size > cut && !strcmp(name + size - cut, end) ? size - cut : size;
  for (size_t i = 0; i < n; i++) fputc(strchr("\"\\'`", name[i]) ? '_' : name[i], f);
}

static double phase_of(const cJSON *epoch) {
  return cJSON_GetObjectItemCaseSensitive(epoch, "phase")->valuedouble;
}

static bool has_phases(const run *r) {
  return phase_of(r->epoch[0]) != phase_of(r->epoch[r->epochs - 1]);
}

static void write_data(FILE *f, const picture *p) {
  for (int r = 0; r < p->count; r++)
    for (int c = 0; c < CURVES; c++) {
      fprintf(f, "$run%d_%d << EOD\n", r, c);
      for (int i = 0; i < p->runs[r].epochs; i++) {
        bool there;
        const cJSON *e = p->runs[r].epoch[i];
        const double loss = value(e, CURVE[c], "loss", &there);
        const double accuracy = value(e, CURVE[c], "accuracy", &there);
        const double at = cJSON_GetObjectItemCaseSensitive(e, "epoch")->valuedouble;
        if (there)
          fprintf(f, "%.0f %.9g %.9g\n", at, loss, accuracy);
        else
          fprintf(f, "\n"); /* the line is interrupted */
      }
      fprintf(f, "EOD\n");
    }
  for (int r = 0; r < p->count; r++) {
    fprintf(f, "$phase%d << EOD\n", r);
    for (int i = 1; i < p->runs[r].epochs; i++) {
      const cJSON *e = p->runs[r].epoch[i], *before = p->runs[r].epoch[i - 1];
      bool there;
      if (phase_of(e) != phase_of(before))
        fprintf(f, "%.0f %.9g %.9g\n",
                cJSON_GetObjectItemCaseSensitive(before, "epoch")->valuedouble,
                value(before, "test", "loss", &there), value(before, "test", "accuracy", &there));
    }
    fprintf(f, "EOD\n");
  }
}

static bool has_curve(const run *r, int curve) {
  bool there = false;
  for (int i = 0; i < r->epochs && !there; i++) value(r->epoch[i], CURVE[curve], "loss", &there);
  return there;
}

static void write_panel(FILE *f, const picture *p, int column) {
  const char *sep = "plot ";
  for (int r = 0; r < p->count; r++) {
    for (int c = 0; c < CURVES; c++) {
      if (!has_curve(&p->runs[r], c)) continue;
      fprintf(f, "%s$run%d_%d using 1:%d with lines lc %d lw 2 dt %s ", sep, r, c, column, r + 1,
              DASH[c]);
      if (c == 1) {
        fprintf(f, "title \"");
        title(f, p, r);
        fprintf(f, "\"");
      } else {
        fprintf(f, "notitle");
      }
      sep = ", ";
    }
    if (has_phases(&p->runs[r]))
      fprintf(f, ", $phase%d using 1:%d with points lc %d pt 7 notitle", r, column, r + 1);
  }
  fprintf(f, "\n");
}

static void write_script(FILE *f, void *context) {
  const picture *p = context;
  write_data(f, p);
  fprintf(f, "set terminal pngcairo noenhanced size 1200,500\nset multiplot layout 1,2\n"
             "set grid\nset xlabel \"epoch\"\nset ylabel \"loss\"\n"
             "set yrange [0:*<4.61]\n"); /* twice ln 10 */
  write_panel(f, p, 2);
  fprintf(f, "set ylabel \"accuracy, %%\"\nset yrange [0:100]\nset key bottom right\n");
  write_panel(f, p, 3);
}

int cmd_plot(int argc, char **argv) {
  const char *out = NULL;
  for (int o; (o = cli_getopt(argc, argv, "o:", OPTIONS)) != -1;) {
    if (o == 'h') {
      fputs(HELP, stdout);
      return 0;
    }
    out = optarg;
  }
  const int count = argc - optind;
  if (count < 1 || count > RUNS) cli_usage("plot wants 1 to %d logs, found %d", RUNS, count);
  if (!out) cli_usage("plot: expected -o FILE.png; see varimac plot --help");
  picture p = {vmac_alloc((size_t)count, sizeof(run)), count};
  for (int i = 0; i < count; i++) read_run(&p.runs[i], argv[optind + i]);
  cli_gnuplot(out, write_script, &p);
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < p.runs[i].epochs; k++) cJSON_Delete(p.runs[i].epoch[k]);
    free(p.runs[i].epoch);
  }
  free(p.runs);
  return 0;
}
