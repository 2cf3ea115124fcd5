/* TEST RATIONALE: data-set readers (PNG decoding itself: test_png).
 *   State space: each format once with values that only the documented layout decodes rightly; each
 *   kind of bad file with the part of the message that names the fault; then DAMAGE random byte
 *   flips and cuts of small valid files, where any answer but a crash (or a sanitizer's report)
 *   will do, and an error must name the file.
 *   Parameters: 1 and 3 channels; images of 28 and 32 pixels; text and JSON labels.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data_files.h"

enum { DAMAGE = 400, SEED = 20 };

/* ---- sheets and labels ---- */

static void sheet_round_trip(void **state) {
  (void)state;
  const int sides[] = {28, 32}, channels[] = {1, 3};
  for (int k = 0; k < 2; k++) {
    const int side = sides[k], c = channels[k];
    const size_t n = 13, bytes = n * (size_t)(side * side * c);
    uint8_t *noise = random_bytes(bytes, 3), labels[13];
    for (size_t i = 0; i < n; i++) labels[i] = (uint8_t)(i * 19); /* 0 .. 228 */
    const vmac_dataset out = {n, side, side, c, 10, noise, labels};
    vmac_dataset back;
    vmac_err err;
    char spec[160];
    assert_true(data_write_sheet(in_folder("trip.png"), &out, &err));
    snprintf(spec, sizeof spec, "sheet:%s", in_folder("trip.png"));
    assert_true(vmac_dataset_load(&back, spec, &err));
    assert_true(back.n == n && back.h == side && back.w == side && back.c == c);
    assert_int_equal(back.classes, 229);
    assert_memory_equal(back.pixels, noise, bytes);
    assert_memory_equal(back.labels, labels, n);
    const vmac_dataset part = vmac_dataset_part(&back, 3, 7);
    assert_true(part.n == 7 && part.h == side && part.w == side && part.c == c);
    assert_memory_equal(part.pixels, noise + 3 * side * side * c, 7 * (size_t)(side * side * c));
    assert_memory_equal(part.labels, labels + 3, 7);
    vmac_dataset_free(&back);
    free(noise);
  }
  const uint8_t row[1000] = {0};
  make_png("odd.png", 1000, 1, 8, PNG_COLOR_TYPE_GRAY, 0, row, 1000);
  write_file("odd.labels", "1\n", 2);
  refused_here("sheet", "odd.png", "a width like 784 or 1024; found 1000", "odd.png");
  refused_here("sheet", "odd.jpg", "must end in .png", "odd.jpg");
}

static void label_lines(void **state) {
  (void)state;
  static const struct {
    const char *text, *error;
  } bad[] = {{"1\n2\n", "expected 3 labels (one line for each image), found 2"},
             {"1\n2\n3\n4\n", "expected 3 labels (one line for each image), found 4"},
             {"", "found 0"},
             {"1\n256\n3\n", "line 2: expected one label 0..255"},
             {"1\n2\n99999999999999999999\n", "line 3"},
             {"1\n-2\n3\n", "line 2"},
             {"1\n\n3\n", "line 2"},
             {"1 2 3\n", "line 1"},
             {"cat\n2\n3\n", "line 1"}};
  vmac_err err;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    write_file("l.labels", bad[i].text, strlen(bad[i].text));
    assert_null(data_read_labels(in_folder("l.labels"), 3, &err));
    if (!strstr(err.text, bad[i].error)) fail_msg("expected '%s' in: %s", bad[i].error, err.text);
  }
  write_file("l.labels", "0\n255\n7", 7); /* the last newline may be missing */
  uint8_t *labels = data_read_labels(in_folder("l.labels"), 3, &err);
  assert_non_null(labels);
  assert_true(labels[0] == 0 && labels[1] == 255 && labels[2] == 7);
  free(labels);
}

