/* varimac mult map: the error over both operands. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli/colour.h"
#include "cli/mult.h"
#include "data/data.h"

/* gnuplot's commands and, inline, the (256, 256) errors as lines A W error. Pairs
 * that are never multiplied stay blank; the background tells them from pairs without an error. */
static void write_map(FILE *script, const vmac_mult *mult, const mult_pairs *pairs) {
  const int low = mult->cls == VMAC_U8 ? 0 : -128;
  const uint64_t *count = pairs->count[mult->cls];
  vmac_mult_errors errors;
  vmac_mult_measure(mult, count, &errors);
  fprintf(script, "set terminal pngcairo noenhanced size 900,780\n");
  fprintf(script,
          "set title \"%s: approximate - exact (MRE %.3f %%, zero products left out)\\n%s\"\n",
          mult->name, 100 * errors.mre, pairs->text);
  fprintf(script, "set object rectangle from graph 0,0 to graph 1,1 behind fc rgb '#cccccc'\n");
  fprintf(script, "set xlabel 'W, weight'\nset ylabel 'A, activation'\n");
  fprintf(script, "set xrange [%g:%g]\nset yrange [%g:%g]\n", low - 0.5, low + 255.5, low - 0.5,
          low + 255.5);
  const int reach = errors.wce ? errors.wce : 1; /* white stays at no error */
  fprintf(script, "set cbrange [%d:%d]\n", -reach, reach);
  fprintf(script, "set palette defined (-1 '#2166ac', 0 '#ffffff', 1 '#b2182b')\n");
  fprintf(script, "plot '-' using 2:1:3 with image notitle\n");
  for (int32_t a = low; a < low + 256; a++)
    for (int32_t w = low; w < low + 256; w++) {
      if (count && !count[(uint8_t)a << 8 | (uint8_t)w])
        fprintf(script, "%d %d NaN\n", a, w);
      else
        fprintf(script, "%d %d %d\n", a, w, vmac_product(mult, a, w) - a * w);
    }
  fprintf(script, "e\n");
}

/* A pixel each pair, A upwards, W to the right: without gnuplot. */
static void write_raw(const mult_options *opt) {
  const vmac_mult *mult = mult_only_name(opt);
  const int low = mult->cls == VMAC_U8 ? 0 : -128;
  vmac_mult_errors errors;
  vmac_err err;
  if (!opt->output) cli_usage("mult map: expected -o FILE.png; see varimac mult --help");
  mult_pairs pairs = mult_pairs_load(opt);
  const uint64_t *count = pairs.count[mult->cls];
  vmac_mult_measure(mult, count, &errors);
  data_picture picture = {256, 256, 3, vmac_alloc(PAIRS, 3)};
  for (int i = 0; i < PAIRS; i++) {
    const int32_t a = low + 255 - i / 256, w = low + i % 256;
    uint8_t *pixel = picture.pixels + 3 * i;
    if (count && !count[(uint8_t)a << 8 | (uint8_t)w])
      memset(pixel, COLOUR_NONE, 3);
    else
      colour_of_error(pixel, vmac_product(mult, a, w) - a * w, errors.wce);
  }
  if (!data_write_png(opt->output, &picture, &err)) cli_die("%s", err.text);
  free(picture.pixels);
  mult_pairs_free(&pairs);
}

void mult_map(const mult_options *opt) {
  if (opt->raw)
    write_raw(opt);
  else
    mult_gnuplot(opt, write_map);
}
