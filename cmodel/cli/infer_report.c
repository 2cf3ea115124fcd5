/* What `varimac infer` found, as text and as JSON. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/infer.h"

const char *infer_name(const infer_result *r, int class_index, char buffer[16]) {
  if (r->name) return r->name[class_index];
  snprintf(buffer, 16, "class %d", class_index);
  return buffer;
}

static void shape_text(const vmac_tensor *t, char text[48]) {
  size_t used = 0;
  for (int i = t->rank > 1 ? 1 : 0; i < t->rank; i++)
    used += (size_t)snprintf(text + used, 48 - used, "%s%d", used ? "x" : "", t->dim[i]);
}

static void cell_text(const infer_result *r, char text[64]) {
  snprintf(text, 64, "%s, %s", r->map ? "map" : r->plan->mult->name, vmac_mode_name(r->plan->mode));
}

/* What a column of 14 characters takes in bytes: UTF-8 has several for some. */
static int column(const char *name) {
  int bytes = 14;
  for (; *name; name++) bytes += (*name & 0xc0) == 0x80;
  return bytes;
}

static void print_answers(const infer_result *r) {
  char cell[64] = "", buffer[16];
  if (r->plan) cell_text(r, cell);
  if (r->plan)
    printf("\n     %-30s%s\n", "exact", cell);
  else
    printf("\n     exact\n");
  for (int i = 0; i < r->shown; i++) {
    const int e = r->exact.order[i];
    const char *name = infer_name(r, e, buffer);
    printf("%3d  %-*s %6.2f %%", i + 1, column(name), name, 100 * r->exact.probability[e]);
    if (r->plan) {
      const int a = r->approximate.order[i];
      name = infer_name(r, a, buffer);
      printf("       %-*s %6.2f %%", column(name), name, 100 * r->approximate.probability[a]);
    }
    printf("\n");
  }
  if (!r->plan) return;
  char other[16];
  const int e = r->exact.order[0], a = r->approximate.order[0];
  if (e == a)
    printf("\nboth answer %s\n", infer_name(r, e, buffer));
  else
    printf("\nthey differ: %s became %s\n", infer_name(r, e, buffer), infer_name(r, a, other));
}

static void print_errors(const infer_result *r) {
  char shape[48], path[INFER_PATH];
  vmac_err err;
  printf("\ncodes, approximate - exact, errors of the layers before included:\n"
         " op kind              shape      cell     mean      rms  largest    differ  picture\n");
  for (int i = 0; i < r->net->ops; i++) {
    const infer_error e = infer_error_of(r, i);
    shape_text(&r->net->tensor[r->net->op[i].out], shape);
    if (!infer_picture_path(r, i, path, &err)) return;
    printf("%3d %-17s %-10s %-4s %8.3f %8.3f %8d %7.2f %%  %s\n", i,
           vmac_op_name(r->net->op[i].kind), shape, vmac_plan_has(r->plan, i) ? "yes" : "-", e.mean,
           e.rms, e.largest, 100 * e.differ, path);
  }
}

void infer_print(const infer_result *r) {
  const vmac_tensor *in = &r->net->tensor[r->net->input];
  const bool whole = r->used.w == r->picture.w && r->used.h == r->picture.h;
  printf("picture      %s, %d x %d, %s", r->photo, r->picture.w, r->picture.h,
         r->picture.c == 1 ? "gray" : "colour");
  if (!whole) printf("; of it the middle %d x %d", r->used.w, r->used.h);
  printf("; as %d x %d, %s\nnetwork      %s\n", in->dim[2], in->dim[1],
         in->dim[3] == 1 ? "gray" : "colour", r->net_path);
  if (*r->labels) printf("labels       %s\n", r->labels);
  print_answers(r);
  if (r->explain) print_errors(r);
}

static cJSON *answer_json(const infer_result *r, const infer_answer *a) {
  cJSON *list = cJSON_CreateArray();
  for (int i = 0; i < r->classes; i++) {
    const int of = a->order[i];
    cJSON *item = cJSON_CreateObject();
    cJSON_AddNumberToObject(item, "class", of);
    if (r->name) cJSON_AddStringToObject(item, "name", r->name[of]);
    cJSON_AddNumberToObject(item, "probability", a->probability[of]);
    cJSON_AddNumberToObject(item, "logit", a->logit[of]);
    cJSON_AddItemToArray(list, item);
  }
  return list;
}

static cJSON *errors_json(const infer_result *r) {
  char shape[48], path[INFER_PATH];
  vmac_err err;
  cJSON *list = cJSON_CreateArray();
  for (int i = 0; i < r->net->ops && infer_picture_path(r, i, path, &err); i++) {
    const infer_error e = infer_error_of(r, i);
    cJSON *item = cJSON_CreateObject();
    shape_text(&r->net->tensor[r->net->op[i].out], shape);
    cJSON_AddNumberToObject(item, "op", i);
    cJSON_AddStringToObject(item, "kind", vmac_op_name(r->net->op[i].kind));
    cJSON_AddStringToObject(item, "shape", shape);
    cJSON_AddBoolToObject(item, "cell", vmac_plan_has(r->plan, i));
    cJSON_AddNumberToObject(item, "mean", e.mean);
    cJSON_AddNumberToObject(item, "rms", e.rms);
    cJSON_AddNumberToObject(item, "largest", e.largest);
    cJSON_AddNumberToObject(item, "differ", e.differ);
    cJSON_AddStringToObject(item, "picture", path);
    cJSON_AddItemToArray(list, item);
  }
  return list;
}

bool infer_json(const infer_result *r, const char *path, vmac_err *err) {
  const int size[] = {r->picture.w, r->picture.h, r->picture.c};
  const int used[] = {r->used.x, r->used.y, r->used.w, r->used.h};
  cJSON *root = cJSON_CreateObject();
  cJSON_AddStringToObject(root, "picture", r->photo);
  cJSON_AddItemToObject(root, "size", cJSON_CreateIntArray(size, 3));
  cJSON_AddItemToObject(root, "window", cJSON_CreateIntArray(used, 4));
  cJSON_AddStringToObject(root, "network", r->net_path);
  cJSON_AddStringToObject(root, "labels", r->labels);
  cJSON_AddItemToObject(root, "exact", answer_json(r, &r->exact));
  if (r->plan) {
    cJSON_AddStringToObject(root, r->map ? "map" : "mult", r->map ? r->map : r->plan->mult->name);
    cJSON_AddStringToObject(root, "correction", vmac_mode_name(r->plan->mode));
    cJSON_AddStringToObject(root, "calibration", r->plan->calibration);
    cJSON_AddItemToObject(root, "approximate", answer_json(r, &r->approximate));
    cJSON_AddBoolToObject(root, "agree", r->exact.order[0] == r->approximate.order[0]);
  }
  if (r->explain) cJSON_AddItemToObject(root, "operators", errors_json(r));
  return vmac_write_json(path, root, err);
}
