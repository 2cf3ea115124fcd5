# osu018: OSU standard cells, 180 nm, 1.8 V, as Debian's qflow-tech-osu018 installs them.
# synth/platforms/keys.mk says what each key means.
# SPDX-License-Identifier: Apache-2.0

export LIB_FILES ?= /usr/share/qflow/tech/osu018/osu018_stdcells.lib
LIB_HINT = on Debian: apt install qflow-tech-osu018

# Maps $fa to the library's full and half adder, for the second netlist of each cell.
export ADDER_MAP_FILE ?= synth/platforms/osu018/adders.v

# A product bit drives about two gate inputs; an operand bit comes from a strong gate.
export ABC_DRIVER_CELL ?= INVX4
export ABC_LOAD_IN_FF ?= 25
export VMAC_INPUT_SLEW_NS ?= 0.1

# One delay target for all cells: the clock at which their areas compare. OpenSTA finds that all
# of them meet it in both variants (FAX1 and HAX1 have one size: the slowest cells set it). It is a
# bound that all keep and few are near, not a speed that all have: cells.csv gives each one's slack.
export VMAC_DELAY_PS ?= 6500
# Time of one product, for leakage energy and as the clock of the timing report.
export VMAC_PERIOD_NS ?= 7
# A clock that PEs reach, but those of the slowest cells, so that all are as small as they can be at
# one speed.
export VMAC_PE_PERIOD_NS ?= 5
