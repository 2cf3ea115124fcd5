# The maps paper's fronts (arXiv:2506.21371), measured: one network with ROUP cells by layer, filter
# and place, as they are and corrected, then with all cells of class s8. Searches see training
# images alone; what is said is of all test images. Every search is kept by what it is of, on this
# machine and, by `make paper-s4-keep`, in weights/measured, as the runs of paper-s2.mk are.

PAPER_S4_NET    ?= resnet8
# SET:MODE[:EDGE]: a family of cells or registry; EDGE: whose X layers of several cells are
# corrected by, one that has all low bits that others have. Levels as `varimac search` has them.
PAPER_S4_RUNS   ?= roup:none roup:bias roup:cv:roup1_7s registry:bias registry:bitplane:roup1_7s
PAPER_S4_LEVELS ?= layer filter input tap
PAPER_S4_SEED   ?= 1
# Training images that a search measures maps and fits corrections on: the first so many.
PAPER_S4_DATA   ?= $(shell sh scripts/paper-s1-data.sh weights/MANIFEST.tsv $(PAPER_S4_NET)):train
PAPER_S4_IMAGES ?= 300
# So many behind them judge the maps of its front.
PAPER_S4_JUDGES ?= 5000
PAPER_S4_TEST   ?= $(PAPER_S4_DATA:%:train=%:test)
PAPER_S4_TEST_IMAGES ?=
# Of a search: maps of the sums of losses, of evolution, and percent beyond which no map is told.
PAPER_S4_LINE        ?= 24
PAPER_S4_EVALUATIONS ?= 150
PAPER_S4_WITHIN      ?= 6
# Of an image on one core (Zen 3, 2.25 GHz), for the forecast; tests are these on the average.
PAPER_S4_SECONDS ?= 0.0006
PAPER_S4_COSTS   ?= $(call paper_maps_ppa,$(PAPER_S4_NET))/ppa.tsv
# Percent: the paper's at 4 points, ours at 1; and what is wanted of any map at 1 point.
PAPER_S4_GOALS   := -v goal=54 -v reach=70

PAPER_S4      := $(REPORT)/paper-s4
paper_s4_array = $(PAPER_S4)/$(PAPER_S4_NET).array.tsv
PAPER_S4_KEPT ?= weights/measured/paper-s4.csv
PAPER_S4_HEAD := key,network,set,level,mode,seed,status,maps,core_s,units,front
paper_s4_kept = $(call kept_of,$(PAPER_S4_KEPT))
paper_s4_options = --images $(PAPER_S4_IMAGES) --judges $(PAPER_S4_JUDGES) --data $(PAPER_S4_DATA) \
  --calib $(PAPER_S4_DATA) --calib-images $(PAPER_S4_IMAGES) --test $(PAPER_S4_TEST) \
  $(PAPER_S4_TEST_IMAGES:%=--test-images %) --within $(PAPER_S4_WITHIN)
paper_s4_layers = $$($(VARIMAC) net weights/$(PAPER_S4_NET).tflite | \
  awk '$$11 ~ /^[0-9]+$$/ && $$11 > 0 { n++ } END { print n }')

.PHONY: paper-s4
paper-s4: setup data ## maps of ROUP and other cells by layer, filter, place: their fronts (hours)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC) $(ENERGY) $(VMAC_LIB)
	$(Q)$(MAKE) --no-print-directory PAPER_NET=$(PAPER_S4_NET) paper-costs-run
	$(Q)$(MAKE) --no-print-directory paper-s4-search
	$(Q)$(MAKE) --no-print-directory paper-s4-array
	$(Q)$(MAKE) --no-print-directory -o paper-s4-asked paper-s4-report

