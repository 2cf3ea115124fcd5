/* PNG in and out through libpng: memory to pixels and back.
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "data/data.h"

/* A decoded picture may hold this many bytes: more is a damaged or hostile header. */
enum { PICTURE_LIMIT = 1 << 28 };

/* All that must outlive libpng's longjmp lives here, not in locals. */
typedef struct {
  const char *path;
  vmac_err *err;
  uint8_t *bytes; /* the file */
  size_t size, at;
  png_bytep *rows;
  uint8_t *pixels;
} job;

static void on_error(png_structp png, png_const_charp text) {
  job *j = png_get_error_ptr(png);
  vmac_fail(j->err, "%s: damaged PNG at byte %zu of %zu: %s", j->path, j->at, j->size, text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png, (void)text; /* ancillary chunks do not touch the pixels */
}

static void take(png_structp png, png_bytep out, size_t n) {
  job *j = png_get_io_ptr(png);
  if (n > j->size - j->at) png_error(png, "the file ends early");
  memcpy(out, j->bytes + j->at, n);
  j->at += n;
}

static bool fits(const char *path, const char *what, int want, png_uint_32 got, vmac_err *err) {
  if (want == 0 || (png_uint_32)want == got) return true;
  return vmac_fail(err, "%s: expected a %s of %d, found %lu", path, what, want, (unsigned long)got);
}

/* Before libpng makes room for a row of whatever width the header says. */
static bool small_enough(png_structp png, png_infop info, const job *j) {
  const uint64_t w = png_get_image_width(png, info), h = png_get_image_height(png, info);
  const uint64_t c = png_get_color_type(png, info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
  if (h <= PICTURE_LIMIT && w * c <= PICTURE_LIMIT && w * c * h <= PICTURE_LIMIT) return true;
  return vmac_fail(j->err, "%s: %llu x %llu pixels, more than the limit of %d bytes", j->path,
                   (unsigned long long)w, (unsigned long long)h, PICTURE_LIMIT);
}

/* Reads j->bytes; false with j->err set, by return or through longjmp. */
static bool decode(png_structp png, png_infop info, job *j, const int want[3], data_picture *out) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_read_fn(png, j, take);
  png_set_user_limits(png, INT_MAX, INT_MAX);
  png_read_info(png, info);
  if (!small_enough(png, info, j)) return false;
  png_set_expand(png); /* palettes to RGB, 1..4-bit gray to 8 */
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  const png_uint_32 w = png_get_image_width(png, info), h = png_get_image_height(png, info);
  const size_t c = png_get_channels(png, info), row = png_get_rowbytes(png, info);
  if (!fits(j->path, "width", want[0], w, j->err) || !fits(j->path, "height", want[1], h, j->err) ||
      !fits(j->path, "channel count", want[2], (png_uint_32)c, j->err))
    return false;
  j->pixels = vmac_alloc(h, row);
  j->rows = vmac_alloc(h, sizeof *j->rows);
  for (png_uint_32 y = 0; y < h; y++) j->rows[y] = j->pixels + y * row;
  png_read_image(png, j->rows);
  png_read_end(png, NULL); /* finds a cut-off end */
  *out = (data_picture){(int)w, (int)h, (int)c, j->pixels};
  return true;
}

bool data_read_png(const char *path, int want_w, int want_h, int want_c, data_picture *picture,
                   vmac_err *err) {
  job j = {.path = path, .err = err};
  j.bytes = vmac_read_file(path, &j.size, err);
  if (!j.bytes) return false;
  bool ok = false;
  if (j.size < 8 || png_sig_cmp(j.bytes, 0, 8)) {
    vmac_fail(err, "%s: not a PNG file: expected the bytes 89 50 4e 47 0d 0a 1a 0a first", path);
  } else {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &j, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    const int want[3] = {want_w, want_h, want_c};
    ok = info ? decode(png, info, &j, want, picture)
              : vmac_fail(err, "%s: libpng %s cannot start", path, PNG_LIBPNG_VER_STRING);
    png_destroy_read_struct(&png, &info, NULL);
  }
  if (!ok) free(j.pixels);
  free(j.rows);
  free(j.bytes);
  return ok;
}

static void put(png_structp png, png_bytep from, size_t n) {
  job *j = png_get_io_ptr(png);
  uint8_t *bytes = realloc(j->bytes, j->size + n);
  if (!bytes) png_error(png, "out of memory");
  memcpy(bytes + j->size, from, n);
  j->bytes = bytes;
  j->size += n;
}

static void flush(png_structp png) {
  (void)png;
}

static bool encode(png_structp png, png_infop info, job *j, const data_picture *picture) {
  if (setjmp(png_jmpbuf(png))) return false;
  png_set_write_fn(png, j, put, flush);
  png_set_compression_level(png, 9);
  png_set_compression_mem_level(png, 9);
  png_set_filter(png, 0, PNG_ALL_FILTERS);
  png_set_IHDR(png, info, (png_uint_32)picture->w, (png_uint_32)picture->h, 8,
               picture->c == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  const size_t row = (size_t)picture->w * (size_t)picture->c;
  for (int y = 0; y < picture->h; y++) png_write_row(png, picture->pixels + (size_t)y * row);
  png_write_end(png, info);
  return true;
}

bool data_write_png(const char *path, const data_picture *picture, vmac_err *err) {
  job j = {.path = path, .err = err};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &j, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  bool ok = info ? encode(png, info, &j, picture)
                 : vmac_fail(err, "%s: libpng %s cannot start", path, PNG_LIBPNG_VER_STRING);
  png_destroy_write_struct(&png, &info);
  ok = ok && vmac_write_file(path, j.bytes, j.size, err);
  free(j.bytes);
  return ok;
}
