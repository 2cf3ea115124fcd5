/* The folder of imported cells. Its mults.tbl is written last and in one step: whatever fails
 * before leaves the registry as it was. SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mult/import.h"

enum { LONGEST = 40, PATH = 4096 };

static const char table_head[] =
    "# Imported cells, in the columns of rtl/mult/mults.tbl; written by `varimac mult import`.\n"
    "# source: hash of the products, import: from Verilog, table: from a table (no netlist)\n";

uint64_t import_hash(const uint16_t *truth, vmac_class cls) {
  const vmac_mult mult = import_mult(truth, cls);
  int32_t *table = vmac_alloc(IMPORT_PAIRS, sizeof *table);
  vmac_mult_table(&mult, table);
  const uint64_t hash = vmac_table_hash(table);
  free(table);
  return hash;
}

/* ---- tables of cells as text ---- */

/* Whole file as text, or an empty one where there is none. */
static char *read_table(const char *path, vmac_err *err) {
  size_t size;
  if (access(path, F_OK) != 0) return vmac_alloc(1, 1);
  char *text = (char *)vmac_read_file(path, &size, err);
  vmac_own_file(path);
  return text;
}

static const char *next_line(const char *line) {
  line += strcspn(line, "\n");
  return line + (*line == '\n');
}

/* The line whose first word is `name`, or NULL. */
static const char *line_of(const char *text, const char *name) {
  const size_t length = strlen(name);
  for (; *text; text = next_line(text))
    if (!strncmp(text, name, length) && (text[length] == ' ' || text[length] == '\t')) return text;
  return NULL;
}

bool import_name_allowed(const char *name, vmac_err *err) {
  const size_t length = strlen(name);
  bool good = length > 0 && length <= LONGEST && *name >= 'a' && *name <= 'z';
  for (size_t i = 0; good && i < length; i++) {
    const bool word = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9');
    good = word || (name[i] == '_' && name[i + 1] && name[i + 1] != '_');
  }
  if (!strcmp(name, "all") || !strcmp(name, "plain") ||
      (length > 6 && !strcmp(name + length - 6, "_plain")))
    return vmac_fail(err, "expected a name that make does not use itself, found '%s'", name);
  if (!good) /* a double '_' ends the cell's name in the names of its modules */
    return vmac_fail(err,
                     "expected a name of a letter, then letters, digits and single '_' inside, all "
                     "lower case, at most %d, found '%.60s'",
                     LONGEST, name);
  vmac_err ignored;
  const vmac_mult *cell = vmac_mult_find(name, &ignored);
  if (cell && !cell->truth)
    return vmac_fail(err, "the name '%s' is taken by a cell of rtl/mult/mults.tbl", name);
  char *baselines = read_table(VMAC_HOME "/synth/baselines.tbl", err);
  good = baselines && !line_of(baselines, name);
  if (baselines && !good)
    vmac_fail(err, "the name '%s' is taken by a baseline of synth/baselines.tbl", name);
  free(baselines);
  return good;
}

static void source_of(const import_cell *cell, char source[32]) {
  snprintf(source, 32, "%s:%016" PRIx64, cell->table_only ? "table" : "import", cell->hash);
}

bool import_may_store(const char *folder, const import_cell *cell, vmac_err *err) {
  char path[PATH], hash[20], was[32] = "";
  snprintf(path, sizeof path, "%s/mults.tbl", folder);
  snprintf(hash, sizeof hash, ":%016" PRIx64 " ", cell->hash);
  char *text = read_table(path, err);
  const char *line = text ? line_of(text, cell->name) : NULL;
  const char *at = line ? strstr(line, hash) : NULL;
  const bool same = at && at < next_line(line);
  if (line) sscanf(line, "%*s %*s %*s %*s %*s %31s", was);
  if (line && !same)
    vmac_fail(err, "%s: %s stands for another function (%s)", path, cell->name, was);
  const bool good = text && (!line || same);
  free(text);
  return good;
}

/* Replaces the line of `name` by `line` (with its newline; "" removes it), else appends it. */
static bool put_line(const char *folder, const char *name, const char *line, vmac_err *err) {
  char path[PATH];
  snprintf(path, sizeof path, "%s/mults.tbl", folder);
  char *text = read_table(path, err);
  if (!text) return false;
  const char *old = *text ? text : table_head;
  const char *at = line_of(old, name), *rest = at ? next_line(at) : old + strlen(old);
  if (!at) at = rest;
  const size_t room = strlen(old) + strlen(line) + 2;
  char *new = vmac_alloc(room, 1);
  const bool open_end = at > old && at[-1] != '\n'; /* an edited file may lack the last newline */
  snprintf(new, room, "%.*s%s%s%s", (int)(at - old), old, open_end ? "\n" : "", line, rest);
  const bool good = vmac_write_file(path, new, strlen(new), err);
  free(new);
  free(text);
  return good;
}

/* ---- files of a cell ---- */

static const char *const kinds[] = {"v", "bin", "hex"};
enum { KINDS = 3 };

