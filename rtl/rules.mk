# The multiplier registry, its generated files, and the checks of the Verilog sources.
# Defines MULTS, CELL_<name>, CLASS_<name>, FAMILY_<name> (generated), RTL_MULT, cell_rtl, cell_gen.

# Cells that somebody brought along (scripts/import.mk): a registry, and Verilog and table of each.
IMPORT_DIR  ?= rtl/mult/import
FAMILIES    := $(B)/gen/families.txt
IMPORTS     := $(B)/gen/imports.tbl
MULT_TABLES  = $(FAMILIES) rtl/mult/mults.tbl $(IMPORTS)
MULT_AWK     = awk -f scripts/mults-read.awk -f scripts/mults-to-$(1).awk

# What the families say of themselves, and the imported cells' lines (none without such a folder).
# Looked at each time, written only when they change: an edit of a family's logic leaves the other
# families' models alone.
ifndef NO_BUILD
$(shell mkdir -p $(B)/gen; put() { cat > $$1.$$$$; \
          if cmp -s $$1.$$$$ $$1; then rm $$1.$$$$; else mv $$1.$$$$ $$1; fi; }; \
        grep -Hn '^// Registry: ' rtl/mult/vmac_mult_*.v | put $(FAMILIES); \
        cat $(IMPORT_DIR)/mults.tbl 2> /dev/null | put $(IMPORTS))
endif

$(B)/gen/mults.mk: $(MULT_TABLES) scripts/mults-read.awk scripts/mults-to-mk.awk \
                  scripts/mults-to-lines.awk scripts/write-lines.sh
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && $(call MULT_AWK,lines) $(MULT_TABLES) | \
	  sh scripts/write-lines.sh $(B)/gen/cell
	$(Q)$(call MULT_AWK,mk) $(MULT_TABLES) > $@

$(B)/gen/vmac_mult_list.h: $(MULT_TABLES) scripts/mults-read.awk scripts/mults-to-c.awk
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && $(call MULT_AWK,c) $(MULT_TABLES) > $@

$(B)/gen/vmac_mult.v: $(MULT_TABLES) scripts/mults-read.awk scripts/mults-to-v.awk
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && $(call MULT_AWK,v) $(MULT_TABLES) > $@

$(B)/gen/vmac_cells.vh: $(MULT_TABLES) scripts/mults-read.awk scripts/mults-to-v.awk
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && $(call MULT_AWK,v) -v what=functions $(MULT_TABLES) > $@

ifndef NO_BUILD
include $(B)/gen/mults.mk
endif

# The cells that tables and reports hold: the registry's demo rows and whatever was imported, or
# CELLS=all, or CELLS="perf2 perf3".
CELLS     ?= $(MULTS_DEMO) $(MULTS_IMPORT)
CELL_LIST := $(if $(filter all,$(CELLS)),$(MULTS),$(CELLS))
# Before mults.mk is made, which starts make anew, nobody knows the names.
ifneq ($(MULTS),)
ifneq ($(filter-out $(MULTS),$(CELL_LIST)),)
$(error CELLS: expected names of rtl/mult/mults.tbl or all, \
  found '$(filter-out $(MULTS),$(CELL_LIST))')
endif
endif

