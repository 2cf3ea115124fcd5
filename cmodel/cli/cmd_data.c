/* varimac data: what a data set holds, and class-balanced subsets of it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "data/data.h"

static void help(void) {
  printf(
      "usage: varimac data info SPEC\n"
      "       varimac data subset --data SPEC --per-class N [--seed S] -o FILE.png\n"
      "       varimac data image --data SPEC --image I -o FILE.png\n\n"
      "info prints the number of images, their shape, the images in each class, and a 64-bit\n"
      "FNV-1a digest of the pixels and of the labels.\n"
      "subset draws N images of each class at random and writes them as a sheet: a PNG with one\n"
      "image a row, labels in FILE.labels. Row r has class r mod (number of classes), so the "
      "first\n"
      "rows are as balanced as the whole.\n"
      "image writes one image as a picture, for `varimac infer`, and prints its label.\n\n"
      "  --data SPEC      subset:test, subset:calib (shipped), cifar10:test, cifar10:train,\n"
      "                   mnist:test, mnist:train (`make data`), sheet:FILE.png, png:FILE.png\n"
      "  --per-class N    images of each class\n"
      "  --seed S         of the random choice (default 1)\n"
      "  --image I        number of an image, from 0\n"
      "  -o, --output F   the sheet or picture to write\n\n"
      "PNG files: gray stays one channel; colour and palette become red, green, blue; 16 bits "
      "keep\n"
      "their high byte; alpha is dropped; gamma is ignored. Data directory: $VARIMAC_DATA, else\n"
      "build/data. CIFAR10_DIR: folder of CIFAR-10's original binary batches, used if set.\n");
}

static void load(vmac_dataset *data, const char *spec) {
  vmac_err err;
  if (!vmac_dataset_load(data, spec, &err)) cli_die("%s", err.text);
}

static void info(const char *spec) {
  vmac_dataset data;
  load(&data, spec);
  const size_t image = (size_t)data.h * (size_t)data.w * (size_t)data.c;
  size_t count[256] = {0};
  for (size_t i = 0; i < data.n; i++) count[data.labels[i]]++;
  printf("data     %s\nimages   %zu\nshape    %d x %d x %d\nclasses  %d\n", spec, data.n, data.h,
         data.w, data.c, data.classes);
  const uint64_t pixels = vmac_hash(data.pixels, data.n * image);
  if (!data.classes) { /* a picture, whose label is nobody's */
    printf("pixels   fnv1a64 %016" PRIx64 "\n", pixels);
    vmac_dataset_free(&data);
    return;
  }
  printf("images in each class  ");
  for (int c = 0; c < data.classes; c++) printf(" %zu", count[c]);
  printf("\npixels   fnv1a64 %016" PRIx64 "\nlabels   fnv1a64 %016" PRIx64 "\n", pixels,
         vmac_hash(data.labels, data.n));
  vmac_dataset_free(&data);
}

/* Picks per_class images of class `label` without repetition into pick[], an index each. */
static void choose(const char *spec, const vmac_dataset *data, int label, uint32_t per_class,
                   vmac_rng *rng, size_t *pick) {
  size_t *index = vmac_alloc(data->n, sizeof *index);
  uint32_t n = 0;
  for (size_t i = 0; i < data->n; i++)
    if (data->labels[i] == label) index[n++] = i;
  if (n < per_class)
    cli_die("%s: class %d has %" PRIu32 " images, --per-class asks for %" PRIu32, spec, label, n,
            per_class);
  for (uint32_t i = 0; i < per_class; i++) { /* the head of a Fisher-Yates shuffle */
    const uint32_t j = i + vmac_rng_below(rng, n - i);
    pick[i] = index[j];
    index[j] = index[i];
  }
  free(index);
}