static void remove_files(const char *folder, const char *name, int first) {
  char path[PATH];
  for (int k = first; k < KINDS; k++) {
    snprintf(path, sizeof path, "%s/%s.%s", folder, name, kinds[k]);
    unlink(path);
  }
}

static bool write_bin(const char *path, const uint16_t *truth, vmac_err *err) {
  uint8_t *bytes = vmac_alloc(IMPORT_PAIRS, 2);
  for (size_t i = 0; i < IMPORT_PAIRS; i++) {
    bytes[2 * i] = (uint8_t)truth[i];
    bytes[2 * i + 1] = (uint8_t)(truth[i] >> 8);
  }
  const bool good = vmac_write_file(path, bytes, (size_t)2 * IMPORT_PAIRS, err);
  free(bytes);
  return good;
}

static bool write_hex(const char *path, const uint16_t *truth, vmac_err *err) {
  char *text = vmac_alloc(IMPORT_PAIRS, 5), *end = text;
  char *const last = text + (size_t)5 * IMPORT_PAIRS;
  for (int i = 0; i < IMPORT_PAIRS; i++) {
    char word[8];
    snprintf(word, sizeof word, "%04x\n", (unsigned)truth[i]);
    memcpy(end, word, 5);
    end += 5;
  }
  const bool good = vmac_write_file(path, text, (size_t)(last - text), err);
  free(text);
  return good;
}

/* Simulators read the table from the folder that make runs in, the home. */
static bool write_rom(const char *path, const char *folder, const char *name, vmac_err *err) {
  const size_t home = strlen(VMAC_HOME "/");
  if (!strncmp(folder, VMAC_HOME "/", home)) folder += home;
  char text[PATH + 2048];
  snprintf(text, sizeof text,
           "// vmac_import_%s: a multiplier known by its truth table alone\n"
           "//\n"
           "// Contract: combinational. p_o = word a_i << 8 | w_i of %s.hex; simulation only.\n"
           "// Written by `varimac mult import`.\n"
           "/* verilator lint_off DECLFILENAME */\n"
           "`default_nettype none\n\n"
           "`ifdef YOSYS\n"
           "(* blackbox *)\n"
           "`endif\n"
           "module vmac_import_%s (\n"
           "  input  wire [7:0]  a_i,\n"
           "  input  wire [7:0]  w_i,\n"
           "  output wire [15:0] p_o\n"
           ");\n\n"
           "`ifndef YOSYS\n"
           "  reg [15:0] rom [0:65535];\n"
           "  initial $readmemh(\"%s/%s.hex\", rom);\n"
           "  assign p_o = rom[{a_i, w_i}];\n"
           "`endif\n\n"
           "endmodule\n\n"
           "`default_nettype wire\n"
           "/* verilator lint_on DECLFILENAME */\n",
           name, name, name, folder, name);
  return vmac_write_file(path, text, strlen(text), err);
}

static bool copy_file(const char *from, const char *to, vmac_err *err) {
  size_t size;
  uint8_t *bytes = vmac_read_file(from, &size, err);
  const bool good = bytes && vmac_write_file(to, bytes, size, err);
  free(bytes);
  return good;
}

bool import_store(const char *folder, const import_cell *cell, const char *verilog, vmac_err *err) {
  char path[KINDS][PATH], source[32], line[256];
  if (mkdir(folder, 0777) != 0 && errno != EEXIST)
    return vmac_fail(err, "%s: cannot make the folder: %s", folder, strerror(errno));
  for (int k = 0; k < KINDS; k++)
    snprintf(path[k], sizeof path[k], "%s/%s.%s", folder, cell->name, kinds[k]);
  source_of(cell, source);
  snprintf(line, sizeof line, "%-10s import  %s  -  %-5s  %s  -\n", cell->name,
           cell->cls == VMAC_U8 ? "u8" : "s8", cell->xvar, source);
  vmac_files_begin();
  bool good =
      (verilog || write_hex(path[2], cell->truth, err)) &&
      (verilog ? copy_file(verilog, path[0], err) : write_rom(path[0], folder, cell->name, err)) &&
      write_bin(path[1], cell->truth, err) && put_line(folder, cell->name, line, err);
  for (int k = 0; k < KINDS; k++) vmac_own_file(path[k]); /* a cell may come from its own files */
  good = vmac_files_end(good, err);
  if (good && verilog) remove_files(folder, cell->name, 2); /* of a ROM that it replaces */
  return good;
}

bool import_remove(const char *folder, const char *name, vmac_err *err) {
  char path[PATH];
  snprintf(path, sizeof path, "%s/mults.tbl", folder);
  char *text = read_table(path, err);
  if (!text) return false;
  const bool there = *name && line_of(text, name);
  free(text);
  if (!there) return vmac_fail(err, "%s: no imported cell '%s'", path, name);
  if (!put_line(folder, name, "", err)) return false;
  remove_files(folder, name, 0);
  return true;
}
