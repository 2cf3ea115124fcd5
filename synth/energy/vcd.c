/* From value changes to transitions per net. SPDX-License-Identifier: Apache-2.0 */
#include "vcd.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vcd_header.h"
#include "verilog.h"

enum { NONE = -1 };

/* What the file's bits mean to the netlist: lists of nets per bit, because one variable may have
 * several names. */
typedef struct {
  vcd_text text;
  vcd_header header;
  const net_list *nl;
  net_activity *out;
  size_t *first;    /* (codes + 1): where a variable's bits begin in head[] */
  int *head, *next; /* first net of each bit; (nets + 1) the others, the last for the clock */
  char *was, *now;  /* (nets + 1) '0', '1' or 'x': when time last went on, and since */
  int *changed;     /* nets whose value came at this time */
  bool *is_changed;
  size_t changes;
  uint64_t *since; /* (nets + 1) the first period at whose end a 1 may stand */
  uint64_t periods;
  bool *known; /* 0 or 1 at some time since the first period began */
} reader;

static bool attach(reader *rd, const char *scope, const char *name, size_t net) {
  const vcd_bit *bit = vcd_find(&rd->header, scope, name);
  if (!bit) return false;
  int *head = &rd->head[rd->first[bit->code] + bit->bit];
  rd->next[net] = *head;
  *head = (int)net;
  return true;
}

/* The scope with most of the port bits and of the first other nets. */
static const char *find_design(const reader *rd, const bool *used) {
  enum { SAMPLE = 64 };
  const char *best = rd->header.scope[0];
  size_t most = 0;
  for (size_t s = 0; s < rd->header.scopes; s++) {
    size_t hits = 0, seen = 0;
    for (size_t n = NET_FIRST; n < rd->nl->nets && seen < SAMPLE; n++) {
      if (!used[n]) continue;
      seen++;
      hits += vcd_find(&rd->header, rd->header.scope[s], rd->nl->name[n]) != NULL;
    }
    for (size_t i = 0; i < rd->nl->ports; i++)
      hits +=
          vcd_find(&rd->header, rd->header.scope[s], rd->nl->name[rd->nl->port[i].net[0]]) != NULL;
    if (hits > most) {
      most = hits;
      best = rd->header.scope[s];
    }
  }
  return best;
}

/* The clock is net number `nets`, whatever its name. */
static bool attach_clock(reader *rd, const char *scope, const char *name) {
  char above[1024];
  snprintf(above, sizeof above, "%s", scope);
  if (*above) above[strlen(above) - 1] = 0;
  char *dot = strrchr(above, '.');
  if (dot)
    dot[1] = 0;
  else
    *above = 0;
  return attach(rd, scope, name, rd->nl->nets) || attach(rd, above, name, rd->nl->nets);
}

static bool attach_all(reader *rd, const char *clock) {
  const net_list *nl = rd->nl;
  size_t codes = rd->header.codes.used, bits = 0;
  rd->first = vmac_alloc(codes + 1, sizeof *rd->first);
  for (size_t c = 0; c < codes; c++) bits = rd->first[c + 1] = bits + rd->header.width[c];
  rd->head = vmac_alloc(bits + 1, sizeof *rd->head);
  for (size_t b = 0; b < bits; b++) rd->head[b] = NONE;
  rd->next = vmac_alloc(nl->nets + 1, sizeof *rd->next);
  rd->was = vmac_alloc(nl->nets + 1, 1);
  rd->now = vmac_alloc(nl->nets + 1, 1);
  memset(rd->was, 'x', nl->nets + 1);
  memset(rd->now, 'x', nl->nets + 1);
  rd->changed = vmac_alloc(nl->nets + 1, sizeof *rd->changed);
  rd->is_changed = vmac_alloc(nl->nets + 1, sizeof *rd->is_changed);
  rd->since = vmac_alloc(nl->nets + 1, sizeof *rd->since);
  rd->known = vmac_alloc(nl->nets + 1, sizeof *rd->known);
  if (!clock && nl->clock >= 0) clock = nl->name[nl->clock];
  if (!clock)
    return vmac_fail(rd->text.err, "%s: module %.80s has no clock to count periods by: name one",
                     rd->text.path, nl->module);
  bool *used = verilog_nets(nl), good = true;
  const char *scope = find_design(rd, used);
  for (size_t n = NET_FIRST; good && n < nl->nets; n++)
    if (used[n] && !attach(rd, scope, nl->name[n], n))
      good = vmac_fail(rd->text.err,
                       "%s: net %.200s of module %.80s: expected it among the variables of scope "
                       "'%.200s', found none; dump all levels of the design",
                       rd->text.path, nl->name[n], nl->module, scope);
  free(used);
  if (good && !attach_clock(rd, scope, clock))
    good = vmac_fail(rd->text.err, "%s: no variable %.80s in scope '%.200s' or above: the clock",
                     rd->text.path, clock, scope);
  return good;
}

/* ---- value changes --------------------------------------------------------------------------- */

