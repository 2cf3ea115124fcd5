/* varimac infer: one picture through the exact network and through the approximate one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/fitted.h"
#include "cli/infer.h"

#define NET "weights/resnet8.tflite"

typedef struct {
  fitted fit;
  const char *photo, *mult, *map, *mode_name, *plan, *labels, *json, *explain;
  vmac_mode mode;
  vmac_rounding rounding;
  int top;
  bool invert;
} options;

static const char help[] =
    "usage: varimac infer PICTURE.png [OPTION ...]\n\n"
    "What the exact network sees in a picture of any size, and with --mult what the approximate "
    "one\n"
    "does, side by side. The middle of the picture that has the shape of the network's input is\n"
    "resized to it (the mean of what a pixel covers; enlarged, linear interpolation); gray "
    "becomes\n"
    "colour, or colour gray, as the network wants. Probabilities are the softmax of the network's\n"
    "logits: its last codes before the softmax operator times their scale.\n\n"
    "  --net F              int8 network (default " NET ", CIFAR-10)\n"
    "  --mult NAME          multiplier cell of every MAC layer\n"
    "  --map F              or several cells (JSON), as in varimac eval\n"
    "  --layers L           MAC layers that have it, 0+2-5 (default all)\n"
    "  --correction MODE    " CLI_MODES "\n"
    "                       (default none)\n"
    "  --calib SPEC         training images that modes are fitted on (default subset:calib)\n"
    "  --calib-images N     the first N of them (default all)\n"
    "  --plan F             take multiplier, layers and coefficients from a plan (varimac eval\n"
    "                       --save-plan) instead\n"
    "  --rounding R         double | single: TFLite's requantization (default double)\n"
    "  --labels L           names of the classes: cifar10, mnist, or a file with one name a line\n"
    "                       (default: the set of which images have the input's shape, if any)\n"
    "  --top N              print the N likeliest classes (default 5)\n"
    "  --invert             black becomes white: MNIST's digits are white on black\n"
    "  --explain DIR        write a PNG for every operator into a folder: how far its output "
    "codes\n"
    "                       are off, approximate - exact, a tile each channel; blue: too small,\n"
    "                       red: too large, the deepest colour the operator's largest; and print\n"
    "                       them as a table\n"
    "  --json F             write all classes of both networks, and that table, as JSON\n\n"
    "PNG files: alpha is dropped, 16 bits keep their high byte, gamma is ignored.\n";

static void check(options *o) {
  vmac_err err;
  if (!o->photo) cli_usage("infer: which picture? see varimac infer --help");
  if (o->fit.images) cli_usage("infer: it takes one picture; there is no --images");
  if (o->mode_name && !vmac_mode_find(o->mode_name, &o->mode, &err))
    cli_usage("--correction: %s", err.text);
  if (o->plan && (o->mult || o->map || o->mode_name || o->fit.layers))
    cli_usage("infer: --plan brings multiplier, mode and layers: no --mult, --map, --correction or "
              "--layers with it");
  if (o->map && (o->mult || o->fit.layers))
    cli_usage("infer: --map brings the cells of all layers: no --mult or --layers with it");
  if (!o->mult && !o->map && !o->plan && (o->mode_name || o->fit.layers || o->explain))
    cli_usage("infer: --correction, --layers and --explain want --mult (or --map, --plan)");
  if ((o->fit.calib || o->fit.calib_images) && !vmac_mode_calibrates(o->mode))
    cli_usage("infer: --calib and --calib-images want --correction bias, cv, bitplane or phi");
  if (!o->fit.calib) o->fit.calib = "subset:calib";
  run_refuse_test_set("--calib", o->fit.calib);
  if (!o->fit.net) o->fit.net = access(NET, F_OK) == 0 ? NET : VMAC_HOME "/" NET;
}

static options parse(int argc, char **argv) {
  enum {
    MULT = FITTED_LAST,
    MAP,
    CORRECTION,
    PLAN,
    ROUNDING,
    LABELS,
    TOP,
    INVERT,
    EXPLAIN,
    JSON,
    HELP
  };
  static const struct option table[] = {FITTED_OPTIONS,
                                        {"mult", 1, 0, MULT},
                                        {"map", 1, 0, MAP},
                                        {"correction", 1, 0, CORRECTION},
                                        {"plan", 1, 0, PLAN},
                                        {"rounding", 1, 0, ROUNDING},
                                        {"labels", 1, 0, LABELS},
                                        {"top", 1, 0, TOP},
                                        {"invert", 0, 0, INVERT},
                                        {"explain", 1, 0, EXPLAIN},
                                        {"json", 1, 0, JSON},
                                        {"help", 0, 0, HELP},
                                        {0}};
  options o = {.top = 5};
  for (int c; (c = cli_getopt(argc, argv, "", table)) != -1;) switch (c) {
    case MULT:
      o.mult = optarg;
      break;
    case MAP:
      o.map = optarg;
      break;
    case CORRECTION:
      o.mode_name = optarg;
      break;
    case PLAN:
      o.plan = optarg;
      break;
    case ROUNDING:
      o.rounding = run_rounding(optarg);
      break;
    case LABELS:
      o.labels = optarg;
      break;
    case TOP:
      o.top = (int)cli_int("--top", optarg, 1, 256);
      break;
    case INVERT:
      o.invert = true;
      break;
    case EXPLAIN:
      o.explain = optarg;
      break;
    case JSON:
      o.json = optarg;
      break;
    case HELP:
      fputs(help, stdout);
      exit(0);
    default:
      fitted_option(&o.fit, c, optarg);
    }
  if (optind < argc) o.photo = argv[optind++];
  if (optind < argc)
    cli_usage("infer: unexpected argument '%s'; see varimac infer --help", argv[optind]);
  check(&o);
  return o;
}

/* ---- the picture ----------------------------------------------------------------------------- */

