#!/bin/sh
# Documentation pages of the multiplier families, on stdout. Each page holds its pictures.
# usage: docs.sh page DATA.tsv VERILOG MODEL.c PNG-FOLDER [CELLS.csv]   a family; - = no such file
#        docs.sh index DATA.tsv=VERILOG ...                             the list of them
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")

html_head() { # html_head TITLE
  cat << END
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>$1</title>
<style>
body { font: 15px/1.45 sans-serif; max-width: 80rem; margin: 2rem auto; padding: 0 1rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px }
th, td { border-bottom: 1px solid #ddd; padding: .2rem .6rem; text-align: right }
th:first-child, td:first-child, .text td { text-align: left }
dt { font-weight: bold }
dd { white-space: pre-line }
pre { background: #f5f5f5; padding: .8rem; overflow-x: auto }
img { max-width: 100%; height: auto }
</style>
<h1>$1</h1>
END
}

escape() { sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }

# The comment that a Verilog file begins with, without its first line and the licence: "Word: text"
# begins an item, what follows belongs to it.
verilog_header() {
  awk '!/^\/\// { exit } NR > 1 && !/SPDX/ { sub(/^\/\/ ?/, ""); print }' "$1" | escape |
    awk 'BEGIN { print "<dl>" }
         /^[A-Z][a-z]+: / { at = index($0, ":")
           print (open ? "</dd>\n" : "") "<dt>" substr($0, 1, at - 1) "</dt>"
           print "<dd>" substr($0, at + 2)
           open = 1
           next }
         NF { sub(/^ +/, ""); print open ? $0 : "<dd>" $0 "</dd>" }
         END { print (open ? "</dd>\n" : "") "</dl>" }'
}
about() { sed -n '1s/^\/\/ [a-z0-9_]*: *//p' "$1"; }

# The comment that a C file begins with.
model_header() {
  awk '{ done = /\*\//; sub(/^\/\* ?/, ""); sub(/^ \* ?/, ""); sub(/ *\*\/.*/, "")
         sub(/ *SPDX-License-Identifier: *[^ ]*/, ""); if (NF) print } done { exit }' "$1" | escape
}

picture() { # picture FILE TITLE
  printf '<img alt="%s" src="data:image/png;base64,' "$2"
  base64 -w 0 "$1"
  echo '">'
}

table() { # table WHAT DATA [CLASS]
  echo "<div class=\"wide${3:+ $3}\">"
  awk -v what="$1" -f "$here/docs-page.awk" "$2"
  echo '</div>'
}

page() {
  data=$1 verilog=$2 model=$3 pictures=$4 cost=${5:-}
  fam=$(awk '$1 == "family" { print $2 }' "$data")
  html_head "$fam"
  echo '<p><a href="../index.html">all families</a></p>'
  if [ "$verilog" != - ]; then
    echo "<p><b>$(about "$verilog" | escape)</b></p>"
    awk -v what=family -f "$here/docs-page.awk" "$data"
    echo "<h2>Definition</h2><p>From <code>$verilog</code>:</p>"
    verilog_header "$verilog"
  else
    echo '<p>Functions that came as Verilog or as a table; they have no independent model.</p>'
  fi
  if [ "$model" != - ]; then
    echo "<p>From <code>$model</code>, the model that the Verilog is checked against:</p>"
    echo '<blockquote>'
    model_header "$model"
    echo '</blockquote>'
  fi
  echo '<h2>Cells</h2>'
  table cells "$data" text
  echo '<h2>Error metrics</h2><h3>Every pair of operands once</h3>'
  table uniform "$data"
  echo '<pre>'
  awk -v what=counted -f "$here/docs-page.awk" "$data"
  echo '</pre><h3>As often as a network multiplies them</h3>'
  table network "$data"
  echo '<pre>'
  awk -v what=network-counted -f "$here/docs-page.awk" "$data"
  echo '</pre>'
  if [ -n "$cost" ]; then
    awk -v what=cost -v family="$fam" -f "$here/docs-page.awk" "$cost" > "$tmp"
    [ ! -s "$tmp" ] || {
      echo '<h2>Cost</h2><div class="wide">'
      cat "$tmp"
      echo '</div>'
    }
  fi
  echo '<h2>Error over both operands, and against each</h2>'
  awk -F '\t' '$1 == "cell" { print $2 }' "$data" | while read -r cell; do
    echo "<h3>$cell</h3>"
    picture "$pictures/$cell-map.png" "error map of $cell"
    picture "$pictures/$cell-plot.png" "error of $cell against each operand"
  done
  echo '</html>'
}

index() {
  html_head 'Varimac: multiplier families'
  echo '<div class="wide text"><table>'
  echo '<tr><th>family</th><th>what</th><th>parameters</th><th>cells</th></tr>'
  for item in "$@"; do
    verilog=${item#*=} what=imported
    [ "$verilog" = - ] || what=$(about "$verilog")
    awk -v what=index -v about="$what" -f "$here/docs-page.awk" "${item%%=*}"
  done
  printf '</table></div>\n</html>\n'
}

tmp=$(mktemp)
trap 'rm -f "$tmp"' EXIT
"$@"
