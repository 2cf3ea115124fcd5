#!/bin/sh
# The RTL benches, lint, and how the RTL and the runner refuse what they cannot do.
#
# TEST RATIONALE. State space: every bench once with its default seed (each begins with its own
# rationale); whole ResNet-8 through every array model, one image, modes none and cv or
# bitplane; illegal parameters through verilator, iverilog and yosys. Parameters: the benches' lists.
# SPDX-License-Identifier: Apache-2.0
. tests/tap.sh
unset MAKEFLAGS MAKELEVEL MFLAGS

# As many benches at a time as there are cores, the longest first; judged in their order.
benches='conv mac_unit cells pe side skew accum correct dyn edge requant vector csr fifo stream_reg parse
  exec feed route post join results macs'
# shellcheck disable=SC2016 # the inner shell's
printf '%s\n' $benches | xargs -P "$(nproc)" -I % sh -c '
  "$1/bench/%" > "$2/%.said" 2>&1; echo $? > "$2/%.rc"' sh "$B" "$tmp"
for bench in $benches; do
  ok "$(cat "$tmp/$bench.rc")" "bench $bench: $(tail -n 1 "$tmp/$bench.said")" \
    "$(cat "$tmp/$bench.said")"
done

# The same seed draws the same idle cycles, so the run takes as many cycles; another seed does not.
seeded() {
  "$B/bench/conv" --models 16x16_exact --modes none --seed "$1" | awk '$1 == "PASS" { print $3 }'
}
one=$(seeded 7) two=$(seeded 7) other=$(seeded 8)
[ -n "$one" ] && [ "$one" = "$two" ] && [ "$one" != "$other" ]
ok $? "conv: seed 7 twice, the same cycles; seed 8, others" "$one $two $other"

# refused STATUS WORDS COMMAND...
refused() {
  status=$1 words=$2
  shift 2
  said=$("$@" 2>&1)
  [ $? -eq "$status" ] && printf '%s\n' "$said" | grep -qF -- "$words"
  ok $? "refused: $words" "$said"
}
conv=$B/bench/conv
refused 2 "no model '8x8_perf9'" "$conv" --models 8x8_perf2,8x8_perf9
refused 2 "--modes" "$conv" --modes none,cw
refused 2 "expected a number" "$conv" --images 0
refused 2 "unexpected argument" "$conv" image.png
refused 1 "fewer than asked for" "$conv" --first 500
refused 1 "nothing was run" "$conv" --models 5x7_perf2_plain --modes cv
refused 1 "no-such.tflite" "$conv" --net no-such.tflite
refused 2 "usage" "$B/bench/pe" --sed 1
head -c 5000 weights/resnet8.tflite > "$tmp/cut.tflite"
refused 1 "cut.tflite" "$conv" --net "$tmp/cut.tflite"
refused 2 "phi-edge2s-2.txt: expected a last plane" make -s B="$B" "$B/gen/phi-edge2s-2.full"

said=$(make -s -j"$(nproc)" B="$B" lint-rtl 2>&1)
ok $? "lint: every module as top" "$said"

# ---- illegal parameters stop elaboration with a sentence ----
# iverilog exits with the number of errors, modulo 256: one in each of 16 x 16 PEs looks like none.

files="$B/gen/vmac_mult.v $(echo rtl/mult/*.v rtl/vmac_*.v)"
# shellcheck disable=SC2086 # a list of files; words
elaborate() { # TOOL TOP PARAMETER=VALUE[,PARAMETER=VALUE ...]
  set_all=$(echo "$3" | tr , ' ') needs=$(awk -v top="$2" -f scripts/rtl-needs.awk $files)
  case $1 in
    verilator) verilator --lint-only "-I$B/gen" -Irtl --top-module "$2" \
      $(printf -- '-G%s ' $set_all) $needs ;;
    iverilog) iverilog -g2005 -tnull "-I$B/gen" -Irtl -s "$2" \
      $(printf -- "-P$2.%s " $set_all) $needs ;;
    yosys) yosys -q -p "read_verilog -defer -I$B/gen -Irtl $needs
             hierarchy -check -top $2 $(printf -- '-chparam %s ' $set_all | tr = ' ')" ;;
  esac
}

