#!/bin/sh
# report-data.sh: everything that the report's page shows, as one JSON object on stdout.
# usage: report-data.sh SECTIONS.tbl PAPERS.tsv FACTS.txt [ID=TABLE ...] [map:CELL=FILE.png ...]
# Tables that are not there are left out: their sections say by what command they are made. The facts
# end with the hash of every table that was taken.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
sections=$1 papers=$2 facts=$3
shift 3

# list KEYS [FILE]
list() {
  keys=$1
  shift
  awk -v keys="$keys" -f "$here/json.awk" -f "$here/report-items.awk" "$@"
}

printf '{"sections":'
list 'id title command about' "$sections"
printf ',"papers":'
list 'file title claim ours command text' "$papers"
printf ',"facts":'
{
  cat "$facts"
  for item; do
    file=${item#*=}
    case $item in
      map:*) ;;
      *) [ ! -e "$file" ] || printf '%-10s %s\n' "$(sha256sum < "$file" | cut -c 1-16)" "${item%%=*}" ;;
    esac
  done
} | list ''
printf ',"tables":{'
comma=
for item; do
  case $item in map:*) continue ;; esac
  [ -e "${item#*=}" ] || continue
  printf '%s' "$comma"
  awk -v id="${item%%=*}" -f "$here/json.awk" -f "$here/report-json.awk" "${item#*=}"
  comma=,
done
printf '},"maps":{'
comma=
for item; do
  case $item in map:*) ;; *) continue ;; esac
  [ -e "${item#*=}" ] || continue
  name=${item%%=*}
  printf '%s"%s":"data:image/png;base64,%s"\n' "$comma" "${name#map:}" "$(base64 -w 0 "${item#*=}")"
  comma=,
done
echo '}}'
