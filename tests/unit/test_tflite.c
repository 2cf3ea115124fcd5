/* TFLite files: what we write we read back, and no damaged file gets further than an error.
 *
 * State space: a network with every operator; written, read, written again (bytes must agree).
 * Damage: every truncation length, and 1,000 seeded mutations (bit flips, overwritten words,
 * swapped and repeated stretches) of the written file. A mutant may load (a weight changed); then
 * it must also run, where its size is sane. SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include <unistd.h>

#include "net_build.h"

static char path[64];

static uint8_t *written(size_t *size) {
  vmac_err err;
  vmac_net *net = net_every_operator(7);
  assert_true(vmac_net_prepare(net, &err));
  assert_true(vmac_net_save(net, path, &err));
  vmac_net_free(net);
  uint8_t *bytes = vmac_read_file(path, size, &err);
  assert_non_null(bytes);
  return bytes;
}

static void same_tensor(const vmac_tensor *a, const vmac_tensor *b) {
  assert_string_equal(a->name, b->name);
  assert_int_equal(a->rank, b->rank);
  assert_memory_equal(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim);
  assert_int_equal(a->scales, b->scales);
  if (a->scales) assert_memory_equal(a->scale, b->scale, (size_t)a->scales * sizeof *a->scale);
  assert_int_equal(a->zero, b->zero);
  assert_int_equal(a->size, b->size);
  assert_int_equal(a->i8 != NULL, b->i8 != NULL);
  assert_int_equal(a->i32 != NULL, b->i32 != NULL);
  if (a->i8) assert_memory_equal(a->i8, b->i8, a->size);
  if (a->i32) assert_memory_equal(a->i32, b->i32, a->size * sizeof *a->i32);
}

static void same_op(const vmac_op *a, const vmac_op *b) {
  assert_int_equal(a->kind, b->kind);
  assert_memory_equal(a->in, b->in, sizeof a->in);
  assert_int_equal(a->out, b->out);
  assert_int_equal(a->weight, b->weight);
  assert_int_equal(a->bias, b->bias);
  assert_int_equal(a->act, b->act);
  const int wa[] = {a->kh, a->kw, a->stride_h, a->stride_w, a->same, a->m, a->k, a->n};
  const int wb[] = {b->kh, b->kw, b->stride_h, b->stride_w, b->same, b->m, b->k, b->n};
  assert_memory_equal(wa, wb, sizeof wa);
  for (int i = 0; vmac_op_is_mac(a) && i < a->n; i++) {
    assert_int_equal(a->requant[i].mult, b->requant[i].mult);
    assert_int_equal(a->requant[i].shift, b->requant[i].shift);
  }
}

static void test_round_trip(void **unused) {
  (void)unused;
  vmac_err err;
  vmac_rng rng;
  size_t size, again;
  uint8_t *bytes = written(&size);
  vmac_net *net = net_every_operator(7), *back = vmac_net_load(path, &err);
  assert_non_null(back);
  assert_true(vmac_net_prepare(net, &err));
  assert_int_equal(net->tensors, back->tensors);
  assert_int_equal(net->ops, back->ops);
  assert_int_equal(net->input, back->input);
  assert_int_equal(net->output, back->output);
  for (int t = 0; t < net->tensors; t++) same_tensor(&net->tensor[t], &back->tensor[t]);
  for (int i = 0; i < net->ops; i++) same_op(&net->op[i], &back->op[i]);

  vmac_state *a = vmac_state_new(net), *b = vmac_state_new(back);
  vmac_rng_seed(&rng, 3);
  for (int image = 0; image < 20; image++) {
    net_random_input(net, a, &rng);
    memcpy(b->i8[net->input], a->i8[net->input], net->tensor[net->input].size);
    vmac_net_run(net, NULL, (vmac_rounding)(image % 2), a);
    vmac_net_run(back, NULL, (vmac_rounding)(image % 2), b);
    for (int t = 0; t < net->tensors; t++)
      if (a->i8[t]) assert_memory_equal(a->i8[t], b->i8[t], net->tensor[t].size);
  }
  assert_true(vmac_net_save(back, path, &err));
  uint8_t *second = vmac_read_file(path, &again, &err);
  assert_int_equal(size, again);
  assert_memory_equal(bytes, second, size);
  vmac_state_free(net, a);
  vmac_state_free(back, b);
  vmac_net_free(net);
  vmac_net_free(back);
  free(bytes);
  free(second);
}

/* The format's own marks, which other readers look at before anything else. */
static void test_header(void **unused) {
  (void)unused;
  size_t size;
  uint8_t *bytes = written(&size);
  assert_memory_equal(bytes + 4, "TFL3", 4);
  free(bytes);
}

