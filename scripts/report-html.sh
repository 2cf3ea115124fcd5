#!/bin/sh
# The report as one page, plot inlined:
# report-html.sh REPORT.csv PLOT.svg TITLE FACTS.txt 'MODE ...' [MORE.html ...] > index.html
# SPDX-License-Identifier: Apache-2.0
set -eu
csv=$1 plot=$2 title=$3 facts=$4 modes=$5
shift 5
cat <<HTML
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<title>$title</title>
<style>
body { font: 15px/1.45 sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { border-bottom: 1px solid #ddd; padding: .2rem .6rem; text-align: right }
th:first-child, td:first-child { text-align: left }
pre { background: #f5f5f5; padding: .8rem; overflow-x: auto }
svg { max-width: 100%; height: auto }
</style>
<h1>$title</h1>
HTML
awk -v style=html -f scripts/report-table.awk "$csv"
cat <<HTML
<p>$(echo "$modes" | sed 's/ /, /g'): accuracy in percent under each correction mode. pJ/mult: the bare multiplier, zero-delay
toggles on operands of the network, weights held. FA: full and half adders mapped to the library's own before the rest. <code>exact</code> is what the tool infers from <code>*</code>;
<code>exact_pp</code> is the same product as a partial-product array, the structure the approximate
cells are cut from. Names ending in s are signed (s8) cells.</p>
HTML
sed -n '/<svg/,$p' "$plot"
echo '<pre>'
sed 's/&/\&amp;/g; s/</\&lt;/g' "$facts"
echo '</pre>'
for more; do cat "$more"; done
echo '</html>'
