# The gradients-and-probabilities paper (arXiv:2208.07265), measured: noise that layers bear is
# learned, each layer gets the cheapest cell whose error it bears, with and without correction in
# that; beside it a direct search for maps of the same cells; each as it is and trained on with the
# map. Every piece is kept by what it is of, on this machine and, by `make paper-s3-keep`, in
# weights/measured, as the runs of paper-s2.mk are.

PAPER_S3_ALL      := resnet8 resnet20
PAPER_S3_NETS     ?= $(PAPER_S3_ALL)
# evo: the cells that are the paper's, by paper-s3-evo.tsv; a family of cells; registry: all.
PAPER_S3_FAMILIES ?= evo registry
PAPER_S3_MODES    ?= none bias cv
# Rewards of noise, and FAMILY:MODE:LAMBDA of the maps that are trained on with.
PAPER_S3_LAMBDAS  ?= 0.2 0.8 3.2
PAPER_S3_TUNED    ?= evo:none:0.8 evo:cv:0.8 registry:cv:0.8
PAPER_S3_SIGMA    ?= 0.05
PAPER_S3_EPOCHS   ?= 1
PAPER_S3_RATE     ?= 0.02
PAPER_S3_TUNE_RATE ?= 0.001
PAPER_S3_SEED     ?= 1
# Training images of searches, patches and corrections: the first so many.
PAPER_S3_IMAGES   ?= 300
# So many behind them judge what a search found.
PAPER_S3_JUDGES   ?= 5000
PAPER_S3_DATA     ?=
PAPER_S3_TEST     ?=
PAPER_S3_TEST_IMAGES ?=
PAPER_S3_LINE        ?= 24
PAPER_S3_EVALUATIONS ?= 150
PAPER_S3_WITHIN      ?= 6
# On one core (Zen 3, 2.25 GHz), for the forecast: an epoch with noise, one with cells, an image of
# a search.
PAPER_S3_SECONDS_resnet8  ?= 150 280 0.0006
PAPER_S3_SECONDS_resnet20 ?= 520 950 0.002
PAPER_S3_GOAL     := 70

PAPER_S3      := $(REPORT)/paper-s3
PAPER_S3_KEPT ?= weights/measured/paper-s3.csv
PAPER_S3_HEAD := key,network,step,family,mode,lambda,point,seed,status,energy,accuracy,core_s,text
paper_s3_kept = $(call kept_of,$(PAPER_S3_KEPT))
paper_s3_data = $(or $(PAPER_S3_DATA),$(shell \
                  sh scripts/paper-s1-data.sh weights/MANIFEST.tsv $(PAPER_NET)):train)
paper_s3_test = $(or $(PAPER_S3_TEST),$(paper_s3_data:%:train=%:test))
paper_s3_seconds = $(or $(PAPER_S3_SECONDS_$(1)),$(PAPER_S3_SECONDS_resnet20))
PAPER_S3_COSTS ?= $(call paper_maps_ppa,$(PAPER_NET))/ppa.tsv

.PHONY: paper-s3
paper-s3: setup data ## maps by learned noise and by search, corrected, trained on with (hours)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC) $(ENERGY) $(VMAC_LIB)
	$(Q)for n in $(PAPER_S3_NETS); do \
	  $(MAKE) --no-print-directory PAPER_NET=$$n paper-costs-run || exit 1; done
	$(Q)$(MAKE) --no-print-directory paper-s3-make
	$(Q)for n in $(PAPER_S3_NETS); do \
	  $(MAKE) --no-print-directory PAPER_NET=$$n paper-s3-array || exit 1; done
	$(Q)$(MAKE) --no-print-directory -o paper-s3-asked paper-s3-report

# Of each network in turn; one header.
.PHONY: paper-s3-asked paper-s3-asked-net
paper-s3-asked: $(VARIMAC)
	$(Q)mkdir -p $(PAPER_S3) && rm -f $(PAPER_S3)/have.csv $(PAPER_S3)/lines && \
	  touch $(PAPER_S3)/asked.tsv && sh scripts/keep-lines.sh $(PAPER_S3)/have.csv \
	  $(PAPER_S3_HEAD) $(PAPER_S3)/known.csv $(paper_s3_kept)
	$(Q)for n in $(PAPER_S3_NETS); do \
	  $(MAKE) --no-print-directory PAPER_NET=$$n paper-s3-asked-net || exit 1; done
	$(Q)awk 'FNR == 1 && NR > 1 { next } { print }' $(PAPER_S3_NETS:%=$(PAPER_S3)/%/lines) \
	  > $(PAPER_S3)/lines && \
	  sh scripts/run-keys.sh $(VARIMAC) < $(PAPER_S3)/lines > $(PAPER_S3)/asked.tsv.new && \
	  mv $(PAPER_S3)/asked.tsv.new $(PAPER_S3)/asked.tsv
