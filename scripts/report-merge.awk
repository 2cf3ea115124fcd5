# One row per cell from four measurements, in the order of the registry:
#   awk -v modes='MODE ...' [-v imported='CELL ...'] -f report-merge.awk errors.txt cells.csv \
#     accuracy.csv bench.txt
# errors.txt    varimac mult errors      cells.csv   make synth
# accuracy.csv  varimac sweep            bench.txt   what the cell bench printed
# A cell that bench.txt does not call equal is FAIL. An imported cell's C model is its own table, so
# that it is equal says nothing about what was meant.
# SPDX-License-Identifier: Apache-2.0

BEGIN {
  n = split(imported, word, " ")
  for (i = 1; i <= n; i++) is_imported[word[i]]
  columns = split(modes, mode, " ")
  FS = ","
}

FNR == 1 { file++; titles = 0 }
/^#/ { next }
file == 1 && !titles { titles = 1; next }
file == 1 {
  split($0, word, /[ \t]+/)
  order[rows++] = word[1]
  mre[word[1]] = word[4]
  next
}

# CSV files name their columns in the first line that is no comment.
file < 4 && !titles { for (i = 1; i <= NF; i++) at[$i] = i; titles = 1; next }
file == 2 {
  name = $at["name"]
  if (!(name in mre)) { # a baseline that exists in synthesis only
    order[rows++] = name
    mre[name] = ""
  }
  class[name] = $at["class"]
  area[name] = $at["area_um2"]
  area_fa[name] = $at["area_fa_um2"]
  delay[name] = $at["delay_ns"]
  energy[name] = $at["energy_pj"]
  energy_fa[name] = $at["energy_fa_pj"]
  next
}
file == 3 {
  accuracy[$at["mult"], $at["correction"]] = 100 * $at["accuracy"]
  images[$at["mult"]] = $at["images"]
  next
}
file == 4 && /^equal / { split($0, word, " "); equal[word[2]] = 1 }

END {
  printf "name,class,mre,area_um2,area_fa_um2,delay_ns,energy_pj,energy_fa_pj"
  for (i = 1; i <= columns; i++) printf ",%s", mode[i]
  print ",images,rtl"
  for (r = 0; r < rows; r++) {
    m = order[r]
    if (!(m in area) && !((m, "none") in accuracy)) continue
    scored = (m, "none") in accuracy # asked first: awk makes an element by looking at it
    printf "%s,%s,%s,%s,%s,%s,%s,%s", m, class[m], mre[m], area[m], area_fa[m], delay[m],
           energy[m], energy_fa[m]
    for (i = 1; i <= columns; i++) printf ",%s", scored ? accuracy[m, mode[i]] : ""
    printf ",%s,%s\n", images[m], !scored ? "" : !(m in equal) ? "FAIL" : \
           m in is_imported ? "no independent model" : "equal"
  }
}
