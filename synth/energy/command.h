/* command.h: what the subcommands of vmac-energy share. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_COMMAND_H
#define VMAC_COMMAND_H

/* One per subcommand; argv[0] is its name. Returns the exit code. */
int command_cell(int argc, char **argv);
int command_pe(int argc, char **argv);
int command_side(int argc, char **argv);
int command_correct(int argc, char **argv);
int command_tile(int argc, char **argv);
int command_array(int argc, char **argv);
int command_collect(int argc, char **argv);
int command_compose(int argc, char **argv);

#include "vmac.h"

/* Prints "vmac-energy: <text>" and exits with 1 (bad input) or 2 (bad command line). An attribute
 * instead of _Noreturn: cppcheck sees the latter only where the function itself is. */
__attribute__((noreturn)) void command_die(int status, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A number above 0 and below 1000000, or the program ends naming the option. */
double command_positive(const char *option, const char *text);

#endif
