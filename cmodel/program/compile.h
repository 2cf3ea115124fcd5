/* compile.h: what the compiler's files share behind lowering. SPDX-License-Identifier: Apache-2.0
 */
#ifndef VMAC_COMPILE_H
#define VMAC_COMPILE_H

#include "program/beats.h"
#include "program/tiles.h"

/* Writes the beats and the jobs' descriptions. */
bool vmac_emit(vmac_program *program, const vmac_graph *graph, vmac_err *err);

/* The payload of one job of a layer: first output row `row` of the layer. */
bool vmac_emit_payload(vmac_beats *beats, const vmac_graph *graph, const vmac_layer *layer,
                       const vmac_part *sets, int count, int row, vmac_job *job, vmac_err *err);

#endif
