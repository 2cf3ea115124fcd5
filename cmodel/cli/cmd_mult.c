/* varimac mult: the multiplier cells and what is known about each.
 * SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/mult_map.h"

enum { PAIRS = 65536 };

static const char help_text[] =
    "usage: varimac mult list\n"
    "       varimac mult info NAME\n"
    "       varimac mult table NAME [-o FILE] [--raw]\n"
    "       varimac mult errors [NAME ...] [--json FILE]\n"
    "       varimac mult map NAME -o FILE.png\n"
    "\n"
    "  list    every cell of the registry\n"
    "  info    one cell: definition, error metrics, fingerprint of its truth table\n"
    "  table   the truth table: CSV, a row per A, a column per W, operands in the order of their\n"
    "          bits 0..255; --raw: 65,536 16-bit words, little-endian, index A << 8 | W,\n"
    "          unsigned for u8 cells, signed for s8 cells\n"
    "  errors  the metrics of several cells (default: all), also as JSON\n"
    "  map     the error over all operand pairs as an image (needs gnuplot)\n"
    "\n"
    "Error is approximate - exact, over all 65,536 pairs with equal weight. A is the activation,\n"
    "W the weight.\n"
    "  mean, MED, variance   of the error, of |error|, of the error\n"
    "  MRE    mean of |error / exact| over the 65,025 pairs whose exact product is not 0\n"
    "  NMED   MED over the largest |exact product| of the class: u8 65025, s8 16384\n"
    "  WCE    largest |error|;  rate: share of the pairs with an error\n"
    "  rank   of the 256 x 256 table of products, modulo the prime 2^30 - 35\n"
    "  f(0,0), max |f(0,w)|, max |f(a,0)|   products that should be 0, in operand values\n";

static const char mre_line[] =
    "# MRE: mean of |approximate - exact| / |exact| over the pairs whose exact product is not 0\n";

typedef struct {
  const char *verb, *output, *json;
  bool raw;
  char **names; /* the words behind the verb */
  int count;
} options;

static const vmac_mult *find(const char *name) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(name, &err);
  if (!mult) cli_die("%s", err.text);
  return mult;
}

static const vmac_mult *only_name(const options *opt) {
  if (opt->count != 1)
    cli_usage("mult %s: expected one multiplier, found %d; see varimac mult --help", opt->verb,
              opt->count);
  return find(opt->names[0]);
}

static const char *class_name(const vmac_mult *mult) {
  return mult->cls == VMAC_U8 ? "u8" : "s8";
}

static const char *variate_name(const vmac_mult *mult, char *text, size_t size) {
  if (mult->xkind == VMAC_X_NONE) return "-";
  snprintf(text, size, "%s:%d", mult->xkind == VMAC_X_LOW ? "low" : "or", mult->xbits);
  return text;
}

static uint64_t hash_of(const vmac_mult *mult) {
  int32_t *products = vmac_alloc(PAIRS, sizeof *products);
  vmac_mult_table(mult, products);
  const uint64_t hash = vmac_table_hash(products);
  free(products);
  return hash;
}

static void list(const options *opt) {
  if (opt->count) cli_usage("mult list: takes no name, found '%s'", opt->names[0]);
  printf("%-10s %-12s %-5s %-8s %-6s %10s  %s\n", "name", "family", "class", "params", "X", "MRE %",
         "source");
  for (size_t i = 0; i < vmac_mult_count(); i++) {
    const vmac_mult *mult = vmac_mult_at(i);
    vmac_mult_errors e;
    char x[16];
    vmac_mult_measure(mult, &e);
    printf("%-10s %-12s %-5s %-8s %-6s %10.4f  %s\n", mult->name, mult->family, class_name(mult),
           mult->params, variate_name(mult, x, sizeof x), 100 * e.mre, mult->source);
  }
  fputs(mre_line, stdout);
}

