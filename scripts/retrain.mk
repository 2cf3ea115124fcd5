# Retraining with a cell in the loop: what it gives by the straight-through gradient, by the table's
# own, and with the correction trained along, against the given weights uncorrected and corrected.
# Every point is kept as those of paper-s2.mk are.

RETRAIN_NET    ?= resnet8
# From mild to brutal; or6 has OR-compressed columns, trunc8 is known as rm8.
RETRAIN_CELLS  ?= or6 rec4 perf2s trunc6 mitchells trunc7 perf3s drum4s trunc8 ppab3_3_0s
# Trained along with no error, as a control.
RETRAIN_EXACT  ?= exacts
# Corrections of the given weights; MODE:GRADIENT of retraining, the first what others are beside.
RETRAIN_MODES  ?= none cv
RETRAIN_WAYS   ?= none:straight none:table16 cv:straight
RETRAIN_EPOCHS ?= 1
RETRAIN_SEEDS  ?= 1 2 3
RETRAIN_RATE   ?= 0.001
RETRAIN_CALIB  ?= 1000
RETRAIN_DATA   ?=
RETRAIN_TEST   ?=
# Of an epoch on one core (Zen 3, 2.25 GHz), for the forecast: straight, corrected, by a table.
RETRAIN_SECONDS ?= 280 340 500
export RETRAIN_CALIB

RETRAIN      := $(REPORT)/retrain
RETRAIN_KEPT ?= weights/measured/retrain.csv
RETRAIN_HEAD := key,network,data,cell,way,mode,epochs,seed,status,accuracy
retrain_kept = $(call kept_of,$(RETRAIN_KEPT))

.PHONY: retrain-table
retrain-table: setup data ## accuracy of RETRAIN_CELLS with and without retraining (hours)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)$(MAKE) --no-print-directory retrain-train
	$(Q)$(MAKE) --no-print-directory -o retrain-asked retrain-report

# The forecast's numbers and what has no use here: shares, a stall, SDs.
.PHONY: retrain-asked
retrain-asked: $(VARIMAC)
	$(Q)mkdir -p $(RETRAIN) && PREFIX=RETRAIN sh scripts/paper-s2-nets.sh $(VARIMAC) \
	  weights/MANIFEST.tsv $(RETRAIN_NET) '$(RETRAIN_DATA)' '$(RETRAIN_TEST)' '$(RETRAIN_EPOCHS)' \
	  '$(RETRAIN_SEEDS)' 1 0 0 0 '$(RETRAIN_SECONDS) 0 0' > $(RETRAIN)/net.new && \
	  mv $(RETRAIN)/net.new $(RETRAIN)/net.tsv || { rm -f $(RETRAIN)/net.new; exit 1; }
	$(Q)$(VARIMAC) mult list | awk -v cells='$(RETRAIN_CELLS)' -v ways='$(RETRAIN_WAYS)' \
	  -v modes='$(RETRAIN_MODES)' -v from=weights/$(RETRAIN_NET).safetensors \
	  -v weights=$$(sha256sum < weights/$(RETRAIN_NET).safetensors | cut -c 1-16) \
	  -v rate='$(RETRAIN_RATE)' -v calib='$(RETRAIN_CALIB)' -v exact='$(RETRAIN_EXACT)' \
	  -f scripts/retrain-asked.awk $(RETRAIN)/net.tsv - > $(RETRAIN)/asked.new && \
	  sh scripts/run-keys.sh $(VARIMAC) < $(RETRAIN)/asked.new > $(RETRAIN)/asked.tsv.new && \
	  mv $(RETRAIN)/asked.tsv.new $(RETRAIN)/asked.tsv; s=$$?; \
	  rm -f $(RETRAIN)/asked.new $(RETRAIN)/asked.tsv.new; exit $$s

.PHONY: retrain-train
retrain-train: retrain-asked
	$(Q)sh scripts/runs-train.sh $(VARIMAC) $(RETRAIN) $(RETRAIN)/asked.tsv $(RETRAIN_HEAD) \
	  scripts/retrain-run.sh $(retrain_kept)

.PHONY: retrain-report
retrain-report: retrain-asked
	$(Q)rm -f $(RETRAIN)/have.csv && sh scripts/keep-lines.sh $(RETRAIN)/have.csv \
	  $(RETRAIN_HEAD) $(RETRAIN)/known.csv $(retrain_kept)
	$(Q)awk -v margin=$(PAPER_S2_MARGIN) -v most=$(PAPER_S2_P) -v tsv=$(RETRAIN).tsv.new \
	  -v runs="$$(awk -f scripts/runs-count.awk $(RETRAIN)/have.csv $(RETRAIN)/asked.tsv)" \
	  -f scripts/student.awk -f scripts/run-results.awk -f scripts/retrain-table.awk \
	  $(RETRAIN)/have.csv $(RETRAIN)/asked.tsv \
	  > $(RETRAIN).md.new && mv $(RETRAIN).tsv.new $(RETRAIN).tsv && mv $(RETRAIN).md.new $(RETRAIN).md
	$(Q)head -n 1 $(RETRAIN).md
	@echo "$(RETRAIN).md, $(RETRAIN).tsv"

retrain_put = if [ -e $(RETRAIN).md ]; then \
	    sh scripts/paper-s2-whole.sh $(RETRAIN).md resnet8 && \
	    $(call readme_put,retrain=$(RETRAIN).md,$(PAGES)/s2.md); \
	  else echo "readme: no $(RETRAIN).md (make retrain-table): its block stays as it is"; fi
.PHONY: readme-retrain
readme-retrain: | readme-top readme-paper-s2 ## put the table of `make retrain-table` into docs/papers/s2.md
	$(Q)$(retrain_put)

.PHONY: retrain-keep
paper-keep: retrain-keep
retrain-keep: ## ship the points of `make retrain-table`, in weights/measured
	$(Q)$(call keep_asked,retrain,$(RETRAIN),$(RETRAIN_KEPT),$(RETRAIN_HEAD))