static void subset(const char *spec, uint32_t per_class, uint64_t seed, const char *path) {
  vmac_dataset all;
  load(&all, spec);
  const size_t image = (size_t)all.h * (size_t)all.w * (size_t)all.c;
  const size_t classes = (size_t)all.classes, n = classes * per_class;
  if (!classes) cli_die("%s: a picture without a label; a subset has some", spec);
  if (all.h != all.w) cli_die("%s: a sheet needs square images, found %d x %d", spec, all.h, all.w);
  size_t *pick = vmac_alloc(n, sizeof *pick);
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (size_t c = 0; c < classes; c++)
    choose(spec, &all, (int)c, per_class, &rng, pick + c * per_class);
  vmac_dataset out = {n, all.h, all.w, all.c, all.classes, vmac_alloc(n, image), vmac_alloc(n, 1)};
  for (size_t r = 0; r < n; r++) {
    const size_t from = pick[r % classes * per_class + r / classes];
    memcpy(out.pixels + r * image, all.pixels + from * image, image);
    out.labels[r] = all.labels[from];
  }
  vmac_err err;
  if (!data_write_sheet(path, &out, &err)) cli_die("%s", err.text);
  printf("%s: %zu images of %s, %" PRIu32 " of each class, seed %" PRIu64 "\n", path, n, spec,
         per_class, seed);
  free(pick);
  vmac_dataset_free(&out);
  vmac_dataset_free(&all);
}

static void one_image(const char *spec, size_t index, const char *path) {
  vmac_dataset all;
  vmac_err err;
  load(&all, spec);
  if (index >= all.n) cli_die("--image: %s has images 0..%zu, found %zu", spec, all.n - 1, index);
  const size_t size = (size_t)all.h * (size_t)all.w * (size_t)all.c;
  const data_picture picture = {all.w, all.h, all.c, all.pixels + index * size};
  if (!data_write_png(path, &picture, &err)) cli_die("%s", err.text);
  printf("%s: image %zu of %s, ", path, index, spec);
  if (all.classes)
    printf("label %d\n", all.labels[index]);
  else
    printf("no label\n");
  vmac_dataset_free(&all);
}

int cmd_data(int argc, char **argv) {
  static const struct option options[] = {
      {"data", required_argument, 0, 'd'},
      {"per-class", required_argument, 0, 'n'},
      {"seed", required_argument, 0, 's'},
      {"output", required_argument, 0, 'o'},
      {"image", required_argument, 0, 'i'},
      {"help", no_argument, 0, 'h'},
      {0, 0, 0, 0},
  };
  const char *spec = NULL, *path = NULL;
  long long per_class = 0, seed = 1, index = -1;
  int option;
  while ((option = cli_getopt(argc, argv, "o:", options)) != -1) switch (option) {
    case 'd':
      spec = optarg;
      break;
    case 'n':
      per_class = cli_int("--per-class", optarg, 1, 100000);
      break;
    case 's':
      seed = cli_int("--seed", optarg, 0, INT64_MAX);
      break;
    case 'i':
      index = cli_int("--image", optarg, 0, INT32_MAX);
      break;
    case 'o':
      path = optarg;
      break;
    case 'h':
      help();
      return 0;
    }
  const char *what = optind < argc ? argv[optind] : "";
  const int rest = argc - optind - 1;
  if (!strcmp(what, "info") && rest + (spec != NULL) == 1 && !path && !per_class && index < 0)
    info(spec ? spec : argv[optind + 1]);
  else if (!strcmp(what, "subset") && rest == 0 && spec && path && per_class && index < 0)
    subset(spec, (uint32_t)per_class, (uint64_t)seed, path);
  else if (!strcmp(what, "image") && rest == 0 && spec && path && index >= 0 && !per_class)
    one_image(spec, (size_t)index, path);
  else if (!strcmp(what, "image"))
    cli_usage("data image needs --data, --image and -o; see varimac data --help");
  else if (!strcmp(what, "subset"))
    cli_usage("data subset needs --data, --per-class and -o; see varimac data --help");
  else if (!strcmp(what, "info"))
    cli_usage("data info takes one data set; see varimac data --help");
  else
    cli_usage("data: expected 'info', 'subset' or 'image', found '%s'; see varimac data --help",
              what);
  return 0;
}