static void info(const options *opt) {
  const vmac_mult *mult = only_name(opt);
  size_t index = 0;
  while (vmac_mult_at(index) != mult) index++;
  vmac_mult_errors e;
  vmac_mult_measure(mult, &e);
  const bool u8 = mult->cls == VMAC_U8;
  printf("name          %s (the RTL's CELL = %zu)\n", mult->name, index);
  printf("family        %s, params %s\n", mult->family, mult->params);
  printf("class         %s: operands %s, product %s 16 bit\n", class_name(mult),
         u8 ? "0..255" : "-128..127", u8 ? "unsigned" : "signed");
  if (mult->xkind == VMAC_X_NONE) printf("X             -\n");
  if (mult->xkind == VMAC_X_LOW) printf("X             A mod 2^%d\n", mult->xbits);
  if (mult->xkind == VMAC_X_OR) printf("X             OR of A's low %d bits\n", mult->xbits);
  printf("source        %s\n", mult->source);
  printf("table hash    %016" PRIx64 "\n", hash_of(mult));
  printf("mean error    %.6f\n", e.mean);
  printf("MED           %.6f\n", e.med);
  printf("MRE           %.6f %%\n", 100 * e.mre);
  printf("NMED          %.6f %%\n", 100 * e.nmed);
  printf("WCE           %d\n", e.wce);
  printf("error rate    %.4f %%\n", 100 * e.rate);
  printf("variance      %.4f\n", e.variance);
  printf("rank          %d\n", e.rank);
  printf("f(0,0)        %d\n", e.f00);
  printf("max |f(0,w)|  %d\n", e.max_f0w);
  printf("max |f(a,0)|  %d\n", e.max_fa0);
  printf("# Error is approximate - exact, over all 65,536 pairs with equal weight.\n%s", mre_line);
  printf("# NMED: MED / %d, the class's largest |exact product|. Rank: of the table of products,\n"
         "# modulo the prime 2^30 - 35. Hash: FNV-1a, 64 bit, over the 65,536 products as int32\n"
         "# little-endian at index A << 8 | W (operands' bits).\n",
         u8 ? 65025 : 16384);
}

/* The table as text; *size is its length. */
static char *table_csv(const vmac_mult *mult, const int32_t *table, size_t *size) {
  const size_t room = (size_t)257 * 257 * 8;
  char *text = vmac_alloc(room, 1), *end = text;
  end += sprintf(end, "A\\W");
  for (int w = 0; w < 256; w++) end += sprintf(end, ",%d", vmac_operand(mult->cls, (uint8_t)w));
  for (int i = 0; i < PAIRS; i++) {
    if (i % 256 == 0) end += sprintf(end, "\n%d", vmac_operand(mult->cls, (uint8_t)(i >> 8)));
    end += sprintf(end, ",%d", table[i]);
  }
  *end++ = '\n';
  *size = (size_t)(end - text);
  return text;
}

static char *table_raw(const int32_t *table, size_t *size) {
  char *bytes = vmac_alloc(PAIRS, 2);
  for (int i = 0; i < PAIRS; i++) {
    bytes[2 * i] = (char)(table[i] & 255);
    bytes[2 * i + 1] = (char)(table[i] >> 8 & 255);
  }
  *size = (size_t)PAIRS * 2;
  return bytes;
}

static void show_table(const options *opt) {
  const vmac_mult *mult = only_name(opt);
  int32_t *products = vmac_alloc(PAIRS, sizeof *products);
  vmac_mult_table(mult, products);
  size_t size;
  char *bytes = opt->raw ? table_raw(products, &size) : table_csv(mult, products, &size);
  vmac_err err;
  if (!opt->output)
    fwrite(bytes, 1, size, stdout);
  else if (!vmac_write_file(opt->output, bytes, size, &err))
    cli_die("%s", err.text);
  free(bytes);
  free(products);
}

static cJSON *errors_json(const vmac_mult *mult, const vmac_mult_errors *e) {
  cJSON *row = cJSON_CreateObject();
  char hash[17];
  snprintf(hash, sizeof hash, "%016" PRIx64, hash_of(mult));
  cJSON_AddStringToObject(row, "name", mult->name);
  cJSON_AddStringToObject(row, "family", mult->family);
  cJSON_AddStringToObject(row, "class", class_name(mult));
  cJSON_AddStringToObject(row, "params", mult->params);
  cJSON_AddStringToObject(row, "table_hash", hash);
  cJSON_AddNumberToObject(row, "mean_error", e->mean);
  cJSON_AddNumberToObject(row, "med", e->med);
  cJSON_AddNumberToObject(row, "mre", e->mre);
  cJSON_AddNumberToObject(row, "nmed", e->nmed);
  cJSON_AddNumberToObject(row, "wce", e->wce);
  cJSON_AddNumberToObject(row, "error_rate", e->rate);
  cJSON_AddNumberToObject(row, "variance", e->variance);
  cJSON_AddNumberToObject(row, "rank", e->rank);
  cJSON_AddNumberToObject(row, "f00", e->f00);
  cJSON_AddNumberToObject(row, "max_f0w", e->max_f0w);
  cJSON_AddNumberToObject(row, "max_fa0", e->max_fa0);
  return row;
}

