# osu050: OSU standard cells, 500 nm, 5.0 V, as Debian's qflow-tech-osu050 installs them.
# SPDX-License-Identifier: Apache-2.0

export LIB_FILES ?= /usr/share/qflow/tech/osu050/osu05_stdcells.lib
LIB_HINT = on Debian: apt install qflow-tech-osu050

export ADDER_MAP_FILE ?= synth/platforms/osu050/adders.v
export ABC_DRIVER_CELL ?= INVX4
export ABC_LOAD_IN_FF ?= 60
export VMAC_INPUT_SLEW_NS ?= 0.2
export VMAC_DELAY_PS ?= 12000
export VMAC_PERIOD_NS ?= 13
export VMAC_PE_PERIOD_NS ?= 10
