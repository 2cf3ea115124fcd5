# sky130hd: SkyWater SKY130 high-density cells, 130 nm, 1.8 V, typical corner.
# SPDX-License-Identifier: Apache-2.0

export LIB_FILES ?= $(VMAC_PDK_DIR)/sky130hd/sky130hd_tt.lib.gz
LIB_HINT = sky130hd_tt.lib.gz stands in OpenSTA's examples/

# abc would take the low-power isolation cells as cheap AND and OR; the others delay, probe or are
# macros of other cells.
export DONT_USE_CELLS ?= *lpflow* *probe* *macro* *__dly* *__clkdly* *__edf* *__sed*

export ADDER_MAP_FILE ?= synth/platforms/sky130hd/adders.v
export ABC_DRIVER_CELL ?= sky130_fd_sc_hd__buf_1
export ABC_LOAD_IN_FF ?= 5
export VMAC_INPUT_SLEW_NS ?= 0.1
export VMAC_DELAY_PS ?= 3500
export VMAC_PERIOD_NS ?= 5
export VMAC_PE_PERIOD_NS ?= 5
export STA_GATE_FLOOR ?= 0.2
