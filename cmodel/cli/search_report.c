/* What a search found: its front, as a table and as maps. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/search.h"

/* The layer's entry: its cell, or each filter's cells. */
static cJSON *layer_json(const vmac_map *map, const vmac_net *net, int op, int number) {
  const vmac_op *of = &net->op[op];
  cJSON *layer = cJSON_CreateObject();
  cJSON_AddNumberToObject(layer, "layer", number);
  const int one = vmac_map_one(map, net, op);
  if (one >= 0) {
    cJSON_AddStringToObject(layer, "cell", map->mult[one]->name);
    return layer;
  }
  cJSON *filters = cJSON_AddArrayToObject(layer, "filters");
  for (int n = 0; n < of->n; n++) {
    const uint8_t *cell = map->cell[op] + (size_t)n * (size_t)of->k;
    bool alike = true;
    for (int i = 1; i < of->k; i++) alike = alike && cell[i] == cell[0];
    if (alike) {
      cJSON_AddItemToArray(filters, cJSON_CreateString(map->mult[cell[0]]->name));
      continue;
    }
    cJSON *weights = cJSON_CreateArray();
    for (int i = 0; i < of->k; i++)
      cJSON_AddItemToArray(weights, cJSON_CreateString(map->mult[cell[i]]->name));
    cJSON_AddItemToArray(filters, weights);
  }
  return layer;
}

static cJSON *map_json(const vmac_map *map, const vmac_net *net, const char *edge) {
  cJSON *root = cJSON_CreateObject();
  cJSON_AddStringToObject(root, "format", "varimac-map-2");
  /* The first cell named is the map's first, whose X layers of several cells have. */
  cJSON_AddStringToObject(root, edge ? "edge" : "rest", edge ? edge : map->mult[0]->name);
  cJSON *layers = cJSON_AddArrayToObject(root, "layers");
  for (int i = 0, number = 0; i < net->ops; i++) {
    if (!vmac_op_is_mac(&net->op[i])) continue;
    if (map->cell[i]) cJSON_AddItemToArray(layers, layer_json(map, net, i, number));
    number++;
  }
  return root;
}

static bool is_map(const char *path) {
  vmac_err none;
  cJSON *root = vmac_read_json(path, &none);
  const char *format = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "format"));
  const bool map = format && !strcmp(format, "varimac-map-2");
  cJSON_Delete(root);
  return map;
}

/* Maps of an earlier, longer front, which nobody should take for this one's: up to the first number
 * behind ours that has none. */
static void remove_rest(const search_run *r, const bool *written, size_t count) {
  char *path = vmac_alloc(strlen(r->o->maps) + 32, 1);
  for (size_t i = 0;; i++) {
    sprintf(path, "%s/%02zu.json", r->o->maps, i);
    if (i < count && written[i]) continue;
    const bool map = is_map(path);
    if (map) unlink(path);
    if (i >= count && !map) break;
  }
  free(path);
}

static void write_map(const search_run *r, const uint8_t *choice, size_t number) {
  const search_options *o = r->o;
  vmac_err err;
  vmac_map *map = search_map(r, choice);
  /* Without cells left out: hardware multiplies exactly by a cell too. */
  for (int i = 0; i < map->ops; i++)
    if (vmac_op_is_mac(&r->net->op[i]) && !map->cell[i]) vmac_map_fill(map, r->net, i, 0);
  const size_t size = strlen(o->maps) + 32;
  char *path = vmac_alloc(size, 1);
  snprintf(path, size, "%s/%02zu.json", o->maps, number);
  if (!vmac_write_json(path, map_json(map, r->net, o->edge), &err)) cli_die("%s", err.text);
  free(path);
  vmac_map_free(map);
}

static void write_units(const search_run *r) {
  const vmac_units *units = r->units;
  char *text = vmac_alloc(32 + (size_t)units->count * 64, 1), *end = text;
  vmac_err err;
  end += sprintf(end, "unit,layer,macs\n");
  for (int u = 0, layer = 0; u < units->count; u++) {
    layer += u && units->op[u] != units->op[u - 1];
    end += sprintf(end, "%d,%d,%.0f\n", u, layer, units->macs[u]);
  }
  if (!vmac_write_file(r->o->units, text, strlen(text), &err)) cli_die("%s", err.text);
  free(text);
}

