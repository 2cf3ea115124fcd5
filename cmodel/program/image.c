/* An image into a program's INPUT payload, and the output tensor out of its results.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "program/program.h"

void vmac_program_set_image(vmac_program *p, const int8_t *codes) {
  const vmac_layout *in = &p->input;
  const size_t beat = (size_t)vmac_hw_beat(&p->hw), c = (size_t)in->c;
  const size_t lanes = (size_t)vmac_hw_lanes(&p->hw);
  const size_t groups = in->period ? 1 : (c + lanes - 1) / lanes;
  uint8_t *at = p->beats + p->input_beat * beat;
  memset(at, 0, p->input_beats * beat);
  for (size_t pixel = 0; pixel < (size_t)in->h * (size_t)in->w; pixel++, codes += c)
    for (size_t g = 0; g < groups; g++, at += beat) {
      if (in->period)
        for (size_t l = 0; l < (size_t)in->used; l++)
          at[l] = (uint8_t)codes[l % (size_t)in->period];
      else
        memcpy(at, codes + g * lanes, c - g * lanes < lanes ? c - g * lanes : lanes);
    }
}

void vmac_program_get_output(const vmac_program *p, const uint8_t *results, int8_t *codes) {
  const size_t beat = (size_t)vmac_hw_beat(&p->hw), c = (size_t)p->out_c;
  for (int i = 0; i < p->result_sets; i++) {
    const vmac_results *r = &p->result[i];
    for (int pixel = 0; pixel < r->pixels; pixel++, results += beat)
      memcpy(codes + (size_t)(r->first_pixel + pixel) * c + (size_t)r->set.channel,
             results + r->set.column, (size_t)r->set.count);
  }
}
