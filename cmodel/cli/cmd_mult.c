/* varimac mult: the multiplier cells and what is known about each.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli/mult.h"
#include "cli/mult_import.h"

static const char help_text[] =
    "usage: varimac mult list\n"
    "       varimac mult info NAME [--net FILE]\n"
    "       varimac mult errors [NAME ...] [--net FILE] [--json FILE]\n"
    "       varimac mult compare NAME NAME [--net FILE]\n"
    "       varimac mult map NAME -o FILE.png [--net FILE] [--raw]\n"
    "       varimac mult plot NAME -o FILE.png [--net FILE]\n"
    "       varimac mult table NAME [-o FILE] [--raw]\n"
    "       varimac mult plan NAME ... | --all [--isa LEVEL]\n"
    "       varimac mult phi NAME [--rank R] [--hex]\n"
    "       varimac mult import --table FILE (see varimac mult import --help)\n"
    "\n"
    "  list     every cell of the registry\n"
    "  info     one cell: definition, metrics, fingerprint of its truth table, cells like it\n"
    "  errors   the metrics of several cells (default: all), also as JSON\n"
    "  compare  two cells: metrics side by side, pairs on which they differ, which is closer\n"
    "  map      the error over all operand pairs as an image (needs gnuplot); --raw: its\n"
    "           256 x 256 pixels alone, A upwards, W to the right (needs none)\n"
    "  plot     the error against the activation and against the weight: mean, one standard\n"
    "           deviation about it, lowest and highest (needs gnuplot)\n"
    "  table    the truth table: CSV, a row per A, a column per W, operands in the order of their\n"
    "           bits 0..255; --raw: 65,536 16-bit words, little-endian, index A << 8 | W,\n"
    "           unsigned for u8 cells, signed for s8 cells\n"
    "  plan     how inference sums the products of cells: as the fewest exact products of "
    "functions\n"
    "           of A and of W, as those and a small table, or by product rows, which any cell "
    "can;\n"
    "           each proved equal to the truth table on all pairs, with its predicted cost\n"
    "  phi      the R functions of A, 0..255, whose sums correct most of the cell's error (modes "
    "phi,\n"
    "           phi2, phi3, phi4; default 1): CSV, a row per A in the order of its bits 0..255;\n"
    "           --hex: the parameter PHI of the array, a Verilog literal of 2048 R bits, that of\n"
    "           plane 0 and bits 0 in the lowest byte\n"
    "\n"
    "  --net FILE   an int8 network (.tflite): weigh each pair of operands as often as its MAC\n"
    "               layers multiply it, padding included. Without it every pair counts once\n"
    "  --data SPEC  the network's images, default subset:test (see varimac data --help)\n"
    "  --images N   the first N of them, default 32\n"
    "  --isa LEVEL  plan: for portable, avx2 or avx512 alone, which this processor need not have\n"
    "\n"
    "Error is approximate - exact, relative error |error / exact|. A is the activation, W the\n"
    "weight. Each is an average or share of the multiplications counted:\n"
    "  mean, MED, RMS, variance   of the error, of |error|, root of the mean square, of the error\n"
    "  MRE    mean relative error, multiplications whose exact product is 0 left out\n"
    "  MRE/1  mean relative error over all of them, exact 0 divided by 1 instead\n"
    "  WCRE   largest relative error, exact 0 left out\n"
    "  NMED   MED over the largest |exact product| of the class: u8 65025, s8 16384\n"
    "  WCE    largest |error|;  rate: share with an error\n"
    "WCE and WCRE look at the pairs that occur. What does not depend on how often they do:\n"
    "  rank   of the 256 x 256 table of products, modulo the prime 2^30 - 35\n"
    "  sym    whether f(a,w) = f(w,a) for all operands\n"
    "  f(0,0), max |f(0,w)|, max |f(a,0)|   products that should be 0, in operand values\n";

const vmac_mult *mult_find(const char *name) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(name, &err);
  if (!mult) cli_die("%s", err.text);
  return mult;
}

const vmac_mult *mult_only_name(const mult_options *opt) {
  if (opt->count != 1)
    cli_usage("mult %s: expected one multiplier, found %d; see varimac mult --help", opt->verb,
              opt->count);
  return mult_find(opt->names[0]);
}

static const char *variate_name(const vmac_mult *mult, char *text, size_t size) {
  if (mult->xkind == VMAC_X_NONE) return "-";
  snprintf(text, size, "%s:%d", mult->xkind == VMAC_X_LOW ? "low" : "or", mult->xbits);
  return text;
}

static void list(const mult_options *opt) {
  if (opt->count) cli_usage("mult list: takes no name, found '%s'", opt->names[0]);
  int32_t *table = vmac_alloc(PAIRS, sizeof *table);
  printf("%5s %-12s %-16s %-5s %-14s %-6s %10s  %s\n", "index", "name", "family", "class", "params",
         "X", "MRE %", "source");
  for (size_t i = 0; i < vmac_mult_count(); i++) {
    const vmac_mult *mult = vmac_mult_at(i);
    vmac_mult_errors e;
    char x[16];
    vmac_mult_table(mult, table);
    vmac_table_errors(table, mult->cls, NULL, &e);
    printf("%5zu %-12s %-16s %-5s %-14s %-6s %10.4f  %s\n", i, mult->name, mult->family,
           mult_class_name(mult), mult->params, variate_name(mult, x, sizeof x), 100 * e.mre,
           mult->source);
  }
  free(table);
  printf("# MRE: mean of |approximate - exact| / |exact| over the operand pairs whose exact "
         "product is not 0\n");
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

static void show_table(const mult_options *opt) {
  const vmac_mult *mult = mult_only_name(opt);
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

static const struct {
  const char *verb, *options; /* the letters it takes */
  void (*run)(const mult_options *opt);
} verbs[] = {{"list", "", list},
             {"info", "ndi", mult_info},
             {"errors", "jndi", mult_errors},
             {"compare", "ndi", mult_compare},
             {"map", "ondir", mult_map},
             {"plot", "ondi", mult_plot},
             {"table", "or", show_table},
             {"plan", "al", mult_plan},
             {"phi", "kx", mult_phi}};
