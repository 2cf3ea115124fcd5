# asap7: ASAP7 predictive cells, 7 nm, 0.7 V, regular threshold, typical corner; five files.
# SPDX-License-Identifier: Apache-2.0

ASAP7 := SIMPLE_RVT_TT_nldm_211120 INVBUF_RVT_TT_nldm_220122 SEQ_RVT_TT_nldm_220123 \
         AO_RVT_TT_nldm_211120 OA_RVT_TT_nldm_211120
export LIB_FILES ?= $(ASAP7:%=$(VMAC_PDK_DIR)/asap7/asap7sc7p5t_%.lib.gz)
LIB_HINT = they stand in OpenROAD-flow-scripts, flow/platforms/asap7/lib/NLDM

# Wide AND-OR and OR-AND cells are nine tenths of the files and hardly used.
export DONT_USE_CELLS ?= A2O1* O2A1* AO3* AOI3* OA3* OAI3* AO22[12]* AOI22[12]* OA22[12]* \
  OAI22[12]*

export ADDER_MAP_FILE ?= synth/platforms/asap7/adders.v
export ABC_DRIVER_CELL ?= BUFx2_ASAP7_75t_R
export ABC_LOAD_IN_FF ?= 3.9
export VMAC_INPUT_SLEW_NS ?= 0.02
export VMAC_DELAY_PS ?= 450
export VMAC_PERIOD_NS ?= 0.8
export VMAC_PE_PERIOD_NS ?= 0.9