static void label_json(void **state) {
  (void)state;
  static const struct {
    const char *text, *error;
  } bad[] = {{"[1,2]", "expected 3 labels, found 2"},
             {"[1,2,3,4]", "expected 3 labels, found 4"},
             {"[1,2,10]", "entry 2: expected a whole number in 0..9"},
             {"[1,-2,3]", "entry 1"},
             {"[1,2.5,3]", "entry 1"},
             {"[1,\"2\",3]", "entry 1"},
             {"[1,[2],3]", "entry 1"},
             {"[1,1e99,3]", "entry 1"},
             {"{\"a\":1}", "expected one JSON array"},
             {"[1,2,3", "not JSON"},
             {"[1,2,3] x", "not JSON: error at byte 8"},
             {"", "not JSON"},
             {"nonsense", "not JSON: error at byte 0 of 8"}};
  vmac_err err;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    write_file("l.json", bad[i].text, strlen(bad[i].text));
    assert_null(data_read_json_labels(in_folder("l.json"), 3, 10, &err));
    if (!strstr(err.text, bad[i].error)) fail_msg("expected '%s' in: %s", bad[i].error, err.text);
  }
  write_file("l.json", " [ 9, 0,\n3 ]\n", 13);
  uint8_t *labels = data_read_json_labels(in_folder("l.json"), 3, 10, &err);
  assert_non_null(labels);
  assert_true(labels[0] == 9 && labels[1] == 0 && labels[2] == 3);
  free(labels);
}

/* ---- CIFAR-10 and MNIST through their specs ---- */

static void cifar_binary(void **state) {
  (void)state;
  enum { N = 10000, RECORD = 3073 };
  uint8_t *bytes = random_bytes((size_t)N * RECORD, 4);
  for (size_t i = 0; i < N; i++) bytes[i * RECORD] = (uint8_t)(i % 10);
  write_file("test_batch.bin", bytes, (size_t)N * RECORD);
  setenv("CIFAR10_DIR", folder, 1);
  vmac_dataset data;
  vmac_err err;
  assert_true(vmac_dataset_load(&data, "cifar10:test", &err));
  assert_true(data.n == N && data.h == 32 && data.w == 32 && data.c == 3 && data.classes == 10);
  for (size_t i = 0; i < N; i += 777) /* plane c, row y, column x of the record */
    for (size_t y = 0; y < 32; y += 5)
      for (size_t x = 0; x < 32; x += 3)
        for (size_t c = 0; c < 3; c++)
          assert_int_equal(data.pixels[((i * 32 + y) * 32 + x) * 3 + c],
                           bytes[i * RECORD + 1 + c * 1024 + y * 32 + x]);
  assert_int_equal(data.labels[1234], 4);
  vmac_dataset_free(&data);

  refused("cifar10:train", "data_batch_1.bin", "CIFAR10_DIR");
  write_file("test_batch.bin", bytes, (size_t)N * RECORD - 1);
  refused("cifar10:test", "expected 10000 records of 3073 bytes (30730000 bytes), found 30729999",
          "test_batch.bin");
  bytes[7 * RECORD] = 10;
  write_file("test_batch.bin", bytes, (size_t)N * RECORD);
  refused("cifar10:test", "record 7: expected a label 0..9, found 10", "test_batch.bin");
  unsetenv("CIFAR10_DIR");
  free(bytes);
}

static void cifar_sheets(void **state) {
  (void)state;
  enum { N = 10000, ROW = 3072 };
  char path[128];
  snprintf(path, sizeof path, "mkdir '%s/cifar10'", folder);
  assert_int_equal(system(path), 0);
  setenv("VARIMAC_DATA", folder, 1);
  refused("cifar10:test", "make data", folder);

  uint8_t *rows = vmac_alloc(N, ROW); /* flat rows: quick to compress */
  char *json = vmac_alloc(N, 2);
  for (size_t i = 0; i < N; i++) {
    memset(rows + i * ROW, (int)(i % 251), ROW);
    json[2 * i] = i ? ',' : '[';
    json[2 * i + 1] = (char)('0' + i % 10);
  }
  make_png("cifar10/test_batch.png", 1024, N, 8, PNG_COLOR_TYPE_RGB, 0, rows, ROW);
  write_file("cifar10/test_lables.json", json, 2 * N);
  refused("cifar10:test", "not JSON", "test_lables.json");
  char *closed = vmac_alloc(2 * N + 1, 1);
  memcpy(closed, json, 2 * N);
  closed[2 * N] = ']';
  write_file("cifar10/test_lables.json", closed, 2 * N + 1);
  vmac_dataset data;
  vmac_err err;
  if (!vmac_dataset_load(&data, "cifar10:test", &err)) fail_msg("%s", err.text);
  assert_memory_equal(data.pixels, rows, (size_t)N * ROW);
  assert_int_equal(data.labels[4567], 7);
  vmac_dataset_free(&data);

  make_png("cifar10/test_batch.png", 1024, N - 1, 8, PNG_COLOR_TYPE_RGB, 0, rows, ROW);
  refused("cifar10:test", "expected a height of 10000, found 9999", "test_batch.png");
  make_png("cifar10/test_batch.png", 1023, N, 8, PNG_COLOR_TYPE_RGB, 0, rows, ROW);
  refused("cifar10:test", "expected a width of 1024, found 1023", "test_batch.png");
  unsetenv("VARIMAC_DATA");
  free(closed);
  free(json);
  free(rows);
}

