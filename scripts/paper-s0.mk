# The information plane's question (Shakibhamedan et al., WANT@ICML 2024), decided by controls:
# whether a cell's error lifts a network above the exact one by more than noise and dropout of the
# same mean and variance do, in inference, in training and in both; where its layers lie in the
# plane meanwhile, and how they get there. Every measurement is kept by what it is of, as those of
# paper-s2.mk are.

PAPER_S0_ALL  := lenet5 resnet8
PAPER_S0_NETS ?= $(PAPER_S0_ALL)
# p below which something is said.
PAPER_S0_P    ?= 0.05

# As those of paper-s2.mk: PAPER_S0_EPOCHS= for all networks, PAPER_S0_EPOCHS_lenet5= for one, which
# resnet8's stand in for. POINTS: CELL:MODE, from mild to brutal. SECONDS: on one core (Zen 3,
# 2.25 GHz), for the forecast alone: an epoch exact, with a control, with a cell; a measurement.
PAPER_S0_EPOCHS_lenet5   ?= 4
PAPER_S0_SEEDS_lenet5    ?= 1 2 3 4 5
PAPER_S0_POINTS_lenet5   ?= perf2s:none perf4s:none trunc7s:none
PAPER_S0_SECONDS_lenet5  ?= 12 20 17 20
PAPER_S0_EPOCHS_resnet8  ?= 4
PAPER_S0_SEEDS_resnet8   ?= 1 2 3 4 5
PAPER_S0_POINTS_resnet8  ?= perf2s:none perf3s:none trunc7s:none
PAPER_S0_SECONDS_resnet8 ?= 150 280 200 60
# Of a cell's error, noise first: without it no gain is the cell's own.
PAPER_S0_CONTROLS ?= noise dropout
# Seeds whose every epoch is measured.
PAPER_S0_PATHS    ?= 3
# Training images for ranges, corrections and controls; options of `varimac plane`.
PAPER_S0_CALIB    ?= 1000
PAPER_S0_PLANE    ?= --images 2000 --compared 500 --noise 8 --features 64 --projections 1 \
                     --shuffles 1 --resamples 1
PAPER_S0_DATA     ?=
PAPER_S0_TEST     ?=
# $(1) = which, $(2) = network. (DATA and TEST are the manifest's where nothing is said.)
paper_s0_of = $(or $(PAPER_S0_$(1)),$(PAPER_S0_$(1)_$(2)),$(PAPER_S0_$(1)_resnet8))
# What paper-s2-nets.sh wants and has no use here: SDs, shares, validation, a stall, a fifth cost.
paper_s0_row = PREFIX=PAPER_S0 sh scripts/paper-s2-nets.sh $(VARIMAC) weights/MANIFEST.tsv $(1) \
  '$(PAPER_S0_DATA)' '$(PAPER_S0_TEST)' '$(call paper_s0_of,EPOCHS,$(1))' \
  '$(call paper_s0_of,SEEDS,$(1))' 1 0 0 0 '$(call paper_s0_of,SECONDS,$(1)) 0'
export S0_CALIB = $(PAPER_S0_CALIB)
export S0_PLANE = $(PAPER_S0_PLANE)

PAPER_S0      := $(REPORT)/paper-s0
PAPER_S0_KEPT ?= weights/measured/paper-s0.csv
PAPER_S0_HEAD := key,network,data,part,training,point,with,epoch,epochs,seed,status,accuracy,layers
paper_s0_kept = $(call kept_of,$(PAPER_S0_KEPT))

.PHONY: paper-s0
paper-s0: setup data ## the information plane with its controls, measured on PAPER_S0_NETS (hours)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)$(MAKE) --no-print-directory paper-s0-train
	$(Q)$(MAKE) --no-print-directory -o paper-s0-asked paper-s0-report

