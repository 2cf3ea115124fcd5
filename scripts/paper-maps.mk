# What papers on maps of cells have in common: measured energies of bare multipliers, on a network's
# own operands, without the PEs and side columns that `make ppa` measures along.

# Cells of class s8 that can be a PE's own: not `zero`, which has no energy, nor `dyn`, whose price
# is that of all its modes.
PAPER_MAPS_CELLS ?= $(foreach c,$(filter-out $(MULTS_IMPORT),$(MULTS)),\
                      $(if $(filter s8,$(SYNTH_CLASS_$(c))),\
                        $(if $(filter zero dyn,$(SYNTH_FAMILY_$(c))),,$(c))))
PAPER_NET        ?= resnet8
paper_maps_ppa    = $(SYNTH)/paper-maps/$(1)
paper_maps_array  = $(call paper_maps_ppa,$(PAPER_NET))/array
# $(1) = folder, $(2) = kinds of designs, empty: all; $(3) = corrections whose hardware is measured,
# $(4) = cells
define PAPER_MAPS_PPA
$(Q)sh scripts/paper-s1-operands.sh $(VARIMAC) weights/MANIFEST.tsv $(PAPER_NET) $(1) $(SYNTH_SEED)
$(Q)PPA_KINDS='$(2)' PPA_CORRECTIONS='$(3)' sh synth/ppa.sh $(1) $(JOBS) $(ENERGY) $(1)/operands \
  $(FAMILIES) '$(4)' rtl/mult/mults.tbl $(IMPORTS)
endef

.PHONY: paper-costs paper-costs-run
paper-costs: setup ## energies of bare multipliers on operands of PAPER_NET (minutes)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC) $(ENERGY) $(VMAC_LIB)
	$(Q)$(MAKE) --no-print-directory paper-costs-run
	@echo $(call paper_maps_ppa,$(PAPER_NET))/ppa.tsv
paper-costs-run: $(VARIMAC) $(ENERGY) $(VMAC_LIB)
	$(call PAPER_MAPS_PPA,$(call paper_maps_ppa,$(PAPER_NET)),cell,,$(PAPER_MAPS_CELLS))
