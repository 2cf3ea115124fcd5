# Cell cost: the cells of CELLS and the exact baselines mapped to one cell library, timed, and its
# energy on operands recorded from a real network. One folder per cell, so that a changed cell is
# mapped again alone; the table is $(SYNTH_TABLE).

include synth/library.mk

SYNTH_TABLE ?= $(SYNTH)/cells.csv
SYNTH_NET   ?= weights/resnet8.tflite
SYNTH_DATA  ?= subset:test
SYNTH_SEED  ?= 1

# ---- the cells ----

SYNTH_TBL := $(MULT_TABLES) synth/baselines.tbl
# Without the index, which no netlist depends on.
SYNTH_LINES = awk -f scripts/mults-read.awk -f scripts/mults-to-lines.awk $(SYNTH_TBL) | \
              sed 's/ [0-9]* / /' | sh scripts/write-lines.sh $(B)/gen/synth
SYNTH_AWK  = awk -f scripts/mults-read.awk -f synth/cells-to-$(1).awk

$(B)/gen/synth.mk: $(SYNTH_TBL) scripts/mults-read.awk synth/cells-to-mk.awk
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && $(SYNTH_LINES)
	$(Q)$(call SYNTH_AWK,mk) $(SYNTH_TBL) > $@

ifndef NO_BUILD
include $(B)/gen/synth.mk
endif

# Verilog of a cell, or of a baseline. $(1) = its name. The top follows: the order of synth/designs.sh,
# for what yosys makes depends on which module it meets first.
synth_rtl = $(RTL_SHARED) $(if $(FAMILY_$(1)),$(filter-out $(RTL_SHARED),$(cell_rtl)),\
              rtl/mult/vmac_mult_$(SYNTH_FAMILY_$(1)).v)

# The registry's other lines do not touch a cell.
$(B)/gen/synth/%/line.txt: ; $(Q)$(SYNTH_LINES)
.PRECIOUS: $(B)/gen/synth/%/line.txt
$(SYNTH)/%/top.v: $(B)/gen/synth/%/line.txt scripts/mults-read.awk synth/cells-to-top.awk
	$(Q)mkdir -p $(@D) && $(call SYNTH_AWK,top) -v want=$* $(SYNTH_TBL) > $@

# What a command line may override: stale when it changes.
SYNTH_KEYS := ADDER_MAP_FILE ABC_DRIVER_CELL ABC_LOAD_IN_FF VMAC_INPUT_SLEW_NS VMAC_DELAY_PS \
              VMAC_PERIOD_NS
$(eval $(call STAMP,$(SYNTH)/settings.txt,$(foreach v,$(SYNTH_KEYS),$(v)=$($(v)))))
# Of what is mapped as PEs are, the accelerator among it.
PE_KEYS := VMAC_PE_DELAY_PS VMAC_PE_PERIOD_NS
$(eval $(call STAMP,$(SYNTH)/pe-settings.txt,$(foreach v,$(PE_KEYS),$(v)=$($(v)))))
$(eval $(call STAMP,$(B)/synth/operands.txt,$(SYNTH_NET) $(SYNTH_DATA) $(SYNTH_SEED)))

# Operands of both classes, at the same places; likewise written only when they change.
OPERANDS := $(B)/synth/operands-u8 $(B)/synth/operands-s8
$(OPERANDS:=.log): $(B)/synth/operands-%.log: $(SYNTH_NET) $(VARIMAC) $(B)/synth/operands.txt
	$(call say,RECORD,$(@:.log=.bin))
	$(Q)mkdir -p $(@D)
	$(Q)$(VARIMAC) operands --net $(SYNTH_NET) --data $(SYNTH_DATA) --class $* --images 32 \
	  --seed $(SYNTH_SEED) -o $(@:.log=.new) > $@
	$(Q)if cmp -s $(@:.log=.new) $(@:.log=.bin); then rm $(@:.log=.new); \
	  else mv $(@:.log=.new) $(@:.log=.bin); fi
$(OPERANDS:=.bin): %.bin: %.log ;

SYNTH_FLOW := synth/map.sh synth/common.sh synth/recipe.sh synth/map.ys synth/parts.awk \
              $(SYNTH)/settings.txt $(VMAC_LIB)
SYNTH_TIME := synth/time.sh synth/time.tcl synth/common.sh
# Where a library has full and half adders, each cell has two netlists.
SYNTH_VARIANTS := plain $(if $(strip $(ADDER_MAP_FILE)),adders)

# $(1) = cell, $(2) = variant: plain (abc alone) or adders (full and half adders first), $(3) =
# folder, $(4) = Verilog file to read first, or none
define SYNTH_RULES
$(SYNTH)/$(3)/$(2)/netlist.json: $(4) $(SYNTH)/$(1)/top.v \
  $(synth_rtl) $(SYNTH_FLOW) \
  $(if $(filter adders,$(2)),synth/adders.v $(ADDER_MAP_FILE))
	$$(call say,MAP,$(3)/$(2))
	$$(Q)sh synth/map.sh $(2) vmac_cell_$(1) $$(@D) $(4) $(synth_rtl) $(SYNTH)/$(1)/top.v

$(SYNTH)/$(3)/$(2)/delay.txt: $(SYNTH)/$(3)/$(2)/netlist.json $(SYNTH_TIME)
	$$(Q)sh synth/time.sh vmac_cell_$(1) $$(@D)/scalar.v $$(@D)/timing.rpt > $$@

