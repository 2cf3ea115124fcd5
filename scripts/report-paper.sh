#!/bin/sh
# report-paper.sh: the page of each paper, what it claims, what was measured and by what command.
# usage: report-paper.sh PAPERS.tbl REPORT-FOLDER STYLE.html
# Reports and plots are those that the papers' commands left in the folder; the pages go there too.
# STYLE: the page whose <style> they share.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
papers=$1 dir=$2 style=$3

escape() { printf '%s' "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }
tab=$(printf '\t')

grep -v '^#' "$papers" | while IFS=$tab read -r file title claim ours command text; do
  {
    printf '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n'
    echo '<meta name="viewport" content="width=device-width, initial-scale=1">'
    printf '<title>%s</title>\n' "$(escape "$title")"
    sed -n '/^<style>$/,/^<\/style>$/p' "$style"
    printf '<p><a href="index.html">the report</a></p>\n<h1>%s</h1>\n' "$(escape "$title")"
    printf '<h2>Claimed</h2>\n<p>%s</p>\n<h2>Measured here</h2>\n<p>%s</p>\n<pre>%s</pre>\n' \
      "$(escape "$claim")" "$(escape "$ours")" "$(escape "$command")"
    if [ -e "$dir/$text" ] && [ "$text" != - ]; then
      for svg in "$dir/${text%.md}.svg" "$dir/${text%.md}"/*.svg; do
        [ ! -e "$svg" ] || {
          echo '<figure class="picture">'
          sed -n '/<svg/,$p' "$svg"
          echo '</figure>'
        }
      done
      awk -f "$here/md-html.awk" "$dir/$text"
    else
      echo '<p class="missing">There has been no such run here yet.</p>'
    fi
    echo '</html>'
  } > "$dir/$file.new"
  mv "$dir/$file.new" "$dir/$file"
done
