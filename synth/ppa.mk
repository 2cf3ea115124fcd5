# Area, delay and energy of every cell, of the PE, side column and correction unit around it: not by
# files and dates but by what they hold, see synth/ppa.sh.

# Goals that want a few cells only have a folder of their own, or what `make ppa` made were gone.
PPA := $(SYNTH)/ppa
# Cells asked for, and the exact baselines that savings are against.
PPA_CELLS := $(sort $(filter $(CELL_LIST),$(SYNTH_CELLS)) exact exacts dadda daddas \
               $(filter-out $(MULTS),$(SYNTH_CELLS)))
# OPT_CORRECTION of the side columns and correction units that are measured; 3:R: with R planes of
# phi. Every cell has a phi of its own, and so a side column and a unit that few others share.
export PPA_CORRECTIONS ?= 0 1 2
export PLATFORM IMPORT_DIR VARIMAC

# $(1) = goal, of make with each PLATFORM whose library is here; $(2) = a word for those left out,
# in seven columns. A settings file that is wrong stops all.
define EACH_PLATFORM
all=; for p in $(PLATFORMS); do \
  files=$$($(MAKE) -s --no-print-directory PLATFORM=$$p library-files) || exit 1; \
  if [ "$$files" ] && ls $$files > /dev/null 2>&1; then all="$$all $$p"; \
    $(MAKE) --no-print-directory PLATFORM=$$p $(1) || exit 1; \
  else echo "  $(2) $$p left out: no $$files"; fi; done; \
[ "$$all" ] || { echo "make $(1): no platform's library is here; VMAC_PDK_DIR=FOLDER or" \
  "LIB_FILES=FILE says where one is" >&2; exit 1; }
endef
# All cells unless some are named; all platforms whose library is here with PLATFORM=all.
.PHONY: ppa ppa-run ppa-check ppa-baseline
ppa: setup ## area, delay, energy of all cells, their PEs and side columns; CELLS=, PLATFORM=x|all
ifeq ($(PLATFORM),all)
	$(Q)$(call EACH_PLATFORM,ppa,PPA    )
else
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) \
	  CELLS='$(if $(filter file,$(origin CELLS)),all,$(CELLS))' PPA_JOBS=$(JOBS) ppa-run
	$(Q)awk -f synth/ppa-show.awk $(PPA)/ppa.tsv $(PPA)/ppa.tsv && echo $(PPA)/ppa.tsv
endif

ppa-run: $(ENERGY) $(VARIMAC) $(OPERANDS:=.bin) $(VMAC_LIB)
	$(Q)sh synth/ppa.sh $(PPA) $(PPA_JOBS) $(ENERGY) $(B)/synth/operands $(FAMILIES) \
	  '$(PPA_CELLS)' rtl/mult/mults.tbl $(IMPORTS) synth/baselines.tbl

.PHONY: library-files
library-files:
	@echo $(LIB_FILES)

# A few rows, with the side columns and correction units of a single sum of X, against what
# synth/baseline keeps of this platform.
BASELINE      ?= synth/baseline/$(PLATFORM).tsv
BASELINE_ROWS ?= exact exact_pp dadda perf2 trunc6 rec4 perf3s
CHECK         := $(SYNTH)/ppa-check
.PHONY: check-run
check-run: $(ENERGY) $(OPERANDS:=.bin) $(VMAC_LIB)
	$(Q)PPA_CORRECTIONS=1 sh synth/ppa.sh $(CHECK) $(PPA_JOBS) $(ENERGY) $(B)/synth/operands \
	  $(FAMILIES) '$(BASELINE_ROWS)' rtl/mult/mults.tbl $(IMPORTS) synth/baselines.tbl
ppa-check: ## a few cells, PEs, side columns against synth/baseline: a regression fails
	@[ -r $(BASELINE) ] || \
	  { echo 'ppa-check: no $(BASELINE); make ppa-baseline writes it' >&2; exit 1; }
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) PPA_JOBS=$(JOBS) check-run
	$(Q)awk -f synth/baseline.awk $(CHECK)/ppa.tsv $(BASELINE)
ppa-baseline: ## take today's figures over into synth/baseline
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) PPA_JOBS=$(JOBS) check-run
	$(Q)mkdir -p $(dir $(BASELINE)) && awk -v rows='$(BASELINE_ROWS)' -f synth/baseline-write.awk \
	  $(CHECK)/ppa.tsv > $(BASELINE).new && mv $(BASELINE).new $(BASELINE)

# PEs, side columns and correction units without V of CELLS: proved equal to their Verilog. (Bare
# cells are compared on all operand pairs; V's products are out of the prover's reach, vmac-energy
# compares what the unit says step by step.)
.PHONY: synth-equiv
synth-equiv: setup ## prove the mapped PEs and side columns of CELLS equal to their Verilog
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) PPA_JOBS=$(JOBS) PPA=$(SYNTH)/equiv ppa-run
	$(Q)sh synth/equiv-all.sh $(SYNTH)/equiv $(JOBS)

# ---- clocks ----

$(SYNTH)/top/fmax.txt: $(SYNTH)/top/map.txt $(SYNTH)/pe-settings.txt $(SYNTH_TIME)
	$(Q)VMAC_PERIOD_NS=$(VMAC_PE_PERIOD_NS) sh synth/time.sh vmac_top $(@D)/scalar.v \
	  $(@D)/timing.rpt > $@.new && mv $@.new $@

# 0: without the accelerator, whose mapping takes minutes.
FMAX_TOP ?= 1
.PHONY: fmax
fmax: setup ## longest paths of cells, PEs, what stands below, 8 x 8 top (minutes); PLATFORM=x|all
ifeq ($(PLATFORM),all)
	$(Q)$(call EACH_PLATFORM,fmax,FMAX   )
else
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) PPA_JOBS=$(JOBS) PPA=$(SYNTH)/fmax ppa-run
ifneq ($(FMAX_TOP),0)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(SYNTH)/top/fmax.txt
endif
	$(Q)sh synth/fmax.sh $(SYNTH)/fmax $(if $(filter-out 0,$(FMAX_TOP)),$(SYNTH)/top)
endif
