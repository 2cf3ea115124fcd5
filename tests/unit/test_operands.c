/* TEST RATIONALE: operand streams: file format and what is recorded.
 *   State space: a stream written and read back; each field of a file that can be wrong; every cut
 *   and FLIPS random byte changes, where any answer but a crash (or a sanitizer's report) will do.
 *   Recorded streams of ResNet-8 and of NETS random networks (convolutions, depthwise, fully
 *   connected, pooling, residuals): every column is found again, by trying, among the tiles that the
 *   compiler gives the accelerator: its enables, its weights, and all activations of its enabled rows
 *   as patches of consecutive pixels of the exact network's inputs. Depthwise rows are one each.
 *   Parameters: 4, 12 and 16 rows; both classes; two seeds.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "operands/operands.h"
#include "program/program.h"
#include "random_net.h"

enum { FLIPS = 2000, SEED = 7, NETS = 40, IMAGES = 2 };

static char folder[64], path[128];

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/test_operands.XXXXXX");
  if (!mkdtemp(folder)) return 1;
  snprintf(path, sizeof path, "%s/ops", folder);
  return 0;
}

static int remove_folder(void **state) {
  (void)state;
  unlink(path);
  return rmdir(folder);
}

static const char *put(const void *bytes, size_t size) {
  unlink(path);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, size, f), size);
  assert_int_equal(fclose(f), 0);
  return path;
}

/* ---- files ------------------------------------------------------------------------------------ */

/* 2 layers of 2 columns, 3 rows, 5 steps: 136 bytes of header, 2 x 64 of layers, 8 of columns, 12 + 12
 * + 60 of operands. Row 2 of column 1 is idle. */
static void example(vmac_operands *ops) {
  vmac_operands_new(ops, VMAC_S8, 2, 4, 3, 5);
  ops->net_hash = 0x123456789abcdef0;
  strcpy(ops->origin, "a.tflite, 2 images");
  ops->layer[0] = (vmac_operand_layer){.op = 3, .tiles = 2, .macs = 1000, .name = "CONV_2D"};
  ops->layer[1] = (vmac_operand_layer){.op = 7, .tiles = 1, .macs = 5000000000, .name = "FC"};
  for (size_t i = 0; i < 4; i++) ops->layer_of[i] = (uint16_t)(i / 2);
  for (size_t i = 0; i < 12; i++) {
    ops->en[i] = i != 5;
    ops->w[i] = (uint8_t)(i == 5 ? 0 : 250 + i);
  }
  for (size_t i = 0; i < 60; i++) ops->a[i] = (uint8_t)(3 * i);
}

static void test_round_trip(void **state) {
  (void)state;
  vmac_operands ops, back;
  vmac_err err = {""};
  example(&ops);
  assert_true(vmac_operands_save(&ops, path, &err));
  assert_true(vmac_operands_load(&back, path, &err));
  assert_int_equal(back.cls, VMAC_S8);
  assert_int_equal(back.layers, 2);
  assert_int_equal(back.columns, 4);
  assert_int_equal(back.rows, 3);
  assert_int_equal(back.steps, 5);
  assert_int_equal(back.net_hash, 0x123456789abcdef0);
  assert_string_equal(back.origin, ops.origin);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(back.layer[i].op, ops.layer[i].op);
    assert_int_equal(back.layer[i].tiles, ops.layer[i].tiles);
    assert_int_equal(back.layer[i].macs, ops.layer[i].macs);
    assert_string_equal(back.layer[i].name, ops.layer[i].name);
  }
  assert_memory_equal(back.layer_of, ops.layer_of, 8);
  assert_memory_equal(back.w, ops.w, 12);
  assert_memory_equal(back.en, ops.en, 12);
  assert_memory_equal(back.a, ops.a, 60);
  assert_ptr_equal(vmac_operands_row(&ops, 2, 1), ops.a + 35);
  vmac_operands_free(&back);
  vmac_operands_free(&ops);
}

