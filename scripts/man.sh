#!/bin/sh
# man.sh: varimac's manual page, from its --help texts, on stdout. usage: man.sh VARIMAC
# SPDX-License-Identifier: Apache-2.0
set -eu
varimac=$1

# Text for troff: no character of it means anything.
quote() { sed "s/\\\\/\\\\e/g; s/-/\\\\-/g; s/^\\([.']\\)/\\\\\\&\\1/"; }
# A help text as it is printed.
plain() {
  echo .nf
  quote
  echo .fi
}

help=$("$varimac" --help) # not into a pipe, where nobody would see it fail
printf '.\\" Made of the --help texts by scripts/man.sh.\n'
# the program's own date
printf '.TH VARIMAC 1 %s Varimac "User Commands"\n.SH NAME\n' "$(date -r "$varimac" +%F)"
printf '%s\n' "$help" | sed -n '1s/: / - /p' | quote
printf '.SH SYNOPSIS\n'
printf '%s\n' "$help" | sed -n 's/^usage: //p' | plain
printf '.SH COMMANDS\n'
commands=$(printf '%s\n' "$help" | awk '/^  [a-z]/ { print $1 }')
for command in $commands; do
  text=$("$varimac" "$command" --help)
  printf '.SS %s\n' "$command"
  printf '%s\n' "$help" | sed -n "s/^  $command  *//p" | quote
  printf '.PP\n'
  printf '%s\n' "$text" | plain
done
printf '.SH NOTES\n'
printf '%s\n' "$help" | awk 'listed && !/^  [a-z]/ { print } /^  [a-z]/ { listed = 1 }' |
  sed '/^$/d' | quote
