# The cells of rtl/mult/wide.tbl: the bench's generated lists, and the equivalence proofs of
# testbench/formal/proofs.tbl. One folder per proof; the table is $(B)/report/proofs.txt.

WIDE_TABLES := $(FAMILIES) rtl/mult/wide.tbl
WIDE_AWK     = awk -v wide=1 -f scripts/mults-read.awk -f scripts/mults-to-wide-$(1).awk

$(B)/gen/vmac_wide_list.h: $(WIDE_TABLES) scripts/mults-read.awk scripts/mults-to-wide-c.awk
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && $(call WIDE_AWK,c) $(WIDE_TABLES) > $@

$(B)/gen/vmac_wide.v: $(WIDE_TABLES) scripts/mults-read.awk scripts/mults-to-wide-v.awk
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && $(call WIDE_AWK,v) $(WIDE_TABLES) > $@

TB_FLAGS_wide := -GCELLS=$(shell grep -c '^[a-z]' rtl/mult/wide.tbl)
TB_SRC_wide   := $(B)/gen/vmac_wide.v
TB_GEN_wide   := $(B)/gen/vmac_wide_list.h

# ---- proofs ----

PROVE_LIMIT ?= 300
PROOFS_TBL  := testbench/formal/proofs.tbl
PROOFS      := $(shell awk '!/^\#/ && NF { print $$1 }' $(PROOFS_TBL))
PROOFS_TEST := $(shell awk '!/^\#/ && NF && $$3 == "test" { print $$1 }' $(PROOFS_TBL))
PROOF_REFS  := $(sort $(wildcard testbench/formal/ref_*.v)) testbench/formal/mul_rows.v
$(eval $(call STAMP,$(B)/proofs/limit.txt,$(PROVE_LIMIT)))

# Written only when its text changes; the engine is part of it, so that an edit of the list renews
# the verdicts it is about and no other.
$(B)/proofs/%/top.v: $(FAMILIES) rtl/mult/mults.tbl rtl/mult/wide.tbl scripts/mults-read.awk \
                     scripts/mults-to-wide-v.awk $(PROOFS_TBL)
	$(Q)mkdir -p $(@D) && $(call WIDE_AWK,v) -v want=$* $(FAMILIES) rtl/mult/mults.tbl \
	  rtl/mult/wide.tbl > $@.new
	$(Q)awk -v c=$* '$$1 == c { print "// engine: " $$2 }' $(PROOFS_TBL) >> $@.new
	$(Q)if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(B)/proofs/%/verdict.txt: $(B)/proofs/%/top.v testbench/prove.sh $(PROOF_REFS) \
                           $(wildcard rtl/mult/*.v) $(B)/proofs/limit.txt
	$(call say,PROVE,$*)
	$(Q)sh testbench/prove.sh $(PROVE_LIMIT) $(@D) $* \
	  $$(awk -v c=$* '$$1 == c { print $$2 }' $(PROOFS_TBL)) > $@.new; status=$$?; \
	  cat $@.new; [ $$status -eq 0 ] && mv $@.new $@
.PRECIOUS: $(B)/proofs/%/top.v $(B)/proofs/%/verdict.txt

# The table. A line that the list does not call open must be proved.
PROOF_VERDICTS = $(PROOFS:%=$(B)/proofs/%/verdict.txt)
$(B)/report/proofs.txt: $(PROOF_VERDICTS) testbench/proofs.awk $(PROOFS_TBL)
	$(Q)mkdir -p $(@D) && { echo "# $$(yosys -V)"; \
	  awk -v limit=$(PROVE_LIMIT) -f testbench/proofs.awk $(PROOFS_TBL) $(PROOF_VERDICTS); } \
	  > $@.new || { cat $@.new; exit 1; }
	$(Q)mv $@.new $@

.PHONY: prove prove-rtl prove-test wide-full
prove: $(B)/report/proofs.txt prove-rtl ## cells equal their definitions, RTL rules; PROVE_LIMIT= s
	$(Q)cat $<

PROVE_TEST_VERDICTS = $(PROOFS_TEST:%=$(B)/proofs/%/verdict.txt)
prove-test: $(PROVE_TEST_VERDICTS)
	$(Q)awk -v limit=$(PROVE_LIMIT) -v when=test -f testbench/proofs.awk $(PROOFS_TBL) $^

# ---- proofs of RTL modules: all lines of their table in one file; the first that fails stops ----

PROVE_RTL_TBL := testbench/formal/rtl.tbl
PROVE_RTL_V   := $(sort $(wildcard testbench/formal/rtl_*.v rtl/vmac_ax*_check.v)) \
                 $(sort $(shell awk '!/^\#/ && NF { print "rtl/vmac_" $$1 ".v" }' $(PROVE_RTL_TBL)))
$(B)/report/proofs-rtl.txt: $(PROVE_RTL_TBL) $(PROVE_RTL_V) testbench/prove-rtl.sh $(CSR_VH) \
                            $(wildcard rtl/*.vh) $(B)/proofs/limit.txt
	$(call say,PROVE,$(PROVE_RTL_TBL))
	$(Q)mkdir -p $(@D) && { echo "# $$(yosys -V); $$(z3 --version)" && \
	  awk '!/^#/ && NF { print $$1, $$2, $$3, $$4 }' $(PROVE_RTL_TBL) | \
	  while read -r module parameters bound steps; do \
	    sh testbench/prove-rtl.sh $(PROVE_LIMIT) $(B)/proofs/rtl/$$module,$$parameters $(B)/gen \
	      $$module $$parameters $$bound $$steps || exit 1; done; } > $@.new || \
	  { cat $@.new; exit 1; }
	$(Q)mv $@.new $@

prove-rtl: $(B)/report/proofs-rtl.txt ## rules of stream, queue, registers and job contexts, by induction (z3)
	$(Q)cat $<

wide-full: $(B)/bench/wide
	$(Q)$< --pairs 10000000