.PHONY: paper-s4-asked
paper-s4-asked: $(VARIMAC)
	$(Q)sh scripts/paper-s4-asked.sh $(VARIMAC) weights/$(PAPER_S4_NET).tflite $(PAPER_S4_COSTS) \
	  $(PAPER_S4_DATA) '$(PAPER_S4_IMAGES)' '$(PAPER_S4_JUDGES)' $(PAPER_S4_TEST) \
	  '$(PAPER_S4_TEST_IMAGES)' $(PAPER_S4)
	$(Q)touch $(PAPER_S4)/asked.tsv && rm -f $(PAPER_S4)/have.csv && \
	  sh scripts/keep-lines.sh $(PAPER_S4)/have.csv $(PAPER_S4_HEAD) $(PAPER_S4)/known.csv \
	    $(paper_s4_kept)
	$(Q)$(VARIMAC) mult list > $(PAPER_S4)/list && \
	  awk -v network=$(PAPER_S4_NET) -v runs='$(PAPER_S4_RUNS)' -v levels='$(PAPER_S4_LEVELS)' \
	  -v options='$(strip $(paper_s4_options))' \
	  -v images=$(PAPER_S4_IMAGES) -v judges=$(PAPER_S4_JUDGES) \
	  -v tests=$(or $(PAPER_S4_TEST_IMAGES),10000) \
	  -v cost=$(PAPER_S4_SECONDS) -v line=$(PAPER_S4_LINE) -v evolution=$(PAPER_S4_EVALUATIONS) \
	  -v seed=$(PAPER_S4_SEED) -v layers=$(paper_s4_layers) -v paper=paper-s4 \
	  -f scripts/paper-maps.awk -f scripts/paper-s4-asked.awk \
	  $(PAPER_S4_COSTS) $(PAPER_S4)/list $(PAPER_S4)/of $(PAPER_S4)/asked.tsv \
	  $(PAPER_S4)/have.csv > $(PAPER_S4)/asked.new && \
	  sh scripts/run-keys.sh $(VARIMAC) < $(PAPER_S4)/asked.new > $(PAPER_S4)/asked.tsv.new && \
	  mv $(PAPER_S4)/asked.tsv.new $(PAPER_S4)/asked.tsv; s=$$?; \
	  rm -f $(PAPER_S4)/asked.new $(PAPER_S4)/asked.tsv.new; exit $$s

# Twice: finer levels of the whole registry are asked for when its layers are known.
.PHONY: paper-s4-search
paper-s4-search: $(VARIMAC)
	$(Q)for pass in 1 2; do $(MAKE) --no-print-directory paper-s4-asked && \
	  RUNS_WORD=SEARCH sh scripts/runs-train.sh $(VARIMAC) $(PAPER_S4) $(PAPER_S4)/asked.tsv \
	    $(PAPER_S4_HEAD) scripts/paper-s4-run.sh $(paper_s4_kept) || exit 1; done
	$(Q)$(MAKE) --no-print-directory paper-s4-asked

# PEs, side columns and correction units of the cells that fronts have.
.PHONY: paper-s4-array paper-s4-array-run
paper-s4-array: paper-s4-asked
	$(Q)cells=$$(awk -f scripts/run-results.awk -f scripts/paper-s4-cells.awk $(PAPER_S4)/have.csv \
	  $(PAPER_S4)/asked.tsv) && \
	  $(MAKE) --no-print-directory PAPER_NET=$(PAPER_S4_NET) PAPER_S4_CELLS="$$(echo $$cells)" \
	    paper-s4-array-run
paper-s4-array-run: $(VARIMAC) $(ENERGY) $(VMAC_LIB)
	$(call PAPER_MAPS_PPA,$(paper_maps_array),pe side correct,0 1 2,$(PAPER_S4_CELLS))
	$(Q)sh scripts/paper-s4-array.sh $(VARIMAC) $(paper_maps_array) \
	  weights/$(PAPER_S4_NET).tflite '0 1 2' '$(PAPER_S4_CELLS)' > $(paper_s4_array).new
	$(Q)mv $(paper_s4_array).new $(paper_s4_array)

