/* infer.h: what `varimac infer` finds of one picture. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_INFER_H
#define VMAC_INFER_H

#include "cli/run.h"
#include "data/data.h"

/* What one network answers: classes in falling order of logits, the first of equal ones first. */
typedef struct {
  int *order;          /* (classes) */
  double *probability; /* (classes), of each class: softmax of the logits in floating point */
  double *logit;       /* (classes), codes times their scale */
} infer_answer;

typedef struct {
  const char *photo, *net_path, *explain; /* explain: folder of the pictures, or NULL */
  const char *map;                        /* of cells, or NULL */
  const char *labels;                     /* where the names are from, "" where there are none */
  int shown;                              /* of the classes, in print */
  data_picture picture;                   /* as it was read */
  data_window used;                       /* of it */
  const vmac_net *net;
  const vmac_plan *plan; /* NULL: the exact network alone */
  int classes;
  char **name;                     /* (classes), or NULL */
  infer_answer exact, approximate; /* the latter without a plan: none */
  const vmac_state *state[2];      /* of both, with all activations; without a plan the first */
} infer_result;

/* Text of one class, its number where it has no name. */
const char *infer_name(const infer_result *r, int class_index, char buffer[16]);

/* How the codes of one op's output differ between the two networks, approximate - exact. */
typedef struct {
  double mean, rms, differ; /* differ: share of the codes */
  int largest;              /* of the largest size, with its sign; positive where both are there */
} infer_error;
infer_error infer_error_of(const infer_result *r, int op);

/* infer_report.c: as text on stdout; as JSON into a file, false and an error where it cannot. */
void infer_print(const infer_result *r);
bool infer_json(const infer_result *r, const char *path, vmac_err *err);

/* infer_explain.c: the name of an op's picture in the folder, into text; every op's picture,
 * the folder made if it is not there. */
enum { INFER_PATH = 4096 };
bool infer_picture_path(const infer_result *r, int op, char text[INFER_PATH], vmac_err *err);
bool infer_explain(const infer_result *r, vmac_err *err);

#endif
