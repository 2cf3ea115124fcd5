# Power and accuracy of the control-variate paper (arXiv:2412.16757), measured again: every network,
# cell and correction mode, the paper's claim decided, beside the exact multiplier that is narrower.
# Each point is kept by what it is of, so that a run that was stopped goes on, and a longer list
# costs what is new in it.

PAPER_ALL    := $(basename $(notdir $(sort $(wildcard weights/*.tflite))))
PAPER_NETS   ?= $(PAPER_ALL)
PAPER_IMAGES ?=
PAPER_CALIB  ?= 1000
PAPER_MODES  ?= none,bias,paper,cv,bitplane,phi,cv+tune
# Cells of the paper, of both classes, and what stands for other families; edgeM is what an exact
# 8 x (8 - M) multiplier does.
PAPER_PLAIN  := $(foreach m,1 2 3 4,perf$(m) edge$(m)) $(foreach t,5 6 7 8,trunc$(t)) \
                $(foreach m,3 4 5,rec$(m)) drum4 mitchell
PAPER_CELLS  ?= $(PAPER_PLAIN) $(PAPER_PLAIN:%=%s) $(foreach r,0_6 0_7 1_4 1_6 2_0,roup$(r)s)
PAPER_EXACT  ?= exact dadda array booth exacts daddas arrays booths
# OPT_CORRECTION of the side columns and correction units that are measured, as PPA_CORRECTIONS.
PAPER_OPTS   ?= 0 1 2 3
# What correction leaves of each layer's error is foretold from, and measured on, as many images as
# are so many billions of multiplications, at least PAPER_CALIB training images and so many test
# images; it is plotted for a few cells.
PAPER_RESIDUAL_GMACS  ?= 10
PAPER_RESIDUAL_IMAGES ?= 500
PAPER_RESIDUAL_CELLS  ?= $(PAPER_CELLS)
PAPER_PLOT_CELLS      ?= perf2 trunc6 rec4

# Points that cost hours are shipped, so that a fresh tree needs minutes: `paper-keep` puts those
# there that a run scored. Nothing is taken from there where this is empty.
PAPER_MEASURED ?= weights/measured

PAPER := $(REPORT)/paper-s1
# Figures are of a network's own operands: a folder of its own, and one for each of its streams.
paper_ppa = $(SYNTH)/paper-s1/$(1)

.PHONY: paper-s1
paper-s1: setup ## the control-variate paper's claim, measured on PAPER_NETS (hours)
	$(Q)for n in $(PAPER_NETS); do [ -e weights/$$n.tflite ] || { \
	  echo "paper-s1: PAPER_NETS: no network $$n; there are: $(PAPER_ALL)" >&2; exit 1; }; done
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC) $(ENERGY) $(VMAC_LIB)
	$(Q)for n in $(PAPER_NETS); do \
	  $(MAKE) --no-print-directory PAPER_NET=$$n paper-s1-score && \
	  $(MAKE) --no-print-directory PAPER_NET=$$n paper-s1-energy || exit 1; done
	$(Q)$(MAKE) --no-print-directory paper-s1-report

.PHONY: paper-s1-score
paper-s1-score: $(VARIMAC)
	$(Q)echo "  PAPER   $(PAPER_NET): accuracy" && \
	  sh scripts/paper-s1-score.sh $(VARIMAC) weights/MANIFEST.tsv $(PAPER_NET) $(PAPER) \
	    '$(PAPER_IMAGES)' $(PAPER_CALIB) $(PAPER_MODES) '$(PAPER_EXACT)' '$(PAPER_CELLS)' \
	    $(PAPER_MEASURED:%=%/$(PAPER_NET).scores.csv)
	$(Q)echo "  PAPER   $(PAPER_NET): residual of each layer" && \
	  sh scripts/paper-s1-residual.sh $(VARIMAC) weights/MANIFEST.tsv $(PAPER_NET) $(PAPER) \
	    $(PAPER_RESIDUAL_GMACS) $(PAPER_RESIDUAL_IMAGES) $(PAPER_CALIB) '$(PAPER_RESIDUAL_CELLS)'

.PHONY: paper-keep
paper-keep: ## ship the points that `make paper-s1` scored, in weights/measured
	$(Q)for n in $(PAPER_NETS); do \
	  sh scripts/paper-s1-keep.sh $$n $(PAPER) weights/measured || exit 1; done

.PHONY: paper-s1-energy
paper-s1-energy: $(VARIMAC) $(ENERGY) $(VMAC_LIB)
	$(Q)echo "  PAPER   $(PAPER_NET): energy" && \
	  sh scripts/paper-s1-operands.sh $(VARIMAC) weights/MANIFEST.tsv $(PAPER_NET) \
	  $(call paper_ppa,$(PAPER_NET)) $(SYNTH_SEED)
	$(Q)PPA_CORRECTIONS='$(PAPER_OPTS)' sh synth/ppa.sh $(call paper_ppa,$(PAPER_NET)) $(JOBS) \
	  $(ENERGY) $(call paper_ppa,$(PAPER_NET))/operands $(FAMILIES) '$(PAPER_EXACT) $(PAPER_CELLS)' \
	  rtl/mult/mults.tbl $(IMPORTS)
	$(Q)mkdir -p $(PAPER) && sh scripts/paper-s1-energy.sh $(VARIMAC) \
	  $(call paper_ppa,$(PAPER_NET)) weights/$(PAPER_NET).tflite '$(PAPER_OPTS)' \
	  '$(PAPER_EXACT) $(PAPER_CELLS)' > $(PAPER)/$(PAPER_NET).energy.tsv.new
	$(Q)mv $(PAPER)/$(PAPER_NET).energy.tsv.new $(PAPER)/$(PAPER_NET).energy.tsv

# $(1) = suffix of a network's file
paper_files = $(PAPER_NETS:%=$(PAPER)/%.$(1))
PAPER_CLAIM := -v claim=45 -v points=1 -v times=1.9
# $(1) = saved, verdict or claim; $(2) = further options
paper_says   = awk $(PAPER_CLAIM) $(2) -f scripts/paper-s1-rows.awk -f scripts/paper-s1-$(1).awk $(PAPER).tsv
# Percent: the forecast's goal, what calibration's images alone make of two fits, the rule of
# VMAC_CORR_F; standard errors beyond which a row is marked.
PAPER_FORECAST := -v within=20 -v noise=3 -v rounding=1 -v chance=3
paper_ppas = $(wildcard $(foreach n,$(PAPER_NETS),$(call paper_ppa,$(n))/ppa.tsv))
paper_residuals = $(wildcard $(call paper_files,residual.csv))

# From what is measured: tables, plots and the verdict in seconds.
.PHONY: paper-s1-report
paper-s1-report: $(VARIMAC)
	$(Q)awk -f scripts/opt-correction.awk -f scripts/paper-s1-table.awk \
	  $(call paper_files,exact.csv) $(call paper_files,cells.csv) \
	  $(call paper_files,energy.tsv) > $(PAPER).tsv.new && mv $(PAPER).tsv.new $(PAPER).tsv
	$(Q)awk -f scripts/paper-s1-json.awk $(PAPER).tsv > $(PAPER).json.new && \
	  mv $(PAPER).json.new $(PAPER).json
	$(Q)for n in $(PAPER_NETS); do \
	  awk -v network=$$n -f scripts/paper-s1-front.awk $(PAPER).tsv > $(PAPER)/$$n.points && \
	  gnuplot -e "points='$(PAPER)/$$n.points'; modes=$$(grep -c '^"' $(PAPER)/$$n.points); \
	    network='$$n'; out='$(PAPER)/$$n.svg'" scripts/paper-s1-plot.gp || exit 1; done
	$(Q)awk -f scripts/paper-s1-residual.awk $(paper_residuals) /dev/null \
	  > $(PAPER)-residual.tsv.new && mv $(PAPER)-residual.tsv.new $(PAPER)-residual.tsv
	$(Q)for n in $(PAPER_NETS); do sh scripts/paper-s1-residual-plot.sh $(PAPER)-residual.tsv $$n \
	  $(PAPER)/$$n.residual.svg '$(PAPER_PLOT_CELLS)' || exit 1; done
	$(Q)awk $(PAPER_FORECAST) -f scripts/paper-s1-forecast.awk $(PAPER)-residual.tsv \
	  > $(PAPER)/forecast.md
	$(Q){ awk -f scripts/paper-s1-facts.awk $(call paper_files,exact.csv) \
	  $(call paper_files,cells.csv) $(paper_ppas) && echo && \
	  $(call paper_says,saved) && $(call paper_says,verdict) && echo && \
	  $(call paper_says,claim) && echo && sed '/^|/,$$d' $(PAPER)/forecast.md; \
	  } > $(PAPER)/verdict.md.new && mv $(PAPER)/verdict.md.new $(PAPER)/verdict.md
	$(Q){ $(call paper_says,saved) && $(call paper_says,claim,-v short=1); } > $(PAPER)/short.md
	$(Q)sh scripts/paper-s1-left-out.sh $(VARIMAC) '$(PAPER_NETS)' > $(PAPER)/left-out.md
	$(Q){ cat $(PAPER)/verdict.md; sed -n '/^|/,$$p' $(PAPER)/forecast.md; echo; \
	  awk -v left_out=$(PAPER)/left-out.md -f scripts/paper-s1-ladder.awk $(PAPER).tsv; \
	  } > $(PAPER).md.new && \
	  mv $(PAPER).md.new $(PAPER).md
	$(Q)cat $(PAPER)/verdict.md
	@echo "$(PAPER).md, $(PAPER).tsv, $(PAPER)-residual.tsv, $(PAPER).json, $(PAPER)/*.svg"

# The last that `readme` does: it may refuse.
paper_put = if [ -e $(PAPER)/verdict.md ]; then \
	    sh scripts/paper-s1-whole.sh $(PAPER)/verdict.md && \
	    $(call readme_put,paper=$(PAPER)/verdict.md,$(PAGES)/s1.md) && \
	    $(call readme_put,paper=$(PAPER)/short.md); \
	  else echo "readme: no $(PAPER)/verdict.md (make paper-s1): its block stays as it is"; fi
.PHONY: readme-paper
# Behind readme-savings: in the order of README.md.
readme-paper: | readme-top readme-savings ## put the verdict of `make paper-s1` into docs/papers/s1.md, in short into README.md
	$(Q)$(paper_put)
