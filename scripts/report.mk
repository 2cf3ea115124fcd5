# Measurements to tables: the demo on the shipped images, and all cells on the 10,000 test images.

NETWORK ?= weights/resnet8.tflite
REPORT  := $(B)/report
# Correction modes that tables have a column of.
REPORT_MODES := none bias paper cv bitplane phi
comma        := ,
empty        :=
MODE_COMMAS  := $(subst $(empty) ,$(comma),$(REPORT_MODES))

# Rewritten only when CELLS or the modes change: then the tables are stale.
CELL_COMMAS := $(shell echo $(CELL_LIST) | tr ' ' ,)
$(eval $(call STAMP,$(REPORT)/cells.txt,$(CELL_LIST) $(REPORT_MODES)))

# $(1) = folder, $(2) = data. An interrupted sweep is taken up again unless varimac was rebuilt since.
define SWEEP_RULE
$(REPORT)/$(1)/accuracy.csv: $(NETWORK) $(VARIMAC) $(REPORT)/cells.txt
	$$(call say,SWEEP,$(2))
	$$(Q)mkdir -p $$(@D) && { [ $$@.part -nt $(VARIMAC) ] || rm -f $$@.part; }
	$$(Q)$(VARIMAC) sweep --net $(NETWORK) --data $(2) --mults $(CELL_COMMAS) \
	  --modes $(MODE_COMMAS) -o $$@.part && \
	  mv $$@.part $$@
endef
$(eval $(call SWEEP_RULE,demo,subset:test))
$(eval $(call SWEEP_RULE,full,cifar10:test))

$(REPORT)/errors.txt: $(VARIMAC) $(REPORT)/cells.txt
	$(Q)mkdir -p $(@D) && $(VARIMAC) mult errors $(CELL_LIST) > $@

# A cell whose RTL differs from its C model still gets its row, marked; the demo then fails.
$(REPORT)/bench.txt: $(B)/bench/cells
	$(call say,BENCH,cells)
	$(Q)mkdir -p $(@D) && { $(B)/bench/cells > $@ || grep '^[dF]' $@; }

$(REPORT)/%/report.csv: $(REPORT)/errors.txt $(SYNTH_TABLE) $(REPORT)/%/accuracy.csv \
                        $(REPORT)/bench.txt scripts/report-merge.awk
	$(Q)awk -v modes='$(REPORT_MODES)' -v imported='$(MULTS_IMPORT)' \
	  -f scripts/report-merge.awk $(filter-out %.awk,$^) > $@

# What correction leaves layer by layer, of a few cells on the shipped images.
$(REPORT)/demo/residual.tsv: $(NETWORK) $(VARIMAC) scripts/report-residual.sh scripts/paper-s1-residual.awk
	$(call say,RESIDUAL,$(filter-out exact,$(PAGE_CELLS)))
	$(Q)mkdir -p $(@D) && sh scripts/report-residual.sh $(VARIMAC) $(NETWORK) subset:test subset:calib \
	  '$(filter-out exact,$(PAGE_CELLS))' '$(PAGE_MODES)' $@

# One real image through the array, every accumulator of every layer compared.
DEMO_COSIM ?= 16x16_exact,16x16_perf2,16x16_trunc6,16x16_rec4
$(REPORT)/cosim.txt: $(B)/bench/conv $(NETWORK)
	$(call say,COSIM,$(DEMO_COSIM))
	$(Q)mkdir -p $(@D) && $(B)/bench/conv --net $(NETWORK) --models $(DEMO_COSIM) > $@.new
	$(Q)mv $@.new $@