# Of the searches that there are, all or not: seconds.
.PHONY: paper-s4-report
paper-s4-report: paper-s4-asked
	$(Q)touch $(paper_s4_array) && awk -v costs=$(PAPER_S4_COSTS) -v exact=$(PAPER_S4)/exact.tsv \
	  -v array=$(paper_s4_array) -f scripts/opt-correction.awk -f scripts/run-results.awk \
	  -f scripts/paper-s4-table.awk $(PAPER_S4)/have.csv $(PAPER_S4)/asked.tsv \
	  > $(PAPER_S4).tsv.new && mv $(PAPER_S4).tsv.new $(PAPER_S4).tsv
	$(Q)awk -F '\t' -v net=$(PAPER_S4_NET) -v data=$(PAPER_S4_DATA) -v test=$(PAPER_S4_TEST) \
	  -v images=$(PAPER_S4_IMAGES) \
	  -v hash="$$(sha256sum < weights/$(PAPER_S4_NET).tflite | cut -c 1-16)" '{ printf "- %s (%s), " \
	  "exact: %.2f %% of %d images of %s; searched on %d images of %s, judged by %d more, of which it " \
	  "answers %d\n", net, hash, 100 * $$4 / $$3, $$3, test, images, data, $$1, $$2 }' $(PAPER_S4)/exact.tsv \
	  > $(PAPER_S4)/facts.md
	$(Q)sed -n 's/^# platform /- energies: /p' $(PAPER_S4_COSTS) >> $(PAPER_S4)/facts.md
	$(Q)made=$$(awk -f scripts/runs-count.awk $(PAPER_S4)/have.csv $(PAPER_S4)/asked.tsv) && \
	  awk -v runs="$${made% *} $(words $(foreach r,$(PAPER_S4_RUNS),$(PAPER_S4_LEVELS)))" \
	  $(PAPER_S4_GOALS) -v facts=$(PAPER_S4)/facts.md -f scripts/paper-s4-report.awk \
	  $(PAPER_S4).tsv > $(PAPER_S4).md.new && mv $(PAPER_S4).md.new $(PAPER_S4).md
	$(Q)awk -f scripts/paper-s4-points.awk $(PAPER_S4).tsv > $(PAPER_S4)/points && \
	  { [ ! -s $(PAPER_S4)/points ] || gnuplot -e "table='$(PAPER_S4)/points'; \
	  fronts=$$(grep -c '^"' $(PAPER_S4)/points); exact=$$(awk '{ print 100 * $$4 / $$3 }' \
	  $(PAPER_S4)/exact.tsv); title_='$(PAPER_S4_NET)'; out='$(PAPER_S4).svg'" \
	  scripts/paper-s4-plot.gp; }
	$(Q)head -n 1 $(PAPER_S4).md; sed -n '/^- the paper/,$$p' $(PAPER_S4).md
	@echo "$(PAPER_S4).md, $(PAPER_S4).tsv, $(PAPER_S4).svg"

.PHONY: paper-s4-keep
paper-keep: paper-s4-keep
paper-s4-keep: ## ship the searches of `make paper-s4`, in weights/measured
	$(Q)$(call keep_asked,paper-s4,$(PAPER_S4),$(PAPER_S4_KEPT),$(PAPER_S4_HEAD))

paper_s4_put = if [ -e $(PAPER_S4).md ]; then \
	    ! grep '^Partial' $(PAPER_S4).md >&2 && $(call readme_put,paper-s4=$(PAPER_S4).md,$(PAGES)/s4.md) && \
	    sed -n '/^- the paper/,$$p' $(PAPER_S4).md > $(PAPER_S4)/short.md && \
	    $(call readme_put,paper-s4=$(PAPER_S4)/short.md); \
	  else echo "readme: no $(PAPER_S4).md (make paper-s4): its block stays as it is"; fi
.PHONY: readme-paper-s4
# Behind readme-savings: in the order of README.md.
readme-paper-s4: | readme-top readme-savings ## put the report of `make paper-s4` into docs/papers/s4.md, in short into README.md
	$(Q)$(paper_s4_put)
