# Training with simulated approximate multipliers (arXiv:2001.00060), measured: accuracy against the
# mean relative error of four error models, against the epoch from which on products are exact, and
# what a training's multiplications take. Every run is kept by what it is of, on this machine and,
# by `make paper-s2-keep`, in weights/measured, so that a campaign goes on where it was.

PAPER_S2_ALL  := lenet5 resnet8
PAPER_S2_NETS ?= $(PAPER_S2_ALL)
# A loss of fewer points is one that is absorbed; p below which something is said.
PAPER_S2_MARGIN ?= 0.5
PAPER_S2_P      ?= 0.05

# PAPER_S2_EPOCHS= and so on hold for all networks, PAPER_S2_EPOCHS_lenet5= for one, which resnet8's
# stand in for where there is none. STALL: epochs without a lower validation loss, 0: no such run.
# SECONDS: of an epoch on one core (Zen 3, 2.25 GHz), for the forecast alone: exact, static_weight,
# per_step_weight, per_mac, bit_true.
PAPER_S2_EPOCHS_lenet5      ?= 4
PAPER_S2_SEEDS_lenet5       ?= 1 2 3 4 5
PAPER_S2_SDS_lenet5         ?= 1.8 6 24 48
PAPER_S2_SHARES_lenet5      ?= 0 50 75 90 100
PAPER_S2_VALIDATION_lenet5  ?= 5000
PAPER_S2_STALL_lenet5       ?= 1
PAPER_S2_SECONDS_lenet5     ?= 8 10 9 14 17
PAPER_S2_EPOCHS_resnet8     ?= 3
PAPER_S2_SEEDS_resnet8      ?= 1 2 3
PAPER_S2_SDS_resnet8        ?= 1.8 6 24 48
PAPER_S2_SHARES_resnet8     ?= 0 50 100
PAPER_S2_VALIDATION_resnet8 ?= 5000
PAPER_S2_STALL_resnet8      ?= 0
PAPER_S2_SECONDS_resnet8    ?= 130 130 135 170 200
# $(1) = which, $(2) = network. (DATA and TEST are the manifest's where nothing is said.)
paper_s2_of = $(or $(PAPER_S2_$(1)),$(PAPER_S2_$(1)_$(2)),$(PAPER_S2_$(1)_resnet8))
paper_s2_row = $(VARIMAC) weights/MANIFEST.tsv $(1) '$(PAPER_S2_DATA)' '$(PAPER_S2_TEST)' \
  $(foreach v,EPOCHS SEEDS SDS SHARES VALIDATION STALL SECONDS,'$(call paper_s2_of,$(v),$(1))')

PAPER_S2      := $(REPORT)/paper-s2
PAPER_S2_KEPT ?= weights/measured/paper-s2.csv
PAPER_S2_HEAD := key,network,data,model,error,mre,planned,epochs,seed,status,accuracy,so,approximate
# $(1) = a file of weights/measured, unless nothing is to be taken from there
kept_of = $(if $(PAPER_MEASURED),$(wildcard $(1)))
paper_s2_kept = $(call kept_of,$(PAPER_S2_KEPT))
# Figures of all cells where `make ppa` made them here, else the few that the tree has.
PAPER_S2_ENERGY ?= $(firstword $(wildcard $(PPA)/ppa.tsv) $(BASELINE))

.PHONY: paper-s2
paper-s2: setup data ## training with approximate multipliers, measured on PAPER_S2_NETS (hours)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)$(MAKE) --no-print-directory paper-s2-train
	$(Q)$(MAKE) --no-print-directory -o paper-s2-asked paper-s2-report

# What is asked for, a line a run, behind its key. Cells are the registry's own.
.PHONY: paper-s2-asked
paper-s2-asked: $(VARIMAC)
	$(Q)mkdir -p $(PAPER_S2) && { $(foreach n,$(PAPER_S2_NETS),\
	  sh scripts/paper-s2-nets.sh $(call paper_s2_row,$(n)) &&) :; } > $(PAPER_S2)/nets.new && \
	  mv $(PAPER_S2)/nets.new $(PAPER_S2)/nets.tsv || { rm -f $(PAPER_S2)/nets.new; exit 1; }
	$(Q)$(VARIMAC) mult list | awk -v not='$(MULTS_IMPORT)' -f scripts/paper-s2-asked.awk \
	  $(PAPER_S2)/nets.tsv - > $(PAPER_S2)/asked.new && \
	  sh scripts/run-keys.sh $(VARIMAC) < $(PAPER_S2)/asked.new > $(PAPER_S2)/asked.tsv.new && \
	  mv $(PAPER_S2)/asked.tsv.new $(PAPER_S2)/asked.tsv; s=$$?; \
	  rm -f $(PAPER_S2)/asked.new $(PAPER_S2)/asked.tsv.new; exit $$s

.PHONY: paper-s2-train
paper-s2-train: paper-s2-asked
	$(Q)sh scripts/runs-train.sh $(VARIMAC) $(PAPER_S2) $(PAPER_S2)/asked.tsv \
	  $(PAPER_S2_HEAD) scripts/train-run.sh $(paper_s2_kept)

