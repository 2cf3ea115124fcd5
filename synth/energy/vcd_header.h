/* vcd_header.h: the declarations of a VCD file. SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_VCD_HEADER_H
#define VMAC_VCD_HEADER_H

#include "vcd_names.h"

/* The file, cut into words by the reader; each is zero-terminated in place. */
typedef struct {
  const char *path;
  char *at, *end;
  int line;
  vmac_err *err;
} vcd_text;

/* The next word, or NULL at the end. */
char *vcd_word(vcd_text *text);
bool vcd_fail(const vcd_text *text, const char *expected, const char *found);

/* One bit of a variable, by its full name "top.dut.a[3]". */
typedef struct {
  size_t code; /* number of its identifier */
  size_t bit;  /* counted from the right */
} vcd_bit;

typedef struct {
  vcd_names codes; /* identifier -> its number + 1 */
  size_t *width;   /* (codes) */
  vcd_names bits;  /* full name -> index into bit[] + 1 */
  vcd_bit *bit;
  size_t used;
  char **scope; /* "", "top.", "top.dut.", ... */
  size_t scopes;
} vcd_header;

/* Up to and with $enddefinitions $end. */
bool vcd_read_header(vcd_text *text, vcd_header *header);
void vcd_free_header(vcd_header *header);

/* The bit of that name in a scope, or NULL. */
const vcd_bit *vcd_find(const vcd_header *header, const char *scope, const char *name);

#endif
