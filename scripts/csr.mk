# The register table rtl/csr.tbl as Verilog, as a C header, as a table for readers.
# Defines CSR_VH, CSR_H.

CSR_VH  := $(B)/gen/vmac_csr.vh $(B)/gen/vmac_csr_codes.vh
CSR_H   := $(B)/gen/vmac_csr.h
CSR_AWK  = awk -v what=$(1) -f scripts/csr.awk rtl/csr.tbl

# what the script makes: the file's suffix, or
$(B)/gen/vmac_csr_codes.vh: CSR_WHAT := codes
$(CSR_VH) $(CSR_H) $(B)/gen/csr.md: rtl/csr.tbl scripts/csr.awk
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && $(call CSR_AWK,$(or $(CSR_WHAT),$(patsubst .%,%,$(suffix $@)))) > $@
