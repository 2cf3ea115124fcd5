/* export.h: vmac-energy export. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_EXPORT_H
#define VMAC_EXPORT_H

/* The subcommand: random vectors as Verilog benches, one a lane, and our own counts of the same. */
int energy_export(int argc, char **argv);

#endif
