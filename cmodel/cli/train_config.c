/* A run as one JSON object: its keys are the options' names. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/train.h"

enum { WORDS = 256 };
#define EXACT 9007199254740992.0 /* JSON's numbers are doubles here: whole ones below it are kept */

static char *copy(const char *text) {
  char *to = vmac_alloc(strlen(text) + 1, 1);
  return memcpy(to, text, strlen(text));
}

static void push(char **list, int *count, char *word) {
  if (*count == WORDS) cli_die("train: more than %d words of options", WORDS);
  list[(*count)++] = word;
}

/* No run of its own has another file or asks for help. */
static bool is_key(const char *name) {
  return strcmp(name, "config") != 0 && strcmp(name, "help") != 0;
}

static _Noreturn void no_key(const char *path, const char *key, const struct option *options) {
  enum { MOST = 64 };
  const char *names[MOST];
  size_t n = 0;
  for (const struct option *o = options; n < MOST && o->name; o++)
    if (is_key(o->name)) names[n++] = o->name;
  const char *near = vmac_nearest(key, names, n);
  cli_die("%s: no option '%s'%s%s%s; see varimac train --help", path, key,
          near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static const struct option *find(const char *path, const char *key, const struct option *options) {
  for (const struct option *o = options; o->name; o++)
    if (!strcmp(o->name, key) && is_key(key)) return o;
  no_key(path, key, options);
}

/* --KEY VALUE. */
static void add_value(char **list, int *count, const char *path, const char *key,
                      const cJSON *value) {
  char text[64];
  snprintf(text, sizeof text, "--%.60s", key);
  push(list, count, copy(text));
  if (cJSON_IsString(value)) {
    push(list, count, copy(value->valuestring));
  } else if (cJSON_IsNumber(value)) {
    if (value->valuedouble >= EXACT || value->valuedouble <= -EXACT)
      cli_die("%s: %s: a number of more than 53 bits; write it as text: \"%s\": \"...\"", path, key,
              key);
    snprintf(text, sizeof text, "%.17g", value->valuedouble);
    push(list, count, copy(text));
  } else {
    cli_die("%s: %s: expected a number or a string", path, key);
  }
}

static void add_option(char **list, int *count, const char *path, const cJSON *item,
                       const struct option *options) {
  const char *key = item->string;
  const struct option *option = find(path, key, options);
  if (option->has_arg == no_argument) {
    if (!cJSON_IsBool(item)) cli_die("%s: %s: expected true or false", path, key);
    char text[64];
    snprintf(text, sizeof text, "--%.60s", key);
    if (cJSON_IsTrue(item)) push(list, count, copy(text));
  } else if (cJSON_IsArray(item)) {
    if (strcmp(key, "phase") != 0) cli_die("%s: %s: expected one value, not a list", path, key);
    const cJSON *value;
    cJSON_ArrayForEach(value, item) {
      add_value(list, count, path, key, value);
    }
  } else {
    add_value(list, count, path, key, item);
  }
}

char **train_config_expand(int *argc, char **argv, const struct option *options) {
  char **list = vmac_alloc(WORDS + 1, sizeof *list);
  int count = 0, used = 1;
  push(list, &count, copy(argv[0]));
  if (*argc > 1 && !strcmp(argv[1], "--config")) {
    if (*argc < 3) cli_usage("train: --config wants FILE; see varimac train --help");
    vmac_err err;
    const char *path = argv[2];
    cJSON *root = vmac_read_json(path, &err);
    if (!root) cli_die("%s", err.text);
    if (!cJSON_IsObject(root)) cli_die("%s: expected a JSON object, found another value", path);
    const cJSON *item;
    cJSON_ArrayForEach(item, root) {
      if (cJSON_GetObjectItemCaseSensitive(root, item->string) != item)
        cli_die("%s: %s twice", path, item->string);
      add_option(list, &count, path, item, options);
    }
    cJSON_Delete(root);
    used = 3;
  }
  for (int i = used; i < *argc; i++) push(list, &count, copy(argv[i]));
  *argc = count;
  return list;
}

void train_config_free(char **list) {
  for (int i = 0; list[i]; i++) free(list[i]);
  free(list);
}
