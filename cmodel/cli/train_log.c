/* The log of a training run: lines of JSON, without times, so that a run has one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/train.h"

struct run_log {
  char *path, *text;
};

static void append(run_log *log, cJSON *line) {
  char *json = cJSON_PrintUnformatted(line);
  cJSON_Delete(line);
  const size_t n = strlen(log->text), more = strlen(json);
  char *text = vmac_alloc(n + more + 2, 1);
  memcpy(text, log->text, n);
  memcpy(text + n, json, more);
  text[n + more] = '\n';
  cJSON_free(json);
  free(log->text);
  log->text = text;
}

/* Where line `count` ends, or NULL where there are fewer. */
static char *end_of(char *text, int count) {
  for (; count > 0 && text; count--)
    if ((text = strchr(text, '\n'))) text++;
  return text;
}

run_log *run_log_open(const char *out, const char *command, int epochs, vmac_err *err) {
  static const char end[] = ".safetensors", log_end[] = ".jsonl";
  const size_t n = strlen(out), cut = sizeof end - 1;
  const size_t stem = n > cut && !strcmp(out + n - cut, end) ? n - cut : n;
  run_log *log = vmac_alloc(1, sizeof *log);
  log->path = vmac_alloc(stem + sizeof log_end, 1);
  memcpy(log->path, out, stem);
  memcpy(log->path + stem, log_end, sizeof log_end);
  log->text = vmac_alloc(1, 1);
  cJSON *head = cJSON_CreateObject();
  cJSON_AddStringToObject(head, "run", command);
  append(log, head);
  if (!epochs || access(log->path, F_OK)) return log;
  size_t size;
  char *old = (char *)vmac_read_file(log->path, &size, err);
  vmac_own_file(log->path);
  char *keep = old ? end_of(old, 1 + epochs) : NULL;
  if (keep && !strncmp(old, log->text, strlen(log->text))) {
    *keep = 0;
    free(log->text);
    log->text = old;
    return log;
  }
  if (old)
    vmac_fail(err, "%s: expected the log of this run with %d epochs; remove it to begin another",
              log->path, epochs);
  free(old);
  run_log_free(log);
  return NULL;
}

static void add_result(cJSON *line, const char *name, const train_result *result) {
  cJSON *to = cJSON_AddObjectToObject(line, name);
  cJSON_AddNumberToObject(to, "loss", result->loss);
  cJSON_AddNumberToObject(to, "accuracy", result->accuracy);
}

bool run_log_add(run_log *log, const run_epoch *e, vmac_err *err) {
  cJSON *line = cJSON_CreateObject();
  cJSON_AddNumberToObject(line, "epoch", e->epoch);
  cJSON_AddNumberToObject(line, "phase", e->phase);
  add_result(line, "train", &e->train);
  add_result(line, "test", &e->test);
  if (!e->exact) add_result(line, "test_so_multiplied", &e->test_so);
  if (e->validated) add_result(line, "validation", &e->validation);
  if (e->terms) {
    cJSON *to = cJSON_AddObjectToObject(line, "gradient");
    cJSON_AddNumberToObject(to, "terms", e->terms);
    cJSON_AddNumberToObject(to, "left_out", e->left_out);
  }
  if (e->sigma) {
    cJSON *to = cJSON_AddObjectToObject(line, "sigma");
    for (int i = 0; i < e->sigma->layers; i++)
      if (train_weights(&e->sigma->layer[i]))
        cJSON_AddNumberToObject(to, e->sigma->layer[i].row->name, (double)e->sigma->sigma[i]);
  }
  append(log, line);
  return vmac_write_file(log->path, log->text, strlen(log->text), err);
}

void run_log_free(run_log *log) {
  if (!log) return;
  free(log->path);
  free(log->text);
  free(log);
}