/* Writes an IDX pair of n images of 28 x 28 under images.idx and labels.idx. */
static void make_idx(size_t n, const uint8_t *pixels, const uint8_t *labels) {
  const uint8_t count[] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};
  uint8_t *file = vmac_alloc(16 + n * 784, 1);
  memcpy(file, "\0\0\x08\x03....\0\0\0\x1c\0\0\0\x1c", 16);
  memcpy(file + 4, count, 4);
  memcpy(file + 16, pixels, n * 784);
  write_file("images.idx", file, 16 + n * 784);
  memcpy(file, "\0\0\x08\x01", 4);
  memcpy(file + 8, labels, n);
  write_file("labels.idx", file, 8 + n);
  free(file);
}

static bool read_idx(size_t n, vmac_dataset *data, vmac_err *err) {
  char labels[128];
  strcpy(labels, in_folder("labels.idx"));
  return data_read_idx(in_folder("images.idx"), labels, n, 28, 28, data, err);
}

static void idx(void **state) {
  (void)state;
  enum { N = 5 };
  uint8_t *pixels = random_bytes(N * 784, 5);
  const uint8_t labels[N] = {3, 0, 9, 1, 1};
  vmac_dataset data;
  vmac_err err;
  make_idx(N, pixels, labels);
  assert_true(read_idx(N, &data, &err));
  assert_true(data.n == N && data.h == 28 && data.w == 28 && data.c == 1 && data.classes == 10);
  assert_memory_equal(data.pixels, pixels, N * 784);
  assert_memory_equal(data.labels, labels, N);
  vmac_dataset_free(&data);

  size_t size;
  uint8_t *good = vmac_read_file(in_folder("images.idx"), &size, &err);
  static const struct {
    size_t at;
    uint8_t value;
    const char *error;
  } bad[] = {{3, 1, "expected the number 0x00000803 first, found 0x00000801"},
             {7, 6, "image count: expected 5, found 6"},
             {11, 32, "height: expected 28, found 32"},
             {15, 29, "width: expected 28, found 29"},
             {12, 255, "width: expected 28, found 4278190108"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    uint8_t *file = vmac_alloc(size, 1);
    memcpy(file, good, size);
    file[bad[i].at] = bad[i].value;
    write_file("images.idx", file, size);
    assert_false(read_idx(N, &data, &err));
    if (!strstr(err.text, bad[i].error)) fail_msg("expected '%s' in: %s", bad[i].error, err.text);
    free(file);
  }
  write_file("images.idx", good, size - 1);
  assert_false(read_idx(N, &data, &err));
  assert_non_null(strstr(err.text, "expected 3936 bytes, found 3935"));
  write_file("images.idx", good, 10);
  assert_false(read_idx(N, &data, &err));
  assert_non_null(strstr(err.text, "expected an IDX header of 16 bytes, found 10"));
  make_idx(N, pixels, (const uint8_t[]){0, 1, 10, 2, 3});
  assert_false(read_idx(N, &data, &err));
  assert_non_null(strstr(err.text, "entry 2: expected a label 0..9, found 10"));
  free(good);
  free(pixels);
}

/* ---- specs, shipped files, damage ---- */

static void specs(void **state) {
  (void)state;
  setenv("VARIMAC_DATA", "/nowhere", 1);
  refused("cifar10:test", "/nowhere", "make data");
  refused("mnist:train", "/nowhere", "make data");
  unsetenv("VARIMAC_DATA");
  refused("cifar10:tset", "did you mean 'cifar10:test'?", "no data set 'cifar10:tset'");
  refused("", "expected subset:test", "sheet:FILE.png");
}

static void shipped(void **state) {
  (void)state;
  static const struct {
    const char *spec;
    size_t each;
    uint64_t digest; /* FNV-1a of the pixels, as `varimac data info` prints it */
  } sets[] = {{"subset:test", 50, 0x6a2fd500b3c2a1b4u}, {"subset:calib", 20, 0xaa4fe21ed434fa98u}};
  for (int s = 0; s < 2; s++) {
    vmac_dataset data;
    vmac_err err;
    if (!vmac_dataset_load(&data, sets[s].spec, &err)) fail_msg("%s", err.text);
    assert_true(data.n == 10 * sets[s].each && data.h == 32 && data.w == 32 && data.c == 3);
    for (size_t i = 0; i < data.n; i++) assert_int_equal(data.labels[i], i % 10);
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < data.n * 3072; i++) hash = (hash ^ data.pixels[i]) * 0x100000001b3u;
    assert_true(hash == sets[s].digest);
    vmac_dataset_free(&data);
  }
}

