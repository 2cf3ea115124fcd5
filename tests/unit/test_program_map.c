/* Arrays whose PEs have different cells, by a map or by the mode of every weight.
 *
 * State space
 *   products   convolutions and depthwise ones on random maps, every accumulator from the
 *              definition: the PE of each (tap, channel) as program.h's tiling has it; fewer, as
 *              many and more channels than rows and lanes, more rows and more columns, padding, both
 *              classes
 *   modes      random networks in every mode that a cell of the registry stands for: the golden
 *              model of that cell; corrections by bit plane
 *   maps       random networks on arrays whose PEs have random cells, or whose weights bring modes
 *              along layer by layer, by filter, by place, by weight: the golden model by the map;
 *              every correction that the hardware may have
 *   refusals   plans and hardware that do not go together
 *   ident      the header's word 3, as the Verilog of rtl/vmac_ident.v computes it
 * SPDX-License-Identifier: Apache-2.0 */
#include "cmocka_all.h"

#include "program_nets.h"
#include "program_run.h"
#include "random_net.h"

static int cell(const char *name) {
  vmac_err err;
  const vmac_mult *mult = vmac_mult_find(name, &err);
  if (!mult) fail_msg("%s", err.text);
  return vmac_hw_cell(mult);
}

/* ---- products -----------------------------------------------------------------------------------
 */

typedef struct {
  int h, w, c, kh, kw, stride, same, n; /* n: channels out, or per channel in */
  bool depthwise;
} conv_shape;

static vmac_net *conv(const conv_shape *s, vmac_rng *rng) {
  const int oh = s->same ? (s->h + s->stride - 1) / s->stride : (s->h - s->kh) / s->stride + 1;
  const int ow = s->same ? (s->w + s->stride - 1) / s->stride : (s->w - s->kw) / s->stride + 1;
  const int n = s->depthwise ? s->n * s->c : s->n;
  vmac_net *net = one_op(s->depthwise ? VMAC_DEPTHWISE : VMAC_CONV, s->h, s->w, s->c, oh, ow, n);
  const int weight = s->depthwise ? net_weights(net, 1, s->kh, s->kw, n, n, rng)
                                  : net_weights(net, n, s->kh, s->kw, s->c, 1, rng);
  const int bias = net_bias(net, n, rng);
  net->op[0].weight = weight;
  net->op[0].bias = bias;
  window(&net->op[0], s->kh, s->kw, s->stride, s->same, VMAC_ACT_NONE);
  prepare(net);
  return net;
}

/* The row of the array that a tap's channel enters. */
static int row_of(const vmac_hw *hw, int c, int tap, int channel) {
  if (2 * c <= hw->rows) return tap % (hw->rows / c) * c + channel;
  return channel % vmac_hw_lanes(hw) % hw->rows;
}

/* One accumulator of net->op[0] as rtl/README.md defines it. */
static int32_t defined(const conv_shape *s, const vmac_net *net, const vmac_hw *hw,
                       const int8_t *in, int y, int x, int n) {
  const vmac_op *op = &net->op[0];
  const vmac_tensor *out = &net->tensor[net->output], *weight = &net->tensor[op->weight];
  const int zero = net->tensor[net->input].zero, channels = out->dim[3];
  const int over_h = (out->dim[1] - 1) * s->stride + s->kh - s->h;
  const int over_w = (out->dim[2] - 1) * s->stride + s->kw - s->w;
  const int top = s->same && over_h > 0 ? over_h / 2 : 0;
  const int left = s->same && over_w > 0 ? over_w / 2 : 0;
  const int column = n % vmac_hw_lanes(hw) % hw->cols;
  const bool u8 = vmac_mult_at((size_t)hw->cell)->cls == VMAC_U8;
  const int offset = u8 ? 128 : 0;
  int32_t sum = net->tensor[op->bias].i32[n], k = 0;
  for (int tap = 0; tap < s->kh * s->kw; tap++)
    for (int c = 0; c < s->c; c++) {
      if (s->depthwise && c != n / s->n) continue;
      const int iy = y * s->stride - top + tap / s->kw, ix = x * s->stride - left + tap % s->kw;
      const bool inside = iy >= 0 && iy < s->h && ix >= 0 && ix < s->w;
      const int a = (inside ? in[(iy * s->w + ix) * s->c + c] : zero) + offset;
      const int w = (s->depthwise ? weight->i8[tap * channels + n]
                                  : weight->i8[(n * s->kh * s->kw + tap) * s->c + c]) +
                    offset;
      const int pe = hw->map[row_of(hw, s->c, tap, c) * hw->cols + column];
      sum += vmac_product(vmac_mult_at((size_t)pe), a, w);
      sum -= (u8 ? 128 * a : 0) + (zero + offset) * w;
      k++;
    }
  return sum + (u8 ? k * 128 * (zero + 128) : 0);
}

