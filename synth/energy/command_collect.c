/* vmac-energy collect: the JSON of many designs as one file. SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "command.h"

static const char help[] =
    "usage: vmac-energy collect -o ppa.json [--platform P] [--tools TEXT] A.json B.json ...\n\n"
    "Merges what --json of the other commands wrote:\n"
    "  {\"varimac_ppa\": 1, \"platform\": P, \"tools\": TEXT, \"designs\": [A, B, ...]}\n"
    "Two of the same design, cell and variant are an error. `-` instead of files reads their "
    "names\n"
    "from standard input, one a line.\n";

static const char *text_of(const cJSON *design, const char *key) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(design, key);
  return cJSON_IsString(item) ? item->valuestring : NULL;
}

/* Which one it is, in new memory, as text that differs where they do. */
static char *name_of(const cJSON *design) {
  const char *variant = text_of(design, "variant");
  char *name = vmac_alloc(512, 1);
  const cJSON *correction = cJSON_GetObjectItemCaseSensitive(design, "opt_correction");
  const cJSON *rank = cJSON_GetObjectItemCaseSensitive(design, "phi_rank");
  snprintf(name, 512, "design %s, cell %s, variant %s", text_of(design, "design"),
           text_of(design, "cell"), variant ? variant : "none");
  const size_t used = strlen(name);
  if (cJSON_IsNumber(correction))
    snprintf(name + used, 512 - used, ", opt_correction %d, phi_rank %d", correction->valueint,
             cJSON_IsNumber(rank) ? rank->valueint : 0);
  return name;
}

typedef struct {
  cJSON *designs;
  char **name, **path; /* (count) */
  size_t count, room;
} collection;

/* Reads one file to the end of the collection. */
static void add(collection *c, const char *path) {
  vmac_err err;
  cJSON *design = vmac_read_json(path, &err);
  if (!design) command_die(1, "%s", err.text);
  if (!cJSON_IsObject(design))
    command_die(1, "%s: expected a JSON object, as vmac-energy --json writes it", path);
  static const char *const keys[] = {"design", "cell"};
  for (size_t i = 0; i < 2; i++)
    if (!text_of(design, keys[i]))
      command_die(1, "%s: expected a text \"%s\", as vmac-energy --json writes it, found none",
                  path, keys[i]);
  if (c->count == c->room) {
    c->room = c->room ? 2 * c->room : 64;
    c->name = realloc(c->name, c->room * sizeof *c->name);
    c->path = realloc(c->path, c->room * sizeof *c->path);
    if (!c->name || !c->path) command_die(1, "out of memory");
  }
  c->name[c->count] = name_of(design);
  c->path[c->count] = strcpy(vmac_alloc(strlen(path) + 1, 1), path);
  for (size_t i = 0; i < c->count; i++)
    if (!strcmp(c->name[i], c->name[c->count]))
      command_die(1, "%s: %s: %s has it already", path, c->name[i], c->path[i]);
  c->count++;
  cJSON_AddItemToArray(c->designs, design);
}

static void add_listed(collection *c) {
  char *line = NULL;
  size_t room = 0;
  for (ssize_t size; (size = getline(&line, &room, stdin)) > 0;) {
    if (line[size - 1] == '\n') line[size - 1] = '\0';
    if (*line) add(c, line);
  }
  free(line);
}

int command_collect(int argc, char **argv) {
  enum { PLATFORM = 1, TOOLS, HELP };
  static const struct option options[] = {
      {"platform", 1, NULL, PLATFORM}, {"tools", 1, NULL, TOOLS}, {"help", 0, NULL, HELP}, {0}};
  const char *out = NULL, *platform = NULL, *tools = NULL;
  for (int option; (option = getopt_long(argc, argv, "o:h", options, NULL)) != -1;)
    switch (option) {
    case 'o':
      out = optarg;
      break;
    case PLATFORM:
      platform = optarg;
      break;
    case TOOLS:
      tools = optarg;
      break;
    case HELP:
    case 'h':
      fputs(help, stdout);
      return 0;
    default:
      command_die(2, "see vmac-energy collect --help");
    }
  if (!out || optind == argc)
    command_die(2, "collect: expected -o F and files; see vmac-energy collect --help");
  cJSON *root = cJSON_CreateObject();
  cJSON_AddNumberToObject(root, "varimac_ppa", 1);
  if (platform) cJSON_AddStringToObject(root, "platform", platform);
  if (tools) cJSON_AddStringToObject(root, "tools", tools);
  collection c = {.designs = cJSON_AddArrayToObject(root, "designs")};
  for (int i = optind; i < argc; i++) {
    if (strcmp(argv[i], "-"))
      add(&c, argv[i]);
    else
      add_listed(&c);
  }
  vmac_err err;
  if (!vmac_write_json(out, root, &err)) command_die(1, "%s", err.text);
  printf("%s: %zu designs\n", out, c.count);
  for (size_t i = 0; i < c.count; i++) {
    free(c.name[i]);
    free(c.path[i]);
  }
  free(c.name);
  free(c.path);
  return 0;
}
