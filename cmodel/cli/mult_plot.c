/* varimac mult plot: the error against each operand. SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "cli/mult.h"

/* A line for each value of one operand: value, mean error over the other operand, the mean less and
 * plus one standard deviation, lowest and highest error. Values that never occur are a gap. */
static void write_errors(FILE *script, const vmac_mult *mult, const uint64_t *count, bool of_a) {
  const int low = mult->cls == VMAC_U8 ? 0 : -128;
  for (int32_t x = low; x < low + 256; x++) {
    double n = 0, sum = 0, square = 0;
    int32_t lowest = INT32_MAX, highest = INT32_MIN;
    for (int32_t y = low; y < low + 256; y++) {
      const int32_t a = of_a ? x : y, w = of_a ? y : x, error = vmac_product(mult, a, w) - a * w;
      const double times = count ? (double)count[(uint8_t)a << 8 | (uint8_t)w] : 1;
      if (!(times > 0)) continue;
      n += times;
      sum += times * error;
      square += times * error * error;
      if (error < lowest) lowest = error;
      if (error > highest) highest = error;
    }
    if (!(n > 0)) {
      fprintf(script, "%d NaN NaN NaN NaN NaN\n", x);
      continue;
    }
    const double mean = sum / n, sd = sqrt(fmax(square / n - mean * mean, 0));
    fprintf(script, "%d %.6g %.6g %.6g %d %d\n", x, mean, mean - sd, mean + sd, lowest, highest);
  }
}

static void write_plot(FILE *script, const vmac_mult *mult, const mult_pairs *pairs) {
  const uint64_t *count = pairs->count[mult->cls];
  const int low = mult->cls == VMAC_U8 ? 0 : -128;
  vmac_mult_errors errors;
  vmac_mult_measure(mult, count, &errors);
  for (int of_a = 1; of_a >= 0; of_a--) {
    fprintf(script, "$%c << END\n", of_a ? 'a' : 'w');
    write_errors(script, mult, count, of_a);
    fprintf(script, "END\n");
  }
  fprintf(script, "set terminal pngcairo noenhanced size 1300,520\n"
                  "set multiplot layout 1,2 title \"%s: approximate - exact\\n%s\"\n",
          mult->name, pairs->text);
  fprintf(script, "set xrange [%d:%d]\nset grid\nset key below\nset ylabel 'error'\n", low,
          low + 255);
  if (!errors.wce) fprintf(script, "set yrange [-1:1]\n"); /* gnuplot takes no empty range */
  for (int of_a = 1; of_a >= 0; of_a--) {
    const char x = of_a ? 'a' : 'w';
    fprintf(script, "set xlabel '%s'\n", of_a ? "A, activation" : "W, weight");
    fprintf(script,
            "plot $%c using 1:5:(0):($6-$5) with vectors nohead lw 2 lc rgb '#d0d0d0' "
            "title 'lowest to highest', "
            "$%c using 1:3:(0):($4-$3) with vectors nohead lw 2 lc rgb '#9ecae1' "
            "title 'mean +- 1 sd', "
            "$%c using 1:2 with points pt 7 ps 0.4 lc rgb '#08519c' title 'mean'\n",
            x, x, x);
  }
  fprintf(script, "unset multiplot\n");
}

void mult_plot(const mult_options *opt) {
  mult_gnuplot(opt, write_plot);
}
