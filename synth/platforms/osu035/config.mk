# osu035: OSU standard cells, 350 nm, 3.3 V, as Debian's qflow-tech-osu035 installs them.
# SPDX-License-Identifier: Apache-2.0

export LIB_FILES ?= /usr/share/qflow/tech/osu035/osu035_stdcells.lib
LIB_HINT = on Debian: apt install qflow-tech-osu035

export ADDER_MAP_FILE ?= synth/platforms/osu035/adders.v
export ABC_DRIVER_CELL ?= INVX4
export ABC_LOAD_IN_FF ?= 40
export VMAC_INPUT_SLEW_NS ?= 0.15
export VMAC_DELAY_PS ?= 9000
export VMAC_PERIOD_NS ?= 10
export VMAC_PE_PERIOD_NS ?= 8
