# Area, delay and energy of every cell, of the PE, side column and correction unit around it: not by
# files and dates but by what they hold, see synth/ppa.sh.

PPA := $(SYNTH)/ppa
# Cells asked for, and the exact baselines that savings are against.
PPA_CELLS := $(sort $(filter $(CELL_LIST),$(SYNTH_CELLS)) exact exacts dadda daddas \
               $(filter-out $(MULTS),$(SYNTH_CELLS)))
# OPT_CORRECTION of the side columns and correction units that are measured.
export PPA_CORRECTIONS ?= 0 1 2
export PLATFORM IMPORT_DIR

# All cells unless some are named; all platforms whose library is here with PLATFORM=all.
.PHONY: ppa ppa-run ppa-check ppa-baseline
ppa: setup ## area, delay, energy of all cells, their PEs and side columns; CELLS=, PLATFORM=x|all
ifeq ($(PLATFORM),all)
	$(Q)for p in $(PLATFORMS); do \
	  files=$$($(MAKE) -s --no-print-directory PLATFORM=$$p library-files); \
	  if ls $$files > /dev/null 2>&1; then $(MAKE) --no-print-directory PLATFORM=$$p ppa || exit 1; \
	  else echo "  PPA     $$p left out: no $$files"; fi; done
else
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) CELLS='$(if $(filter file,$(origin CELLS)),all,$(CELLS))' \
	  PPA_JOBS=$(JOBS) ppa-run
	$(Q)awk -f synth/ppa-show.awk $(PPA)/ppa.tsv $(PPA)/ppa.tsv && echo $(PPA)/ppa.tsv
endif

ppa-run: $(ENERGY) $(OPERANDS:=.bin) $(VMAC_LIB)
	+$(Q)sh synth/ppa.sh $(PPA) $(PPA_JOBS) $(ENERGY) $(B)/synth/operands $(FAMILIES) \
	  '$(PPA_CELLS)' rtl/mult/mults.tbl $(IMPORTS) synth/baselines.tbl

.PHONY: library-files
library-files:
	@echo $(LIB_FILES)
