# One page per multiplier family, from its header comments, registry lines and measured metrics.
# What every relink of varimac measures anew is split into a file per family and per cell that is
# written only when it changes: pages and pictures follow those.

DOCS        ?= $(B)/docs
DOCS_DATA   ?= subset:test
DOCS_IMAGES ?= 32

docs_family   = $(SYNTH_FAMILY_$(1))
DOCS_FAMILIES = $(sort $(foreach m,$(MULTS),$(call docs_family,$(m))))
docs_cells    = $(foreach m,$(MULTS),$(if $(filter $(1),$(call docs_family,$(m))),$(m)))
docs_rtl      = $(or $(wildcard rtl/mult/vmac_mult_$(1).v),-)
docs_renamed  = $(shell sed -n 's|^// Registry:.* model \([a-z0-9_]*\).*|\1|p' \
                  $(filter-out -,$(call docs_rtl,$(1))) /dev/null)
docs_model    = $(or $(wildcard cmodel/mult/$(or $(call docs_renamed,$(1)),$(1)).c),-)
docs_index    = $(foreach f,$(DOCS_FAMILIES),$(DOCS)/data/$(f).tsv=$(call docs_rtl,$(f)))

$(eval $(call STAMP,$(DOCS)/settings.txt,$(NETWORK) $(DOCS_DATA) $(DOCS_IMAGES)))

$(DOCS)/data/stamp: $(VARIMAC) $(NETWORK) $(DOCS)/settings.txt $(MULT_TABLES) \
                    scripts/mults-read.awk scripts/docs-data.awk
	$(call say,ERRORS,all cells on uniform operands and on $(NETWORK))
	$(Q)mkdir -p $(@D) && $(VARIMAC) mult errors --json $(@D)/errors.json > $(@D)/uniform.txt
	$(Q)$(VARIMAC) mult errors --net $(NETWORK) --data $(DOCS_DATA) --images $(DOCS_IMAGES) \
	  > $(@D)/network.txt
	$(Q)awk -v dir=$(@D) -v uniform=$(@D)/uniform.txt -v network=$(@D)/network.txt \
	  -v json=$(@D)/errors.json -f scripts/mults-read.awk -f scripts/docs-data.awk $(MULT_TABLES)
	$(Q)for f in $(@D)/*.new; do \
	  if cmp -s $$f $${f%.new}; then rm $$f; else mv $$f $${f%.new}; fi; done && touch $@

$(DOCS_FAMILIES:%=$(DOCS)/data/%.tsv) $(MULTS:%=$(DOCS)/data/%.hash): $(DOCS)/data/stamp ;

$(MULTS:%=$(DOCS)/png/%-map.png): $(DOCS)/png/%-map.png: $(DOCS)/data/%.hash cmodel/cli/mult_map.c \
                                                       cmodel/cli/gnuplot.c
	$(call say,MAP,$*)
	$(Q)mkdir -p $(@D) && $(VARIMAC) mult map $* -o $@

$(MULTS:%=$(DOCS)/png/%-plot.png): $(DOCS)/png/%-plot.png: $(DOCS)/data/%.hash \
                                   cmodel/cli/mult_plot.c cmodel/cli/gnuplot.c
	$(call say,PLOT,$*)
	$(Q)mkdir -p $(@D) && $(VARIMAC) mult plot $* -o $@

DOCS_SCRIPTS := scripts/docs.sh scripts/docs-page.awk
define DOCS_PAGE
$(DOCS)/mult/$(1).html: $(DOCS)/data/$(1).tsv $(filter-out -,$(call docs_rtl,$(1)) $(2)) \
  $(foreach m,$(call docs_cells,$(1)),$(DOCS)/png/$(m)-map.png $(DOCS)/png/$(m)-plot.png) \
  $(wildcard $(SYNTH_TABLE)) $(DOCS_SCRIPTS)
	$$(call say,PAGE,$$@)
	$$(Q)mkdir -p $$(@D) && sh scripts/docs.sh page $(DOCS)/data/$(1).tsv $(call docs_rtl,$(1)) $(2) \
	  $(DOCS)/png $(wildcard $(SYNTH_TABLE)) > $$@.new && mv $$@.new $$@
endef
ifneq ($(filter $(DOCS)/%,$(MAKECMDGOALS)),)
$(foreach f,$(DOCS_FAMILIES),$(eval $(call DOCS_PAGE,$(f),$(call docs_model,$(f)))))
endif

$(DOCS)/index.html: $(DOCS_FAMILIES:%=$(DOCS)/mult/%.html) $(DOCS_SCRIPTS)
	$(call say,PAGE,$@)
	$(Q)sh scripts/docs.sh index $(docs_index) > $@.new && mv $@.new $@

.PHONY: docs
docs: setup ## a page per multiplier family: definition, metrics, error maps, cost where measured
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(DOCS)/index.html
	@echo "docs: $(DOCS)/index.html"

.PHONY: man
man: setup ## the manual page of the command line: man -l build/varimac.1
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(B)/varimac.1
$(B)/varimac.1: $(VARIMAC) scripts/man.sh
	$(call say,MAN,$@)
	$(Q)sh scripts/man.sh $(VARIMAC) > $@.new && mv $@.new $@