# What a design with vmac_mult in it is made of; it asks for headers in $(RTL_INCLUDE).
RTL_MULT := $(B)/gen/vmac_mult.v $(sort $(wildcard rtl/mult/*.v $(IMPORT_DIR)/*.v))
RTL_INCLUDE  = -I$(B)/gen -Irtl
RTL_SHARED  := $(filter-out rtl/mult/vmac_mult_%.v,$(wildcard rtl/mult/*.v))

# What one cell is made of: its family's file, the modules that families share. $(1) = cell
cell_rtl = $(if $(filter import,$(FAMILY_$(1))),$(IMPORT_DIR)/$(1).v,\
             rtl/mult/vmac_mult_$(FAMILY_$(1)).v) $(RTL_SHARED)

# vmac_mult.v and vmac_cells.vh with that cell alone: a model of one cell is not made again for
# another's line. $(1) = cell
cell_gen = $(B)/gen/cell/$(1)/vmac_mult.v $(B)/gen/cell/$(1)/vmac_cells.vh
$(B)/gen/cell/%/line.txt:
	$(Q)$(call MULT_AWK,lines) $(MULT_TABLES) | sh scripts/write-lines.sh $(B)/gen/cell
$(B)/gen/cell/%/vmac_mult.v: $(B)/gen/cell/%/line.txt scripts/mults-read.awk scripts/mults-to-v.awk
	$(Q)$(call MULT_AWK,v) -v want=$* $(MULT_TABLES) > $@
$(B)/gen/cell/%/vmac_cells.vh: $(B)/gen/cell/%/line.txt scripts/mults-read.awk \
                               scripts/mults-to-v.awk
	$(Q)$(call MULT_AWK,v) -v want=$* -v what=functions $(MULT_TABLES) > $@
.PRECIOUS: $(B)/gen/cell/%/line.txt $(B)/gen/cell/%/vmac_mult.v $(B)/gen/cell/%/vmac_cells.vh
RTL_HEADERS  = $(B)/gen/vmac_cells.vh $(CSR_VH) $(wildcard rtl/*.vh)
include scripts/csr.mk

.PHONY: lint lint-mult
lint: lint-mult ## check the Verilog sources: verilator -Wall, every module as top
lint-mult: $(RTL_MULT)
	$(call say,LINT,vmac_mult)
	$(Q)for cell in $(foreach m,$(MULTS),$(CELL_$(m))); do \
	  verilator --lint-only -Wall --top-module vmac_mult -GCELL=$$cell $(RTL_MULT) || exit 1; \
	done

# Every module as top through the three front ends; a word from any of them is a failure. What
# verilator is given once per model (sim/rules.mk), the other two are given here: the whole unit for
# one cell of each kind (no X, low bits, OR bit, rounded, with a mode; both classes), without
# correction, with one sum of X, with bit planes, on the smallest array and on one whose sides are
# no powers of two; and some with sums of phi and coefficients for every K tile (the last field).
RTL_ALL     := $(filter-out $(IMPORT_DIR)/%,$(RTL_MULT)) $(sort $(wildcard rtl/vmac_*.v))
LINT_CELLS  := exact exacts perf2 trunc6s edge2 edge2s dyn2r
LINT_SHAPES := 4x4 5x7
LINT_UNITS   = $(foreach s,$(LINT_SHAPES),$(foreach c,$(LINT_CELLS),$(foreach o,0 1 2,\
                 $(s)x$(CELL_$(c))x$(o)x0))) 4x4x$(CELL_edge2s)x3x1 5x7x$(CELL_trunc6s)x2x1 \
               5x7x$(CELL_exact)x3x0
# Reading all of them a few hundred times would take longer than what is looked at. $(1) = module
RTL_NEEDS = awk -v top=$(1) -f scripts/rtl-needs.awk $(RTL_ALL)
.PHONY: lint-rtl lint-lines
lint: lint-rtl
lint-rtl: lint-lines $(RTL_ALL) $(RTL_HEADERS)
	$(call say,LINT,"rtl: verilator iverilog yosys")
	$(Q)for top in $(sort $(basename $(notdir $(RTL_ALL)))); do files=$$($(call RTL_NEEDS,$$top)); \
	  { verilator --lint-only -Wall $(RTL_INCLUDE) --top-module $$top $$files && \
	    iverilog -g2005 -Wall -tnull $(RTL_INCLUDE) -s $$top $$files && \
	    yosys -q -p "read_verilog -defer $(RTL_INCLUDE) $$files; hierarchy -check -top $$top; proc; \
	      check -assert"; } > $(B)/gen/lint.log 2>&1 && [ ! -s $(B)/gen/lint.log ] || \
	  { echo "lint: $$top"; cat $(B)/gen/lint.log; exit 1; }; \
	done
	$(Q)top=vmac_mac_unit; files=$$($(call RTL_NEEDS,$$top)); for unit in $(LINT_UNITS); do \
	  echo $$unit | { IFS=x read -r rows cols cell corr tiled; \
	  iverilog -g2005 -Wall -tnull $(RTL_INCLUDE) -s $$top -P$$top.ROWS=$$rows -P$$top.COLS=$$cols \
	    -P$$top.CELL=$$cell -P$$top.OPT_CORRECTION=$$corr -P$$top.OPT_KTILE=$$tiled $$files && \
	  yosys -q -p "read_verilog -defer $(RTL_INCLUDE) $$files; hierarchy -check -top $$top \
	    -chparam ROWS $$rows -chparam COLS $$cols -chparam CELL $$cell \
	    -chparam OPT_CORRECTION $$corr -chparam OPT_KTILE $$tiled; proc; \
	    check -assert"; } > $(B)/gen/lint.log 2>&1 && \
	  [ ! -s $(B)/gen/lint.log ] || \
	  { echo "lint: $$top, ROWSxCOLSxCELLxOPT_CORRECTIONxOPT_KTILE $$unit"; cat $(B)/gen/lint.log; exit 1; }; \
	done

# Sources are read side by side: 100 columns.
lint-lines: $(filter-out $(B)/%,$(RTL_ALL)) $(wildcard rtl/*.vh testbench/*.v testbench/formal/*.v \
              sim/*.v sim/table/*.v sim/*.h sim/*.c sim/*.cpp testbench/*.h testbench/*.cpp)
	$(Q)awk 'length > 100 { print "lint: " FILENAME ":" FNR ": longer than 100 columns"; bad = 1 } \
	  END { exit bad }' $^

# The accelerator at the corners of its parameters,
# ROWSxCOLSxCELLxOPT_CORRECTIONxOPT_MODExOPT_LOWPOWERxOPT_KTILE
# through verilator, the first three of them, one with modes, one with four planes of phi, through the
# other two as well.
LINT_TOPS := 5x7x$(CELL_drum6)x3x0x1x1 7x5x$(CELL_dyn4)x2x1x0x0 5x7x$(CELL_perf2)x2x0x1x0 \
             4x64x$(CELL_exacts)x0x0x0x0 64x4x$(CELL_trunc6)x1x0x0x1 64x64x$(CELL_exact)x1x0x0x0 \
             33x17x$(CELL_roup1_4s)x3x0x1x0 12x20x$(CELL_edge2)x2x0x0x0
# any bytes; 8192 bits are the most
LINT_PHI := $(shell awk 'BEGIN { printf "8192\047h"; for (i = 0; i < 2048; i++) \
                                   printf "%x", (i * i + 3 * i) % 16 }')
.PHONY: lint-top
lint: lint-top
lint-top: $(RTL_ALL) $(RTL_HEADERS)
	$(call say,LINT,vmac_top)
	$(Q)all=111; for unit in $(LINT_TOPS); do \
	  set -- $$(echo $$unit | tr x ' '); \
	  { verilator --lint-only -Wall $(RTL_INCLUDE) --top-module vmac_top -GROWS=$$1 -GCOLS=$$2 \
	      -GCELL=$$3 -GOPT_CORRECTION=$$4 -GOPT_MODE=$$5 -GOPT_LOWPOWER=$$6 -GOPT_KTILE=$$7 \
	      -GPHI_RANK=4 "-GPHI=$(LINT_PHI)" $(RTL_ALL) && \
	    { [ -z "$$all" ] || { iverilog -g2005 -Wall -tnull $(RTL_INCLUDE) -s vmac_top \
	      -Pvmac_top.ROWS=$$1 -Pvmac_top.COLS=$$2 -Pvmac_top.CELL=$$3 \
	      -Pvmac_top.OPT_CORRECTION=$$4 -Pvmac_top.OPT_MODE=$$5 -Pvmac_top.OPT_LOWPOWER=$$6 \
	      -Pvmac_top.OPT_KTILE=$$7 -Pvmac_top.PHI_RANK=4 "-Pvmac_top.PHI=$(LINT_PHI)" \
	      $(RTL_ALL) && \
	    yosys -q -p "read_verilog -defer $(RTL_INCLUDE) $(RTL_ALL); hierarchy -check -top vmac_top \
	      -chparam ROWS $$1 -chparam COLS $$2 -chparam CELL $$3 -chparam OPT_CORRECTION $$4 \
	      -chparam OPT_MODE $$5 -chparam ACC_DEPTH 16 -chparam BUF_DEPTH 16 \
	      -chparam OPT_LOWPOWER $$6 -chparam OPT_KTILE $$7 -chparam PHI_RANK 4 \
	      -chparam PHI $(LINT_PHI); proc; \
	      check -assert"; }; }; } > $(B)/gen/lint-top.log 2>&1 && [ ! -s $(B)/gen/lint-top.log ] || \
	  { echo "lint: vmac_top, $$unit"; cat $(B)/gen/lint-top.log; exit 1; }; all=$${all#1}; \
	done
