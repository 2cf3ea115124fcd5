# Measurements to tables: the demo on the shipped images, and all cells on the 10,000 test images.

NETWORK ?= weights/resnet8.tflite
MODES   := none bias paper cv
REPORT  := $(B)/report

# Accuracy: one JSON file per (cell, mode), so that an interrupted run picks up where it stopped.
# $(1) = folder, $(2) = cells
accuracy_files = $(foreach m,$(2),$(foreach c,$(MODES),$(REPORT)/$(1)/$(m).$(c).json))

# A rebuilt varimac may score differently, so its results are made again.
# $(1) = folder, $(2) = data, $(3) = calibration images
define EVAL_RULE
$(REPORT)/$(1)/%.json: $(NETWORK) $(VARIMAC)
	$$(call say,EVAL,$(1)/$$*)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(VARIMAC) eval --net $(NETWORK) --mult $$(basename $$*) \
	  --correction $$(patsubst .%,%,$$(suffix $$*)) --data $(2) --calib $(3) --json $$@ > /dev/null
$(REPORT)/$(1)/accuracy.csv: $(call accuracy_files,$(1),$(MULTS)) scripts/accuracy-csv.awk
	$$(Q)awk -f scripts/accuracy-csv.awk $$(filter %.json,$$^) > $$@
endef
$(eval $(call EVAL_RULE,demo,subset:test,subset:calib))
$(eval $(call EVAL_RULE,full,cifar10:test,subset:calib))

$(REPORT)/errors.txt: $(VARIMAC)
	$(Q)mkdir -p $(@D) && $(VARIMAC) mult errors > $@

$(REPORT)/bench.txt: $(B)/bench/cells
	$(call say,BENCH,cells)
	$(Q)mkdir -p $(@D) && $(B)/bench/cells > $@

$(REPORT)/%/report.csv: $(REPORT)/errors.txt $(SYNTH_TABLE) $(REPORT)/%/accuracy.csv \
                        $(REPORT)/bench.txt scripts/report-merge.awk
	$(Q)awk -f scripts/report-merge.awk $(filter-out %.awk,$^) > $@

$(REPORT)/%/plot.svg: $(REPORT)/%/report.csv scripts/report-plot.gp
	$(Q)gnuplot -e "report='$<'; out='$@'" scripts/report-plot.gp

.PHONY: demo
demo: setup ## the main job on the shipped images: every cell's error, cost and accuracy
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC) $(SYNTH_TABLE) $(REPORT)/errors.txt \
	  $(REPORT)/bench.txt demo-cosim
	$(Q)$(MAKE) --no-print-directory -j1 $(REPORT)/demo/report.csv $(REPORT)/demo/plot.svg
	$(Q)scripts/facts.sh $(NETWORK) subset:test > $(REPORT)/demo/facts.txt
	$(Q)sh scripts/report-html.sh $(REPORT)/demo/report.csv $(REPORT)/demo/plot.svg \
	  'Varimac: accuracy against energy' $(REPORT)/demo/facts.txt > $(REPORT)/index.html.new
	$(Q)mv $(REPORT)/index.html.new $(REPORT)/index.html
	$(Q)awk -v style=text -f scripts/report-table.awk $(REPORT)/demo/report.csv
	@echo && echo "report: $(REPORT)/index.html"

.PHONY: accuracy
accuracy: setup data ## every cell and correction mode on the 10,000 CIFAR-10 test images
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)$(MAKE) --no-print-directory -j1 $(REPORT)/full/accuracy.csv
	$(Q)awk -f scripts/accuracy-table.awk $(REPORT)/full/accuracy.csv
