/* TEST RATIONALE: the PNG reader.
 *   State space: each transformation of the decoder (bits to bytes, 16 bits, palette, alpha,
 *   interlacing) on pixels whose result is known by hand; geometry other than asked; every kind of
 *   cut and damage that a header or a file's end can have. Random damage: test_data.
 *   Parameters: the colour type and depth of the file switch the decoder's path.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data_files.h"

static void expect_picture(const char *name, int w, int h, int c, const uint8_t *pixels) {
  data_picture picture;
  vmac_err err;
  if (!data_read_png(in_folder(name), w, h, c, &picture, &err)) fail_msg("%s", err.text);
  assert_int_equal(picture.c, c);
  assert_memory_equal(picture.pixels, pixels, (size_t)w * (size_t)h * (size_t)c);
  free(picture.pixels);
}

static void png_kinds(void **state) {
  (void)state;
  const uint8_t bits[] = {0xA0, 0x40}; /* rows 101 and 010 */
  make_png("bits.png", 3, 2, 1, PNG_COLOR_TYPE_GRAY, 0, bits, 1);
  expect_picture("bits.png", 3, 2, 1, (const uint8_t[]){255, 0, 255, 0, 255, 0});

  const uint8_t wide[] = {1, 200, 2, 100, 3, 50, 250, 0, 251, 1, 252, 2};
  make_png("wide.png", 2, 1, 16, PNG_COLOR_TYPE_RGB, 0, wide, 12);
  expect_picture("wide.png", 2, 1, 3, (const uint8_t[]){1, 2, 3, 250, 251, 252});

  const uint8_t index[] = {7, 80};
  make_png("palette.png", 2, 1, 8, PNG_COLOR_TYPE_PALETTE, 0, index, 2);
  expect_picture("palette.png", 2, 1, 3, (const uint8_t[]){7, 14, 21, 80, 160, 240});

  const uint8_t alpha[] = {9, 8, 7, 0, 6, 5, 4, 128};
  make_png("alpha.png", 1, 2, 8, PNG_COLOR_TYPE_RGB_ALPHA, 0, alpha, 4);
  expect_picture("alpha.png", 1, 2, 3, (const uint8_t[]){9, 8, 7, 6, 5, 4});
  make_png("gray-alpha.png", 2, 1, 8, PNG_COLOR_TYPE_GRAY_ALPHA, 0, alpha, 4);
  expect_picture("gray-alpha.png", 2, 1, 1, (const uint8_t[]){9, 7});

  uint8_t *noise = random_bytes(9 * 11 * 3, 1);
  make_png("interlaced.png", 9, 11, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_ADAM7, noise, 27);
  expect_picture("interlaced.png", 9, 11, 3, noise);
  free(noise);
}

static void png_spec(void **state) {
  (void)state;
  const uint8_t gray[] = {1, 2, 3, 4, 5, 6};
  vmac_dataset data;
  vmac_err err;
  char spec[160];
  make_png("gray.png", 3, 2, 8, PNG_COLOR_TYPE_GRAY, 0, gray, 3);
  snprintf(spec, sizeof spec, "png:%s", in_folder("gray.png"));
  assert_true(vmac_dataset_load(&data, spec, &err));
  assert_true(data.n == 1 && data.h == 2 && data.w == 3 && data.c == 1 && data.labels[0] == 0);
  assert_memory_equal(data.pixels, gray, 6);
  vmac_dataset_free(&data);
}

static void png_bad(void **state) {
  (void)state;
  uint8_t *noise = random_bytes(40 * 30 * 3, 2);
  make_png("good.png", 40, 30, 8, PNG_COLOR_TYPE_RGB, 0, noise, 120);
  free(noise);
  data_picture picture;
  vmac_err err;
  assert_false(data_read_png(in_folder("good.png"), 1024, 0, 3, &picture, &err));
  assert_non_null(strstr(err.text, "expected a width of 1024, found 40"));
  assert_false(data_read_png(in_folder("good.png"), 40, 31, 3, &picture, &err));
  assert_non_null(strstr(err.text, "expected a height of 31, found 30"));
  assert_false(data_read_png(in_folder("good.png"), 40, 30, 1, &picture, &err));
  assert_non_null(strstr(err.text, "expected a channel count of 1, found 3"));

  size_t size;
  uint8_t *bytes = vmac_read_file(in_folder("good.png"), &size, &err);
  for (size_t cut = 0; cut < size; cut += cut < 64 || cut + 20 > size ? 1 : 37) {
    write_file("cut.png", bytes, cut);
    refused_here("png", "cut.png", cut < 8 ? "not a PNG file" : "the file ends early", "cut.png");
  }
  memcpy(bytes + 16, "\x7f\xff\xff\xff\x7f\xff\xff\xff", 8); /* width, height; CRC now wrong too */
  write_file("cut.png", bytes, size);
  refused_here("png", "cut.png", "damaged PNG", "cut.png");
  free(bytes);
  refused_here("png", "none.png", "cannot read", "none.png");

  const int side = 30000; /* a valid header that asks for more than the limit: 30000^2 * 3 bytes */
  FILE *f = fopen(in_folder("huge.png"), "wb");
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, f);
  png_set_IHDR(png, info, side, side, 8, PNG_COLOR_TYPE_RGB, 0, 0, 0);
  png_write_info(png, info);
  uint8_t *row = vmac_alloc(side, 3);
  for (int y = 0; y < 100; y++) png_write_row(png, row); /* libpng buffers; IDAT must have begun */
  png_write_flush(png);
  png_destroy_write_struct(&png, &info);
  free(row);
  fclose(f);
  refused_here("png", "huge.png", "more than the limit", "30000 x 30000");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(png_kinds), cmocka_unit_test(png_spec),
                                     cmocka_unit_test(png_bad)};
  return cmocka_run_group_tests_name("png", tests, make_folder, remove_folder);
}
