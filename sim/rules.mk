# The co-simulation library (sim/*.cpp) and one verilated vmac_mac_unit per model.
# A model is ROWSxCOLS_CELL, ROWSxCOLS_CELL_plain for the unit without the correction, or
# ROWSxCOLS_CELL_planes for the one with a sum of X per bit plane, _phi or _phi2 with one per plane of
# the cell's phi, of which there are one or two; _ktile behind it: coefficients for every K tile.

VCXX       ?= clang++
VERILATOR_OF = verilator -Wall --cc -O3 --x-assign unique --x-initial unique
VERILATOR   = $(VERILATOR_OF) $(RTL_INCLUDE)
VROOT      := $(shell verilator --getenv VERILATOR_ROOT 2>/dev/null)
VCXX_FLAGS  = -O2 -std=c++17 $(WARN)
# verilator's own headers and sources: as system headers, they keep their warnings to themselves
VCPPFLAGS   = -isystem $(VROOT)/include -isystem $(VROOT)/include/vltstd -Icmodel -Isim \
              -DVM_COVERAGE=0 -DVM_SC=0 -DVM_TRACE=0 -DVM_TRACE_FST=0 -DVM_TRACE_VCD=0

RTL_MAC := $(sort $(wildcard rtl/vmac_*.v))

# One source of what verilator wrote. Files of functions that run once, at the start, come last and
# without the optimizer: they are half of the text and none of the running time. $(1) = sources to go
# first, $(2) = folder and prefix of verilator's
VERILATED_ONE = { for f in $(1) $(2)*.cpp; do \
    case $$f in *__Slow.cpp) ;; *) echo "\#include \"$$f\"" ;; esac; done; \
  echo '\#pragma clang optimize off'; \
  for f in $(2)*__Slow.cpp; do echo "\#include \"$$f\""; done; }

# accumulators per column; SIM_DEPTH_<model> where a model has another number than the rest
SIM_DEPTH  := 256
SIM_DEPTH_5x7_perf2_plain := 45

SIM_TOOLS := $(B)/verilator/tools.txt
$(eval $(call STAMP,$(SIM_TOOLS),$(VERILATOR) $(VCXX) $(VCXX_FLAGS); depth $(SIM_DEPTH) \
  $(SIM_DEPTH_5x7_perf2_plain)))

# ---- verilator's runtime, the library -----------------------------------------------------

VRUNTIME := $(patsubst %,$(B)/verilator/runtime/%.o,verilated verilated_threads)
SIM_OBJ  := $(patsubst sim/%.cpp,$(B)/verilator/sim/%.o,sim/product.cpp sim/compare.cpp \
              sim/top_array.cpp)

# with g++: clang calls libatomic here
$(B)/verilator/runtime/%.o: $(VROOT)/include/%.cpp
	$(call say,CXX,$(notdir $<))
	$(Q)mkdir -p $(@D) && $(CXX) -O2 -std=c++17 $(VCPPFLAGS) -c -o $@ $<

$(B)/verilator/sim/%.o: sim/%.cpp sim/sim.h $(VMAC_H) cmodel/net/net.h
	$(call say,VCXX,$<)
	$(Q)mkdir -p $(@D) && $(VCXX) $(VCXX_FLAGS) $(VCPPFLAGS) -c -o $@ $<