/* Loads the bytes; runs what loads, unless a mutation made it huge. Returns whether it loaded. */
static bool survives(const uint8_t *bytes, size_t size) {
  vmac_err err = {""};
  assert_true(vmac_write_file(path, bytes, size, &err));
  vmac_net *net = vmac_net_load(path, &err);
  if (!net) {
    assert_non_null(strstr(err.text, path)); /* the error names the file */
    assert_null(strchr(err.text, '\n'));
    return false;
  }
  int64_t work = 0;
  for (int t = 0; t < net->tensors; t++) work += (int64_t)net->tensor[t].size;
  for (int i = 0; i < net->ops; i++)
    work += vmac_op_macs(&net->op[i]) + (int64_t)net->op[i].kh * net->op[i].kw;
  if (work < 10000000) {
    vmac_state *state = vmac_state_new(net);
    vmac_net_run(net, NULL, VMAC_ROUND_DOUBLE, state);
    vmac_net_run(net, NULL, VMAC_ROUND_SINGLE, state);
    vmac_state_free(net, state);
  }
  vmac_net_free(net);
  return true;
}

static void test_truncated(void **unused) {
  (void)unused;
  size_t size;
  uint8_t *bytes = written(&size);
  for (size_t cut = 0; cut < size; cut += cut < 200 || size - cut < 200 ? 1 : 37) {
    uint8_t *part = vmac_alloc(cut, 1); /* its own block, so that a read past the end shows */
    memcpy(part, bytes, cut);
    const bool loaded = survives(part, cut);
    /* Data and strings stand before the tables that need them; only trailing padding is free. */
    if (cut + 64 < size) assert_false(loaded);
    free(part);
  }
  free(bytes);
}

static void mutate(uint8_t *bytes, size_t size, vmac_rng *rng) {
  static const uint32_t words[] = {0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0x10000, 0x7fff};
  const size_t at = vmac_rng_below(rng, (uint32_t)size - 8);
  switch (vmac_rng_below(rng, 5)) {
  case 0:
  case 1:
    for (uint32_t flips = 1 + vmac_rng_below(rng, 8); flips; flips--)
      bytes[vmac_rng_below(rng, (uint32_t)size)] ^= (uint8_t)(1u << vmac_rng_below(rng, 8));
    break;
  case 2:
    bytes[at] = (uint8_t)vmac_rng_next(rng);
    break;
  case 3: {
    const uint32_t word = words[vmac_rng_below(rng, sizeof words / sizeof *words)];
    memcpy(bytes + at / 4 * 4, &word, 4);
    break;
  }
  default:
    memmove(bytes + at, bytes + vmac_rng_below(rng, (uint32_t)size - 8), 8);
  }
}

static void test_mutants(void **unused) {
  (void)unused;
  vmac_rng rng;
  size_t size;
  uint8_t *bytes = written(&size), *mutant = vmac_alloc(size, 1);
  int loaded = 0, refused = 0;
  vmac_rng_seed(&rng, 20);
  for (int i = 0; i < 1000; i++) {
    memcpy(mutant, bytes, size);
    mutate(mutant, size, &rng);
    if (survives(mutant, size))
      loaded++;
    else
      refused++;
  }
  print_message("1000 mutants, seed 20: %d load and run, %d are refused\n", loaded, refused);
  assert_in_range(refused, 100, 1000); /* a reader that checked nothing would refuse none */
  assert_in_range(loaded, 10, 1000);
  free(bytes);
  free(mutant);
}

static void test_missing(void **unused) {
  (void)unused;
  vmac_err err;
  assert_null(vmac_net_load("/nonexistent/net.tflite", &err));
  assert_non_null(strstr(err.text, "/nonexistent/net.tflite"));
}

static int remove_file(void **unused) {
  (void)unused;
  unlink(path);
  return 0;
}

int main(void) {
  snprintf(path, sizeof path, "/tmp/varimac-test-%ld.tflite", (long)getpid());
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip), cmocka_unit_test(test_header),
      cmocka_unit_test(test_truncated),  cmocka_unit_test(test_mutants),
      cmocka_unit_test(test_missing),
  };
  return cmocka_run_group_tests_name("tflite", tests, NULL, remove_file);
}