.PHONY: demo
demo: setup ## the main job on the shipped images: error, cost, accuracy; CELLS= other cells
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC) $(SYNTH_TABLE) $(REPORT)/errors.txt \
	  $(REPORT)/bench.txt $(REPORT)/cosim.txt
	$(Q)$(MAKE) --no-print-directory -j1 $(REPORT)/demo/report.csv $(REPORT)/demo/residual.tsv
	$(Q)for step in parts tables page; do $(MAKE) --no-print-directory -j1 report-$$step || exit 1; done
	$(Q)awk -v style=text -f scripts/report-table.awk $(REPORT)/demo/report.csv
	@echo && cat $(REPORT)/cosim.txt
	@echo && echo "report: $(REPORT)/index.html"
	@! grep -q ',FAIL$$' $(REPORT)/demo/report.csv || \
	  { echo 'demo: a cell differs from its C model (RTL=C: FAIL)' >&2; exit 1; }

.PHONY: accuracy
accuracy: setup data ## CELLS in every correction mode on the 10,000 CIFAR-10 test images
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)$(MAKE) --no-print-directory -j1 $(REPORT)/full/accuracy.csv
	$(Q)awk -v modes='$(REPORT_MODES)' -f scripts/accuracy-table.awk $(REPORT)/full/accuracy.csv

# The tables of README.md, from the measured files; nothing in them is typed.
$(REPORT)/demo.md: $(REPORT)/demo/report.csv scripts/report-table.awk
	$(Q){ awk -v style=md -f scripts/report-table.awk $<; echo; echo '```'; \
	  sh scripts/facts.sh $(NETWORK) subset:test; grep -v '^PASS' $(REPORT)/cosim.txt | \
	  sed 's/, [0-9.]* s$$//'; echo '```'; } > $@

$(REPORT)/full.md: $(REPORT)/full/accuracy.csv scripts/accuracy-table.awk
	$(Q)awk -v style=md -v modes='$(REPORT_MODES)' -f scripts/accuracy-table.awk $< > $@

# rtl/README.md, of vmac_top: its parameters, ports, registers, and the cycles that the shipped networks take.
$(B)/gen/parameters.md $(B)/gen/ports.md: $(B)/gen/%.md: rtl/vmac_top.v scripts/ports.awk
	$(Q)mkdir -p $(@D) && awk -v what=$* -f scripts/ports.awk $< > $@
CYCLES_NETS := $(sort $(wildcard weights/*.tflite))
$(B)/gen/cycles.md: scripts/cycles.sh $(VARIMAC) $(CYCLES_NETS)
	$(Q)mkdir -p $(@D) && sh $< $(VARIMAC) $(CYCLES_NETS) > $@
RTL_README := parameters=$(B)/gen/parameters.md ports=$(B)/gen/ports.md registers=$(B)/gen/csr.md \
              cycles=$(B)/gen/cycles.md

# $(1) = which tables, NAME=FILE; $(2) = of which document, README if empty
README     := README.md
PAGES      := docs/papers
# One writes at a time.
readme_put = { flock 9 && awk -v files='$(1)' -f scripts/readme.awk $(or $(2),$(README)) > $(B)/gen/README.md && \
             cat $(B)/gen/README.md > $(or $(2),$(README)); } 9> $(B)/gen/README.lock

.PHONY: readme readme-top
readme: readme-top ## put the tables of `make demo` and `make accuracy` into README.md
	$(Q)$(MAKE) --no-print-directory -j1 $(REPORT)/demo.md $(REPORT)/full.md
	$(Q)$(call readme_put,demo=$(REPORT)/demo.md full=$(REPORT)/full.md)
	$(Q)s=0; { $(predict_put); } || s=1; { $(paper_put); } || s=1; { $(paper_s2_put); } || s=1; \
	  { $(retrain_put); } || s=1; \
	  { $(paper_s3_put); } || s=1; { $(paper_s4_put); } || s=1; { $(paper_s0_put); } || s=1; exit $$s
readme-top: $(B)/gen/parameters.md $(B)/gen/ports.md $(B)/gen/csr.md $(B)/gen/cycles.md
	$(Q)$(call readme_put,$(RTL_README),rtl/README.md)
