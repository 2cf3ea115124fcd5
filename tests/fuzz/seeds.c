/* seeds: what the fuzz targets begin with, a folder for each: whole files of every kind that has a
 * writer here, the rest as text below. usage: seeds FOLDER SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "fuzz.h"

#include <stdio.h>
#include <sys/stat.h>

#include "data/data.h"
#include "net_build.h"
#include "operands/operands.h"
#include "program/program.h"
#include "train/train.h"
#include "vmac_nets.h"

static const char *folder;

/* The path of a seed, its folder made. */
static const char *seed(const char *target, const char *name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, target);
  mkdir(path, 0777);
  snprintf(path, sizeof path, "%s/%s/%s", folder, target, name);
  return path;
}

static void need(bool ok, const vmac_err *err) {
  if (ok) return;
  fprintf(stderr, "seeds: %s\n", err->text);
  exit(1);
}

/* A seed of a target that has several readers: the byte that chooses, then the text. */
static void put(const char *target, const char *name, int choice, const void *text, size_t size) {
  vmac_err err;
  uint8_t *bytes = vmac_alloc(size + 1, 1);
  bytes[0] = (uint8_t)choice;
  memcpy(bytes + 1, text, size);
  need(vmac_write_file(seed(target, name), bytes, size + 1, &err), &err);
  free(bytes);
}

/* The same of a file that was written as another seed, which goes; less its last `cut` bytes. */
static void choose(const char *target, const char *name, int choice, size_t cut) {
  vmac_err err;
  size_t size;
  uint8_t *bytes = vmac_read_file(seed(target, name), &size, &err);
  need(bytes, &err);
  put(target, name, choice, bytes, size - cut);
  free(bytes);
}

static void put_text(const char *target, const char *name, int choice, const char *text) {
  put(target, name, choice, text, strlen(text));
}

static void networks(void) {
  vmac_err err;
  vmac_net *net = net_every_operator(3);
  need(vmac_net_save(net, seed("tflite", "every-operator"), &err), &err);
  vmac_net_free(net);
  need(vmac_net_save(fuzz_net(), seed("tflite", "convolution"), &err), &err);
}

static void weights(void) {
  vmac_err err;
  const float values[6] = {0, 1, -2, 3, 0.5f, -0.25f};
  safetensors_entry entry[2] = {{.name = "fc.weight", .rank = 2, .dim = {2, 2}, .size = 4},
                                {.name = "fc.bias", .rank = 1, .dim = {2}, .size = 2}};
  entry[0].data = values;
  entry[1].data = values + 4;
  safetensors_meta meta[] = {{"format", "varimac float network 1"}, {"net", "lenet5"}};
  const safetensors st = {.entries = 2, .metas = 2, .entry = entry, .meta = meta};
  need(safetensors_write(&st, seed("safetensors", "small"), &err), &err);
}

static void images(void) {
  vmac_err err;
  uint8_t pixels[5 * 4 * 3];
  uint8_t idx[16 + 48 + 8 + 3] = {0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 4};
  for (size_t i = 0; i < sizeof pixels; i++) pixels[i] = (uint8_t)(37 * i);
  for (int c = 1; c <= 3; c += 2) {
    const data_picture picture = {5, 4, c, pixels};
    const char *name = c == 1 ? "gray.png" : "colour.png";
    need(data_write_png(seed("data", name), &picture, &err), &err);
    choose("data", name, 0, 0);
  }
  const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3};
  memcpy(idx + 16 + 48, labels, sizeof labels);
  put("data", "idx", 1, idx, sizeof idx);
  uint8_t batch[2 * 3073] = {1};
  put("data", "cifar-batch", 2, batch, sizeof batch);
  put_text("data", "labels", 3, "3\n0\n255\n");
  put_text("data", "labels.json", 4, "[1, 9, 0]");
}

static void tables(void) {
  put_text("table", "text", 0, "/* f */ int f[] = {0, 1, -2, 0x10, 32767};\n// end\n");
  put_text("table", "rows", 1, "\1\0\2\0");
}

static void texts(void) {
  vmac_err err;
  put_text("json", "map", 0,
           "{\"format\": \"varimac-map-2\", \"edge\": \"perf2\", \"rest\": \"exact\", \"layers\": "
           "[{\"layer\": 0, \"filters\": [\"perf2\", \"exact\", \"perf3\"]}]}");
  put_text("json", "map-taps", 0,
           "{\"format\": \"varimac-map-2\", \"layers\": [{\"layer\": 0, \"inputs\": [\"perf2\", "
           "\"perf3\"]}]}");
  put_text("json", "pes", 1,
           "{\"format\": \"varimac-map-1\", \"rows\": 4, \"cols\": 4, \"cells\": [[\"exact\", "
           "\"perf2\", \"exact\", \"perf2\"], \"trunc6\", \"exact\", \"dyn4\"]}");
  vmac_plan *plan = vmac_plan_make(fuzz_net(), vmac_mult_find("perf2", &err), NULL, VMAC_CORR_PAPER,
                                   NULL, 0, &err);
  need(plan, &err);
  need(vmac_plan_save(plan, FUZZ_NET_PATH, seed("json", "plan"), &err), &err);
  vmac_plan_free(plan);
  choose("json", "plan", 2, 0);
  put_text("json", "ppa", 3,
           "{\"varimac_ppa\": 1, \"platform\": \"osu018\", \"tools\": \"-\", \"designs\": "
           "[{\"delay_ns\": 3, \"design\": \"pe\", \"cell\": \"exact\", \"class\": \"u8\", "
           "\"gates\": 4, \"area_um2\": 97, \"leakage_nw\": 17.8, \"period_ns\": 7}]}");
  vmac_operands ops;
  vmac_operands_new(&ops, VMAC_U8, 1, 2, 2, 3);
  need(vmac_operands_save(&ops, seed("json", "operands"), &err), &err);
  vmac_operands_free(&ops);
  choose("json", "operands", 4, 0);
}

static void programs(void) {
  vmac_err err;
  vmac_hw hw = vmac_hw_default();
  hw.rows = hw.cols = 4;
  vmac_program *program = vmac_program_compile(fuzz_net(), NULL, &hw, VMAC_ROUND_DOUBLE, &err);
  need(program, &err);
  need(vmac_program_save(program, seed("program", "file.vmp"), &err), &err);
  choose("program", "file.vmp", 0, 8); /* the target appends the hash */
  put("program", "beats", 128 | 16 | 2 | 2 << 2, program->beats,
      program->beat_count * (size_t)vmac_hw_beat(&hw));
  vmac_program_free(program);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fputs("usage: seeds FOLDER\n", stderr);
    return 2;
  }
  folder = argv[1];
  mkdir(folder, 0777);
  networks();
  weights();
  images();
  tables();
  texts();
  programs();
  return 0;
}