# The assertions exist for a prover, and nowhere else.
rules() { # COUNT OPTION
  # shellcheck disable=SC2086 # a list of files
  yosys -q -p "read_verilog -defer $2 -I$B/gen -Irtl $files
               hierarchy -check -top vmac_mac_unit
               proc
               select -assert-count $1 t:\$assert t:\$assume"
}
said=$(rules 6 -formal 2>&1 && rules 0 '' 2>&1)
ok $? "yosys: five assumptions and an assertion with -formal, none without" "$said"

while read -r top parameters sentence; do
  for tool in verilator iverilog yosys; do
    { elaborate $tool "$top" "$parameters" && touch "$tmp/$tool.taken"; } \
      > "$tmp/$tool.said" 2>&1 < /dev/null &
  done
  wait
  for tool in verilator iverilog yosys; do
    [ ! -e "$tmp/$tool.taken" ] && grep -q "error_$sentence" "$tmp/$tool.said"
    ok $? "$tool: $top with $parameters: $sentence" "$(cat "$tmp/$tool.said")"
    rm -f "$tmp/$tool.taken"
  done
done << 'LIST'
vmac_array ROWS=3 ROWS_must_be_4_to_64
vmac_array ROWS=65 ROWS_must_be_4_to_64
vmac_array COLS=3 COLS_must_be_4_to_64
vmac_array COLS=65 COLS_must_be_4_to_64
vmac_mac_unit COLS=65 COLS_must_be_4_to_64
vmac_mac_unit OPT_KTILE=2 OPT_KTILE_must_be_0_or_1
vmac_mac_unit OPT_KTILE=1,OPT_CORRECTION=0 OPT_KTILE_needs_OPT_CORRECTION
vmac_mac_unit DEPTH=3 DEPTH_must_be_4_to_65536
vmac_mac_unit DEPTH=65537 DEPTH_must_be_4_to_65536
vmac_ram DEPTH=3 DEPTH_must_be_4_to_65536
vmac_ram WIDTH=4097 WIDTH_must_be_1_to_4096
vmac_mult CELL=999 CELL_is_not_in_mults_tbl
vmac_ident CELL=256 CELL_must_be_0_to_255
vmac_ident CELL=255 CELL_is_not_in_mults_tbl
vmac_top CELL=256 CELL_must_be_0_to_255
vmac_top OPT_MODE=2 OPT_MODE_must_be_0_or_1
vmac_top OPT_LOWPOWER=2 OPT_LOWPOWER_must_be_0_or_1
vmac_top BUF_DEPTH=100 BUF_DEPTH_must_be_a_power_of_two_from_16_to_32768
vmac_top BUF_DEPTH=65536 BUF_DEPTH_must_be_a_power_of_two_from_16_to_32768
vmac_top OUT_DEPTH=47 OUT_DEPTH_must_be_ROWS_plus_COLS_plus_16_to_1024
vmac_top OUT_DEPTH=1025 OUT_DEPTH_must_be_ROWS_plus_COLS_plus_16_to_1024
vmac_top BEAT=32 BEAT_follows_from_ROWS_and_COLS_leave_it
vmac_top MAP=2048'hff CELL_is_not_in_mults_tbl
vmac_top MAP=2048'h01 MAP_mixes_operand_classes
vmac_pe OPT_MODE=1 OPT_MODE_needs_a_cell_with_a_mode_operand
vmac_mult_perforated M=8 M_must_be_below_WIDTH
vmac_mult_recursive M=8 M_must_be_below_WIDTH
vmac_mult_truncated T=16 T_must_be_below_2_WIDTH
vmac_mult_exact WIDTH=17 WIDTH_must_be_4_to_16
vmac_mult_zero WIDTH=3 WIDTH_must_be_4_to_16
vmac_pparray WIDTH=3 WIDTH_must_be_4_to_16
vmac_mult_exact SIGNED=2 SIGNED_must_be_0_or_1
vmac_mult_zero SIGNED=2 SIGNED_must_be_0_or_1
vmac_pparray SIGNED=2 SIGNED_must_be_0_or_1
vmac_edge SIGNED=2 SIGNED_must_be_0_or_1
vmac_edge WIDTH=17 WIDTH_must_be_4_to_16
vmac_edge M=5 M_must_be_0_to_half_of_WIDTH
vmac_magnitude WIDTH=33 WIDTH_must_be_2_to_32
vmac_leading_one WIDTH=17 WIDTH_must_be_1_to_16
vmac_mult_edge_rounded M=5 M_must_be_0_to_half_of_WIDTH
vmac_mult_edge_rounded ROUND=2 ROUND_must_be_0_or_1
vmac_mult_dyn WIDTH=7 WIDTH_must_be_8
vmac_mult_dyn SIGNED=2 SIGNED_must_be_0_or_1
vmac_mult_drum K=2 K_must_be_3_to_WIDTH
vmac_mult_drum K=9 K_must_be_3_to_WIDTH
vmac_mult_ssm M=3 M_must_be_half_of_WIDTH_to_WIDTH
vmac_mult_ssm M=9 M_must_be_half_of_WIDTH_to_WIDTH
vmac_mult_roba WIDTH=17 WIDTH_must_be_4_to_16
vmac_mult_mitchell SIGNED=2 SIGNED_must_be_0_or_1
vmac_mult_mbm Q=3 Q_must_be_4_to_12
vmac_mult_mbm Q=13 Q_must_be_4_to_12
vmac_mult_array WIDTH=17 WIDTH_must_be_4_to_16
vmac_mult_dadda SIGNED=2 SIGNED_must_be_0_or_1
vmac_mult_booth WIDTH=3 WIDTH_must_be_4_to_16
vmac_mult_truncated_const T=0 T_must_be_1_to_WIDTH
vmac_mult_ppab PA=8 PA_must_be_below_WIDTH
vmac_mult_ppab PB=8 PB_must_be_below_WIDTH
vmac_mult_pr SIGNED=0 SIGNED_must_be_1
vmac_mult_pr K=5 K_must_be_at_most_half_WIDTH
vmac_mult_roup P=5 P_must_be_at_most_half_WIDTH
vmac_mult_roup R=8 R_must_be_below_WIDTH
vmac_mult_bam SIGNED=1 SIGNED_must_be_0
vmac_mult_bam V=16 V_must_be_below_2_WIDTH
vmac_mult_or_columns T=16 T_must_be_below_2_WIDTH
vmac_mult_kulkarni WIDTH=17 WIDTH_must_be_4_to_16
vmac_mult_momeni T=13 T_must_be_0_to_12
vmac_mult_venkatachalam WIDTH=7 WIDTH_must_be_8
vmac_csarray WIDTH=17 WIDTH_must_be_4_to_16
vmac_dadda ROWS=20 ROWS_must_be_2_to_19
vmac_booth FIRST=5 FIRST_must_be_at_most_half_WIDTH
vmac_compress42 KIND=2 KIND_must_be_0_or_1
vmac_pe PSUM_W=15 PSUM_W_must_be_16_to_32
vmac_pe PSUM_W=16 PSUM_W_must_be_above_16_but_in_the_top_row
vmac_side ROWS=65 ROWS_must_be_4_to_64
vmac_skew LANES=65 LANES_must_be_1_to_64
vmac_skew DESCEND=2 DESCEND_must_be_0_or_1
vmac_delay DEPTH=256 DEPTH_must_be_0_to_255
vmac_delay WIDTH=1025 WIDTH_must_be_1_to_1024
vmac_accum IN_W=33 ACC_W_must_be_at_least_IN_W
vmac_correct A_W=25 A_W_must_be_1_to_24
vmac_correct X_W=25 X_W_must_be_0_to_24
vmac_requant IN_W=1 IN_W_must_be_at_least_2_and_with_LEFT_at_most_32
vmac_requant IN_W=33 IN_W_must_be_at_least_2_and_with_LEFT_at_most_32
vmac_requant LEFT=1 IN_W_must_be_at_least_2_and_with_LEFT_at_most_32
vmac_requant OUT8=2 OUT8_must_be_0_or_1
vmac_vector LANES=0 LANES_must_be_1_to_64
vmac_vector LANES=65 LANES_must_be_1_to_64
vmac_correct PLANES=9 PLANES_must_be_1_to_8
vmac_correct OPT_CORRECTION=4 OPT_CORRECTION_must_be_0_to_3
vmac_side OPT_CORRECTION=4 OPT_CORRECTION_must_be_0_to_3
vmac_mac_unit OPT_CORRECTION=4 OPT_CORRECTION_must_be_0_to_3
vmac_top PHI_RANK=0,OPT_CORRECTION=3 PHI_RANK_must_be_1_to_4
vmac_side PHI_RANK=0 PHI_RANK_must_be_1_to_4
vmac_side PHI_RANK=5 PHI_RANK_must_be_1_to_4
vmac_phi WIDTH=0 WIDTH_must_be_1_to_8
vmac_phi WIDTH=9 WIDTH_must_be_1_to_8
vmac_correct_tile PSUM_W=18 PSUM_W_must_be_SIDE_W_plus_7_to_30
vmac_correct_tile PSUM_W=31 PSUM_W_must_be_SIDE_W_plus_7_to_30
vmac_correct_tile XSUM_W=20 XSUM_W_must_be_0_to_19
vmac_correct_tile PLANES=9 PLANES_must_be_1_to_8
vmac_fifo DEPTH=1 DEPTH_must_be_2_to_1024
vmac_fifo DEPTH=1025 DEPTH_must_be_2_to_1024
vmac_fifo WIDTH=1025 WIDTH_must_be_1_to_1024
vmac_stream_reg WIDTH=0 WIDTH_must_be_1_to_1024
LIST