# From the runs that there are, all or not: seconds.
.PHONY: paper-s2-report
paper-s2-report: paper-s2-asked
	$(Q)rm -f $(PAPER_S2)/have.csv && sh scripts/keep-lines.sh $(PAPER_S2)/have.csv \
	  $(PAPER_S2_HEAD) $(PAPER_S2)/known.csv $(paper_s2_kept)
	$(Q)awk -v margin=$(PAPER_S2_MARGIN) -v most=$(PAPER_S2_P) -f scripts/student.awk \
	  -f scripts/run-results.awk -f scripts/paper-s2-table.awk \
	  $(PAPER_S2)/have.csv $(PAPER_S2)/asked.tsv \
	  > $(PAPER_S2).tsv.new && mv $(PAPER_S2).tsv.new $(PAPER_S2).tsv
	$(Q)for n in $(PAPER_S2_NETS); do $(VARIMAC) net weights/$$n.tflite | awk -v net=$$n '\
	  $$11 ~ /^[0-9]+$$/ && $$11 > 0 { all += $$11; if (!first) first = $$11 } \
	  END { printf "%s\t%d\t%d\n", net, all, first }' || exit 1; done > $(PAPER_S2)/macs.tsv
	$(Q)awk -f scripts/paper-s2-energy.awk $(PAPER_S2)/macs.tsv $(PAPER_S2_ENERGY) \
	  $(PAPER_S2).tsv > $(PAPER_S2)-energy.tsv.new && \
	  mv $(PAPER_S2)-energy.tsv.new $(PAPER_S2)-energy.tsv
	$(Q)awk -F '\t' '{ printf "- %s: %s, tested on %s, %s epochs, seeds %s, %s training images " \
	  "held out for validation\n", $$1, $$2, $$3, $$6, $$7, $$10 }' $(PAPER_S2)/nets.tsv \
	  > $(PAPER_S2)/facts.md
	$(Q)awk -v margin=$(PAPER_S2_MARGIN) -v most=$(PAPER_S2_P) -v energies=$(PAPER_S2)-energy.tsv \
	  -v source="$(notdir $(PAPER_S2_ENERGY)) ($$(sed -n 's/^# platform //p' $(PAPER_S2_ENERGY)))" \
	  -v facts=$(PAPER_S2)/facts.md \
	  -v runs="$$(awk -f scripts/runs-count.awk $(PAPER_S2)/have.csv $(PAPER_S2)/asked.tsv)" \
	  -f scripts/paper-s2-report.awk $(PAPER_S2).tsv \
	  > $(PAPER_S2).md.new && mv $(PAPER_S2).md.new $(PAPER_S2).md
	$(Q)for n in $(PAPER_S2_NETS); do points=$(PAPER_S2)/$$n.points && \
	  awk -v network=$$n -f scripts/paper-s2-points.awk $(PAPER_S2).tsv > $$points && \
	  { [ ! -s $$points ] || gnuplot -e "table='$$points'; models=$$(grep -c '^"' $$points); \
	    network='$$n'; out='$(PAPER_S2)/$$n.svg'" scripts/paper-s2-plot.gp; } || exit 1; done
	$(Q)head -n 1 $(PAPER_S2).md
	@echo "$(PAPER_S2).md, $(PAPER_S2).tsv, $(PAPER_S2)-energy.tsv, $(PAPER_S2)/*.svg"

# Of what is asked for now, the runs that there are, into the tree, sorted: a text to commit.
.PHONY: paper-s2-keep
paper-keep: paper-s2-keep
paper-s2-keep: ## ship the runs of `make paper-s2`, in weights/measured
	$(Q)$(call keep_asked,paper-s2,$(PAPER_S2),$(PAPER_S2_KEPT),$(PAPER_S2_HEAD))
# $(1) = the campaign, whose lines GOAL-asked makes; $(2) = its folder, $(3) = the file that is
# shipped, $(4) = its header
keep_asked = [ -e $(2)/known.csv ] || { echo "$(1)-keep: no runs in $(2) (make $(1))"; exit 0; }; \
	$(MAKE) --no-print-directory $(1)-asked && \
	sh scripts/keep-asked.sh $(3) $(4) $(2)/asked.tsv $(2)/known.csv

paper_s2_put = if [ -e $(PAPER_S2).md ]; then \
	    sh scripts/paper-s2-whole.sh $(PAPER_S2).md $(PAPER_S2_ALL) && \
	    $(call readme_put,paper-s2=$(PAPER_S2).md,$(PAGES)/s2.md); \
	  else echo "readme: no $(PAPER_S2).md (make paper-s2): its block stays as it is"; fi
.PHONY: readme-paper-s2
# Behind readme-savings: in the order of README.md.
readme-paper-s2: | readme-top readme-savings ## put the report of `make paper-s2` into docs/papers/s2.md
	$(Q)$(paper_s2_put)