$(SYNTH)/$(3)/$(2)/energy.txt: $(SYNTH)/$(3)/$(2)/netlist.json $(ENERGY) synth/energy.sh \
  $(B)/synth/operands-$(SYNTH_CLASS_$(1)).bin
	$$(Q)sh synth/energy.sh $(ENERGY) cell $$< $(SYNTH_MODEL_$(1)) \
	  $(B)/synth/operands-$(SYNTH_CLASS_$(1)).bin $$(@D)/energy.json --modes zero,inertial > $$@
endef
$(foreach c,$(SYNTH_CELLS),$(foreach v,$(SYNTH_VARIANTS),\
  $(eval $(call SYNTH_RULES,$(c),$(v),$(c)))))

# What `*` becomes depends on how yosys happens to number things: the same cells after an unrelated
# module of so many assignments, which is dropped once read. Orders change where numbers get a digit
# more, so fewer assignments change nothing, and more than these nothing further.
STAR_CELLS := $(foreach c,$(SYNTH_CELLS),$(if $(filter exact,$(SYNTH_FAMILY_$(c))),$(c)))
STAR_RUNS  := 100 200 300 500 700
STAR_FILES := $(STAR_RUNS:%=$(SYNTH)/star/unrelated-%.v)
$(STAR_FILES): $(SYNTH)/star/unrelated-%.v: synth/unrelated.awk
	$(Q)mkdir -p $(@D) && awk -v n=$* -f $< > $@
$(foreach n,$(STAR_RUNS),$(foreach c,$(STAR_CELLS),$(foreach v,$(SYNTH_VARIANTS),\
  $(eval $(call SYNTH_RULES,$(c),$(v),star/$(c)-$(n),$(SYNTH)/star/unrelated-$(n).v)))))

STAR_TABLE := $(SYNTH)/star-noise.csv
# The table's rows: CELLS, the baselines, which are in no registry, and all cells that are exact:
# savings are against the best of them, whatever CELLS says.
SYNTH_EXACT := $(foreach c,$(SYNTH_CELLS),$(if $(filter exact,$(SYNTH_FUNCTION_$(c))),$(c)))
SYNTH_ROWS  := $(filter $(CELL_LIST) $(SYNTH_EXACT),$(SYNTH_CELLS))
SYNTH_BOTH  = $(foreach v,$(SYNTH_VARIANTS),$(1)/$(v)/delay.txt $(1)/$(v)/energy.txt)
SYNTH_DONE := $(foreach c,$(SYNTH_ROWS),$(call SYNTH_BOTH,$(SYNTH)/$(c)))
STAR_DONE  := $(foreach c,$(STAR_CELLS),$(foreach n,$(STAR_RUNS),\
                $(call SYNTH_BOTH,$(SYNTH)/star/$(c)-$(n))))
$(eval $(call STAMP,$(SYNTH_TABLE:.csv=.txt),$(SYNTH_ROWS)))

$(STAR_TABLE): $(STAR_DONE) $(foreach c,$(STAR_CELLS),$(call SYNTH_BOTH,$(SYNTH)/$(c))) \
  synth/star.sh synth/spread.awk
	$(call say,TABLE,$@)
	$(Q)sh synth/star.sh $(SYNTH) '$(STAR_CELLS)' '$(STAR_RUNS)' '$(SYNTH_VARIANTS)' > $@.new
	$(Q)mv $@.new $@

$(SYNTH_TABLE): $(SYNTH_DONE) $(STAR_TABLE) synth/table.sh synth/table.awk $(SYNTH_TABLE:.csv=.txt)
	$(call say,TABLE,$@)
	$(Q)sh synth/table.sh $(SYNTH) '$(SYNTH_VARIANTS)' \
	  $(foreach c,$(SYNTH_ROWS),$(c):$(SYNTH_FUNCTION_$(c)):$(SYNTH_FAMILY_$(c))) > $@.new
	$(Q)mv $@.new $@

.PHONY: synth
synth: ## area, delay and energy of cells; CELLS=, PLATFORM=, LIB_FILES=, SYNTH_NET= override
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(SYNTH_TABLE)
	$(Q)sh synth/show.sh $(SYNTH_TABLE)

# Before it has figures, each netlist is compared with the C model on all operand pairs.
.PHONY: netlists
netlists: setup ## map every cell of the registry, in all variants, and compare it with its C model
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) CELLS=all SYNTH_TABLE=$(SYNTH)/all.csv $(SYNTH)/all.csv
	@awk -F, '/^[a-z]/ && $$1 != "name" { n++ } \
	  END { print n " cells, netlists of each: $(SYNTH_VARIANTS)" \
	    "; equal to the C model on all 65,536 pairs" }' \
	  $(SYNTH)/all.csv

# ---- the accelerator ----

$(SYNTH)/top/%.txt: $(RTL_MULT) $(sort $(wildcard rtl/vmac_*.v)) $(RTL_HEADERS) synth/top.sh \
                    synth/common.sh synth/recipe.sh synth/map.ys $(SYNTH)/settings.txt $(SYNTH)/pe-settings.txt $(VMAC_LIB)
	$(call say,YOSYS,"vmac_top ($*)")
	$(Q)mkdir -p $(@D) && sh synth/top.sh $* $(@D) $(B)/gen $(filter %.v,$^) > $@.new
	$(Q)mv $@.new $@
.PRECIOUS: $(SYNTH)/top/coarse.txt $(SYNTH)/top/map.txt

.PHONY: synth-top
synth-top: $(SYNTH)/top/map.txt ## map the whole accelerator to the cell library (minutes)
	$(Q)cat $<

include synth/ppa.mk
include synth/check.mk
include synth/savings.mk
