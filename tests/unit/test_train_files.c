/* TEST RATIONALE: files of float networks.
 *   State space: safetensors round trip; every refusal of the header; cuts and bit flips of a
 *   checkpoint's header, where any answer but a crash will do; values no training leaves behind
 *   (too large, not finite, a negative variance); options longer than is recorded; bit flips of the
 *   shipped network's values, and on what still loads calibration and quantization: an error or a
 *   network, never a crash.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train_common.h"

enum { DAMAGE = 400 };

static void write_raw(const char *header, size_t data_size) {
  const size_t length = strlen(header), size = 8 + length + data_size;
  uint8_t *bytes = vmac_alloc(size, 1);
  vmac_err err;
  bytes[0] = (uint8_t)length;
  bytes[1] = (uint8_t)(length >> 8);
  memcpy(bytes + 8, header, length);
  assert_true(vmac_write_file(in_folder("raw.safetensors"), bytes, size, &err));
  free(bytes);
}

/* The header with data_size zero bytes behind it must be refused with `word` in the error. */
static void refused(const char *header, size_t data_size, const char *word) {
  vmac_err err = {""};
  write_raw(header, data_size);
  safetensors *st = safetensors_read(in_folder("raw.safetensors"), &err);
  if (st) fail_msg("read: %s", header);
  if (!strstr(err.text, word)) fail_msg("expected '%s' in: %s", word, err.text);
}

static void test_safetensors(void **state) {
  (void)state;
  vmac_err err;
  float a[6] = {1, -2, 3.5f, 0, 1e-30f, -0.0f}, b[2] = {7, 8};
  safetensors_entry entry[2] = {{"first", 2, {2, 3}, 6, a}, {"second", 1, {2}, 2, b}};
  safetensors_meta meta[1] = {{"note", "a \"quoted\" text"}};
  const safetensors out = {2, 1, entry, meta, NULL};
  assert_true(safetensors_write(&out, in_folder("t.safetensors"), &err));
  safetensors *in = safetensors_read(in_folder("t.safetensors"), &err);
  assert_non_null(in);
  assert_int_equal(in->entries, 2);
  const safetensors_entry *e = safetensors_find(in, "first");
  assert_true(e && e->rank == 2 && e->dim[0] == 2 && e->dim[1] == 3 && e->size == 6);
  assert_memory_equal(e->data, a, sizeof a);
  assert_memory_equal(safetensors_find(in, "second")->data, b, sizeof b);
  assert_string_equal(safetensors_meta_find(in, "note"), meta[0].value);
  assert_null(safetensors_find(in, "third"));
  safetensors_free(in);

#define T(shape, span) "{\"x\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":" span "}}"
  write_raw(T("[2]", "[0,8]") "   ", 8);
  in = safetensors_read(in_folder("raw.safetensors"), &err);
  assert_non_null(in);
  safetensors_free(in);
  refused("", 0, "not a safetensors file");
  refused("{\"x\":", 0, "not JSON");
  refused("[1, 2]", 0, "not a JSON object");
  refused("{\"x\":{\"dtype\":\"I8\",\"shape\":[2],\"data_offsets\":[0,2]}}", 2, "F32");
  refused(T("[2]", "[0,8]"), 4, "dimension 0");
  refused(T("[2]", "[0,8]"), 12, "expected 8 data bytes, found 12");
  refused(T("[2]", "[4,12]"), 12, "begins at byte 0");
  refused(T("[2]", "[0,4]"), 8, "data_offsets");
  refused(T("[-2]", "[0,8]"), 8, "dimension 0");
  refused(T("[1.5]", "[0,6]"), 8, "dimension 0");
  refused(T("[1e300]", "[0,8]"), 8, "dimension 0");
  refused(T("[2,4611686018427387904,2]", "[0,8]"), 8, "dimension 1");
  refused(T("[1,1,1,1,1]", "[0,4]"), 4, "rank");
  refused(T("2", "[0,8]"), 8, "rank");
  refused(T("[2]", "[0,8,8]"), 8, "data_offsets");
  refused("{\"__metadata__\":{\"a\":1}}", 0, "short text");
  refused("{\"x\":7}", 0, "begins at byte 0");
#undef T
}

/* Cuts and bit flips of a checkpoint: one error or a success, never a crash; most flips of the
 * header must be noticed. */
static void test_damaged_checkpoint(void **state) {
  (void)state;
  vmac_err err;
  vmac_rng rng;
  size_t size;
  train_config config = TINY;
  train_trainer *t = tiny_trainer(&config, 1);
  assert_true(train_save(t->model, &config, 1, true, 0, in_folder("d.safetensors"), &err));
  uint8_t *bytes = vmac_read_file(in_folder("d.safetensors"), &size, &err);
  const size_t header = 8 + (size_t)bytes[0] + ((size_t)bytes[1] << 8);
  vmac_rng_seed(&rng, SEED);
  int noticed = 0, done;
  for (int i = 0; i < DAMAGE; i++) {
    const bool cut = i % 8 == 0;
    const size_t at = vmac_rng_below(&rng, (uint32_t)(cut ? size : header));
    const uint8_t bit = (uint8_t)(1u << vmac_rng_below(&rng, 8));
    if (!cut) bytes[at] ^= bit;
    assert_true(vmac_write_file(in_folder("d.safetensors"), bytes, cut ? at : size, &err));
    err.text[0] = 0;
    const bool ok = train_resume(t->model, &config, in_folder("d.safetensors"), &done, &err);
    assert_true(ok || strstr(err.text, "d.safetensors"));
    if (cut) assert_false(ok);
    noticed += !ok;
    if (!cut) bytes[at] ^= bit;
  }
  assert_true(noticed > DAMAGE * 3 / 4);
  free(bytes);
  train_trainer_free(t);
}

