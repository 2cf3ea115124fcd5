/* What leaves the compiler, damaged on its way; and what it says about time and traffic.
 *
 * State space
 *   files      round trip; every truncation; every byte changed; sizes from a liar with a good hash
 *   streams    an error code per kind of damage; random damage ends without touching foreign memory
 *   cycles     multiplications and bytes are those of network and stream
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <unistd.h>

#include "program_nets.h"

/* ---- files --------------------------------------------------------------------------------------
 */

static char path[64];

static vmac_program *small_program(void) {
  vmac_net *net = one_conv(3, 3, 3, 2, 2, 1, 6);
  prepare(net);
  const vmac_hw hw = hardware(4, 4);
  vmac_err err;
  vmac_program *p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
  if (!p) fail_msg("%s", err.text);
  vmac_net_free(net);
  return p;
}

static void expect_bad(const uint8_t *bytes, size_t size, const char *text) {
  vmac_err err;
  if (!vmac_write_file(path, bytes, size, &err)) fail_msg("%s", err.text);
  vmac_program *p = vmac_program_load(path, &err);
  if (p) fail_msg("%zu bytes loaded, expected: %s", size, text);
  if (!strstr(err.text, path) || !strstr(err.text, text))
    fail_msg("'%s' does not say '%s'", err.text, text);
}

/* A value of a liar, 4 bytes at `at`, and a hash to match. */
static void lie(const uint8_t *good, size_t size, size_t at, uint32_t value, const char *text) {
  uint8_t *bytes = vmac_alloc(size, 1);
  memcpy(bytes, good, size);
  for (size_t i = 0; i < 4; i++) bytes[at + i] = (uint8_t)(value >> 8 * i);
  const uint64_t hash = vmac_hash(bytes, size - 8);
  for (size_t i = 0; i < 8; i++) bytes[size - 8 + i] = (uint8_t)(hash >> 8 * i);
  expect_bad(bytes, size, text);
  free(bytes);
}

static void files(void **unused) {
  (void)unused;
  snprintf(path, sizeof path, "/tmp/varimac-program-%ld.vmp", (long)getpid());
  vmac_err err;
  vmac_program *p = small_program(), *q;
  p->net_hash = 0x123456789abcdefu;
  if (!vmac_program_save(p, path, &err)) fail_msg("%s", err.text);
  if (!(q = vmac_program_load(path, &err))) fail_msg("%s", err.text);
  assert_int_equal(q->beat_count, p->beat_count);
  assert_memory_equal(q->beats, p->beats, p->beat_count * 16);
  assert_true(q->net_hash == p->net_hash && q->cell_hash == p->cell_hash);
  assert_memory_equal(&q->hw, &p->hw, sizeof p->hw);
  assert_memory_equal(&q->input, &p->input, sizeof p->input);
  assert_int_equal(q->result_beats, p->result_beats);
  assert_memory_equal(q->result, p->result, (size_t)p->result_sets * sizeof *p->result);
  assert_true(q->out_h == 2 && q->out_w == 2 && q->out_c == 6 && q->out_zero == -3);
  assert_true(q->out_scale == 0.5f && !q->softmax && q->input_beat == p->input_beat);
  vmac_program_free(q);
  size_t size;
  uint8_t *bytes = vmac_read_file(path, &size, &err);
  for (size_t cut = 0; cut < size; cut++) expect_bad(bytes, cut, "");
  expect_bad(bytes, 7, "not a program");
  expect_bad(bytes, 100, "expected a header of");
  expect_bad(bytes, size - 1, "expected ");
  for (size_t i = 0; i < size; i++) {
    bytes[i] ^= 0x10;
    expect_bad(bytes, size, "");
    bytes[i] ^= 0x10;
  }
  /* places as the comment of program/file.c lists them */
  lie(bytes, size, 8, 1, "expected version 2, found 1");
  lie(bytes, size, 12, 32, "expected beats of 16 bytes");
  lie(bytes, size, 16, 7, "another function");
  lie(bytes, size, 20, 0x40000000, "rows");
  lie(bytes, size, 56, 0xffffffff, "bytes, found");
  lie(bytes, size, 60, 0x10000000, "bytes, found");
  lie(bytes, size, 64, 0x7fffffff, "lie outside");
  lie(bytes, size, 72, 0x7fffffff, "layout");
  lie(bytes, size, 80, 0x7fffffff, "layout");
  lie(bytes, size, 92, 2, "layout");
  lie(bytes, size, 96, 64, "layout");
  lie(bytes, size, 100, 0x7fffffff, "an output of");
  lie(bytes, size, 108, 0, "an output of");
  lie(bytes, size, 128, 7, "result sets are");
  lie(bytes, size, 136, 0x7fffffff, "sets of results");
  lie(bytes, size, 140, 8, "options 0..7 and 0..4 planes of phi, found 8 and 0");
  lie(bytes, size, 140, 5 << 8, "0..4 planes of phi, found 0 and 5");
  lie(bytes, size, 140, 1 << 8, "expected 1 to 4 planes of phi with correction 3, else 0, found 1");
  lie(bytes, size, 140, 1, "opt_mode wants cells with a mode operand");
  lie(bytes, size, 140, 2, "bytes, found"); /* no room for a map */
  lie(bytes, size, 144, 5, "lies outside");
  lie(bytes, size, 148, 1, "lies outside");
  lie(bytes, size, 152, 0x7fffffff, "lies outside");
  lie(bytes, size, 156, 3, "lies outside");
  lie(bytes, size, 160, 0, "lies outside");
  free(bytes);
  unlink(path);
  vmac_program_free(p);
}

/* ---- streams ------------------------------------------------------------------------------------
 */

