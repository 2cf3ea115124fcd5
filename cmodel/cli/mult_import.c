/* varimac mult import: a foreign table of products becomes a cell of the registry, with the Verilog
 * that scripts/import.sh made of a foreign Verilog file, or with a ROM.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/import_store.h"
#include "cli/mult_import.h"
#include "mult/import.h"

static const char help_text[] =
    "usage: varimac mult import --table F [OPTION ...]\n"
    "       varimac mult import --remove NAME [--into DIR]\n\n"
    "Makes a cell of a table of 65,536 products; `make` builds it in. Such a cell has no\n"
    "independent model: the C model is the table, and a table alone has no netlist. `make import\n"
    "MULT_V=F.v` takes a Verilog file instead, `make import TABLE=F` a table; both measure the\n"
    "cell as well.\n\n"
    "  --table F        raw 16-bit words, little-endian (ours; TFApprox .bin), raw 32-bit words,\n"
    "                   or text (C header of AdaPT, ApproxTorch's numbers). TFApprox tables are\n"
    "                   often the transpose of the Verilog they are named after: see --swap\n"
    "  --name NAME      default: the file's name\n"
    "  --class u8|s8    default: the one that is clearly nearer to the exact product\n"
    "  --order O        bits: the index is the operands' bits; offset: signed operands, index\n"
    "                   value + 128. Default: found out likewise\n"
    "  --swap 0|1       1: the first index is the weight. Needed where f(x, y) != f(y, x)\n"
    "  --xvar X         control variate low:N, or:N or -. Default: its twin's, else what explains\n"
    "                   most of the mean error given the activation\n"
    "  --force          replace an imported cell of that name that is another function\n"
    "  --into DIR       the folder of imported cells (default rtl/mult/import)\n"
    "  --remove NAME    remove an imported cell\n"
    "of scripts/import.sh:\n"
    "  --verilog F      the cell's Verilog; without it, a ROM\n"
    "  --check F        register nothing, write name, class, swap and hash to F\n"
    "  --ports A,B      names of the first and the second operand\n"
    "  --make TEXT      the command of make that messages repeat\n";

typedef struct {
  const char *table, *name, *class_name, *order, *xvar, *into, *remove, *verilog, *check, *make;
  char ports[2][80];
  int swap; /* -1: not told */
  bool force;
} options;

static options parse(int argc, char **argv) {
  enum { TABLE, NAME, CLASS, ORDER, SWAP, XVAR, FORCE, INTO, REMOVE, VERILOG, CHECK, PORTS, MAKE };
  static const struct option table[] = {{"table", 1, 0, TABLE},     {"name", 1, 0, NAME},
                                        {"class", 1, 0, CLASS},     {"order", 1, 0, ORDER},
                                        {"swap", 1, 0, SWAP},       {"xvar", 1, 0, XVAR},
                                        {"force", 0, 0, FORCE},     {"into", 1, 0, INTO},
                                        {"remove", 1, 0, REMOVE},   {"verilog", 1, 0, VERILOG},
                                        {"check", 1, 0, CHECK},     {"ports", 1, 0, PORTS},
                                        {"make", 1, 0, MAKE},       {"help", 0, 0, 'h'},
                                        {0}};
  options o = {.into = VMAC_HOME "/rtl/mult/import", .swap = -1,
               .ports = {"the first index", "the second index"}};
  const char **const text[] = {[TABLE] = &o.table,     [NAME] = &o.name,   [CLASS] = &o.class_name,
                               [ORDER] = &o.order,     [XVAR] = &o.xvar,   [INTO] = &o.into,
                               [REMOVE] = &o.remove,   [CHECK] = &o.check, [MAKE] = &o.make,
                               [VERILOG] = &o.verilog};
  for (int c; (c = cli_getopt(argc, argv, "", table)) != -1;) {
    if (c == 'h') {
      fputs(help_text, stdout);
      exit(0);
    }
    if (c == SWAP)
      o.swap = (int)cli_int("--swap", optarg, 0, 1);
    else if (c == FORCE)
      o.force = true;
    else if (c == PORTS) {
      if (sscanf(optarg, "%79[^,],%79[^,]", o.ports[0], o.ports[1]) != 2)
        cli_usage("--ports: expected two names, found '%s'", optarg);
    } else
      *text[c] = optarg;
  }
  if (optind < argc)
    cli_usage("mult import: unexpected argument '%s'; see varimac mult import --help",
              argv[optind]);
  if (!o.table == !o.remove)
    cli_usage("mult import: expected --table or --remove; see varimac mult import --help");
  return o;
}

