#!/bin/sh
# tool-sum.sh: the hash of all that a C tool's figures depend on, whatever compiler and flags made
# it: of the sources that it is linked from, as the linker's map has them, and of their headers.
# usage: tool-sum.sh TOOL    (links with a TOOL.map beside it; run where its sources' names lead)
# What make generates is left out, the registry among it: what a figure is of goes into its own key,
# see ppa.sh. What generates it counts.
# SPDX-License-Identifier: Apache-2.0
set -eu
here=$(dirname "$0")
. "$here/common.sh"

[ $# -eq 1 ] || die "usage: tool-sum.sh TOOL"
build=$(dirname "$1")
[ -s "$1.map" ] || die "no $1.map; remove $1 and make it again"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

# A library's members have no folder: all objects of that name.
{
  grep -o "$build/obj/[^ ():]*\.o" "$1.map" || die "$1.map names no object under $build/obj"
  sed -n "s|.*$build/[^ /]*\.a(\([^)]*\)).*|\1|p" "$1.map" | sort -u |
    while read -r member; do find "$build/obj" -name "$member"; done
} | sort -u | sed 's/\.o$/.d/' > "$tmp/lists"
xargs cat < "$tmp/lists" > "$tmp/rules" || die "an object of $1 has no list; make it again"
{
  tr ' \\' '\n\n' < "$tmp/rules" | grep '\.[ch]$\|\.[ch]pp$' | grep -v "^$build/"
  printf '%s\n' scripts/mults-read.awk scripts/mults-to-c.awk
} | LC_ALL=C sort -u | xargs cat > "$tmp/text" || die "a source of $1 is gone; make it again"
sha256sum < "$tmp/text" | cut -c 1-64
