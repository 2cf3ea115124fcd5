# What approximate cells save as multipliers, in a PE and in an array, against both exact baselines.

SAVINGS := $(SYNTH)/savings
SAVED    = $(REPORT)/savings
# Unless CELLS says otherwise: the cells of S1, their s8 twins, and ROUP; beside
# perfM edgeM, which is what an exact 8 x (8 - M) multiplier does.
SAVINGS_PLAIN := $(foreach m,1 2 3,perf$(m) edge$(m)) $(foreach t,4 5 6 7,trunc$(t)) \
                 $(foreach m,2 3 4,rec$(m))
SAVINGS_ROUP  := $(filter roup%,$(MULTS))
SAVINGS_CELLS := $(if $(filter file,$(origin CELLS)),\
                   $(SAVINGS_PLAIN) $(SAVINGS_PLAIN:%=%s) $(SAVINGS_ROUP),$(CELL_LIST))
# The inferred `*` and the structural multiplier of each class.
SAVINGS_EXACT := exact dadda exacts daddas
# The page has all libraries that were measured, whichever the last was.
savings_table = awk -v style=$(1) -v against=$(2) $(3) -f synth/savings-table.awk

.PHONY: savings savings-run savings-pages
savings: setup ## savings of CELLS as multipliers, in PEs, in a 16 x 16 array; PLATFORM=x|all
ifeq ($(PLATFORM),all)
	$(Q)$(call EACH_PLATFORM,savings,SAVINGS)
else
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) PPA_JOBS=$(JOBS) savings-run
	$(Q)$(MAKE) --no-print-directory savings-pages
	$(Q)$(call savings_table,text,dadda) $(SAVED)/$(PLATFORM).tsv
	@echo "$(SAVED)/$(PLATFORM).tsv, $(SAVED)/$(PLATFORM).json, $(SAVED).md"
endif
savings-pages:
	$(Q)sh synth/savings-page.sh $(SAVED)/$(PLATFORM).tsv > $(SAVED)/$(PLATFORM).new && \
	  mv $(SAVED)/$(PLATFORM).new $(SAVED)/$(PLATFORM).md && \
	  cat $(SAVED)/*.md > $(SAVED).new && mv $(SAVED).new $(SAVED).md

# What `make ppa` measured is in the cache, and is not measured again.
savings-run: $(ENERGY) $(VARIMAC) $(OPERANDS:=.bin) $(VMAC_LIB)
	$(Q)PPA_CORRECTIONS='0 1' sh synth/ppa.sh $(SAVINGS) $(PPA_JOBS) $(ENERGY) \
	  $(B)/synth/operands $(FAMILIES) '$(SAVINGS_EXACT) $(SAVINGS_CELLS)' \
	  rtl/mult/mults.tbl $(IMPORTS)
	$(call say,SAVINGS,$(PLATFORM))
	$(Q)mkdir -p $(SAVED) && sh synth/savings.sh $(SAVINGS) $(VARIMAC) $(SYNTH_NET) \
	  '$(SAVINGS_CELLS)' '$(SAVINGS_EXACT)' $(SAVED)/$(PLATFORM)

# README has these libraries side by side, and of the twins none.
SAVINGS_README ?= osu018 sky130hd
.PHONY: readme-savings
readme: readme-savings
# Behind readme-speed: each rewrites README.md.
readme-savings: | readme-top readme-speed ## put the last `make savings`, if any, into README.md
	$(Q)for p in $(SAVINGS_README); do [ -e $(SAVED)/$$p.tsv ] || { \
	  echo "readme: no $(SAVED)/$$p.tsv (make savings): the block of savings stays as it is"; \
	  exit 0; }; done; \
	$(call savings_table,md,dadda,-v named=1 -v cells='$(SAVINGS_PLAIN) $(SAVINGS_ROUP)') \
	  $(SAVINGS_README:%=$(SAVED)/%.tsv) > $(B)/gen/savings.md && \
	$(call readme_put,savings=$(B)/gen/savings.md)