/* How the user says `option` = `value`: NAME=VALUE to make, --name VALUE to us. */
static const char *say(const options *o, const char *option, const char *value) {
  static char text[4][600];
  static int turn;
  turn = (turn + 1) % 4;
  char upper[32] = "";
  const size_t length = strlen(option), most = sizeof upper - 1;
  for (size_t i = 0; i < (length < most ? length : most); i++)
    upper[i] = (char)(option[i] >= 'a' ? option[i] - 32 : option[i]);
  if (o->make)
    snprintf(text[turn], sizeof text[turn], "%s=%s", upper, *value ? value : "1");
  else
    snprintf(text[turn], sizeof text[turn], "--%s%s%s", option, *value ? " " : "", value);
  return text[turn];
}

/* The name asked for, or the file's: lower case, other characters as '_'. */
static const char *name_of(const options *o) {
  static char name[256];
  const char *slash = strrchr(o->table, '/');
  snprintf(name, sizeof name, "%s", o->name ? o->name : slash ? slash + 1 : o->table);
  if (!o->name) {
    if (strrchr(name, '.')) *strrchr(name, '.') = 0;
    for (char *c = name; *c; c++) {
      if (*c >= 'A' && *c <= 'Z') *c = (char)(*c + 32);
      if (!(*c >= 'a' && *c <= 'z') && !(*c >= '0' && *c <= '9')) *c = '_';
    }
  }
  vmac_err err;
  if (!import_name_allowed(name, &err)) cli_die("%s; say %s", err.text, say(o, "name", "NAME"));
  return name;
}

static import_form form_of(const options *o, const int32_t *value, double distance[IMPORT_FORMS]) {
  bool allowed[IMPORT_FORMS] = {true, true, true};
  if (o->order && strcmp(o->order, "bits") != 0 && strcmp(o->order, "offset") != 0)
    cli_usage("--order: expected bits or offset, found '%s'", o->order);
  if (o->class_name && strcmp(o->class_name, "u8") != 0 && strcmp(o->class_name, "s8") != 0)
    cli_usage("--class: expected u8 or s8, found '%s'", o->class_name);
  import_distances(value, distance);
  for (int i = 0; i < IMPORT_FORMS; i++) {
    const char *class_name = import_class((import_form)i) == VMAC_U8 ? "u8" : "s8";
    if (o->order && (i == IMPORT_S8_OFFSET) != !strcmp(o->order, "offset")) allowed[i] = false;
    if (o->class_name && strcmp(o->class_name, class_name) != 0) allowed[i] = false;
  }
  import_form form;
  if (import_detect(distance, allowed, &form)) return form;
  char found[300] = "";
  for (int i = 0; i < IMPORT_FORMS; i++)
    if (allowed[i] && isfinite(distance[i]))
      snprintf(found + strlen(found), sizeof found - strlen(found), "%s%.1f %% %s",
               *found ? ", " : "", 100 * distance[i], import_form_name((import_form)i));
  cli_die("%s: expected one way of reading it that is at least twice as near to the exact product "
          "as any other; mean |error| over mean |product|: %s; say %s or %s%s%s",
          o->table, *found ? found : "negative products, so none", say(o, "class", "u8"),
          say(o, "class", "s8"), o->order ? "" : ", ",
          o->order ? "" : say(o, "order", "bits|offset"));
}

/* Which operand is the activation; asked for where it matters and nobody said. */
static bool swap_of(const options *o, const uint16_t *truth) {
  const int differ = import_asymmetry(truth);
  if (!differ)
    printf("operands     symmetric: which one is the activation does not matter\n");
  else if (o->swap >= 0)
    printf("operands     activation %s, weight %s (f(x, y) != f(y, x) for %d pairs)\n",
           o->ports[o->swap], o->ports[!o->swap], differ);
  if (!differ || o->swap >= 0) return o->swap == 1;
  const char *command = o->make ? o->make : "varimac mult import ... ";
  cli_die("%s: which operand is the activation? f(x, y) != f(y, x) for %d of 65,536 pairs, and "
          "nothing tells; one of\n  %s %s   activation = %s\n  %s %s   activation = %s",
          o->table, differ, command, say(o, "swap", "0"), o->ports[0], command, say(o, "swap", "1"),
          o->ports[1]);
}