/* The model with *value instead of its own cannot be loaded, with both words in the error. */
static void absurd(train_model *m, float *at, float value, const char *word1, const char *word2) {
  const float keep = *at;
  vmac_err err = {""};
  *at = value;
  assert_true(train_save(m, &TINY, 2, true, 0, in_folder("v.safetensors"), &err));
  *at = keep;
  if (train_load(in_folder("v.safetensors"), &err)) fail_msg("loaded, expected '%s'", word1);
  if (!strstr(err.text, "v.safetensors") || !strstr(err.text, word1) || !strstr(err.text, word2))
    fail_msg("expected '%s' and '%s' in: %s", word1, word2, err.text);
}

static void test_absurd_values(void **state) {
  (void)state;
  vmac_err err;
  train_model *m = train_model_new(train_net_find("resnet8", &err), SEED);
  const train_layer *bn = &m->layer[1];
  float *gamma = m->param + bn->param, *variance = m->stat + bn->stat + bn->c;
  absurd(m, m->param + 5, 3e38f, "'stem.conv.weight': value 5", "at most 1e+09");
  absurd(m, m->param + 5, NAN, "'stem.conv.weight': value 5", "nan");
  absurd(m, gamma + 1, -1e30f, "'stem.bn.gamma': value 1", "found -1e+30");
  absurd(m, variance + 2, -0.5f, "'stem.bn.variance': value 2", "found -0.5");
  absurd(m, variance + 2, INFINITY, "'stem.bn.variance': value 2", "found inf");
  train_model_free(m);
}

/* A run whose options are longer than a file records is refused, not recorded in part; the longest
 * that fits is resumed. */
static void test_long_command(void **state) {
  (void)state;
  vmac_err err = {""};
  int done;
  char command[TRAIN_COMMAND], from[TRAIN_COMMAND + 1];
  train_config config = TINY;
  train_model *m = train_model_new(train_net_find("lenet5", &err), SEED);
  config.from = "";
  assert_true(train_command(m->net, &config, command, &err));
  memset(from, 'x', sizeof from);
  from[TRAIN_COMMAND - 1 - strlen(command)] = 0;
  config.from = from;
  const char *path = in_folder("long.safetensors");
  if (!train_save(m, &config, 1, true, 0, path, &err)) fail_msg("%s", err.text);
  if (!train_resume(m, &config, path, &done, &err)) fail_msg("%s", err.text);
  unlink(path);
  from[strlen(from)] = 'x';
  from[TRAIN_COMMAND - strlen(command)] = 0;
  assert_false(train_save(m, &config, 1, true, 0, path, &err));
  assert_non_null(strstr(err.text, "have 8192 letters, recorded are at most 8191"));
  assert_int_not_equal(access(path, F_OK), 0);
  err.text[0] = 0;
  assert_false(train_resume(m, &config, path, &done, &err));
  /* Images measured on are part of the run. */
  config = TINY;
  assert_true(train_save(m, &config, 1, true, 0, path, &err));
  config.test = "subset:calib";
  assert_false(train_resume(m, &config, path, &done, &err));
  train_model_free(m);
}

/* Calibrates and quantizes a damaged network; takes it over. */
static bool survives(train_model *m, const vmac_dataset *data) {
  const train_config config = {.batch = 4, .shards = 1};
  vmac_err err = {""};
  train_trainer *t = train_trainer_new(m, &config, 1);
  train_range *range = vmac_alloc((size_t)m->layers, sizeof *range);
  vmac_net *net = NULL;
  if (train_ranges(t, data, data->n, range, &err)) net = train_quantize(m, range, &err);
  const bool ok = net != NULL;
  assert_true(ok || err.text[0]);
  vmac_net_free(net);
  free(range);
  train_trainer_free(t);
  return ok;
}

/* One to eight bits of the shipped network's values, half of them in sign and exponent. */
static void test_damaged_values(void **state) {
  (void)state;
  enum { FILES = 120 };
  vmac_err err;
  vmac_rng rng;
  vmac_dataset data;
  size_t size;
  int unread = 0, quantized = 0;
  load_images(&data, 4);
  uint8_t *bytes = vmac_read_file(VMAC_HOME "/weights/resnet8.safetensors", &size, &err);
  assert_non_null(bytes);
  const size_t header = 8 + (size_t)bytes[0] + ((size_t)bytes[1] << 8);
  uint8_t *damaged = vmac_alloc(size, 1);
  vmac_rng_seed(&rng, SEED);
  for (int i = 0; i < FILES; i++) {
    memcpy(damaged, bytes, size);
    for (int flips = 1 << i % 4; flips; flips--) {
      size_t at = header + vmac_rng_below(&rng, (uint32_t)(size - header));
      if (flips % 2) at |= 3; /* the header is a multiple of 4 bytes, so is the file */
      damaged[at] ^= (uint8_t)(1u << vmac_rng_below(&rng, 8));
    }
    assert_true(vmac_write_file(in_folder("v.safetensors"), damaged, size, &err));
    train_model *m = train_load(in_folder("v.safetensors"), &err);
    unread += !m;
    if (m) quantized += survives(m, &data);
  }
  if (!unread || quantized < FILES / 2) fail_msg("%d unread, %d quantized", unread, quantized);
  free(bytes);
  free(damaged);
  vmac_dataset_free(&data);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_safetensors),    cmocka_unit_test(test_damaged_checkpoint),
      cmocka_unit_test(test_absurd_values),  cmocka_unit_test(test_long_command),
      cmocka_unit_test(test_damaged_values),
  };
  return cmocka_run_group_tests_name("train_files", tests, make_folder, remove_folder);
}