static void expect_code(const vmac_program *p, const uint8_t *beats, size_t count,
                        vmac_run_error code) {
  vmac_run run;
  vmac_err err;
  const bool good = vmac_interpret(&p->hw, beats, count, NULL, &run, &err);
  free(run.bytes);
  if (good != (code == VMAC_RUN_OK) || run.error != code)
    fail_msg("code %d, expected %d: %s", (int)run.error, (int)code, good ? "" : err.text);
}

static void expect_damage(const vmac_program *p, size_t beat, size_t byte, uint8_t value,
                          vmac_run_error code) {
  uint8_t *at = &p->beats[beat * 16 + byte];
  const uint8_t before = *at;
  *at = value;
  expect_code(p, p->beats, p->beat_count, code);
  *at = before;
}

static void streams(void **unused) {
  (void)unused;
  vmac_program *p = small_program();
  const size_t mac = p->job[1].beat;
  expect_code(p, p->beats, p->beat_count, VMAC_RUN_OK);
  expect_damage(p, 0, 0, 0, VMAC_RUN_MAGIC);
  expect_damage(p, 0, 6, 2, VMAC_RUN_VERSION);
  expect_damage(p, 0, 4, 5, VMAC_RUN_GEOMETRY);
  expect_damage(p, 0, 7, 3, VMAC_RUN_GEOMETRY);
  expect_damage(p, 0, 8, 77, VMAC_RUN_GEOMETRY);
  expect_damage(p, 0, 12, 11, VMAC_RUN_GEOMETRY); /* buffers half as deep */
  expect_damage(p, 0, 13, 0x55, VMAC_RUN_GEOMETRY);
  expect_damage(p, 0, 15, 0x55, VMAC_RUN_GEOMETRY);
  expect_damage(p, mac, 0, 0x69, VMAC_RUN_JOB);        /* kind 9 */
  expect_damage(p, mac, 8, 0, VMAC_RUN_JOB);           /* no set */
  expect_damage(p, mac, 10, 0, VMAC_RUN_JOB);          /* no K tile */
  expect_damage(p, mac, 12, 0, VMAC_RUN_JOB);          /* no pixel */
  expect_damage(p, mac, 13, 0xff, VMAC_RUN_JOB);       /* more pixels than accumulators */
  expect_damage(p, mac, 6, 0, VMAC_RUN_JOB);           /* no window */
  expect_damage(p, 4, 8, 0, VMAC_RUN_JOB);             /* INPUT without beats */
  expect_damage(p, mac + 5, 0, 1, VMAC_RUN_CHECKSUM);  /* a record */
  expect_damage(p, p->input_beat, 0, 99, VMAC_RUN_OK); /* the image is not summed */
  for (size_t n = 0; n < p->beat_count; n++) expect_code(p, p->beats, n, VMAC_RUN_EARLY);
  uint8_t *longer = vmac_alloc(p->beat_count + 1, 16);
  memcpy(longer, p->beats, p->beat_count * 16);
  expect_code(p, longer, p->beat_count + 1, VMAC_RUN_LATE);
  free(longer);
  vmac_rng rng;
  vmac_rng_seed(&rng, 77);
  for (int i = 0; i < 20000; i++) {
    const size_t bit = vmac_rng_below(&rng, (uint32_t)(p->beat_count * 128));
    p->beats[bit / 8] ^= (uint8_t)(1 << bit % 8);
    vmac_run run;
    vmac_err err;
    vmac_interpret(&p->hw, p->beats, p->beat_count, NULL, &run, &err);
    free(run.bytes);
    if (i % 3 || bit / 128 == 0) p->beats[bit / 8] ^= (uint8_t)(1 << bit % 8); /* some stay */
  }
  vmac_program_free(p);
}

/* ---- cycles -------------------------------------------------------------------------------------
 */

static void counts(void **unused) {
  (void)unused;
  vmac_err err;
  vmac_net *net = vmac_net_load("weights/resnet8.tflite", &err);
  if (!net) fail_msg("%s", err.text);
  for (int size = 8; size <= 32; size *= 2) {
    vmac_hw hw = hardware(size, size);
    hw.acc_depth = 256; /* blocks of pixels: a layer of several jobs */
    vmac_program *p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
    if (!p) fail_msg("%s", err.text);
    vmac_cycles c = vmac_program_cycles(p);
    uint64_t macs = 0, cycles = 0, in = 0;
    for (int i = 0; i < net->ops; i++) macs += (uint64_t)vmac_op_macs(&net->op[i]);
    for (int i = 0; i < c.layers; i++) {
      const vmac_layer_cycles *l = &c.layer[i];
      cycles += l->cycles;
      in += l->bytes_in;
      if (l->op >= 0) assert_int_equal(l->useful, vmac_op_macs(&net->op[l->op]));
      if (l->kind != VMAC_JOB_INPUT) assert_true(l->cycles > l->issue);
      assert_true(l->useful <= l->macs);
      assert_true(l->macs <= l->issue * (uint64_t)(size * size));
    }
    assert_int_equal(c.layers, 15);
    assert_int_equal(c.total.useful, macs);
    assert_true(c.total.cycles > cycles && c.total.cycles < cycles + 20);
    assert_int_equal(c.total.bytes_in, p->beat_count * (size_t)vmac_hw_beat(&hw));
    assert_int_equal(c.total.bytes_in, in + 2 * (size_t)vmac_hw_beat(&hw)); /* HEADER and END */
    assert_int_equal(c.total.bytes_out, p->result_beats * (size_t)vmac_hw_beat(&hw));
    free(c.layer);
    vmac_program_free(p);
  }
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(files), cmocka_unit_test(streams),
                                     cmocka_unit_test(counts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
