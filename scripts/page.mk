# The report's page, from whatever was measured: error metrics, maps and cycles are made on the way,
# tables of other goals are taken where there are any; the page says what is missing and how it is made.

# The most thorough accuracy that there is, and the designs whose energy is shown by layer and block.
PAGE_CELLS  := exact perf2 trunc6 rec4
PAGE_MODES  := none cv
# $(1) = files, of which the first that is there is taken; wildcards are looked up when a recipe starts
page_first   = $(firstword $(wildcard $(1)))
page_of      = $(if $(call page_first,$(2)),of=$(1) $(call page_first,$(2)))
page_table   = $(if $(call page_first,$(2)),$(1)=$(call page_first,$(2)))
page_each    = $(foreach f,$(wildcard $(2)/*.$(3)),$(1)/$(basename $(notdir $(f)))=$(f))

PAGE_ACCURACY = $(REPORT)/full/accuracy.csv $(REPORT)/demo/accuracy.csv
# Of the first paper's runs as far as they are: networks that have something of everything.
PAGE_S1       = $(REPORT)/paper-s1-points.tsv
page_s1_nets  = $(foreach n,$(PAPER_ALL),$(if $(and $(wildcard $(PAPER)/$(n).exact.csv),\
  $(wildcard $(PAPER)/$(n).cells.csv),$(wildcard $(PAPER)/$(n).energy.tsv)),$(n)))
PAGE_DATA     = $(or $(if $(wildcard $(REPORT)/full/accuracy.csv),cifar10:test),\
                     $(if $(wildcard $(REPORT)/demo/accuracy.csv),subset:test),none scored)
PAGE_SCRIPTS := $(addprefix scripts/report,-table.js -plot.js -layers.js .js -selftest.js)
PAGE_TABLES   = cells=$(REPORT)/cells.csv points=$(REPORT)/points.csv \
  $(call page_each,cycles,$(REPORT)/cycles,csv) $(call page_each,energy,$(REPORT)/energy,csv) \
  $(call page_table,residuals,$(PAPER)-residual.tsv $(REPORT)/demo/residual.tsv) \
  $(call page_table,cosim,$(REPORT)/cosim.csv) $(call page_table,proofs,$(REPORT)/proofs.csv) \
  $(call page_each,savings,$(SAVED),tsv) $(call page_table,paper-s1,$(PAGE_S1)) \
  $(call page_table,paper-s2,$(PAPER_S2).tsv) $(call page_table,retrain,$(RETRAIN).tsv) \
  $(foreach m,$(CELL_LIST),map:$(m)=$(REPORT)/maps/$(m).png)

.PHONY: report
report: setup ## the page of all that was measured, build/report/index.html, as JSON and CSV too
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)for step in parts tables page; do $(MAKE) --no-print-directory -j1 report-$$step || exit 1; done
	@echo "report: $(REPORT)/index.html"

# What costs seconds. The steps are goals of their own: each looks anew at what files there are.
.PHONY: report-parts report-tables report-page
report-parts:
	$(Q)rm -rf $(REPORT)/maps $(REPORT)/energy $(REPORT)/cycles
	$(Q)mkdir -p $(REPORT)/maps $(REPORT)/cycles
	$(call say,ERRORS,all cells)
	$(Q)$(VARIMAC) mult errors --json $(REPORT)/errors.json > $(REPORT)/errors-all.txt
	$(call say,MAPS,$(words $(CELL_LIST)) cells)
	$(Q)for m in $(CELL_LIST); do $(VARIMAC) mult map $$m --raw -o $(REPORT)/maps/$$m.png || exit 1; done
	$(call say,CYCLES,$(words $(CYCLES_NETS)) networks)
	$(Q)for n in $(CYCLES_NETS); do $(VARIMAC) cycles --net $$n --mult exact \
	  --csv $(REPORT)/cycles/$$(basename $$n .tflite).csv > $(REPORT)/cycles/said || exit 1; done
	$(Q)sh scripts/report-energy.sh $(VARIMAC) $(PPA)/ppa.json $(SYNTH_NET) '$(PAGE_CELLS)' \
	  $(REPORT)/energy
	$(Q)for n in $(PAPER_ALL); do sh scripts/report-energy.sh $(VARIMAC) \
	  $(SYNTH)/paper-s1/$$n/ppa.json weights/$$n.tflite '$(PAGE_CELLS)' $(REPORT)/energy || exit 1; done

report-tables:
	$(Q)awk -v partial=1 -f scripts/opt-correction.awk -f scripts/paper-s1-table.awk \
	  /dev/null $(foreach n,$(page_s1_nets),\
	  $(addprefix $(PAPER)/$(n).,exact.csv cells.csv energy.tsv)) > $(PAGE_S1).new && mv $(PAGE_S1).new $(PAGE_S1)
	$(Q)awk -v modes='$(REPORT_MODES)' -v imported='$(MULTS_IMPORT)' -f scripts/report-cells.awk \
	  of=errors $(REPORT)/errors.json $(call page_of,synth,$(SYNTH_TABLE)) \
	  $(call page_of,ppa,$(PPA)/ppa.tsv) $(call page_of,accuracy,$(PAGE_ACCURACY)) \
	  $(call page_of,bench,$(REPORT)/bench.txt) $(call page_of,proofs,$(REPORT)/proofs.txt) \
	  > $(REPORT)/cells.csv.new && mv $(REPORT)/cells.csv.new $(REPORT)/cells.csv
	$(Q)awk -v network=$(basename $(notdir $(NETWORK))) -f scripts/report-points.awk /dev/null \
	  $(call page_of,synth,$(SYNTH_TABLE)) $(call page_of,ppa,$(PPA)/ppa.tsv) \
	  $(call page_of,accuracy,$(PAGE_ACCURACY)) \
	  $(call page_of,measured,weights/measured/$(basename $(notdir $(NETWORK))).scores.csv) \
	  of=s1 $(PAGE_S1) \
	  > $(REPORT)/points.csv.new && mv $(REPORT)/points.csv.new $(REPORT)/points.csv
	$(Q)for t in cosim proofs; do rm -f $(REPORT)/$$t.csv; [ ! -e $(REPORT)/$$t.txt ] || \
	  awk -v what=$$t -f scripts/report-lists.awk $(REPORT)/$$t.txt > $(REPORT)/$$t.csv || exit 1; done
	$(Q){ sh scripts/facts.sh $(NETWORK) '$(PAGE_DATA)' && \
	  printf 'source     %s\n' "$$(git describe --always --dirty 2> /dev/null || echo unknown)"; } \
	  > $(REPORT)/facts.txt

report-page:
	$(call say,PAGE,$(REPORT)/index.html)
	$(Q)sh scripts/report-data.sh scripts/report-sections.tbl scripts/papers.tbl $(REPORT)/facts.txt \
	  $(PAGE_TABLES) > $(REPORT)/report.json.new && mv $(REPORT)/report.json.new $(REPORT)/report.json
	$(Q)sh scripts/report-page.sh scripts/report.html $(REPORT)/report.json $(PAGE_SCRIPTS) \
	  > $(REPORT)/index.html.new && mv $(REPORT)/index.html.new $(REPORT)/index.html
	$(Q)sh scripts/report-paper.sh scripts/papers.tbl $(REPORT) scripts/report.html
