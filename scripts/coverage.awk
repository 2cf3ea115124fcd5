# Share of lines and of toggles covered, per RTL file, of points that verilator counted.
# usage: awk -v least=95 -v expected=FILES -f scripts/coverage.awk WAIVERS DATA...  (DATA: verilator's)
# Each of FILES must have points. -v show=FILE lists a file's points that are neither covered nor
# waived (show=all: every file's).
#
# A point is (file, line, column, what): the same point of several models, instances and runs is
# one, and their counts add. A line is covered where it ran, a bit's toggle where it changed twice
# or more: there and back. A waiver line is file, kind (line or toggle), a regular expression and
# a reason, separated by tabs; it is matched with the signal's bit, name[3] (toggle), with
# the text of the source line (line). What it waives is left out of the shares; one that waives
# nothing is an error.
# SPDX-License-Identifier: Apache-2.0

function key_of(text, key,    at, rest, end) {
  at = index(text, "\001" key "\002")
  if (!at) return ""
  rest = substr(text, at + length(key) + 2)
  end = index(rest, "\001")
  return end ? substr(rest, 1, end - 1) : rest
}

function share(hit, all) { return all ? sprintf("%6.2f", 100 * hit / all) : "     -" }

function source(file, line,    n, text) {
  if (!(file in read)) {
    read[file] = 1
    while ((getline text < file) > 0) code[file, ++n] = text
    close(file)
  }
  return code[file, line]
}

BEGIN { FS = "\t"; if (!least) least = 95 }

FNR == 1 { nr_file++ }

nr_file == 1 {
  if (/^#/ || /^$/) next
  if (NF != 4 || $2 !~ /^(line|toggle)$/ || $4 == "") {
    printf "%s:%d: expected file, line or toggle, expression, reason\n", FILENAME, FNR
    bad = 1
    next
  }
  waivers++
  w_file[waivers] = $1; w_kind[waivers] = $2; w_what[waivers] = $3; w_why[waivers] = $4
  next
}

substr($0, 1, 3) == "C '" {
  end = match($0, /' [0-9]+$/)
  count = substr($0, end + 2) + 0
  text = substr($0, 4, end - 4) "\001"
  file = key_of(text, "f")
  if (file !~ /^rtl\/vmac_[a-z_]*\.v$/) next
  page = key_of(text, "page")
  kind = page ~ /^v_toggle/ ? "toggle" : "line"
  point = file SUBSEP kind SUBSEP key_of(text, "l") SUBSEP key_of(text, "n") SUBSEP \
    key_of(text, "o")
  hits[point] += count
}

END {
  for (point in hits) {
    split(point, part, SUBSEP)
    file = part[1]; kind = part[2]
    files[file] = 1
    all[file, kind]++
    if (hits[point] > (kind == "toggle")) { hit[file, kind]++; continue }
    what = part[5]
    if (kind == "line") what = source(file, part[3])
    for (w = 1; w <= waivers; w++)
      if (w_file[w] == file && w_kind[w] == kind && what ~ w_what[w]) break
    if (w <= waivers) { used[w]++; waived[file, kind]++; all[file, kind]--; continue }
    if (show == "all" || show == file)
      printf "%s:%d: %s %s%s\n", file, part[3], kind, part[5], \
        kind == "line" ? ": " what : "" | "sort -t: -k1,1 -k2,2n"
  }
  if (show) close("sort -t: -k1,1 -k2,2n")
  format = "%-26s %6s %6s %6s   %6s %6s %6s\n"
  printf format, "file", "lines", "%", "waived", "toggles", "%", "waived"
  for (file in files) {
    names[++n] = file
    for (m = n; m > 1 && names[m - 1] > names[m]; m--) {
      swap = names[m]; names[m] = names[m - 1]; names[m - 1] = swap
    }
  }
  for (i = 1; i <= n + 1; i++) {
    file = i <= n ? names[i] : "total"
    for (k = 1; k <= 2; k++) {
      kind = k == 1 ? "line" : "toggle"
      if (i <= n) {
        all["total", kind] += all[file, kind]
        hit["total", kind] += hit[file, kind]
        waived["total", kind] += waived[file, kind]
      }
      if (100 * hit[file, kind] < least * all[file, kind]) {
        low = low sprintf("%s: %s %% of %ss, expected at least %s\n", file, \
          share(hit[file, kind], all[file, kind]) + 0, kind, least)
      }
    }
    printf format, file, all[file, "line"] + 0, share(hit[file, "line"], all[file, "line"]), \
      waived[file, "line"] + 0, all[file, "toggle"] + 0, \
      share(hit[file, "toggle"], all[file, "toggle"]), waived[file, "toggle"] + 0
  }
  if (waivers) print "\nwaived:"
  for (w = 1; w <= waivers; w++) {
    printf "%6d %s %s %s: %s\n", used[w], w_file[w], w_kind[w], w_what[w], w_why[w]
    if (!used[w]) low = low sprintf("%s: the waiver of %s %s waives nothing\n", w_file[w], \
      w_kind[w], w_what[w])
  }
  if (n == 0) low = "no points found\n"
  for (i = split(expected, wanted, " "); i > 0; i--)
    if (!(wanted[i] in files)) low = low sprintf("%s: no points found\n", wanted[i])
  if (low) printf "\n%s", low
  exit bad || low != ""
}
