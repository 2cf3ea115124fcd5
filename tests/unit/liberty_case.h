/* liberty_case.h: the small library of the tests of synth/liberty, and files to put it in.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef VMAC_LIBERTY_CASE_H
#define VMAC_LIBERTY_CASE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "celllib.h"
#include "cmocka_all.h"

static char case_folder[64];

static inline int case_make_folder(void **state) {
  (void)state;
  snprintf(case_folder, sizeof case_folder, "/tmp/test_liberty.XXXXXX");
  return mkdtemp(case_folder) ? 0 : -1;
}

static inline int case_remove_folder(void **state) {
  char command[128];
  (void)state;
  snprintf(command, sizeof command, "rm -rf %s", case_folder);
  return system(command);
}

/* A new file each time: rewriting one in place is slow. Four paths are kept. */
static inline const char *case_put(const char *name, const void *bytes, size_t size) {
  static char path[4][128];
  static int next;
  char *at = path[next++ % 4];
  snprintf(at, sizeof path[0], "%s/%s", case_folder, name);
  unlink(at);
  FILE *f = fopen(at, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(bytes, 1, size, f), size);
  assert_int_equal(fclose(f), 0);
  return at;
}

/* The text with the first `from` replaced; free it. */
static inline char *case_replace(const char *text, const char *from, const char *to) {
  const char *at = strstr(text, from);
  if (!at) fail_msg("no '%s' in the library", from);
  const size_t size = strlen(text) + strlen(to) + 1;
  char *out = vmac_alloc(size, 1);
  snprintf(out, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
  return out;
}

/* The library of liberty_case.lib: all of it, or what stands before its cells; free it. */
static inline char *case_text(void) {
  vmac_err err;
  size_t size;
  char *text = (char *)vmac_read_file("tests/unit/liberty_case.lib", &size, &err);
  if (!text) fail_msg("%s", err.text);
  return text;
}

static inline char *case_head(void) {
  char *text = case_text(), *cells = strstr(text, "  /* Two supplies");
  assert_non_null(cells);
  *cells = 0;
  return text;
}

/* Of a text; NULL and an error where it is refused. */
static inline cell_lib *case_load(const char *text, vmac_err *err) {
  const char *path = case_put("case.lib", text, strlen(text));
  return celllib_load(&path, 1, err);
}

#endif