static void test_bad_files(void **state) {
  (void)state;
  vmac_operands ops, back;
  vmac_err err = {""};
  size_t size;
  example(&ops);
  assert_true(vmac_operands_save(&ops, path, &err));
  vmac_operands_free(&ops);
  uint8_t *bytes = vmac_read_file(path, &size, &err);
  assert_non_null(bytes);
  assert_int_equal(size, 356);
  static const struct {
    size_t at;
    uint8_t value;
    const char *word;
  } bad[] = {{0, 'X', "not an operand stream"},
             {8, 1, "version 3, found 1; record the stream again"},
             {12, 2, "class 0 or 1, found 2"},
             {16, 0, "found 0 and 4 columns"},
             {16, 3, "found 3 and 4 columns"},
             {20, 0, "found 2 and 0 columns"},
             {24, 0, "found 4 x 0 x 5"},
             {27, 0x80, "columns x rows x steps"},
             {28, 6, "expected 368 bytes"},
             {28, 4, "expected 344 bytes"},
             {135, 'x', "byte 40: expected a text"},
             {139, 0x80, "layer 0: expected an operator"},
             {140, 0, "layer 0: expected an operator, K tiles"},
             {136 + 63, 'x', "layer 0: expected an operator"},
             {264 + 2, 1, "column 1: expected layer 0, found 1"},
             {272 + 5, 1, "column 1, row 2: expected enable 1, or 0 with weight bits 0"},
             {284 + 4, 2, "column 1, row 1: expected enable 1"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const uint8_t kept = bytes[bad[i].at];
    bytes[bad[i].at] = bad[i].value;
    if (vmac_operands_load(&back, put(bytes, size), &err))
      fail_msg("loaded with byte %zu = %u", bad[i].at, bad[i].value);
    if (!strstr(err.text, bad[i].word)) fail_msg("expected '%s' in: %s", bad[i].word, err.text);
    bytes[bad[i].at] = kept;
  }
  for (size_t cut = 0; cut < size; cut++)
    assert_false(vmac_operands_load(&back, put(bytes, cut), &err));
  vmac_rng rng;
  vmac_rng_seed(&rng, SEED);
  uint8_t *text = vmac_alloc(size, 1);
  for (int i = 0; i < FLIPS; i++) {
    memcpy(text, bytes, size);
    for (int k = (int)vmac_rng_below(&rng, 4); k >= 0; k--)
      text[vmac_rng_below(&rng, (uint32_t)size)] ^= (uint8_t)(1 << vmac_rng_below(&rng, 8));
    err.text[0] = '\0';
    assert_true(vmac_operands_load(&back, put(text, size), &err) || err.text[0]);
    vmac_operands_free(&back);
  }
  free(text);
  free(bytes);
}

/* ---- recorded streams --------------------------------------------------------------------------
 */

/* The exact network's activations of all images. */
typedef struct {
  const vmac_net *net;
  vmac_state *state[IMAGES];
} traced;

/* Do the enabled rows of a column, from pixel `start` on, see these operands? */
static bool patches_match(const vmac_operands *ops, size_t column, const traced *t,
                          const vmac_op *op, int n, const int *k, int64_t start) {
  int8_t *codes = vmac_alloc((size_t)op->k, 1);
  bool same = true;
  for (size_t s = 0; same && s < ops->steps; s++) {
    const int64_t pixel = (start + (int64_t)s) % ((int64_t)IMAGES * op->m);
    const int8_t *input = t->state[pixel / op->m]->i8[op->in[0]];
    vmac_patch(t->net, op, input, (int)(pixel % op->m), n, codes);
    for (size_t r = 0; same && r < ops->rows; r++)
      same = k[r] < 0 ||
             vmac_operands_row(ops, column, r)[s] == vmac_operand_bits(ops->cls, codes[k[r]]);
  }
  free(codes);
  return same;
}

/* Is the column the one of channel n, in the job's set and tile? */
static bool tile_matches(const vmac_operands *ops, size_t column, const vmac_net *net,
                         const vmac_op *op, int n, const int *k) {
  for (size_t r = 0; r < ops->rows; r++) {
    const size_t pe = column * ops->rows + r;
    const uint8_t w = k[r] < 0 ? 0 : vmac_operand_bits(ops->cls, vmac_weight(net, op, n, k[r]));
    if (ops->en[pe] != (k[r] >= 0) || ops->w[pe] != w) return false;
  }
  return true;
}

static bool find_column(const vmac_operands *ops, size_t column, const traced *t,
                        const vmac_program *p) {
  const int index = ops->layer[ops->layer_of[column]].op;
  const vmac_op *op = &t->net->op[index];
  for (int j = 0; j < p->jobs; j++) {
    const vmac_job *job = &p->job[j];
    if (job->kind != VMAC_JOB_MAC || job->op != index) continue;
    for (int s = 0; s < job->sets; s++)
      for (int tile = 0; tile < job->k_tiles; tile++) {
        int k[VMAC_ROWS_MAX];
        for (size_t r = 0; r < ops->rows; r++)
          k[r] = vmac_job_k(job, (int)ops->rows, s, tile, (int)r);
        for (int c = 0; c < job->set[s].count; c++) {
          const int n = job->set[s].channel + c;
          if (!tile_matches(ops, column, t->net, op, n, k)) continue;
          for (int64_t start = 0; start < (int64_t)IMAGES * op->m; start++)
            if (patches_match(ops, column, t, op, n, k, start)) return true;
        }
      }
  }
  return false;
}

static void check_record(const vmac_net *net, const vmac_dataset *data, int rows, uint64_t seed) {
  vmac_err err = {""};
  vmac_hw hw = vmac_hw_default();
  hw.rows = hw.cols = rows;
  hw.acc_depth = 65536;
  hw.buf_depth = 32768;
  vmac_program *p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
  const vmac_sampling how = {
      .images = IMAGES, .columns = 6, .rows = (size_t)rows, .steps = 9, .seed = seed};
  vmac_operands u8, s8;
  if (!p || !vmac_operands_record(&u8, net, data, VMAC_U8, &how, NULL, &err) ||
      !vmac_operands_record(&s8, net, data, VMAC_S8, &how, NULL, &err)) {
    fail_msg("%s", err.text);
    return;
  }
  traced t = {.net = net};
  for (size_t i = 0; i < IMAGES; i++) {
    t.state[i] = vmac_state_new(net);
    vmac_state_set_image(net, t.state[i], data, i);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, t.state[i]);
  }
  for (size_t i = 0; i < u8.columns; i++)
    if (!find_column(&u8, i, &t, p) || !find_column(&s8, i, &t, p))
      fail_msg("%d rows, seed %d: column %zu is not of the network", rows, (int)seed, i);
  const size_t pes = u8.columns * u8.rows;
  assert_memory_equal(u8.en, s8.en, pes); /* the same places */
  for (size_t i = 0; i < pes * u8.steps; i++) assert_int_equal(u8.a[i], s8.a[i] ^ 0x80);
  for (size_t i = 0; i < u8.layers; i++) {
    assert_int_equal(u8.layer[i].macs, vmac_op_macs(&net->op[u8.layer[i].op]));
    for (int j = 0; j < p->jobs; j++)
      if (p->job[j].op == u8.layer[i].op && p->job[j].kind == VMAC_JOB_MAC)
        assert_int_equal(u8.layer[i].tiles, p->job[j].k_tiles);
  }
  for (size_t i = 0; i < IMAGES; i++) vmac_state_free(net, t.state[i]);
  vmac_operands_free(&u8);
  vmac_operands_free(&s8);
  vmac_program_free(p);
}

