#!/bin/sh
# paper-s1-images.sh: how many images of a data set a network's residuals are of: so many that their
# multiplications are GMACS billions, but no fewer than LEAST and no more than there are.
# usage: paper-s1-images.sh VARIMAC NETWORK.tflite SPEC GMACS LEAST
# SPDX-License-Identifier: Apache-2.0
set -eu
macs=$("$1" net "$2" | sed -n 's/.* operators, \([0-9]*\) MACs.*/\1/p')
all=$("$1" data info "$3" | awk '$1 == "images" && !seen++ { print $2 }')
case $macs:$all in
  :* | *: | *[!0-9:]*)
    echo "paper-s1: $2, $3: expected numbers of MACs and images, found '$macs' and '$all'" >&2
    exit 1
    ;;
esac
awk -v macs="$macs" -v all="$all" -v gmacs="$4" -v least="$5" 'BEGIN {
  n = int(gmacs * 1e9 / macs)
  if (n < least) n = least
  print n < all ? n : all
}'