/* Flips up to 4 bytes of the file or cuts it; the reader behind `spec` may only say yes or no. */
static void damage(const char *name, const char *spec) {
  vmac_err err;
  size_t size;
  uint8_t *good = vmac_read_file(in_folder(name), &size, &err);
  assert_non_null(good);
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  for (int i = 0; i < DAMAGE; i++) {
    uint8_t *bad = vmac_alloc(size, 1);
    memcpy(bad, good, size);
    size_t keep = size;
    if (vmac_rng_below(&rng, 4) == 0) keep = vmac_rng_below(&rng, (uint32_t)size);
    for (uint32_t flips = vmac_rng_below(&rng, 4) + 1; flips; flips--) {
      /* Half of the flips hit the first 64 bytes, where headers are. */
      const uint32_t range = vmac_rng_below(&rng, 2) && size > 64 ? 64 : (uint32_t)size;
      bad[vmac_rng_below(&rng, range)] ^= (uint8_t)(1 + vmac_rng_below(&rng, 255));
    }
    write_file(name, bad, keep);
    free(bad);
    vmac_dataset data = {0};
    err.text[0] = 0;
    const bool ok =
        strcmp(spec, "idx") == 0 ? read_idx(5, &data, &err) : vmac_dataset_load(&data, spec, &err);
    if (!ok && !strstr(err.text, folder))
      fail_msg("case %d: the error does not name the file: %s", i, err.text);
    if (ok) vmac_dataset_free(&data);
  }
  write_file(name, good, size);
  free(good);
}

static void survives_damage(void **state) {
  (void)state;
  print_message("# %d damaged copies of each file, seed %d\n", DAMAGE, SEED);
  uint8_t *noise = random_bytes(5 * 1024, 6);
  const uint8_t labels[5] = {1, 2, 3, 4, 5};
  const vmac_dataset small = {5, 16, 16, 3, 6, noise, (uint8_t *)(uintptr_t)labels};
  vmac_err err;
  char spec[160];
  assert_true(data_write_sheet(in_folder("small.png"), &small, &err));
  snprintf(spec, sizeof spec, "sheet:%s", in_folder("small.png"));
  damage("small.png", spec);
  damage("small.labels", spec);
  make_png("gray16.png", 8, 8, 16, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_INTERLACE_ADAM7, noise, 32);
  snprintf(spec, sizeof spec, "png:%s", in_folder("gray16.png"));
  damage("gray16.png", spec);
  make_idx(5, noise, labels);
  damage("images.idx", "idx");
  damage("labels.idx", "idx");
  free(noise);
}

static void json_survives_damage(void **state) {
  (void)state;
  const char good[] = "[1,2,3,4,5,6,7,8,9,0,1.0,2e0,[\"a\\u0041\"],{\"b\":null,\"c\":true}]";
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  for (int i = 0; i < DAMAGE; i++) {
    char bad[sizeof good];
    memcpy(bad, good, sizeof good);
    const uint32_t keep = vmac_rng_below(&rng, sizeof good);
    for (int k = 0; k < 3; k++) bad[vmac_rng_below(&rng, sizeof good)] ^= (char)(1 << k);
    write_file("d.json", bad, keep);
    vmac_err err;
    uint8_t *labels = data_read_json_labels(in_folder("d.json"), 14, 10, &err);
    assert_true(labels || strstr(err.text, "d.json"));
    free(labels);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {

      cmocka_unit_test(sheet_round_trip),
      cmocka_unit_test(label_lines),
      cmocka_unit_test(label_json),
      cmocka_unit_test(cifar_binary),
      cmocka_unit_test(cifar_sheets),
      cmocka_unit_test(idx),
      cmocka_unit_test(specs),
      cmocka_unit_test(shipped),
      cmocka_unit_test(survives_damage),
      cmocka_unit_test(json_survives_damage),
  };
  return cmocka_run_group_tests_name("data", tests, make_folder, remove_folder);
}
