# What the energy figures rest on, checked: power of each gate against OpenSTA's, and arrays against
# the sum of their PEs.

CHECK_CELLS ?= dadda exact perf2
export ENERGY LIBERTY

# One line per design: vmac-energy's and OpenSTA's microwatts, and how much they differ in percent.
.PHONY: sta-power sta-power-run
sta-power: setup ## power of cells and PEs against OpenSTA's, gate by gate; PLATFORM=x|all
ifeq ($(PLATFORM),all)
	$(Q)$(call EACH_PLATFORM,sta-power-run,POWER  )
else
	$(Q)$(MAKE) --no-print-directory sta-power-run
endif

sta-power-run: $(ENERGY) $(LIBERTY) $(OPERANDS:=.bin) $(VMAC_LIB)
	$(call say,POWER,$(PLATFORM))
	$(Q)sh synth/power-check.sh $(SYNTH)/sta-power $(B)/synth/operands $(FAMILIES) \
	  '$(CHECK_CELLS)' rtl/mult/mults.tbl

# Arrays of COMPOSE_SIZES rows and columns, joined from PEs that are mapped alone, and those of
# COMPOSE_FLAT_SIZES mapped as one as well (8 x 8: a minute; 16 x 16: several, so not by default).
COMPOSE_SIZES      ?= 4 8 16
COMPOSE_FLAT_SIZES ?= 4 8
COMPOSE_CELLS ?= dadda perf2
COMPOSE_RTL    = rtl/vmac_array.v rtl/vmac_pe.v rtl/vmac_side.v rtl/vmac_planes.vh $(RTL_MULT) \
                 $(B)/gen/vmac_cells.vh
$(B)/synth/array-%.bin: $(SYNTH_NET) $(VARIMAC) $(B)/synth/operands.txt
	$(call say,RECORD,$@)
	$(Q)mkdir -p $(@D) && $(VARIMAC) operands --net $(SYNTH_NET) --data $(SYNTH_DATA) \
	  --seed $(SYNTH_SEED) --columns 16 --rows $* -o $@ > $@.log
# For side columns: as many steps as 64 rows take to fill, and more to count.
$(B)/synth/array-s8-%.bin: $(SYNTH_NET) $(VARIMAC) $(B)/synth/operands.txt
	$(call say,RECORD,$@)
	$(Q)mkdir -p $(@D) && $(VARIMAC) operands --net $(SYNTH_NET) --data $(SYNTH_DATA) --class s8 \
	  --seed $(SYNTH_SEED) --columns 16 --rows $* --steps 160 -o $@ > $@.log
.PRECIOUS: $(B)/synth/array-%.bin $(B)/synth/array-s8-%.bin

.PHONY: compose compose-run
compose: setup ## energy and area of arrays against the sum of their PEs (minutes)
	$(Q)$(MAKE) --no-print-directory compose-run
compose-run: $(ENERGY) $(VMAC_LIB) $(COMPOSE_SIZES:%=$(B)/synth/array-%.bin) $(COMPOSE_RTL)
	$(Q)for n in $(COMPOSE_SIZES); do \
	  case ' $(COMPOSE_FLAT_SIZES) ' in *" $$n "*) flat=1 ;; *) flat=0 ;; esac; \
	  $(foreach c,$(COMPOSE_CELLS),COMPOSE_FLAT=$$flat sh synth/compose.sh $(c) $(CELL_$(c)) $$n $$n \
	    $(SYNTH)/compose/$(c)-$$n $(B)/synth/array-$$n.bin $(COMPOSE_RTL) || exit 1;) done

# Sums of X beside the array or in every PE, and the units that add V, as shares of the PEs.
COST_SIZES ?= 8 16 32 64
COST_CELLS ?= perf2 trunc6
COST        = $(REPORT)/correction-cost-$(PLATFORM)
COST_SETTINGS = $(PLATFORM), clock $(VMAC_PE_PERIOD_NS) ns, mapped for $(VMAC_PE_DELAY_PS) ps, \
                outputs with $(ABC_LOAD_IN_FF) fF, inputs with $(VMAC_INPUT_SLEW_NS) ns; \
                operands of $(SYNTH_NET), $(SYNTH_DATA), seed $(SYNTH_SEED)
.PHONY: correction-cost correction-cost-run
correction-cost: setup ## what correction takes of arrays of 8 x 8 to 64 x 64, and would in every PE
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) correction-cost-run
	$(Q)cat $(COST).md
correction-cost-run: $(ENERGY) $(VMAC_LIB) $(COST_SIZES:%=$(B)/synth/array-%.bin) \
                     $(COST_SIZES:%=$(B)/synth/array-s8-%.bin)
	$(Q)mkdir -p $(REPORT)
	$(Q)sh synth/correction-cost.sh $(SYNTH)/cost $(ENERGY) $(B)/synth/array $(FAMILIES) \
	  rtl/mult/mults.tbl '$(COST_CELLS)' '$(COST_SIZES)' > $(COST).new && mv $(COST).new $(COST).tsv
	$(Q)awk -v style=md -v settings='$(COST_SETTINGS)' -f synth/correction-cost.awk \
	  $(SYNTH)/cost/parts.tsv > $(COST).md.new && \
	  mv $(COST).md.new $(COST).md
# README has this library's.
COST_README = $(REPORT)/correction-cost-osu018.md
.PHONY: readme-cost
readme: readme-cost
# Behind readme-savings: each rewrites README.md.
readme-cost: | readme-top readme-savings ## put the last `make correction-cost`, if any, into README.md
	$(Q)if [ -e $(COST_README) ]; then $(call readme_put,cost=$(COST_README)); \
	else echo "readme: no $(COST_README) (make correction-cost): the block of its cost stays as it is"; fi
