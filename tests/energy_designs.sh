# Made-up designs as vmac-energy writes them, for the tests that want sums worked out by hand:
# `. tests/energy_designs.sh` behind tap.sh, with $net, of ResNet-8's layers, set. Gives $hash, as a
# stream of the network's operands begins, $tmp/u8, design and all_of_network.
# SPDX-License-Identifier: Apache-2.0
"$VARIMAC" operands --net "$net" -o "$tmp/u8" --columns 2 --steps 4 --images 2 > "$tmp/log"
ok $? "operands recorded" "$(cat "$tmp/log")"
hash=$(od -An -tx8 -j32 -N8 --endian=little "$tmp/u8" | tr -d ' ')

# all_of_network FILE: every design of what `make ppa` made was measured with $net's operands.
all_of_network() {
  awk -v hash="$hash" '/"design":/ { designs++ } /"net_hash":/ && index($0, hash) { own++ }
    END { exit !designs || own != designs }' "$1"
}

# One design's JSON: [area=UM2] [glitches=N] design DESIGN CELL BUSY GATED UNUSED IDLE [OTHER
# FIELDS]; with glitches a busy cycle takes N times as much, 3 where N is not said.
design() {
  awk -v hash="$hash" -v design="$1" -v cell="$2" -v busy="$3" -v gated="$4" -v unused="$5" \
    -v idle="$6" -v more="${7-}" -v area="${area:-2}" -v glitches="${glitches:-3}" 'BEGIN {
    split("0 1 2 4 5 6 8 9 10 14", op)
    split("442368 2359296 2359296 1179648 2359296 131072 1179648 2359296 131072 640", macs)
    printf "{\"design\": \"%s\", \"cell\": \"%s\",%s \"area_um2\": %s, \"period_ns\": 5, " \
      "\"delay_ns\": 4, \"leakage_nw\": 0, \"net_hash\": \"%s\", \"origin\": \"here\", ", \
      design, cell, more, area, hash
    printf "\"idle_pj\": %s, \"rows\": 16, \"layers\": [", idle
    for (i = 1; i <= 10; i++) {
      printf "%s{\"op\": %d, \"name\": \"x\", \"macs\": %d", (i == 1 ? "" : ", "), op[i], macs[i]
      printf ", \"energy_pj\": {\"zero\": %s, \"inertial\": %s}", busy, glitches * busy
      printf ", \"gated_pj\": {\"zero\": %s, \"inertial\": %s}", gated, gated
      printf ", \"unused_pj\": {\"zero\": %s, \"inertial\": %s}}", unused, unused
    }
    print "]}" }'
}