static void show_errors(const options *opt) {
  const size_t named = (size_t)opt->count, n = named ? named : vmac_mult_count();
  for (size_t i = 0; i < named; i++) find(opt->names[i]); /* before any output */
  cJSON *rows = cJSON_CreateArray();
  printf("%-10s %12s %12s %9s %9s %6s %8s %13s %4s %6s %8s %8s\n", "name", "mean", "MED", "MRE %",
         "NMED %", "WCE", "rate %", "variance", "rank", "f(0,0)", "|f(0,w)|", "|f(a,0)|");
  for (size_t i = 0; i < n; i++) {
    const vmac_mult *mult = named ? find(opt->names[i]) : vmac_mult_at(i);
    vmac_mult_errors e;
    vmac_mult_measure(mult, &e);
    printf("%-10s %12.3f %12.3f %9.4f %9.4f %6d %8.3f %13.1f %4d %6d %8d %8d\n", mult->name, e.mean,
           e.med, 100 * e.mre, 100 * e.nmed, e.wce, 100 * e.rate, e.variance, e.rank, e.f00,
           e.max_f0w, e.max_fa0);
    cJSON_AddItemToArray(rows, errors_json(mult, &e));
  }
  fputs(mre_line, stdout);
  vmac_err err;
  if (opt->json) {
    char *text = cJSON_Print(rows);
    if (!text) vmac_fail(&err, "%s: not enough memory for the JSON text", opt->json);
    if (!text || !vmac_write_file(opt->json, text, strlen(text), &err)) cli_die("%s", err.text);
    cJSON_free(text);
  }
  cJSON_Delete(rows);
}

static void map(const options *opt) {
  const vmac_mult *mult = only_name(opt);
  if (!opt->output) cli_usage("mult map: expected -o FILE.png; see varimac mult --help");
  vmac_err err;
  if (!mult_map(mult, opt->output, &err)) cli_die("%s", err.text);
}

static const struct {
  const char *verb, *options; /* the letters it takes */
  void (*run)(const options *opt);
} verbs[] = {{"list", "", list},
             {"info", "", info},
             {"table", "or", show_table},
             {"errors", "j", show_errors},
             {"map", "o", map}};
enum { VERBS = sizeof verbs / sizeof *verbs };

static size_t find_verb(const char *word) {
  const char *names[VERBS];
  for (size_t i = 0; i < VERBS; i++) {
    names[i] = verbs[i].verb;
    if (!strcmp(word, names[i])) return i;
  }
  const char *near = vmac_nearest(word, names, VERBS);
  cli_usage("mult: no verb '%s'%s%s%s; see varimac mult --help", word,
            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int cmd_mult(int argc, char **argv) {
  static const struct option table[] = {{"output", required_argument, NULL, 'o'},
                                        {"json", required_argument, NULL, 'j'},
                                        {"raw", no_argument, NULL, 'r'},
                                        {"help", no_argument, NULL, 'h'},
                                        {0}};
  options opt = {0};
  bool given[256] = {false};
  for (int letter; (letter = cli_getopt(argc, argv, "o:h", table)) != -1;) {
    given[letter] = true;
    if (letter == 'o') opt.output = optarg;
    if (letter == 'j') opt.json = optarg;
    if (letter == 'r') opt.raw = true;
  }
  if (given['h']) {
    fputs(help_text, stdout);
    return 0;
  }
  if (optind == argc)
    cli_usage("mult: expected list, info, table, errors or map; see varimac mult --help");
  opt.verb = argv[optind++];
  opt.names = argv + optind;
  opt.count = argc - optind;
  const size_t verb = find_verb(opt.verb);
  for (const struct option *o = table; o->name; o++)
    if (given[o->val] && !strchr(verbs[verb].options, o->val))
      cli_usage("mult %s: takes no option '--%s'; see varimac mult --help", opt.verb, o->name);
  verbs[verb].run(&opt);
  return 0;
}
