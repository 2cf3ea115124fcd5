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
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

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
# What fails in an argument or at the head of a pipe goes unseen: into a file or a variable first.
{
  cat "$facts"
  for item; do
    file=${item#*=}
    case $item in
      map:*) ;;
      *)
        [ -e "$file" ] || continue
        hash=$(sha256sum "$file")
        printf '%-10.16s %s\n' "$hash" "${item%%=*}"
        ;;
    esac
  done
} > "$work/facts"
printf ',"facts":'
list '' "$work/facts"
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
  image=$(base64 -w 0 "${item#*=}")
  printf '%s"%s":"data:image/png;base64,%s"\n' "$comma" "${name#map:}" "$image"
  comma=,
done
echo '}}'
