/* plan_folder.h: a folder for a plan and the file of the network that it names.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_FOLDER_H
#define PLAN_FOLDER_H

#include "cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "vmac.h"

typedef struct {
  char dir[32], net[48], plan[48];
} plan_folder;

/* A plan is bound to the network file's bytes, whatever they are. */
static inline plan_folder plan_folder_new(void) {
  plan_folder f = {.dir = "/tmp/vmac-plan-XXXXXX"};
  vmac_err err;
  assert_non_null(mkdtemp(f.dir));
  snprintf(f.net, sizeof f.net, "%s/net", f.dir);
  snprintf(f.plan, sizeof f.plan, "%s/plan.json", f.dir);
  assert_true(vmac_write_file(f.net, "a network", 9, &err));
  return f;
}

static inline void plan_folder_remove(const plan_folder *f) {
  unlink(f->plan);
  unlink(f->net);
  rmdir(f->dir);
}

#endif