paper-s3-asked-net:
	$(Q)sh scripts/paper-s4-asked.sh $(VARIMAC) weights/$(PAPER_NET).tflite $(PAPER_S3_COSTS) \
	  $(paper_s3_data) '$(PAPER_S3_IMAGES)' '$(PAPER_S3_JUDGES)' $(paper_s3_test) \
	  '$(PAPER_S3_TEST_IMAGES)' $(PAPER_S3)/$(PAPER_NET)
	$(Q)PREFIX=PAPER_S3 sh scripts/paper-s2-nets.sh $(VARIMAC) weights/MANIFEST.tsv $(PAPER_NET) \
	  $(paper_s3_data) $(paper_s3_test) '$(PAPER_S3_EPOCHS)' '$(PAPER_S3_SEED)' 1 0 0 0 \
	  '0 0 0 0 0' > $(PAPER_S3)/$(PAPER_NET)/net.tsv
	$(Q)$(VARIMAC) mult list > $(PAPER_S3)/list && \
	  awk -v families='$(PAPER_S3_FAMILIES)' -v modes='$(PAPER_S3_MODES)' \
	  -v lambdas='$(PAPER_S3_LAMBDAS)' -v tuned='$(PAPER_S3_TUNED)' -v sigma='$(PAPER_S3_SIGMA)' \
	  -v rate='$(PAPER_S3_RATE)' -v tune_rate='$(PAPER_S3_TUNE_RATE)' -v images='$(PAPER_S3_IMAGES)' \
	  -v judges='$(PAPER_S3_JUDGES)' -v line='$(PAPER_S3_LINE)' -v evolution='$(PAPER_S3_EVALUATIONS)' \
	  -v within='$(PAPER_S3_WITHIN)' -v test_images='$(PAPER_S3_TEST_IMAGES)' \
	  -v seed='$(PAPER_S3_SEED)' -v costs='$(call paper_s3_seconds,$(PAPER_NET))' \
	  -v weights=$$(sha256sum < weights/$(PAPER_NET).safetensors | cut -c 1-16) \
	  -v layers=$$($(VARIMAC) net weights/$(PAPER_NET).tflite | \
	    awk '$$11 ~ /^[0-9]+$$/ && $$11 > 0 { n++ } END { print n }') \
	  -v paper=paper-s3 -f scripts/paper-maps.awk -f scripts/paper-s3-pick.awk \
	  -f scripts/paper-s3-asked.awk $(PAPER_S3_COSTS) $(PAPER_S3)/list \
	  $(PAPER_S3)/$(PAPER_NET)/of $(PAPER_S3)/asked.tsv $(PAPER_S3)/$(PAPER_NET)/net.tsv \
	  scripts/paper-s3-evo.tsv $(PAPER_S3)/have.csv > $(PAPER_S3)/$(PAPER_NET)/lines

# Three times: what builds on others' results is asked for when these are known.
.PHONY: paper-s3-make
paper-s3-make: $(VARIMAC)
	$(Q)for pass in 1 2 3; do $(MAKE) --no-print-directory paper-s3-asked && \
	  RUNS_WORD=MAPS sh scripts/runs-train.sh $(VARIMAC) $(PAPER_S3) $(PAPER_S3)/asked.tsv \
	    $(PAPER_S3_HEAD) scripts/paper-s3-run.sh $(paper_s3_kept) || exit 1; done
	$(Q)$(MAKE) --no-print-directory paper-s3-asked

# $(1) = the table's file
paper_s3_table = awk -v evo=scripts/paper-s3-evo.tsv \
	  -v exact='$(foreach n,$(PAPER_S3_NETS),$(n):$(PAPER_S3)/$(n)/exact.tsv)' \
	  -v array='$(foreach n,$(PAPER_S3_NETS),$(n):$(PAPER_S3)/$(n)/array.tsv)' \
	  -f scripts/opt-correction.awk -f scripts/paper-s3-pick.awk -f scripts/run-results.awk \
	  -f scripts/paper-s3-table.awk \
	  $(PAPER_S3)/have.csv $(PAPER_S3)/asked.tsv > $(1).new && mv $(1).new $(1)