typedef struct {
  const vmac_program *program;
  int32_t *acc; /* of the only layer, (pixels, channels) */
} seen;

static void see(void *context, int index, int set, int pixel, const int32_t *acc,
                const int8_t *out) {
  (void)out;
  seen *s = context;
  const vmac_job *job = &s->program->job[index];
  const vmac_set *columns = &job->set[set];
  for (int i = 0; i < columns->count; i++)
    s->acc[(job->first_pixel + pixel) * job->channels + columns->channel + i] =
        acc[columns->column + i];
}

/* Of six cells: each has a table to be made. */
static void random_map_of_pes(vmac_rng *rng, vmac_class cls, uint8_t *map, int size) {
  for (int i = 0; i < size;) {
    const size_t at =
        i < 6 ? vmac_rng_below(rng, (uint32_t)vmac_mult_count()) : map[vmac_rng_below(rng, 6)];
    const vmac_mult *mult = vmac_mult_at(at);
    if (mult->cls == cls && !mult->edge) map[i++] = (uint8_t)at;
  }
}

static void compare_products(const conv_shape *s, int rows, int cols, vmac_class cls,
                             uint64_t seed) {
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  vmac_net *net = conv(s, &rng);
  uint8_t map[VMAC_ROWS_MAX * VMAC_ROWS_MAX];
  random_map_of_pes(&rng, cls, map, rows * cols);
  vmac_hw hw = hardware(rows, cols);
  hw.cell = map[0];
  hw.map = map;
  vmac_err err;
  vmac_program *p = vmac_program_compile(net, NULL, &hw, VMAC_ROUND_DOUBLE, &err);
  if (!p) fail_msg("%s", err.text);
  const vmac_tensor *out = &net->tensor[net->output];
  int8_t *codes = vmac_alloc(net->tensor[net->input].size, 1);
  for (size_t i = 0; i < net->tensor[net->input].size; i++) codes[i] = (int8_t)vmac_rng_next(&rng);
  vmac_program_set_image(p, codes);
  seen acc = {p, vmac_alloc(out->size, sizeof *acc.acc)};
  const vmac_observer observer = {.context = &acc, .vector = see};
  vmac_run run;
  if (!vmac_interpret(&hw, p->beats, p->beat_count, &observer, &run, &err))
    fail_msg("%s", err.text);
  free(run.bytes);
  for (int y = 0, i = 0; y < out->dim[1]; y++)
    for (int x = 0; x < out->dim[2]; x++)
      for (int n = 0; n < out->dim[3]; n++, i++) {
        const int32_t want = defined(s, net, &hw, codes, y, x, n);
        if (acc.acc[i] != want)
          fail_msg("seed %d: %d x %d, %d channels: pixel %d, %d, channel %d: %d, defined %d",
                   (int)seed, rows, cols, s->c, y, x, n, acc.acc[i], want);
      }
  free(acc.acc);
  free(codes);
  vmac_program_free(p);
  vmac_net_free(net);
}

static void products(void **unused) {
  (void)unused;
  static const conv_shape shapes[] = {
      {5, 6, 2, 3, 3, 1, 1, 8, false},  {6, 4, 3, 2, 3, 2, 0, 13, false},
      {5, 5, 4, 3, 1, 1, 1, 6, false},  {4, 4, 9, 2, 2, 1, 0, 7, false},
      {3, 3, 17, 1, 1, 1, 0, 3, false}, {6, 5, 2, 3, 3, 1, 1, 3, true},
      {5, 5, 7, 3, 2, 2, 1, 1, true}};
  static const int sides[][2] = {{5, 6}, {6, 5}, {7, 4}, {4, 9}, {8, 8}};
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    for (size_t j = 0; j < sizeof sides / sizeof *sides; j++)
      for (int cls = 0; cls < 2; cls++)
        compare_products(&shapes[i], sides[j][0], sides[j][1], cls ? VMAC_S8 : VMAC_U8,
                         10 * i + 2 * j + (size_t)cls + 1);
}

/* ---- modes --------------------------------------------------------------------------------------
 */

