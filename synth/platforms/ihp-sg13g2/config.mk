# ihp-sg13g2: IHP SG13G2 cells, 130 nm, 1.2 V, typical corner. No full adder cell: one netlist per
# cell.
# SPDX-License-Identifier: Apache-2.0

export LIB_FILES ?= $(VMAC_PDK_DIR)/ihp-sg13g2/sg13g2_stdcell_typ_1p20V_25C.lib.gz
LIB_HINT = it stands in OpenROAD-flow-scripts, flow/platforms/ihp-sg13g2/lib

export DONT_USE_CELLS ?= sg13g2_dlygate* sg13g2_sighold sg13g2_antennanp sg13g2_decap* sg13g2_fill*

export ABC_DRIVER_CELL ?= sg13g2_buf_4
export ABC_LOAD_IN_FF ?= 6
export VMAC_INPUT_SLEW_NS ?= 0.1
export VMAC_DELAY_PS ?= 3000
export VMAC_PERIOD_NS ?= 5
export VMAC_PE_PERIOD_NS ?= 5
export STA_GATE_FLOOR ?= 0.3
