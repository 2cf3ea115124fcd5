/* Maps of cells as files, and programs made for them.
 *
 * State space
 *   maps       every form, every truncation, each error, 2000 random changes of a byte
 *   programs   with a map and with modes: round trip; refused on other cells and other buffers;
 *              maps from a liar with a good hash
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <unistd.h>

#include "program_nets.h"

static char path[64];

static int cell(const char *name) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(name, &err);
  if (!mult) fail_msg("%s", err.text);
  return vmac_hw_cell(mult);
}

/* ---- maps ---------------------------------------------------------------------------------------
 */

static void write_text(const char *text) {
  vmac_err err;
  if (!vmac_write_file(path, text, strlen(text), &err)) fail_msg("%s", err.text);
}

static void expect_map(const char *text, int want_rows, int want_cols, const char *const *want) {
  write_text(text);
  vmac_err err;
  int rows, cols;
  uint8_t *map = vmac_pe_map_load(path, &rows, &cols, &err);
  if (!map) fail_msg("%s", err.text);
  assert_true(rows == want_rows && cols == want_cols);
  for (int i = 0; i < rows * cols; i++) assert_int_equal(map[i], cell(want[i]));
  free(map);
}

static void expect_no_map(const char *text, const char *why) {
  write_text(text);
  vmac_err err;
  int rows, cols;
  if (vmac_pe_map_load(path, &rows, &cols, &err)) fail_msg("loaded: %s", text);
  if (!strstr(err.text, path) || !strstr(err.text, why))
    fail_msg("'%s' does not say '%s'", err.text, why);
}

#define HEAD "{\"format\": \"varimac-map-1\", \"rows\": 4, \"cols\": 5, \"cells\": "
#define P "\"perf2\""
#define ROW "[" P "," P "," P ",\"exact\",\"trunc6\"]"