static void run_mode(uint64_t seed, const char *own, const char *as, int opt_correction) {
  builder b = random_net(seed, 0);
  prepare(b.net);
  vmac_hw hw = hardware(5, 6);
  hw.cell = cell(own);
  hw.buf_depth = 32768;
  hw.opt_correction = opt_correction;
  hw.opt_mode = 1;
  vmac_err err;
  vmac_plan *plan =
      vmac_plan_make(b.net, vmac_mult_at((size_t)cell(as)), NULL, VMAC_CORR_NONE, NULL, 0, &err);
  if (opt_correction) random_correction(&b, plan, opt_correction, 0);
  vmac_state *state = vmac_state_new(b.net);
  random_input(&b, state);
  char what[512];
  snprintf(what, sizeof what, "seed %d, %s as %s, correction %d:%s", (int)seed, own, as,
           opt_correction, b.ops);
  program_compare(what, b.net, plan, &hw, VMAC_ROUND_DOUBLE, state);
  vmac_state_free(b.net, state);
  vmac_plan_free(plan);
  vmac_net_free(b.net);
}

static void modes(void **unused) {
  (void)unused;
  static const char *const u8[] = {"dyn0",  "dyn1",  "dyn2",  "dyn3", "dyn4",
                                   "dyn1r", "dyn2r", "dyn3r", "dyn4r"};
  static const char *const s8[] = {"dyn0s",  "dyn1s",  "dyn2s",  "dyn3s", "dyn4s",
                                   "dyn1rs", "dyn2rs", "dyn3rs", "dyn4rs"};
  for (uint64_t seed = 1; seed <= 36; seed++) {
    run_mode(seed, "dyn4", u8[seed % 9], seed % 2 ? 2 : 0);
    run_mode(seed + 100, "dyn4s", s8[seed % 9], seed % 2 ? 0 : 2);
  }
  run_mode(500, "dyn2", "dyn2", 1);
  run_mode(501, "dyn1", "dyn4", 0);
}

/* ---- maps ---------------------------------------------------------------------------------------
 */

/* opt_correction by the seed; own: NULL where the PEs' cells are drawn. */
static void run_map(uint64_t seed, const char *own) {
  builder b = random_net(seed, 0);
  prepare(b.net);
  uint8_t pes[30] = {0}, phi[256 * 2];
  vmac_hw hw = hardware(seed % 2 ? 5 : 6, seed % 2 ? 6 : 5);
  hw.buf_depth = 32768;
  hw.opt_correction = (int)(seed / 2 % 4);
  if (own) {
    hw.cell = cell(own);
    hw.opt_mode = 1;
  } else {
    random_map_of_pes(&b.rng, seed / 8 % 2 ? VMAC_S8 : VMAC_U8, pes, 30);
    hw.map = pes;
    hw.cell = pes[0];
  }
  if (hw.opt_correction == 3) {
    hw.phi_rank = 2;
    vmac_phi(vmac_mult_at((size_t)hw.cell), 2, phi);
    hw.phi = phi;
  }
  vmac_err err;
  vmac_map *map =
      own ? random_map(&b, vmac_mult_at((size_t)hw.cell)) : vmac_map_of_pes(b.net, &hw, &err);
  if (!map) fail_msg("seed %d: %s", (int)seed, err.text);
  vmac_plan *plan = vmac_plan_make_map(b.net, map, VMAC_CORR_NONE, NULL, NULL, 0, &err);
  if (hw.opt_correction) random_correction(&b, plan, hw.opt_correction, hw.phi_rank);
  vmac_state *state = vmac_state_new(b.net);
  random_input(&b, state);
  char what[512];
  snprintf(what, sizeof what, "seed %d, %s, correction %d:%s", (int)seed, own ? own : "PEs",
           hw.opt_correction, b.ops);
  program_compare(what, b.net, plan, &hw, VMAC_ROUND_DOUBLE, state);
  vmac_state_free(b.net, state);
  vmac_plan_free(plan);
  vmac_map_free(map);
  vmac_net_free(b.net);
}

static void maps(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 48; seed++) {
    run_map(seed, NULL);
    run_map(seed + 100, seed / 8 % 2 ? "dyn4s" : "dyn4");
  }
}

/* ---- refusals -----------------------------------------------------------------------------------
 */

static void refuse_hw(const vmac_hw *hw, const char *text) {
  vmac_err err;
  if (vmac_hw_check(hw, &err)) fail_msg("accepted, expected: %s", text);
  if (!strstr(err.text, text)) fail_msg("'%s' does not say '%s'", err.text, text);
}

