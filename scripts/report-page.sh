#!/bin/sh
# report-page.sh: the report as one page that needs nothing else, on stdout: PAGE with SCRIPTs and
# DATA in place of its marks.
# usage: report-page.sh PAGE.html DATA.json SCRIPT.js ...
# SPDX-License-Identifier: Apache-2.0
set -eu
page=$1 data=$2
shift 2
! grep -q '<' "$data" || {
  echo "report-page.sh: $data: a < would end the script that it is put into" >&2
  exit 1
}
while IFS= read -r line; do
  case $line in
    '<!-- data -->') cat "$data" ;;
    '<!-- script -->') cat "$@" ;;
    *) printf '%s\n' "$line" ;;
  esac
done < "$page"
