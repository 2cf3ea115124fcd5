/* varimac mult import: a foreign table of products becomes a cell of the registry.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_MULT_IMPORT_H
#define VMAC_MULT_IMPORT_H

int mult_import(int argc, char **argv); /* argv[0] is "import"; returns the exit code */

#endif
