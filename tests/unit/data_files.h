/* data_files.h: a folder of its own for a data test, files made in it, and refusals.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef DATA_FILES_H
#define DATA_FILES_H

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "data/data.h"

static char folder[64];
static char name_buffer[128];

/* A name in the test's own folder, valid until the next call. */
static const char *in_folder(const char *name) {
  snprintf(name_buffer, sizeof name_buffer, "%s/%s", folder, name);
  return name_buffer;
}

static void write_file(const char *name, const void *bytes, size_t size) {
  vmac_err err;
  assert_true(vmac_write_file(in_folder(name), bytes, size, &err));
}

static uint8_t *random_bytes(size_t n, uint64_t seed) {
  uint8_t *bytes = vmac_alloc(n, 1);
  vmac_rng rng;
  vmac_rng_seed(&rng, seed);
  for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)vmac_rng_next(&rng);
  return bytes;
}

/* The spec must not load, and the error must contain each of the words. */
static void refused(const char *spec, const char *word1, const char *word2) {
  vmac_dataset data;
  vmac_err err = {""};
  if (vmac_dataset_load(&data, spec, &err)) fail_msg("%s: loaded, expected '%s'", spec, word1);
  if (!strstr(err.text, word1) || !strstr(err.text, word2))
    fail_msg("expected '%s' and '%s' in: %s", word1, word2, err.text);
}

static void refused_here(const char *kind, const char *name, const char *word1, const char *word2) {
  char spec[160];
  snprintf(spec, sizeof spec, "%s:%s", kind, in_folder(name));
  refused(spec, word1, word2);
}

static int make_folder(void **state) {
  (void)state;
  strcpy(folder, "/tmp/test_data.XXXXXX");
  unsetenv("CIFAR10_DIR");
  unsetenv("VARIMAC_DATA");
  return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
  (void)state;
  char command[96];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

/* Writes a w x h PNG of the given type from packed rows; palette entry i is (i, 2i, 3i). */
static void make_png(const char *name, int w, int h, int depth, int type, int interlace,
                     const uint8_t *rows, size_t row) {
  FILE *f = fopen(in_folder(name), "wb");
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, f);
  png_set_IHDR(png, info, (png_uint_32)w, (png_uint_32)h, depth, type, interlace, 0, 0);
  png_color palette[256];
  for (int i = 0; i < 256; i++)
    palette[i] = (png_color){(png_byte)i, (png_byte)(2 * i), (png_byte)(3 * i)};
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 256);
  png_bytep *pointer = vmac_alloc((size_t)h, sizeof *pointer);
  for (int y = 0; y < h; y++) pointer[y] = (png_bytep)(uintptr_t)(rows + (size_t)y * row);
  png_set_rows(png, info, pointer);
  png_write_png(png, info, PNG_TRANSFORM_IDENTITY, NULL);
  png_destroy_write_struct(&png, &info);
  free(pointer);
  fclose(f);
}

#endif
