# gf180: GlobalFoundries GF180MCU 7-track cells, 180 nm, 5 V, typical corner.
# SPDX-License-Identifier: Apache-2.0

export LIB_FILES ?= $(VMAC_PDK_DIR)/gf180/gf180mcu_fd_sc_mcu7t5v0__tt_025C_5v00.lib.gz
LIB_HINT = it stands in OpenROAD-flow-scripts, flow/platforms/gf180/lib

export DONT_USE_CELLS ?= *__dly* *__hold* *__antenna* *__fill*

export ADDER_MAP_FILE ?= synth/platforms/gf180/adders.v
export ABC_DRIVER_CELL ?= gf180mcu_fd_sc_mcu7t5v0__buf_4
export ABC_LOAD_IN_FF ?= 13
export VMAC_INPUT_SLEW_NS ?= 0.2
export VMAC_DELAY_PS ?= 7000
export VMAC_PERIOD_NS ?= 10
export VMAC_PE_PERIOD_NS ?= 12
export STA_GATE_FLOOR ?= 0.15