/* As a data set of one image; its label counts for nothing. */
static vmac_dataset take_picture(const options *o, infer_result *r) {
  const vmac_tensor *in = &r->net->tensor[r->net->input];
  vmac_err err;
  const int h = in->dim[1], w = in->dim[2], c = in->dim[3];
  if (in->rank != 4 || (c != 1 && c != 3) || (int64_t)w * h < 16)
    cli_die("%s: expected an input of gray or colour pictures, 16 pixels at least, found one of "
            "%d x %d x %d",
            o->fit.net, h, w, c);
  if (!data_read_png(o->photo, 0, 0, 0, &r->picture, &err)) cli_die("%s", err.text);
  r->used = data_middle(r->picture.w, r->picture.h, w, h);
  const size_t pixels = (size_t)w * (size_t)h;
  uint8_t *small = data_resize(&r->picture, r->used, w, h);
  vmac_dataset data = {
      1, h, w, c, 1, data_recolour(small, pixels, r->picture.c, c), vmac_alloc(1, 1)};
  for (size_t i = 0; o->invert && i < pixels * (size_t)c; i++)
    data.pixels[i] = (uint8_t)(255 - data.pixels[i]);
  free(small);
  if (!vmac_net_takes(r->net, &data, &err)) cli_die("%s: %s", o->fit.net, err.text);
  return data;
}

/* ---- names ----------------------------------------------------------------------------------- */

/* One name a line, 1..63 bytes of UTF-8 that print: they go to the terminal and into JSON. */
static bool take_lines(const char *path, const char *line, infer_result *r, vmac_err *err) {
  int n = 0;
  for (; *line; n++) {
    const size_t length = strcspn(line, "\n");
    for (size_t i = 0; i < length; i++)
      if (iscntrl((unsigned char)line[i]) ||
          ((uint8_t)line[i] == 0xc2 && (uint8_t)line[i + 1] >> 5 == 4)) /* U+0080 to U+009F, too */
        return vmac_fail(err, "%s: line %d: a byte that does not print, 0x%02x", path, n + 1,
                         (unsigned)(unsigned char)line[i]);
    if (length < 1 || length > 63)
      return vmac_fail(err, "%s: line %d: expected a name of 1..63 bytes, found %zu", path, n + 1,
                       length);
    if (!vmac_is_utf8(line, length))
      return vmac_fail(err, "%s: line %d: expected UTF-8", path, n + 1);
    if (n < r->classes) r->name[n] = memcpy(vmac_alloc(length + 1, 1), line, length);
    line += length + (line[length] == '\n');
  }
  return n == r->classes ||
         vmac_fail(err, "%s: expected %d names, one for each output of the network, found %d", path,
                   r->classes, n);
}

static bool read_names(const char *path, infer_result *r, vmac_err *err) {
  size_t size;
  uint8_t *text = vmac_read_file(path, &size, err);
  if (!text) return false;
  r->name = vmac_alloc((size_t)r->classes, sizeof *r->name);
  const bool good = memchr(text, 0, size)
                        ? vmac_fail(err, "%s: expected a text, found a byte that is 0", path)
                        : take_lines(path, (const char *)text, r, err);
  free(text);
  return good;
}