# A cell's phi of some rank, PHI of Verilog and the bytes of C: both are of one file, which changes only
# with its text. phi-CELL-RANK.txt
$(B)/gen/phi-%.txt: $(VARIMAC)
	$(Q)mkdir -p $(@D) && of=$* && $(VARIMAC) mult phi $${of%-*} --rank $${of##*-} --hex > $@.new && \
	  if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
# What a test runs must be able to fail: the last plane, the first in the text, is not all 0.
$(B)/gen/phi-%.full: $(B)/gen/phi-%.txt
	$(Q)awk '{ sub(/.*h/, "") } substr($$0, 1, 512) !~ /[1-9a-f]/ { \
	    print "$<: expected a last plane with an entry above 0, found none: a test of it could not" \
	      " fail; take fewer planes or another cell" > "/dev/stderr"; exit 1 }' $< && touch $@
.PRECIOUS: $(B)/gen/phi-%.txt
PHI_BYTES = awk '{ sub(/.*h/, ""); for (i = length - 1; i > 0; i -= 2) print "0x" substr($$$$0, i, 2) "," }'

# ---- models -----------------------------------------------------

SIM_SHAPES := 8x8 16x16 12x20
SIM_CELLS  := $(MULTS_SIM)
SIM_MODELS := $(foreach s,$(SIM_SHAPES),$(SIM_CELLS:%=$(s)_%)) 8x8_exacts 8x8_perf2s
# Shapes no network run needs: the smallest, no power of two, the longest and the flattest, without
# correction; a rounded u8 cell, whose side column sums what was not rounded; and bit planes: few and
# many, of low bits and of an OR, of a cell that has none, on the tallest array.
SIM_EXTRA  := 4x4_rec4s 5x7_perf2_plain 4x33_trunc6s 64x4_trunc8 4x64_perf4s 8x8_edge2 \
              8x8_perf2_planes 8x8_trunc6s_planes 5x7_rec4_planes 4x4_exact_planes 64x5_trunc8_planes
# Coefficients for every K tile: the smallest, no power of two, more columns than rows; both classes,
# no X, one, planes.
SIM_EXTRA  += 4x4_exact_ktile 5x7_rec4_planes_ktile 4x33_trunc6s_ktile
# Tables at the edge: a cell whose error is no linear function, both classes; where activations are
# rounded, one plane says all.
SIM_EXTRA  += 8x8_drum6_phi2 5x7_roup1_4s_phi2_ktile 4x4_edge2s_phi
# The array by table (sim/table/vmac_array.v) must pass as the real one does: both classes, widths
# with and without a loop of their own, the tallest, a rounded edge.
SIM_EXTRA  += 8x8_edge2_table 12x16_perf4s_table 5x64_trunc6s_planes_table 64x16_rec4_plain_table

model_shape = $(subst x, ,$(word 1,$(subst _, ,$(1))))
model_rows  = $(word 1,$(call model_shape,$(1)))
model_cols  = $(word 2,$(call model_shape,$(1)))
model_real  = $(1:%_table=%)
model_whole = $(model_real:%_ktile=%)
model_kinds = plain planes phi phi2
model_kind  = $(filter $(model_kinds),$(lastword $(subst _, ,$(model_whole))))
model_bare  = $(if $(model_kind),$(model_whole:%_$(model_kind)=%),$(model_whole))
model_name  = $(patsubst $(word 1,$(subst _, ,$(1)))_%,%,$(model_bare))
model_cell  = $(CELL_$(model_name))
model_corr  = $(if $(filter plain,$(model_kind)),0,$(if $(filter planes,$(model_kind)),2,$(if \
                $(filter phi%,$(model_kind)),3,1)))
model_rank  = $(if $(filter phi2,$(model_kind)),2,$(if $(filter phi,$(model_kind)),1,0))
model_phi   = $(if $(filter-out 0,$(model_rank)),$(B)/gen/phi-$(model_name)-$(model_rank).txt)
model_tiled = $(if $(filter %_ktile,$(model_real)),1,0)
model_rtl   = $(if $(filter %_table,$(1)),\
                $(RTL_MAC:rtl/vmac_array.v=sim/table/vmac_array.v),$(RTL_MAC))
model_depth = $(or $(SIM_DEPTH_$(1)),$(SIM_DEPTH))
model_flags = -GROWS=$(model_rows) -GCOLS=$(model_cols) -GCELL=$(model_cell) \
              -GDEPTH=$(model_depth) -GOPT_CORRECTION=$(model_corr) -GOPT_KTILE=$(model_tiled) \
              $(if $(model_phi),-GPHI_RANK=$(model_rank) -GPHI=$$$$(cat $(model_phi))) --assert

# One unity source per model: the wrapper and everything verilator wrote. $(2) = its cell
define sim_model_rules
$(B)/verilator/mac_$(1)/Vmac_$(1).mk: $(call model_rtl,$(1)) $(call cell_gen,$(2)) \
                                      $(call cell_rtl,$(2)) $(CSR_VH) $(wildcard rtl/*.vh) \
                                      sim/modules.vlt $(SIM_TOOLS) $(model_phi) \
                                      $(model_phi:.txt=.full)
	$$(call say,VERILATE,$(1))
	$$(Q)rm -rf $$(@D) && mkdir -p $$(@D) && \
	  $$(VERILATOR_OF) -I$(B)/gen/cell/$(2) $(RTL_INCLUDE) --prefix Vmac_$(1) \
	  -Mdir $$(@D) --top-module vmac_mac_unit $(model_flags) sim/modules.vlt \
	  $(call model_rtl,$(1)) $(B)/gen/cell/$(2)/vmac_mult.v \
	  $(call cell_rtl,$(2))

$(B)/verilator/mac_$(1)/model.o: $(B)/verilator/mac_$(1)/Vmac_$(1).mk sim/model.cpp sim/sim.h
	$$(call say,VCXX,$(1))
	$$(Q)$$(call VERILATED_ONE,sim/model.cpp,$$(@D)/Vmac_$(1)) > $$(@D)/model.cpp && \
	  $$(VCXX) $$(VCXX_FLAGS) -w $$(VCPPFLAGS) -I. -I$$(@D) \
	  -DSIM_NAME=$(1) -DSIM_HEADER='"Vmac_$(1).h"' -DSIM_ROWS=$(call model_rows,$(1)) \
	  -DSIM_COLS=$(call model_cols,$(1)) -DSIM_CELL=$(call model_cell,$(1)) \
	  -DSIM_DEPTH=$(model_depth) -DSIM_CORRECTION=$(call model_corr,$(1)) \
	  -DSIM_RANK=$(model_rank) -DSIM_TILED=$(call model_tiled,$(1)) -c -o $$@ $$(@D)/model.cpp
endef
# Any cell's models of the smallest shape that networks run on, for a runner of its own.
SIM_ONE := $(MULTS:%=8x8_%) $(MULTS:%=8x8_%_planes)
$(foreach m,$(sort $(SIM_MODELS) $(SIM_EXTRA) $(SIM_ONE)),\
  $(eval $(call sim_model_rules,$(m),$(call model_name,$(m)))))

SIM_MODEL_OBJ := $(foreach m,$(SIM_MODELS) $(SIM_EXTRA),$(B)/verilator/mac_$(m)/model.o)

# The models linked into a runner. $(1) = them
define SIM_LIST
  { echo '// Generated by sim/rules.mk: the models linked into a runner.'; echo '#include "sim.h"'; \
    for m in $(1); do echo "extern const sim_model sim_model_$$m;"; done; \
    echo 'const sim_model *const sim_models[] = {'; \
    for m in $(1); do echo "    &sim_model_$$m,"; done; echo '};'; \
    echo 'const size_t sim_model_count = sizeof sim_models / sizeof *sim_models;'; }
endef

# Written anew only where the list changed.
$(B)/gen/sim_models.cpp: FORCE
	$(Q)mkdir -p $(@D) && $(call SIM_LIST,$(SIM_MODELS) $(SIM_EXTRA)) > $@.new; \
	  if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(B)/verilator/sim/sim_models.o: $(B)/gen/sim_models.cpp sim/sim.h
	$(Q)mkdir -p $(@D) && $(VCXX) $(VCXX_FLAGS) $(VCPPFLAGS) -c -o $@ $<

$(B)/verilator/sim/only_%.o: sim/sim.h
	$(Q)mkdir -p $(@D) && $(call SIM_LIST,$*) > $(@:.o=.cpp)
	$(Q)$(VCXX) $(VCXX_FLAGS) $(VCPPFLAGS) -c -o $@ $(@:.o=.cpp)

# ---- the network runner: all models, or build/bench/conv-MODEL with one -----------------------

$(B)/verilator/sim/conv.o: sim/args.h
SIM_RUNNER := $(B)/verilator/sim/conv.o $(SIM_OBJ) $(VRUNTIME) $(LIBVARIMAC)

$(B)/bench/conv: $(SIM_RUNNER) $(B)/verilator/sim/sim_models.o $(SIM_MODEL_OBJ)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(LDLIBS) -pthread

.PRECIOUS: $(B)/verilator/sim/only_%.o
$(B)/bench/conv-%: $(SIM_RUNNER) $(B)/verilator/sim/only_%.o $(B)/verilator/mac_%/model.o
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(LDLIBS) -pthread

include sim/top.mk