static void test_record(void **state) {
  (void)state;
  vmac_err err = {""};
  vmac_dataset data;
  vmac_net *net = vmac_net_load("weights/resnet8.tflite", &err);
  assert_true(net && vmac_dataset_load(&data, "subset:test", &err));
  check_record(net, &data, 16, 1);
  check_record(net, &data, 12, 2);
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

/* The first convolution has 27 operands: 5 taps of 3 channels in 16 rows, then 4. */
static void test_ragged(void **state) {
  (void)state;
  vmac_err err = {""};
  vmac_dataset data;
  vmac_operands ops;
  vmac_net *net = vmac_net_load("weights/resnet8.tflite", &err);
  assert_true(net && vmac_dataset_load(&data, "subset:test", &err));
  for (uint64_t seed = 6; seed <= 8; seed++) { /* a draw without care has 6, 15, 14 */
    const vmac_sampling how = {.images = 1, .columns = 20, .rows = 16, .steps = 2, .seed = seed};
    assert_true(vmac_operands_record(&ops, net, &data, VMAC_U8, &how, NULL, &err));
    assert_int_equal(ops.layers, 10);
    int of_15 = 0;
    for (size_t i = 0; i < 20; i++) {
      int on = 0;
      for (size_t r = 0; r < 16; r++) on += ops.en[i * 16 + r];
      assert_true(on == 15 || on == 12);
      of_15 += on == 15;
    }
    assert_int_equal(of_15, 10); /* both tiles alike: the draw covers them evenly */
    uint64_t macs = 0;
    for (size_t i = 0; i < 10; i++) macs += ops.layer[i].macs;
    assert_int_equal(macs, 12501632);
    vmac_operands_free(&ops);
  }
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

static void test_random_networks(void **state) {
  (void)state;
  int tried = 0;
  for (uint64_t seed = 1; seed <= NETS; seed++) {
    builder b = random_net(seed, 0);
    vmac_err err;
    assert_true(vmac_net_prepare(b.net, &err));
    const vmac_tensor *in = &b.net->tensor[b.net->input];
    vmac_dataset data = {
        .n = IMAGES, .h = in->dim[1], .w = in->dim[2], .c = in->dim[3], .classes = 1};
    data.pixels = vmac_alloc(IMAGES * in->size, 1);
    data.labels = vmac_alloc(IMAGES, 1);
    for (size_t i = 0; i < IMAGES * in->size; i++)
      data.pixels[i] = (uint8_t)vmac_rng_below(&b.rng, 256);
    bool macs = false;
    for (int i = 0; i < b.net->ops; i++) macs = macs || vmac_op_is_mac(&b.net->op[i]);
    if (macs && vmac_net_takes(b.net, &data, &err)) {
      check_record(b.net, &data, seed % 2 ? 16 : 4, seed);
      tried++;
    }
    vmac_dataset_free(&data);
    vmac_net_free(b.net);
  }
  assert_true(tried > NETS / 2);
}

static void test_bad_sampling(void **state) {
  (void)state;
  vmac_err err = {""};
  vmac_dataset data;
  vmac_operands ops;
  vmac_net *net = vmac_net_load("weights/resnet8.tflite", &err);
  assert_true(net && vmac_dataset_load(&data, "subset:test", &err));
  vmac_sampling how = {.images = 100000, .columns = 1, .rows = 16, .steps = 2, .seed = 1};
  assert_false(vmac_operands_record(&ops, net, &data, VMAC_U8, &how, NULL, &err));
  assert_non_null(strstr(err.text, "found 100000"));
  how.images = 1;
  how.rows = 65;
  assert_false(vmac_operands_record(&ops, net, &data, VMAC_U8, &how, NULL, &err));
  assert_non_null(strstr(err.text, "expected 4..64, found 65"));
  vmac_dataset_free(&data);
  vmac_net_free(net);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_bad_files),
      cmocka_unit_test(test_record),          cmocka_unit_test(test_ragged),
      cmocka_unit_test(test_random_networks), cmocka_unit_test(test_bad_sampling)};
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