static void maps(void **unused) {
  (void)unused;
  snprintf(path, sizeof path, "/tmp/varimac-map-%ld.json", (long)getpid());
  static const char *const mixed[20] = {
      "exact", "exact", "exact", "exact", "exact",  "perf2", "perf2", "perf2", "exact", "trunc6",
      "perf2", "perf2", "perf2", "exact", "trunc6", "rec4",  "rec4",  "rec4",  "rec4",  "rec4"};
  static const char *const whole[20] = {"zero", "zero", "zero", "zero", "zero", "zero", "zero",
                                        "zero", "zero", "zero", "zero", "zero", "zero", "zero",
                                        "zero", "zero", "zero", "zero", "zero", "zero"};
  static const char good[] = HEAD "[\"exact\", " ROW "," ROW ", \"rec4\"]}";
  expect_map(good, 4, 5, mixed);
  expect_map(HEAD "\"zero\"}", 4, 5, whole);
  for (size_t cut = 0; cut + 1 < sizeof good; cut++) {
    char text[sizeof good];
    memcpy(text, good, cut);
    text[cut] = 0;
    expect_no_map(text, "");
  }
  static const struct {
    const char *text, *why;
  } bad[] = {
      {"[]", "\"format\": expected \"varimac-map-1\", found \"\""},
      {"{\"format\": \"varimac-plan-2\"}", "found \"varimac-plan-2\"; is this a map of cells?"},
      {"{\"format\": \"varimac-map-1\"}", "\"rows\": expected a whole number in 4..64, found noth"},
      {"{\"format\": \"varimac-map-1\", \"rows\": 3}", "in 4..64, found 3"},
      {"{\"format\": \"varimac-map-1\", \"rows\": 4.5}", "in 4..64, found 4.5"},
      {"{\"format\": \"varimac-map-1\", \"rows\": 1e300}", "in 4..64, found 1e+300"},
      {"{\"format\": \"varimac-map-1\", \"rows\": 4, \"cols\": \"5\"}",
       "\"cols\": expected a whole number in 4..64, found a name"},
      {"{\"format\": \"varimac-map-1\", \"rows\": 4, \"cols\": 5}",
       "\"cells\": expected a name or a list of 4 rows, found nothing"},
      {HEAD "7}", "\"cells\": expected a name or a list of 4 rows, found a number"},
      {HEAD "\"pref2\"}", "\"cells\": "},
      {HEAD "[" P "," P "," P "]}", "\"cells\": expected 4 rows, found 3"},
      {HEAD "[" P "," P "," P "," P "," P "]}", "expected 4 rows, found 5"},
      {HEAD "[" P "," P ",{}," P "]}", "row 2: expected a name or a list of 5, found something"},
      {HEAD "[" P "," P "," P ",[" P "]]}", "row 3: expected 5 names, found 1"},
      {HEAD "[" P ",[" P "," P "," P "," P "," P "," P "]," P "," P "]}",
       "row 1: expected 5 names, found 6"},
      {HEAD "[" P ",[" P "," P "," P ",1," P "]," P "," P "]}",
       "row 1, column 3: expected a name, found a number"},
      {HEAD "[" P ",[" P "," P "," P ",\"pref2\"," P "]," P "," P "]}", "row 1, column 3: "},
      {HEAD "[" P "," P ",\"perf2s\"," P "]}", "all must be of one operand class"},
      {HEAD "[" P "," P ",\"edge2\"," P "]}", "rounds activations for all or for none"},
      {HEAD P "} x", "not JSON: error at byte"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect_no_map(bad[i].text, bad[i].why);
  /* Any byte changed: a map or an error, no more. */
  vmac_rng rng;
  vmac_rng_seed(&rng, 3);
  for (int i = 0; i < 2000; i++) {
    char text[sizeof good];
    memcpy(text, good, sizeof good);
    text[vmac_rng_below(&rng, sizeof good - 1)] = (char)(1 + vmac_rng_below(&rng, 127));
    write_text(text);
    vmac_err err;
    int rows, cols;
    free(vmac_pe_map_load(path, &rows, &cols, &err));
  }
  unlink(path);
}

/* ---- programs ---------------------------------------------------------------------------------
 */

static vmac_program *round_trip(const vmac_program *p) {
  vmac_err err;
  vmac_program *q = NULL;
  if (!vmac_program_save(p, path, &err) || !(q = vmac_program_load(path, &err)))
    fail_msg("%s", err.text);
  assert_int_equal(q->beat_count, p->beat_count);
  assert_memory_equal(q->beats, p->beats, p->beat_count * (size_t)vmac_hw_beat(&p->hw));
  assert_true(q->cell_hash == p->cell_hash && q->hw.opt_mode == p->hw.opt_mode);
  assert_true(!q->hw.map == !p->hw.map);
  vmac_run run;
  if (!vmac_interpret(&q->hw, q->beats, q->beat_count, NULL, &run, &err)) fail_msg("%s", err.text);
  free(run.bytes);
  return q;
}

static void programs(void **unused) {
  (void)unused;
  snprintf(path, sizeof path, "/tmp/varimac-map-%ld.vmp", (long)getpid());
  vmac_net *net = one_conv(3, 3, 3, 2, 2, 1, 6);
  prepare(net);
  uint8_t map[20];
  memset(map, cell("perf2"), sizeof map);
  map[7] = (uint8_t)cell("trunc6");
  vmac_hw hw = hardware(4, 5);
  hw.map = map;
  hw.cell = map[0];
  vmac_err err;
  vmac_program *p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
  if (!p) fail_msg("%s", err.text);
  map[7] = map[0]; /* the program has its own */
  vmac_program *q = round_trip(p);
  assert_int_equal(q->hw.map[7], cell("trunc6"));
  assert_memory_equal(q->hw.map, p->hw.map, 20);
  vmac_program_free(q);
  vmac_run run; /* on one cell everywhere, and in buffers of another depth */
  hw.map = NULL;
  assert_false(vmac_interpret(&hw, p->beats, p->beat_count, NULL, &run, &err));
  assert_int_equal(run.error, VMAC_RUN_GEOMETRY);
  hw.map = p->hw.map;
  hw.buf_depth *= 2;
  assert_false(vmac_interpret(&hw, p->beats, p->beat_count, NULL, &run, &err));
  assert_int_equal(run.error, VMAC_RUN_GEOMETRY);

  /* A liar's map, and a hash to match: another cell, and none. */
  static const int lies[] = {0, 255};
  static const char *const said[] = {"a cell of its map, is another function", "expected a cell"};
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, &err);
  const size_t at = 144 + 20 * (size_t)p->result_sets + 7; /* behind head and sets */
  assert_int_equal(bytes[at], cell("trunc6"));
  for (int i = 0; i < 2; i++) {
    bytes[at] = (uint8_t)lies[i];
    const uint64_t hash = vmac_hash(bytes, size - 8);
    for (size_t j = 0; j < 8; j++) bytes[size - 8 + j] = (uint8_t)(hash >> 8 * j);
    if (!vmac_write_file(path, bytes, size, &err)) fail_msg("%s", err.text);
    assert_null(vmac_program_load(path, &err));
    if (!strstr(err.text, said[i])) fail_msg("'%s' does not say '%s'", err.text, said[i]);
  }
  free(bytes);
  vmac_program_free(p);

  hw = hardware(4, 5);
  hw.cell = cell("dyn3");
  hw.opt_mode = 1;
  p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
  if (!p) fail_msg("%s", err.text);
  vmac_program_free(round_trip(p));
  vmac_program_free(p);

  hw = hardware(4, 5);
  hw.cell = cell("drum6");
  hw.opt_correction = 3;
  hw.opt_ktile = 1;
  hw.phi_rank = 2;
  uint8_t phi[512];
  for (int i = 0; i < 512; i++) phi[i] = (uint8_t)(7 * i + 3);
  hw.phi = phi;
  p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
  if (!p) fail_msg("%s", err.text);
  q = round_trip(p);
  assert_true(q->hw.opt_ktile == 1 && q->hw.phi_rank == 2);
  assert_memory_equal(q->hw.phi, phi, sizeof phi);
  phi[300] ^= 1; /* hardware that sums another phi */
  assert_false(vmac_interpret(&hw, p->beats, p->beat_count, NULL, &run, &err));
  assert_int_equal(run.error, VMAC_RUN_GEOMETRY);
  phi[300] ^= 1;
  hw.opt_ktile = 0; /* and without coefficients for every K tile */
  assert_false(vmac_interpret(&hw, p->beats, p->beat_count, NULL, &run, &err));
  assert_int_equal(run.error, VMAC_RUN_GEOMETRY);
  vmac_program_free(q);
  vmac_program_free(p);
  vmac_net_free(net);
  unlink(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(maps), cmocka_unit_test(programs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
