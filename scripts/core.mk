# The RTL as a FuseSoC core: one folder with every file of the design and its core file.
# The files are those that lint takes, and imported cells.

RTL_CORE := $(RTL_ALL) $(filter $(IMPORT_DIR)/%,$(RTL_MULT))

CORE_DIR := $(B)/fusesoc/varimac

.PHONY: core
core: setup $(CSR_VH) $(CSR_H) $(RTL_CORE) $(RTL_HEADERS) ## the RTL with its core file for FuseSoC
	$(call say,CORE,$(CORE_DIR))
	$(Q)rm -rf $(CORE_DIR) && mkdir -p $(CORE_DIR)/rtl && \
	  cp $(sort $(RTL_HEADERS) $(CSR_VH)) $(RTL_CORE) $(CORE_DIR)/rtl && \
	  cp $(CSR_H) LICENSE $(CORE_DIR) && cd $(CORE_DIR) && \
	  awk -v version=$(VERSION) -f $(CURDIR)/scripts/core.awk \
	    $$(ls rtl/*.vh rtl/*.v | grep -v rtl/vmac_top.v) rtl/vmac_top.v > varimac.core