# The table of registers: what is wrong with a line is said, and nothing is made of it.
while IFS='|' read -r words line; do
  { cat rtl/csr.tbl && printf '%s\n' "$line"; } > "$tmp/csr.tbl"
  ! said=$(awk -v what=vh -f scripts/csr.awk "$tmp/csr.tbl" 2>&1) &&
    printf '%s\n' "$said" | grep -qF "$words" && [ "$(printf '%s\n' "$said" | wc -l)" -eq 1 ]
  ok $? "csr.tbl refused: $words" "$said"
done << 'LIST'
ascending|0x48 again 0 - ro 0 an offset twice
multiple of 4|0x4e again 31:0 - ro 0 an odd offset
a new name|0x4c jobs 31:0 - ro 0 a name twice
all 32 bits|0x4c wide 3:0 - ro 0 no name for a part
ro, rw, w1s or w1c|0x4c new 3:0 part wo 0 no such access
within one byte|0x4c new 8:7 part rw 0 a field of two strobes
a reset value that fits|0x4c new 3:0 part rw 16 five bits
none twice|- - 3:0 part ro 0 bits of beats_out
expected value|value jobs.code 1 one no such field
LIST

# Proofs that take a second or two, and that of the registers, which takes some twenty;
# `make prove-rtl` has all.
while read -r module parameters bound steps; do
  said=$(sh testbench/prove-rtl.sh 100 "$tmp/proof" "$B/gen" "$module" "$parameters" "$bound" \
    "$steps" 2>&1)
  ok $? "proof: $said" "$said"
done << 'LIST'
context BEAT=4,JOB=4 14 3
csr - 11 3
fifo WIDTH=4,DEPTH=3 16 3
stream_reg WIDTH=4 16 3
LIST

done_testing