/* Time goes on: what the nets have now is what they had. */
static void settle(reader *rd) {
  const size_t clock = rd->nl->nets;
  const bool rise = rd->is_changed[clock] && rd->was[clock] == '0' && rd->now[clock] == '1';
  rd->periods += rise;
  for (size_t i = 0; i < rd->changes; i++) {
    const int net = rd->changed[i];
    const char was = rd->was[net], now = rd->now[net];
    rd->is_changed[net] = false;
    if (was == now) continue;
    rd->was[net] = now;
    if (now != 'x') rd->known[net] = true;
    /* The value at the end of a period is that before the clock's rise. */
    if (was == '1' && rd->periods) rd->out[net].high += rd->periods - rd->since[net];
    if (now == '1') rd->since[net] = rd->periods ? rd->periods : 1;
    if (!rd->periods || was == 'x' || now == 'x') continue;
    rd->out[net].rises += now == '1';
    rd->out[net].falls += now == '0';
  }
  rd->changes = 0;
  /* What was known before the first period is not known in it for that. */
  for (size_t n = 0; rise && rd->periods == 1 && n < rd->nl->nets; n++)
    rd->known[n] = rd->was[n] != 'x';
}

/* A net that no value says anything of would count as one that never moves. */
static bool all_known(const reader *rd) {
  bool *used = verilog_nets(rd->nl), good = true;
  for (size_t n = NET_FIRST; good && n < rd->nl->nets; n++)
    if (used[n] && !rd->known[n])
      good = vmac_fail(rd->text.err,
                       "%s: net %.200s: expected a value after the clock's first rise, found none",
                       rd->text.path, rd->nl->name[n]);
  free(used);
  return good;
}

static void set_bit(reader *rd, size_t bit, char value) {
  for (int net = rd->head[bit]; net != NONE; net = rd->next[net]) {
    rd->now[net] = value == '0' || value == '1' ? value : 'x';
    if (rd->is_changed[net]) continue;
    rd->is_changed[net] = true;
    rd->changed[rd->changes++] = net;
  }
}

static bool change(reader *rd, const char *digits, size_t count, const char *code) {
  const size_t *number = code ? vcd_names_find(&rd->header.codes, code) : NULL;
  if (!number) return vcd_fail(&rd->text, "the code of a variable", code ? code : NULL);
  const size_t width = rd->header.width[*number - 1];
  if (!count || count > width)
    return vcd_fail(&rd->text, "no more digits than the variable has bits", digits);
  for (size_t b = 0; b < width; b++) {
    /* A short number goes on with its first digit, or with 0 where that is 1. */
    const char digit = b < count ? digits[count - 1 - b] : *digits == '1' ? '0' : *digits;
    if (!strchr("01xXzZ", digit)) return vcd_fail(&rd->text, "digits 0, 1, x or z", digits);
    set_bit(rd, rd->first[*number - 1] + b, digit);
  }
  return true;
}

static bool read_changes(reader *rd) {
  char *word;
  uint64_t time = 0;
  while ((word = vcd_word(&rd->text))) {
    if (*word == '#') {
      char *end;
      const uint64_t next = strtoull(word + 1, &end, 10);
      if (!isdigit((unsigned char)word[1]) || *end || next < time)
        return vcd_fail(&rd->text, "a time not before the last one", word);
      if (next > time) settle(rd);
      time = next;
    } else if (strchr("01xXzZ", *word)) {
      char digit[2] = {*word, 0};
      if (!change(rd, digit, 1, word[1] ? word + 1 : NULL)) return false;
    } else if (*word == 'b' || *word == 'B') {
      if (!change(rd, word + 1, strlen(word + 1), vcd_word(&rd->text))) return false;
    } else if (*word == 'r' || *word == 'R' || *word == 's' || *word == 'S') {
      if (!vcd_word(&rd->text)) return vcd_fail(&rd->text, "the code of a variable", NULL);
    } else if (!strcmp(word, "$comment")) {
      do word = vcd_word(&rd->text);
      while (word && strcmp(word, "$end"));
    } else if (*word != '$') { /* $dumpvars, $dumpoff, $dumpon, $dumpall and their $end */
      return vcd_fail(&rd->text, "a time or a value", word);
    }
  }
  settle(rd);
  return true;
}

bool vcd_activity(const char *path, const net_list *nl, const char *clock, net_activity *out,
                  uint64_t *periods, vmac_err *err) {
  size_t size;
  char *bytes = (char *)vmac_read_file(path, &size, err);
  if (!bytes) return false;
  reader rd = {.text = {path, bytes, bytes + size, 1, err}, .nl = nl};
  rd.out = vmac_alloc(nl->nets + 1, sizeof *rd.out);
  bool good = vcd_read_header(&rd.text, &rd.header) && attach_all(&rd, clock) && read_changes(&rd);
  if (good && !rd.periods)
    good = vmac_fail(err, "%s: expected the clock to rise at least once, found that it never does",
                     path);
  good = good && all_known(&rd);
  for (size_t n = NET_FIRST; good && n < nl->nets; n++)
    if (rd.was[n] == '1')
      rd.out[n].high += rd.periods + 1 - rd.since[n]; /* the last period ends here */
  if (good) {
    memcpy(out, rd.out, nl->nets * sizeof *out);
    *periods = rd.periods;
  }
  vcd_free_header(&rd.header);
  free(bytes);
  free(rd.out);
  free(rd.first);
  free(rd.head);
  free(rd.next);
  free(rd.was);
  free(rd.now);
  free(rd.changed);
  free(rd.is_changed);
  free(rd.since);
  free(rd.known);
  return good;
}
