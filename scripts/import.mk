# Multipliers that somebody brought along: into the registry, measured, and out again. What they are
# stands in $(IMPORT_DIR), which is no part of the repository.

IMPORTED    := $(REPORT)/import
IMPORT_NAME := $(B)/import-name.txt
IMPORT_VARS := MULT_V TABLE TOP NAME CLASS SWAP ORDER XVAR FORCE
# How many of the network's layers run through an array of the cell; empty: all.
IMPORT_LAYERS ?=

# They reach the script through the environment, where make puts what its command line says; what
# was in the environment before is not meant.
IMPORT_ONLY = $(foreach v,$(IMPORT_VARS),\
                $(if $(filter command,$(firstword $(origin $(v)))),,unset $(v);))

.PHONY: import import-report import-remove
import: setup ## your multiplier as a cell, measured: MULT_V=F.v [TOP= SWAP=], or TABLE=F
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)rm -f $(IMPORT_NAME); $(IMPORT_ONLY) \
	  sh scripts/import.sh $(VARIMAC) $(IMPORT_DIR) $(IMPORT_NAME)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) import-report NAME=$$(cat $(IMPORT_NAME))

import-remove: $(VARIMAC) ## take an imported cell out again: NAME=
	$(Q)$(IMPORT_ONLY) $(VARIMAC) mult import --remove "$$NAME" --into $(IMPORT_DIR) && \
	  rm -rf "$(IMPORTED)/$$NAME"
	$(Q)$(MAKE) --no-print-directory $(IMPORTED)/report.csv

# ---- one cell's figures: the commands that make the tables, for that cell alone ----

.PRECIOUS: $(B)/bench/conv-% $(IMPORTED)/%/errors.txt $(IMPORTED)/%/accuracy.csv \
           $(IMPORTED)/%/cosim.txt $(IMPORTED)/%/bench.txt

$(IMPORTED)/%/errors.txt: $(VARIMAC)
	$(Q)mkdir -p $(@D) && $(VARIMAC) mult errors $* > $@

# Points are taken from an earlier run where network, products, data and mode are the same.
$(IMPORTED)/%/accuracy.csv: $(NETWORK) $(VARIMAC)
	$(call say,SWEEP,$*)
	$(Q)mkdir -p $(@D) && $(VARIMAC) sweep --net $(NETWORK) --data subset:test --mults $* \
	  --modes $(MODE_COMMAS) -o $@

$(IMPORTED)/%/cosim.txt: $(B)/bench/conv-8x8_% $(NETWORK)
	$(call say,COSIM,8x8_$*)
	$(Q)mkdir -p $(@D) && $< --net $(NETWORK) $(IMPORT_LAYERS:%=--layers %) > $@.new && mv $@.new $@

# The array's products were compared one by one on the way: what is missing is an independent model.
$(IMPORTED)/%/bench.txt: $(IMPORTED)/%/cosim.txt
	$(Q)echo "equal $*" > $@

# A table has no netlist: its row has a class and no figures.
define IMPORT_RULES
$(IMPORTED)/$(1)/cells.csv: synth/table.sh synth/table.awk $(B)/gen/cell/$(1)/line.txt \
  $(if $(filter $(1),$(SYNTH_CELLS)),$(call SYNTH_BOTH,$(SYNTH)/$(1)))
	$$(Q)mkdir -p $$(@D) && $(if $(filter $(1),$(SYNTH_CELLS)),\
	  sh synth/table.sh $(SYNTH) '$(SYNTH_VARIANTS)' $(1):import,\
	  { awk -f synth/table.awk /dev/null && echo '$(1),$(CLASS_$(1))'; }) > $$@.new && mv $$@.new $$@
endef
$(foreach m,$(MULTS_IMPORT),$(eval $(call IMPORT_RULES,$(m))))

$(IMPORTED)/%/report.csv: $(IMPORTED)/%/errors.txt $(IMPORTED)/%/cells.csv \
                          $(IMPORTED)/%/accuracy.csv $(IMPORTED)/%/bench.txt \
                          scripts/report-merge.awk
	$(Q)awk -v modes='$(REPORT_MODES)' -v imported='$(MULTS_IMPORT)' \
	  -f scripts/report-merge.awk $(filter-out %.awk,$^) > $@.new
	$(Q)mv $@.new $@

# Rows of all imported cells that were measured.
$(IMPORTED)/report.csv: FORCE
	$(Q)mkdir -p $(@D) && awk 'FNR > 1 || !titles++' \
	  $(wildcard $(MULTS_IMPORT:%=$(IMPORTED)/%/report.csv)) /dev/null > $@

# The commands above once more, from a scratch folder of imported cells.
.PHONY: import-check
test-full: import-check
import-check: setup $(VARIMAC)
	$(Q)$(TEST_ENV) IMPORT_TEST=full prove --timer tests/import.t

import-report: $(IMPORTED)/$(NAME)/report.csv
	$(Q)$(MAKE) --no-print-directory $(IMPORTED)/report.csv
	@echo && $(VARIMAC) mult info $(NAME) && echo
	@sed -n '/equal/p' $(IMPORTED)/$(NAME)/cosim.txt
	@[ -n '$(filter $(NAME),$(SYNTH_CELLS))' ] || \
	  echo 'no netlist: table only, so no area, delay, energy'
	@echo && awk -v style=text -f scripts/report-table.awk $(IMPORTED)/$(NAME)/report.csv
	@echo && echo 'all imported cells: $(IMPORTED)/report.csv; `make demo` has them beside the others'