static void take_names(const options *o, infer_result *r) {
  const vmac_tensor *in = &r->net->tensor[r->net->input];
  const char *set = o->labels;
  if (!set) set = data_set_of_shape(in->dim[1], in->dim[2], in->dim[3], (size_t)r->classes);
  r->labels = set ? set : "";
  if (!set) return;
  int classes;
  const char *const *names = data_class_names(set, &classes);
  if (!names) {
    vmac_err err;
    if (!read_names(set, r, &err)) cli_die("--labels: %s", err.text);
    return;
  }
  if (classes != r->classes)
    cli_die("--labels: %s has %d classes, %s %d outputs", set, classes, o->fit.net, r->classes);
  r->name = vmac_alloc((size_t)classes, sizeof *r->name);
  for (int i = 0; i < classes; i++)
    r->name[i] = strcpy(vmac_alloc(strlen(names[i]) + 1, 1), names[i]);
}

/* ---- both networks --------------------------------------------------------------------------- */

/* The softmax operator keeps 8 bits of each probability; the codes that it is made of say more. */
static infer_answer answer_of(const infer_result *r, const vmac_state *state) {
  const vmac_net *net = r->net;
  const vmac_op *softmax = NULL; /* that makes the output */
  for (int i = 0; i < net->ops; i++)
    if (net->op[i].out == net->output && net->op[i].kind == VMAC_SOFTMAX) softmax = &net->op[i];
  const int from = softmax ? softmax->in[0] : net->output;
  const double beta = softmax ? (double)softmax->beta : 1;
  const vmac_tensor *t = &net->tensor[from];
  const size_t n = (size_t)r->classes;
  infer_answer a = {vmac_alloc(n, sizeof *a.order), vmac_alloc(n, sizeof *a.probability),
                    vmac_alloc(n, sizeof *a.logit)};
  double sum = 0;
  for (int i = 0; i < r->classes; i++) {
    a.logit[i] = (double)t->scale[0] * (state->i8[from][i] - t->zero);
    int at = i; /* sorted in: behind those that are as large */
    for (; at > 0 && a.logit[a.order[at - 1]] < a.logit[i]; at--) a.order[at] = a.order[at - 1];
    a.order[at] = i;
  }
  for (int i = 0; i < r->classes; i++)
    sum += a.probability[i] = exp(beta * (a.logit[i] - a.logit[a.order[0]]));
  for (int i = 0; i < r->classes; i++) a.probability[i] /= sum;
  return a;
}

static vmac_state *run_one(const options *o, const infer_result *r, const vmac_plan *plan,
                           const vmac_dataset *data) {
  vmac_state *state = vmac_state_new(r->net);
  vmac_state_set_image(r->net, state, data, 0);
  vmac_net_run(r->net, plan, o->rounding, state);
  return state;
}

/* Everything that was asked for, or nothing. */
static void write_outputs(const options *o, const infer_result *r) {
  vmac_err err;
  vmac_files_begin();
  const bool good =
      (!o->explain || infer_explain(r, &err)) && (!o->json || infer_json(r, o->json, &err));
  if (!vmac_files_end(good, &err)) cli_die("%s", err.text);
}

static void free_answer(infer_answer *a) {
  free(a->order);
  free(a->probability);
  free(a->logit);
}

int cmd_infer(int argc, char **argv) {
  options o = parse(argc, argv);
  vmac_net *net = run_net(o.fit.net);
  infer_result r = {.photo = o.photo,
                    .net_path = o.fit.net,
                    .explain = o.explain,
                    .map = o.map,
                    .net = net,
                    .classes = (int)net->tensor[net->output].size};
  vmac_dataset data = take_picture(&o, &r);
  r.shown = o.top < r.classes ? o.top : r.classes;
  take_names(&o, &r);
  cli_outputs(&o.json, 1);
  const run_source source = {o.plan, o.map, o.mult, NULL, o.mode};
  vmac_plan *plan = run_plan_from(net, &source, &o.fit);
  r.plan = plan;
  vmac_state *exact = run_one(&o, &r, NULL, &data), *other = NULL;
  r.exact = answer_of(&r, exact);
  if (plan) {
    other = run_one(&o, &r, plan, &data);
    r.approximate = answer_of(&r, other);
  }
  r.state[0] = exact;
  r.state[1] = other;
  write_outputs(&o, &r);
  infer_print(&r);
  vmac_state_free(net, exact);
  vmac_state_free(net, other);
  free_answer(&r.exact);
  free_answer(&r.approximate);
  vmac_plan_free(plan);
  for (int i = 0; r.name && i < r.classes; i++) free(r.name[i]);
  free(r.name);
  free(r.picture.pixels);
  vmac_dataset_free(&data);
  vmac_net_free(net);
  return 0;
}