static void variate_of(const options *o, import_cell *cell, const vmac_mult *twin) {
  double share;
  int bits, end = 0;
  vmac_xkind kind;
  const char *why;
  char found[64];
  import_variate(cell->truth, cell->cls, &kind, &bits, &share);
  if (o->xvar) {
    const bool none = !strcmp(o->xvar, "-");
    char word[4] = "";
    if (!none && (sscanf(o->xvar, "%3[a-z]:%1d%n", word, &bits, &end) != 2 || o->xvar[end] ||
                  (strcmp(word, "low") != 0 && strcmp(word, "or") != 0) || bits < 1 || bits > 8))
      cli_usage("--xvar: expected low:N, or:N (N in 1..8) or -, found '%s'", o->xvar);
    kind = none ? VMAC_X_NONE : !strcmp(word, "low") ? VMAC_X_LOW : VMAC_X_OR;
    why = "as asked for";
  } else if (twin) {
    kind = twin->xkind;
    bits = twin->xbits;
    why = "its twin's";
  } else {
    snprintf(found, sizeof found, "%s %.1f %% of the mean error's variance over A",
             kind ? "explains" : "none explains 50", 100 * share);
    why = kind ? found : "none explains half of the mean error's variance over A";
  }
  if (kind == VMAC_X_NONE) snprintf(cell->xvar, sizeof cell->xvar, "-");
  else snprintf(cell->xvar, sizeof cell->xvar, "%s:%d", kind == VMAC_X_LOW ? "low" : "or", bits);
  printf("X            %s, %s\n", cell->xvar, why);
}

static void show_errors(const import_cell *cell) {
  const vmac_mult mult = import_mult(cell->truth, cell->cls);
  vmac_mult_errors e;
  vmac_mult_measure(&mult, NULL, &e);
  printf("error        mean %.3f, MED %.3f, MRE %.4f %%, WCE %d, %.3f %% of the pairs, f(0,0) %d\n",
         e.mean, e.med, 100 * e.mre, e.wce, 100 * e.rate, e.f00);
}

static void write_facts(const options *o, const import_cell *cell, bool swap) {
  char text[256];
  vmac_err err;
  snprintf(text, sizeof text, "name=%s\nclass=%s\nswap=%d\nhash=%016" PRIx64 "\n", cell->name,
           cell->cls == VMAC_U8 ? "u8" : "s8", swap, cell->hash);
  if (!vmac_write_file(o->check, text, strlen(text), &err)) cli_die("%s", err.text);
}

static void import_one(const options *o) {
  import_cell cell = {.name = name_of(o), .table_only = !o->verilog};
  int32_t *value = vmac_alloc(IMPORT_PAIRS, sizeof *value);
  uint16_t *truth = vmac_alloc(IMPORT_PAIRS, sizeof *truth);
  double distance[IMPORT_FORMS];
  vmac_err err;
  if (!import_read(o->table, value, &err)) cli_die("%s", err.text);
  const import_form form = form_of(o, value, distance);
  cell.cls = import_class(form);
  import_truth(value, form, false, truth);
  cell.truth = truth;
  printf("name         %s\n", cell.name);
  printf("class        %s: %s; mean |error| is %.1f %% of the mean product\n",
         cell.cls == VMAC_U8 ? "u8" : "s8", import_form_name(form), 100 * distance[form]);
  const bool swap = swap_of(o, truth);
  import_truth(value, form, swap, truth);
  cell.hash = import_hash(truth, cell.cls);
  printf("table hash   %016" PRIx64 "\n", cell.hash);
  const vmac_mult *twin = import_twin(truth, cell.cls, cell.name, false);
  const vmac_mult *mirror = twin ? NULL : import_twin(truth, cell.cls, cell.name, true);
  if (twin) printf("twin         same function as %s\n", twin->name);
  if (mirror) printf("twin         %s with the operands exchanged\n", mirror->name);
  variate_of(o, &cell, twin);
  show_errors(&cell);
  if (!import_may_store(o->into, &cell, &err)) {
    if (!o->force) cli_die("%s; say %s", err.text, say(o, "force", ""));
    printf("replaced     %s\n", err.text);
  }
  if (o->check) write_facts(o, &cell, swap);
  else if (!import_store(o->into, &cell, o->verilog, &err)) cli_die("%s", err.text);
  else
    printf("registered   %s in %s; no independent model: its C model is this table%s\n", cell.name,
           o->into, o->verilog ? "" : "; no netlist: table only");
  free(value);
  free(truth);
}

int mult_import(int argc, char **argv) {
  const options o = parse(argc, argv);
  vmac_err err;
  if (o.table) import_one(&o);
  else if (!import_remove(o.into, o.remove, &err)) cli_die("%s", err.text);
  else printf("removed %s from %s\n", o.remove, o.into);
  return 0;
}
