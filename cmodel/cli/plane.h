/* plane.h: what `varimac plane` found. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_CLI_PLANE_H
#define VMAC_CLI_PLANE_H

#include "cli/cli.h"
#include "plane/plane.h"

/* One network with one cell, or multiplied exactly. */
typedef struct {
  const char *mult, *correction;
  const vmac_plane *plane;
  vmac_plane_point *point; /* (layers) */
  double *noise;           /* (layers) sd of the kernel bounds' noise, in codes */
  vmac_estimate *change;   /* (layers) of the probe, from the exact network; NULL: this is it */
} plane_run;

typedef struct {
  const char *net_path, *data;
  const vmac_net *net;
  long long images, seed;
  double labels; /* H(Y), bits */
  int runs;
  plane_run run[2];
} plane_result;

/* plane_report.c: rows into a CSV and a JSON file; a table of each run on stdout. */
bool plane_csv(const plane_result *r, const char *path, vmac_err *err);
bool plane_json(const plane_result *r, const char *path, vmac_err *err);
void plane_print(const plane_result *r);

#endif