enum { VERBS = sizeof verbs / sizeof *verbs };

static size_t find_verb(const char *word) {
  const char *names[VERBS + 1];
  names[VERBS] = "import"; /* which has options of its own */
  for (size_t i = 0; i < VERBS; i++) {
    names[i] = verbs[i].verb;
    if (!strcmp(word, names[i])) return i;
  }
  const char *near = vmac_nearest(word, names, VERBS + 1);
  cli_usage("mult: no verb '%s'%s%s%s; see varimac mult --help", word,
            near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

int cmd_mult(int argc, char **argv) {
  if (argc > 1 && !strcmp(argv[1], "import")) return mult_import(argc - 1, argv + 1);
  static const struct option table[] = {
      {"output", required_argument, NULL, 'o'}, {"json", required_argument, NULL, 'j'},
      {"net", required_argument, NULL, 'n'},    {"data", required_argument, NULL, 'd'},
      {"images", required_argument, NULL, 'i'}, {"raw", no_argument, NULL, 'r'},
      {"all", no_argument, NULL, 'a'},          {"isa", required_argument, NULL, 'l'},
      {"rank", required_argument, NULL, 'k'},   {"hex", no_argument, NULL, 'x'},
      {"help", no_argument, NULL, 'h'},         {0}};
  mult_options opt = {0};
  bool given[256] = {false};
  for (int letter; (letter = cli_getopt(argc, argv, "o:", table)) != -1;) {
    given[letter] = true;
    if (letter == 'o') opt.output = optarg;
    if (letter == 'j') opt.json = optarg;
    if (letter == 'n') opt.net = optarg;
    if (letter == 'd') opt.data = optarg;
    if (letter == 'i') opt.images = cli_int("--images", optarg, 1, 1000000);
    if (letter == 'r') opt.raw = true;
    if (letter == 'a') opt.all = true;
    if (letter == 'l') opt.isa = optarg;
    if (letter == 'k') opt.rank = cli_int("--rank", optarg, 1, VMAC_PHI_MAX);
    if (letter == 'x') opt.hex = true;
  }
  if (given['h']) {
    fputs(help_text, stdout);
    return 0;
  }
  if (optind == argc)
    cli_usage("mult: expected list, info, errors, compare, map, plot, table, plan or phi; see "
              "varimac mult --help");
  opt.verb = argv[optind++];
  opt.names = argv + optind;
  opt.count = argc - optind;
  const size_t verb = find_verb(opt.verb);
  for (const struct option *o = table; o->name; o++)
    if (given[o->val] && !strchr(verbs[verb].options, o->val))
      cli_usage("mult %s: takes no option '--%s'; see varimac mult --help", opt.verb, o->name);
  if (!opt.net && (given['d'] || given['i']))
    cli_usage("mult %s: --data and --images choose the images of --net; expected --net FILE, "
              "found none",
              opt.verb);
  verbs[verb].run(&opt);
  return 0;
}
