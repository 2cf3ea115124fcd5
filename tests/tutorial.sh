#!/bin/sh
# tutorial.sh: runs the commands of a tutorial, the blocks that begin with ```sh, in their order, in a
# clone of the tree as it is, and stops at the first that fails.
# usage: tutorial.sh FILE.md
# Commands are as tutorial.awk has them, in one shell: what one leaves the next one finds.
# SPDX-License-Identifier: Apache-2.0
set -eu
file=$1
tree=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
awk -v file="$file" -f "$(dirname "$0")/tutorial.awk" "$file" > "$work/commands"
# What git keeps or would: not what was built.
git ls-files -co --exclude-standard | while read -r name; do
  [ ! -e "$name" ] || printf '%s\n' "$name"
done > "$work/names"
mkdir "$work/tree"
tar cf - -T "$work/names" | tar xf - -C "$work/tree"
[ ! -d "$tree/build/data" ] || { mkdir "$work/tree/build" && ln -s "$tree/build/data" "$work/tree/build/data"; }
cd "$work/tree"
# As a reader has it: make exports the platform that it was called with, and `?=` would keep that.
env -i PATH="$PATH" HOME="${HOME:-/}" TMPDIR="${TMPDIR:-/tmp}" sh "$work/commands"
echo "$file: every command passes"