# PEs, side columns and correction units of the cells that maps have, and of the exact ones.
.PHONY: paper-s3-array paper-s3-array-run
paper-s3-array: paper-s3-asked
	$(Q)$(call paper_s3_table,$(PAPER_S3)/cells.tsv)
	$(Q)cells=$$({ awk -F '\t' -v net=$(PAPER_NET) '$$1 == net { print $$12 }' \
	  $(PAPER_S3)/cells.tsv | tr ' ' '\n'; \
	  sed -n 's/.*"cells": "\([^:]*\):.*/\1/p' $(PAPER_S3)/$(PAPER_NET)/lines; } | sort -u) && \
	  $(MAKE) --no-print-directory PAPER_S3_CELLS="$$(echo $$cells)" paper-s3-array-run
paper-s3-array-run: $(VARIMAC) $(ENERGY) $(VMAC_LIB)
	$(call PAPER_MAPS_PPA,$(paper_maps_array),pe side correct,0 1,$(PAPER_S3_CELLS))
	$(Q)sh scripts/paper-s4-array.sh $(VARIMAC) $(paper_maps_array) \
	  weights/$(PAPER_NET).tflite '0 1' '$(PAPER_S3_CELLS)' \
	  > $(PAPER_S3)/$(PAPER_NET)/array.tsv.new
	$(Q)mv $(PAPER_S3)/$(PAPER_NET)/array.tsv.new $(PAPER_S3)/$(PAPER_NET)/array.tsv

# Of what there is, all or not: seconds.
.PHONY: paper-s3-report
paper-s3-report: paper-s3-asked
	$(Q)$(call paper_s3_table,$(PAPER_S3).tsv)
	$(Q)for n in $(PAPER_S3_NETS); do awk -F '\t' -v net=$$n \
	  -v hash="$$(sha256sum < weights/$$n.tflite | cut -c 1-16)" '{ printf "- %s (%s), exact: " \
	  "%.2f %% of %d test images; $(PAPER_S3_IMAGES) training images searched on, judged by %d more, of" \
	  " which it answers %d\n", net, hash, 100 * $$4 / $$3, $$3, $$1, $$2 }' $(PAPER_S3)/$$n/exact.tsv || exit 1; done \
	  > $(PAPER_S3)/facts.md
	$(Q)awk -v runs="$$(awk -f scripts/runs-count.awk $(PAPER_S3)/have.csv \
	  $(PAPER_S3)/asked.tsv)" -v goal=$(PAPER_S3_GOAL) -v facts=$(PAPER_S3)/facts.md \
	  -f scripts/paper-s3-report.awk $(PAPER_S3).tsv > $(PAPER_S3).md.new && \
	  mv $(PAPER_S3).md.new $(PAPER_S3).md
	$(Q)for n in $(PAPER_S3_NETS); do points=$(PAPER_S3)/$$n.points && \
	  awk -v network=$$n -f scripts/paper-s3-points.awk $(PAPER_S3).tsv > $$points && \
	  { [ ! -s $$points ] || gnuplot -e "table='$$points'; fronts=$$(grep -c '^"' $$points); \
	  exact=$$(awk '{ print 100 * $$4 / $$3 }' $(PAPER_S3)/$$n/exact.tsv); title_='$$n'; \
	  out='$(PAPER_S3)/$$n.svg'" scripts/paper-s4-plot.gp; } || exit 1; done
	$(Q)head -n 1 $(PAPER_S3).md; grep '^- .* goal\|^- .*the same' $(PAPER_S3).md
	@echo "$(PAPER_S3).md, $(PAPER_S3).tsv, $(PAPER_S3)/*.svg"

.PHONY: paper-s3-keep
paper-keep: paper-s3-keep
paper-s3-keep: ## ship the pieces of `make paper-s3`, in weights/measured
	$(Q)$(call keep_asked,paper-s3,$(PAPER_S3),$(PAPER_S3_KEPT),$(PAPER_S3_HEAD))

paper_s3_put = if [ -e $(PAPER_S3).md ]; then \
	    ! grep '^Partial' $(PAPER_S3).md >&2 && $(call readme_put,paper-s3=$(PAPER_S3).md,$(PAGES)/s3.md); \
	  else echo "readme: no $(PAPER_S3).md (make paper-s3): its block stays as it is"; fi
.PHONY: readme-paper-s3
# Behind readme-savings: in the order of README.md.
readme-paper-s3: | readme-top readme-savings ## put the report of `make paper-s3` into docs/papers/s3.md
	$(Q)$(paper_s3_put)
