/* compiled.h: what compile and cycles share: a network, a plan and hardware become a program.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_COMPILED_H
#define VMAC_COMPILED_H

#include "cli/run.h"
#include "program/program.h"

#define COMPILED_HELP                                                                              \
  "  --net F              int8 network (.tflite)\n"                                                \
  "  --mult NAME          the array's multiplier cell\n"                                           \
  "  --map F              or several cells (JSON): which PE has which, with rows and columns of\n"  \
  "                       the array (see varimac map --help), or which weight brings which mode\n" \
  "                       of the cell along\n"                                                     \
  "  --mode N             the hardware has OPT_MODE: all weights bring mode N of the cell along\n" \
  "  --rows R, --cols C   the array, 4..64 each (default 16 x 16)\n"                               \
  "  --acc-depth N        accumulators per column (default 1024)\n"                                \
  "  --buf-depth N        words per activation buffer set, a power of two (default 4096)\n"        \
  "  --opt-correction N   what the hardware corrects with: 0 nothing, 1 one sum X (default),\n"    \
  "                       2 one sum per bit plane, 3 one sum per plane of the cell's phi\n"        \
  "  --phi-rank R         planes of phi that it sums with --opt-correction 3 (default 1)\n"        \
  "  --opt-ktile          it takes coefficients for every K tile (OPT_KTILE), and --correction\n"  \
  "                       fits them so; a plan may have them or not\n"                             \
  "  --correction MODE    " CLI_MODES "\n"                                                         \
  "                       (default none)\n"                                                        \
  "  --calib SPEC         training images that corrections are fitted on, all but paper\n"         \
  "                       (default subset:calib)\n"                                                \
  "  --calib-images N     the first N of them (default all)\n"                                     \
  "  --plan F             take multiplier, mode and coefficients from a plan instead\n"            \
  "  --rounding R         double | single: TFLite's requantization (default double)\n"

enum {
  COMPILED_NET,
  COMPILED_MULT,
  COMPILED_MAP,
  COMPILED_MODE,
  COMPILED_ROWS,
  COMPILED_COLS,
  COMPILED_ACC,
  COMPILED_BUF,
  COMPILED_OPT,
  COMPILED_RANK,
  COMPILED_KTILE,
  COMPILED_CORRECTION,
  COMPILED_CALIB,
  COMPILED_CALIB_IMAGES,
  COMPILED_PLAN,
  COMPILED_ROUNDING,
  COMPILED_LAST /* a command's own options count from here */
};
/* clang-format off */
#define COMPILED_OPTIONS                                                                           \
  {"net", 1, 0, COMPILED_NET}, {"mult", 1, 0, COMPILED_MULT}, {"map", 1, 0, COMPILED_MAP},         \
  {"mode", 1, 0, COMPILED_MODE}, {"rows", 1, 0, COMPILED_ROWS},                                    \
  {"cols", 1, 0, COMPILED_COLS}, {"acc-depth", 1, 0, COMPILED_ACC},                                \
  {"buf-depth", 1, 0, COMPILED_BUF}, {"opt-correction", 1, 0, COMPILED_OPT},                       \
  {"phi-rank", 1, 0, COMPILED_RANK}, {"opt-ktile", 0, 0, COMPILED_KTILE},                          \
  {"correction", 1, 0, COMPILED_CORRECTION}, {"calib", 1, 0, COMPILED_CALIB},                      \
  {"calib-images", 1, 0, COMPILED_CALIB_IMAGES}, {"plan", 1, 0, COMPILED_PLAN},                    \
  {"rounding", 1, 0, COMPILED_ROUNDING}
/* clang-format on */

typedef struct {
  const char *command; /* for messages */
  const char *net_path, *mult, *mode_name, *calib, *plan_path, *map_path;
  long long calib_images;
  vmac_mode mode;
  vmac_rounding rounding;
  vmac_hw hw;
  bool sized; /* --rows or --cols were given */
  uint8_t phi[256 * VMAC_PHI_MAX];
  int operand_mode; /* of --mode, or -1 */
  /* Made by compiled_make(): */
  vmac_net *net;
  vmac_map *map; /* --map's, or NULL */
  vmac_plan *plan;
  vmac_program *program;
} compiled;

compiled compiled_new(const char *command);
void compiled_option(compiled *c, int option, const char *value); /* one of COMPILED_* */
void compiled_check(compiled *c); /* after the last option; bad combinations end the program */
void compiled_make(compiled *c);  /* loads, plans, compiles, or ends the program */
void compiled_free(compiled *c);

/* "op 3 (ADD)", "input", "copy": what a job is for. */
void compiled_name(const compiled *c, int op, vmac_jobkind kind, char *text, size_t size);

#endif