/* Images that answer: a row's answers are counted and forgotten. */
typedef struct {
  const vmac_dataset *data;
  const char *what; /* for progress */
  vmac_scorer *scorer;
  uint8_t *answer;
} row_scorer;

static row_scorer row_scorer_new(const search_run *r, const vmac_dataset *data, size_t n,
                                 const char *what) {
  const size_t cache = (size_t)r->o->cache << 20;
  return (row_scorer){data, what, vmac_scorer_new(r->net, VMAC_ROUND_DOUBLE, data, n, cache / 2),
                      vmac_alloc(n, 1)};
}

/* How many of n the run's plan answers rightly. */
static size_t row_right(const search_run *r, row_scorer *s, size_t n) {
  run_scores(s->what, r->net, s->scorer, r->plan, n, s->answer, NULL);
  return run_equal(s->answer, s->data->labels, n);
}

static void row_scorer_free(row_scorer *s) {
  free(s->answer);
  vmac_scorer_free(s->scorer);
}

void search_report(search_run *r) {
  const search_options *o = r->o;
  size_t count, room = 256, used;
  vmac_search asked = vmac_search_asked(&r->search);
  const vmac_choice **front = vmac_search_front(&asked, &count);
  /* Asked first: the dearest cell everywhere. */
  const double least = asked.of[0].correct - o->within / 100 * (double)o->images;
  vmac_err err;
  const size_t n = (size_t)o->test_images;
  const size_t judged = (size_t)(o->judges ? o->judges : o->images);
  const vmac_dataset judges = vmac_dataset_part(&r->data, (size_t)o->images, (size_t)o->judges);
  row_scorer test = row_scorer_new(r, &r->test, n, "front, test images"), judge = {0};
  if (o->judges) judge = row_scorer_new(r, &judges, judged, "front, judges");
  char *text = vmac_alloc(room + count * (128 + 4 * (size_t)r->units->count), 1);
  used = (size_t)sprintf(text, "map,energy,loss,judged,right,test_images,test_right,accuracy,"
                               "agreement,choice\n");
  bool *written = vmac_alloc(count, sizeof *written);
  vmac_files_begin();
  printf("%3s %8s %8s %10s %10s %10s   of %zu images of %s\n", "map", "energy", "loss", "judged",
         "accuracy", "agreement", n, o->test);
  for (size_t i = 0; i < count; i++) {
    const vmac_choice *c = front[i];
    if (c->correct < least) continue;
    if (!search_plan(r, c->choice)) cli_die("map %zu: its corrections do not fit", i);
    const size_t good = o->judges ? row_right(r, &judge, judged) : (size_t)c->correct;
    const size_t right = row_right(r, &test, n);
    const size_t agree = run_equal(test.answer, vmac_scorer_exact(test.scorer), n);
    const double accuracy = (double)right / (double)n, agreement = (double)agree / (double)n;
    printf("%3zu %6.2f %% %8.4f %8.2f %% %8.2f %% %8.2f %%\n", i, 100 * c->energy, c->loss,
           100 * (double)good / (double)judged, 100 * accuracy, 100 * agreement);
    used += (size_t)sprintf(text + used, "%zu,%.6f,%.6f,%zu,%zu,%zu,%zu,%.6f,%.6f,", i, c->energy,
                            c->loss, judged, good, n, right, accuracy, agreement);
    for (int u = 0; u < r->units->count; u++)
      used +=
          (size_t)sprintf(text + used, "%d%s", c->choice[u], u + 1 < r->units->count ? "." : "\n");
    if (o->maps) write_map(r, c->choice, i);
    written[i] = true;
  }
  if (!vmac_write_file(o->output, text, used, &err)) cli_die("%s", err.text);
  if (o->units) write_units(r);
  if (!vmac_files_end(true, &err)) cli_die("%s", err.text);
  if (o->maps) remove_rest(r, written, count);
  free(written);
  free(text);
  row_scorer_free(&test);
  row_scorer_free(&judge);
  free(front);
  vmac_search_free(&asked);
}