static void refuse_plan(const vmac_hw *hw, const char *name, vmac_mode mode, const char *text) {
  vmac_net *net = one_conv(4, 4, 3, 3, 3, 1, 5);
  prepare(net);
  vmac_dataset data = {0};
  vmac_err err;
  vmac_plan *plan =
      vmac_plan_make(net, vmac_mult_at((size_t)cell(name)), NULL, mode, &data, 0, &err);
  if (!plan) fail_msg("%s", err.text);
  vmac_program *p = vmac_program_compile(net, plan, hw, VMAC_ROUND_DOUBLE, &err);
  if (p) fail_msg("compiled, expected: %s", text);
  if (!strstr(err.text, text)) fail_msg("'%s' does not say '%s'", err.text, text);
  vmac_plan_free(plan);
  vmac_net_free(net);
}

static void refusals(void **unused) {
  (void)unused;
  uint8_t map[16];
  memset(map, cell("perf2"), sizeof map);
  vmac_hw hw = hardware(4, 4);
  hw.map = map;
  hw.cell = map[0];
  map[6] = (uint8_t)cell("trunc6");
  refuse_plan(&hw, "perf2", VMAC_CORR_NONE, "the plan has the cell perf2, the hardware trunc6");
  refuse_plan(&hw, "trunc6", VMAC_CORR_NONE, "the plan has the cell trunc6, the hardware perf2");
  map[6] = 255;
  refuse_hw(&hw, "map: row 1, column 2: expected a cell in 0..");
  map[6] = (uint8_t)cell("perf2s");
  refuse_hw(&hw, "row 1, column 2 has the cell perf2s, the edge is made for perf2: all must be");
  map[6] = (uint8_t)cell("edge2");
  refuse_hw(&hw, "the edge rounds activations for all or for none");
  hw.map = NULL;
  hw.opt_mode = 1;
  refuse_hw(&hw, "row 0, column 0 has the cell perf2, the edge is made for perf2: opt_mode wants");
  hw.cell = cell("dyn4");
  refuse_plan(&hw, "perf2", VMAC_CORR_NONE, "the plan has the cell perf2, the hardware dyn4");
  refuse_plan(&hw, "dyn2s", VMAC_CORR_NONE, "the plan has the cell dyn2s, the hardware dyn4");
  refuse_plan(&hw, "dyn2", VMAC_CORR_PAPER,
              "wants 1 sum of 2 low bits, the hardware's side column, of dyn4, makes "
              "1 sum of 4 low bits (OPT_CORRECTION 1); use OPT_CORRECTION 2");
  hw.opt_correction = 2;
  hw.cell = cell("dyn1");
  refuse_plan(&hw, "dyn2", VMAC_CORR_PAPER, "wants 1 sum of 2 low bits");
  hw.opt_mode = 2;
  refuse_hw(&hw, "expected opt_mode 0 or 1, found 2");
  hw.opt_mode = 0;
  hw.opt_correction = 4;
  refuse_hw(&hw, "or 3 (phi), found 4");
  hw.opt_correction = 3;
  refuse_hw(&hw, "expected 1 to 4 planes of phi with correction 3, else 0, found 0");
  hw.phi_rank = 2;
  refuse_hw(&hw, "correction 3 without its phi");
  hw.opt_correction = 2;
  refuse_hw(&hw, "else 0, found 2 with correction 2");
  hw.phi_rank = 0;
  hw.opt_ktile = 2;
  refuse_hw(&hw, "expected opt_ktile 0 or 1, found 2");
  hw.opt_ktile = 1;
  hw.opt_correction = 0;
  refuse_hw(&hw, "opt_ktile wants a correction");
}

/* ---- ident --------------------------------------------------------------------------------------
 */

static void ident(void **unused) {
  (void)unused;
  vmac_hw hw = vmac_hw_default();
  hw.cell = 2;
  assert_int_equal(vmac_hw_ident(&hw), 0x27f0710c); /* by simulation of vmac_ident */
  uint8_t phi[512];
  for (int i = 0; i < 512; i++) phi[i] = (uint8_t)(7 * i + 3 + i / 256);
  hw.phi_rank = 2;
  hw.phi = phi;
  assert_int_equal(vmac_hw_ident(&hw), 0xfba3900c);
  hw.phi_rank = 0;
  uint8_t map[30];
  for (int i = 0; i < 30; i++) map[i] = (uint8_t)(30 - i);
  hw.rows = 5;
  hw.cols = 6;
  hw.buf_depth = 512;
  hw.map = map;
  assert_int_equal(vmac_hw_ident(&hw), 0x91546c09);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(products), cmocka_unit_test(modes),
                                     cmocka_unit_test(maps), cmocka_unit_test(refusals),
                                     cmocka_unit_test(ident)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