# What is asked for, a line a measurement, behind its key. A network has points of its own.
.PHONY: paper-s0-asked
paper-s0-asked: $(VARIMAC)
	$(Q)mkdir -p $(PAPER_S0) && { $(foreach n,$(PAPER_S0_NETS),$(call paper_s0_row,$(n)) &&) :; } \
	  > $(PAPER_S0)/nets.new && mv $(PAPER_S0)/nets.new $(PAPER_S0)/nets.tsv && \
	  printf '%s\t%s\n' $(foreach n,$(PAPER_S0_NETS),\
	    $(foreach p,$(call paper_s0_of,POINTS,$(n)),'$(n)' '$(p)')) > $(PAPER_S0)/points.tsv && \
	  awk -v controls='$(PAPER_S0_CONTROLS)' -v paths='$(PAPER_S0_PATHS)' \
	    -v settings='$(strip $(PAPER_S0_CALIB) $(PAPER_S0_PLANE))' -f scripts/paper-s0-asked.awk \
	    $(PAPER_S0)/nets.tsv $(PAPER_S0)/points.tsv > $(PAPER_S0)/asked.new && \
	  sh scripts/run-keys.sh $(VARIMAC) < $(PAPER_S0)/asked.new > $(PAPER_S0)/asked.tsv.new && \
	  mv $(PAPER_S0)/asked.tsv.new $(PAPER_S0)/asked.tsv; s=$$?; \
	  rm -f $(PAPER_S0)/*.new; exit $$s

.PHONY: paper-s0-train
paper-s0-train: paper-s0-asked
	$(Q)sh scripts/runs-train.sh $(VARIMAC) $(PAPER_S0) $(PAPER_S0)/asked.tsv $(PAPER_S0_HEAD) \
	  scripts/paper-s0-run.sh $(paper_s0_kept)

# From the measurements that there are, all or not: seconds.
.PHONY: paper-s0-report
paper-s0-report: paper-s0-asked
	$(Q)rm -f $(PAPER_S0)/have.csv && sh scripts/keep-lines.sh $(PAPER_S0)/have.csv \
	  $(PAPER_S0_HEAD) $(PAPER_S0)/known.csv $(paper_s0_kept)
	$(Q)awk -v most=$(PAPER_S0_P) -f scripts/student.awk -f scripts/run-results.awk \
	  -f scripts/paper-s0-table.awk $(PAPER_S0)/have.csv $(PAPER_S0)/asked.tsv \
	  > $(PAPER_S0).tsv.new && mv $(PAPER_S0).tsv.new $(PAPER_S0).tsv
	$(Q)awk -F '\t' '{ printf "- %s: %s, tested on %s, %s epochs, seeds %s, $(strip \
	  $(PAPER_S0_CALIB)) training images for ranges and controls\n", $$1, $$2, $$3, $$6, $$7 }' \
	  $(PAPER_S0)/nets.tsv > $(PAPER_S0)/facts.md
	$(Q)awk -v most=$(PAPER_S0_P) -v facts=$(PAPER_S0)/facts.md \
	  -v runs="$$(awk -f scripts/runs-count.awk $(PAPER_S0)/have.csv $(PAPER_S0)/asked.tsv)" \
	  -f scripts/paper-s0-report.awk $(PAPER_S0).tsv \
	  > $(PAPER_S0).md.new && mv $(PAPER_S0).md.new $(PAPER_S0).md
	$(Q)$(foreach n,$(PAPER_S0_NETS),$(foreach p,$(call paper_s0_of,POINTS,$(n)),\
	  $(call paper_s0_plot,$(n),$(p),layers) && $(call paper_s0_plot,$(n),$(p),path) &&)) :
	$(Q)head -n 1 $(PAPER_S0).md
	@echo "$(PAPER_S0).md, $(PAPER_S0).tsv, $(PAPER_S0)/*.svg"

# $(1) = network, $(2) = point, $(3) = layers or path: a plot, unless nothing was measured.
paper_s0_name = $(PAPER_S0)/$(1).$(subst :,-,$(2)).$(3)
paper_s0_plot = awk -v network=$(1) -v point=$(2) -v part=$(3) -f scripts/run-results.awk \
	    -f scripts/paper-s0-points.awk $(PAPER_S0)/have.csv $(PAPER_S0)/asked.tsv \
	    > $(paper_s0_name).points && { [ ! -s $(paper_s0_name).points ] || \
	  gnuplot -e "table='$(paper_s0_name).points'; what='$(1), $(2)'; out='$(paper_s0_name).svg'; \
	    curves=$$(grep -c '^"' $(paper_s0_name).points)" scripts/paper-s0-plot.gp; }

.PHONY: paper-s0-keep
paper-keep: paper-s0-keep
paper-s0-keep: ## ship the measurements of `make paper-s0`, in weights/measured
	$(Q)$(call keep_asked,paper-s0,$(PAPER_S0),$(PAPER_S0_KEPT),$(PAPER_S0_HEAD))

paper_s0_put = if [ -e $(PAPER_S0).md ]; then \
	    SEEDS=5 sh scripts/paper-s2-whole.sh $(PAPER_S0).md $(PAPER_S0_ALL) && \
	    $(call readme_put,paper-s0=$(PAPER_S0).md,$(PAGES)/s0.md); \
	  else echo "readme: no $(PAPER_S0).md (make paper-s0): its block stays as it is"; fi
.PHONY: readme-paper-s0
# Behind readme-savings: in the order of README.md.
readme-paper-s0: | readme-top readme-savings ## put the report of `make paper-s0` into docs/papers/s0.md
	$(Q)$(paper_s0_put)
