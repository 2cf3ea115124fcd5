/* cli.h: what the subcommands of the varimac command line share.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CLI_H
#define VMAC_CLI_H

#include <getopt.h>

#include "vmac.h"

/* One file per subcommand, cmd_<name>.c; argv[0] is its name. Returns the exit code. */
#define VMAC_COMMANDS(X)                                                                           \
  X(compile, "turn a network into the accelerator's stream of beats")                              \
  X(cycles, "count the accelerator's cycles and traffic for a network, layer by layer")            \
  X(data, "show what a data set holds, make a class-balanced subset")                              \
  X(energy, "energy of one inference, layer by layer, from measured netlists")                     \
  X(eval, "score a network with a multiplier and a correction mode")                               \
  X(infer, "what a network sees in one picture, exactly and with a multiplier")                    \
  X(map, "print a map of cells: of PEs as a parameter, or what a network's weights meet")          \
  X(match, "the cheapest cell that each layer bears, by learned noise")                            \
  X(mult, "list the multiplier cells, show one's errors, table or error map")                      \
  X(net, "list a network's operators, shapes, MACs and scales")                                    \
  X(operands, "record operand streams of the array's multipliers from exact inference")            \
  X(plane, "estimate what layers tell of image and label, in bits")                                \
  X(permute, "put filters that count most into columns whose cells err least")                     \
  X(plot, "draw the losses and accuracies of training runs")                                       \
  X(predict, "foretell the error of each layer from a cell's error map, and measure it")           \
  X(quantize, "turn a trained float network into an int8 TFLite network")                          \
  X(residuals, "what correction leaves of the error of each layer, foretold and measured")         \
  X(search, "which cell for which layer, filter or place: energy against accuracy")                \
  X(sweep, "score many cells and modes, resumable, one CSV")                                       \
  X(train, "train a network, exactly or with multiplier errors, resume after a kill")              \
  X(tune, "fit a network's weights to a cell and its correction, without training")

#define VMAC_DECLARE(name, line) int cmd_##name(int argc, char **argv);
VMAC_COMMANDS(VMAC_DECLARE)
#undef VMAC_DECLARE

/* The correction modes, for help texts. */
#define CLI_MODES "none | bias | paper | cv | bitplane | phi | phi2 | phi3 | phi4"

/* "varimac: <text>", a line of stderr, behind progress too. */
void cli_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, and exits with 1 (bad input) or, for cli_usage, 2 (bad command line). */
void cli_die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));
void cli_usage(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* getopt_long() with one text for every bad option: "varimac: NAME: ... see varimac NAME --help"
 * and exit 2, NAME being argv[0]. `letters` as for getopt(), without a leading colon; -h is the
 * option "help" of every command. */
int cli_getopt(int argc, char **argv, const char *letters, const struct option *options);

/* A whole number in lo..hi, or cli_usage naming the option. */
long long cli_int(const char *option, const char *text, long long lo, long long hi);
double cli_double(const char *option, const char *text, double lo, double hi);

/* Whether both are one file, also by a link; of what is not there only the name can be the same. Two
 * that write into one device are at peace. */
bool cli_same_file(const char *a, const char *b);

/* The files that a command writes, path (n), NULL where one is not asked for: ends the program
 * where one could not be written, was read so far, or two are one. Before the work;
 * vmac_files_begin() behind it. */
void cli_outputs(const char *const *path, int n);

/* Whether SIGINT or SIGTERM, which the command has blocked, waits for somebody to look. */
bool cli_interrupted(void);

/* Progress on stderr: a line rewritten in place on a terminal, at most two per second; on a pipe a
 * line every 10 seconds. Silent for work under two seconds. The first call with done == 0 starts.
 */
void cli_progress(const char *what, size_t done, size_t total);

#endif
