/* What a search reads and keeps: prices, and what was measured. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/search.h"

/* ---- prices ------------------------------------------------------------------------------------
 */

/* Field `column` of a line, up to the next separator; NULL: the line has fewer. */
static const char *field(const char *line, int column, size_t *size) {
  for (; column > 0; column--) {
    line += strcspn(line, "\t,\r\n");
    if (*line != '\t' && *line != ',') return NULL;
    line++;
  }
  *size = strcspn(line, "\t,\r\n");
  return line;
}

static int column_of(const char *path, const char *header, const char *name) {
  size_t size;
  const char *at;
  for (int i = 0; (at = field(header, i, &size)); i++)
    if (size == strlen(name) && !memcmp(at, name, size)) return i;
  cli_die("%s: expected a column \"%s\" in its header line, found '%.*s'", path, name,
          (int)strcspn(header, "\r\n"), header);
}

void search_prices(const char *path, const char *column, int cells, const vmac_mult *const *mult,
                   double *price) {
  vmac_err err;
  size_t size, length;
  char *text = (char *)vmac_read_file(path, &size, &err);
  if (!text) cli_die("%s", err.text);
  const char *head = text + (strncmp(text, "\xef\xbb\xbf", 3) ? 0 : 3); /* a spreadsheet's mark */
  int number = 1;
  for (; *head == '#' && strchr(head, '\n'); number++) head = strchr(head, '\n') + 1;
  const int names = column_of(path, head, "name"), figures = column_of(path, head, column);
  for (int i = 0; i < cells; i++) price[i] = 0;
  for (const char *line = strchr(head, '\n'); line && *++line; line = strchr(line, '\n')) {
    const char *name = field(line, names, &length);
    number++;
    for (int i = 0; name && i < cells; i++) {
      if (length != strlen(mult[i]->name) || memcmp(name, mult[i]->name, length)) continue;
      size_t digits;
      char *end;
      if (price[i] > 0) cli_die("%s, line %d: a second row of %s", path, number, mult[i]->name);
      const char *figure = field(line, figures, &digits);
      price[i] = figure ? strtod(figure, &end) : 0;
      if (!(price[i] > 0 && price[i] < 1e12) || end != figure + digits)
        cli_die("%s, line %d: %s of %s: expected a number above 0", path, number, column,
                mult[i]->name);
    }
  }
  free(text);
  for (int i = 0; i < cells; i++)
    if (!(price[i] > 0))
      cli_die("%s has no row of %s; `make ppa CELLS=%s` measures it", path, mult[i]->name,
              mult[i]->name);
}

/* ---- what was measured -------------------------------------------------------------------------
 */

/* What losses are of, a line; into new memory. Prices decide none. */
static char *says(const search_run *r) {
  const search_options *o = r->o;
  int32_t *table = vmac_alloc(65536, sizeof *table);
  uint64_t cells = 0;
  for (int i = 0; i < r->cells; i++) {
    vmac_mult_table(r->mult[i], table);
    cells = 1099511628211u * cells ^ vmac_table_hash(table);
  }
  free(table);
  const size_t size = 512 + strlen(o->data) + strlen(o->calib);
  char *text = vmac_alloc(size, 1);
  snprintf(text, size,
           "# varimac search 1, network %016" PRIx64 ", cells %016" PRIx64 ", level %s, groups "
           "%lld, correction %s, edge %s, images %lld of %s, calibration %lld of %s",
           r->net_hash, cells, vmac_level_name(o->level), o->groups, vmac_mode_name(o->mode),
           o->edge ? o->edge : "-", o->images, o->data, r->fit ? o->calib_images : 0,
           r->fit ? o->calib : "-");
  return text;
}

static bool read_row(search_run *r, const char *line) {
  uint8_t *choice = vmac_alloc((size_t)r->units->count, 1);
  double loss = 0, correct = 0;
  bool good = true;
  for (int u = 0; good && u < r->units->count; u++) {
    char *end;
    const long cell = strtol(line, &end, 10);
    good =
        end > line && cell >= 0 && cell < r->cells && *end == (u + 1 < r->units->count ? '.' : ',');
    choice[u] = (uint8_t)cell;
    line = end + good;
  }
  int read = 0;
  good = good && sscanf(line, "%la,%la%n", &loss, &correct, &read) == 2 && line[read] == '\n' &&
         isfinite(loss) && isfinite(correct);
  if (good) vmac_search_recall(&r->search, choice, loss, correct);
  free(choice);
  return good;
}

void search_recall(search_run *r) {
  vmac_err err;
  size_t size;
  FILE *there = fopen(r->o->known, "r");
  if (!there) return;
  fclose(there);
  char *text = (char *)vmac_read_file(r->o->known, &size, &err), *of = says(r);
  if (!text) cli_die("%s", err.text);
  const size_t head = strlen(of);
  if (strncmp(text, of, head) || text[head] != '\n')
    cli_die("%s was measured of something else and stays as it is: expected a first line '%s', "
            "found '%.*s'",
            r->o->known, of, (int)strcspn(text, "\n"), text);
  vmac_own_file(r->o->known);
  int number = 1;
  for (const char *line = text + head + 1; *line; line = strchr(line, '\n') + 1) {
    number++;
    if (!strchr(line, '\n') || !read_row(r, line))
      cli_die("%s, line %d: expected a cell's number for each of %d units, loss and right answers",
              r->o->known, number, r->units->count);
  }
  free(of);
  free(text);
}

void search_keep(const search_run *r) {
  const vmac_search *s = &r->search;
  char *of = says(r);
  const size_t line = 4 * (size_t)s->units + 64, room = strlen(of) + 2 + s->known * line;
  char *text = vmac_alloc(room, 1), *end = text + sprintf(text, "%s\n", of);
  for (size_t i = 0; i < s->known; i++) {
    for (int u = 0; u < s->units; u++)
      end += sprintf(end, "%d%s", s->of[i].choice[u], u + 1 < s->units ? "." : ",");
    end += sprintf(end, "%a,%a\n", s->of[i].loss, s->of[i].correct);
  }
  vmac_err err;
  if (!vmac_write_file(r->o->known, text, (size_t)(end - text), &err)) cli_die("%s", err.text);
  free(text);
  free(of);
}
