/* gnuplot.h: pictures through gnuplot. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CLI_GNUPLOT_H
#define VMAC_CLI_GNUPLOT_H

#include <stdio.h>

#include "cli/cli.h"

/* The PNG image that the script written makes, into `path`, whole or not at all; ends the program
 * where there is none. */
void cli_gnuplot(const char *path, void (*write)(FILE *script, void *context), void *context);

#endif
