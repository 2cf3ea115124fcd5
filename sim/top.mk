# The co-simulation of the whole accelerator: one verilated vmac_top_sim per model, the library
# (sim/top_*.cpp) and its runners.
# A model is ROWSxCOLS_CELL with, in this order: _plain (no correction), _planes (one X per bit
# plane) or _phi, _phi2, _phi3, _phi4 (one X per plane of the cell's phi); _ktile (coefficients for
# every K tile); _modes (weights bring the cell's mode along); _lowpower (idle operands rest); _map (the
# PEs' cells are those of the file TOP_MAP_<model>, and CELL says what the edge is made for); _table
# (the array by table, sim/table/vmac_array.v); _check (assertions on, accesses to memories counted),
# _trace (VCD).

TOP_ACC_DEPTH ?= 1024
TOP_BUF_DEPTH ?= 4096
# Where a test has other numbers: TOP_ACC_<model>, TOP_BUF_<model>; TOP_OUT_<model>, places for
# results, else the least there can be.

# Models of the random networks and streams (sim/random.mk): few accumulators, so that small layers
# are cut into blocks of pixels; the most rows, in the real array, and depths that are no powers of
# two; a map of cells; modes, operands at rest, and coefficients for every K tile, of planes and of phi.
RANDOM_MODELS := 12x20_exacts_plain_check 20x12_trunc6_planes_check 64x5_perf2_check \
                 5x6_perf2_map_check 6x5_dyn4_planes_ktile_modes_lowpower_check \
                 7x9_trunc6s_phi4_ktile_check
STREAM_MODELS := 20x12_trunc6_planes_check 5x6_perf2_map_check \
                 6x5_dyn4_planes_ktile_modes_lowpower_check 7x9_trunc6s_phi4_ktile_check
TOP_ACC_12x20_exacts_plain_check  ?= 64
TOP_ACC_20x12_trunc6_planes_check ?= 64
TOP_ACC_64x5_perf2_check          ?= 37
TOP_OUT_64x5_perf2_check          ?= 89
TOP_MAP_5x6_perf2_map_check       ?= sim/map-5x6.json

# This CPU's widest vectors that the model's inner loops gain from, where it has them.
TOP_MARCH := $(if $(shell grep -m1 -o avx2 /proc/cpuinfo 2> /dev/null),$(shell \
  $(VCXX) -march=x86-64-v3 -x c++ -fsyntax-only /dev/null 2> /dev/null && echo -march=x86-64-v3))
TOP_FLAGS  = $(VCXX_FLAGS:-O2=-O3) $(TOP_MARCH)

TOP_TOOLS := $(B)/verilator/top-tools.txt
$(eval $(call STAMP,$(TOP_TOOLS),$(VERILATOR_OF) $(VCXX) $(TOP_FLAGS); $(TOP_ACC_DEPTH) \
  $(TOP_BUF_DEPTH) $(foreach v,$(filter TOP_ACC_% TOP_BUF_% TOP_OUT_% TOP_MAP_%,$(.VARIABLES)),\
  $(v)=$($(v)))))

top_words = $(subst _, ,$(1))
top_shape = $(subst x, ,$(word 1,$(call top_words,$(1))))
top_rows  = $(word 1,$(call top_shape,$(1)))
top_cols  = $(word 2,$(call top_shape,$(1)))
top_has   = $(filter $(2),$(wordlist 3,10,$(call top_words,$(1))))
top_corr  = $(if $(call top_has,$(1),plain),0,$(if $(call top_has,$(1),planes),2,$(if \
              $(call top_has,$(1),phi%),3,1)))
# planes of phi, 0: the model has none
top_rank  = $(or $(patsubst phi%,%,$(filter-out phi,$(call top_has,$(1),phi%))),$(if \
              $(call top_has,$(1),phi),1,0))
top_phi   = $(if $(call top_has,$(1),phi%),$(B)/gen/phi-$(call top_name,$(1))-$(call top_rank,$(1)).txt)
top_ktile = $(if $(call top_has,$(1),ktile),1,0)
# The cell's own name may have underscores: what is left without shape and suffixes.
TOP_SUFFIXES := plain planes phi phi2 phi3 phi4 ktile modes lowpower map table check trace
top_last  = $(lastword $(call top_words,$(1)))
top_strip = $(if $(filter $(TOP_SUFFIXES),$(call top_last,$(1))),\
              $(call top_strip,$(patsubst %_$(call top_last,$(1)),%,$(1))),$(1))
top_name  = $(patsubst $(word 1,$(call top_words,$(1)))_%,%,$(strip $(call top_strip,$(1))))
top_cell  = $(CELL_$(call top_name,$(1)))
top_acc   = $(or $(TOP_ACC_$(1)),$(TOP_ACC_DEPTH))
top_buf   = $(or $(TOP_BUF_$(1)),$(TOP_BUF_DEPTH))
top_array = $(if $(call top_has,$(1),table),sim/table,rtl)/vmac_array.v
top_rtl   = sim/vmac_top_sim.v $(filter-out rtl/vmac_array.v,$(RTL_MAC)) $(call top_array,$(1))
top_params = -GROWS=$(top_rows) -GCOLS=$(top_cols) -GCELL=$(top_cell) -GACC_DEPTH=$(top_acc) \
             -GBUF_DEPTH=$(top_buf) -GOPT_CORRECTION=$(top_corr) -GOPT_MODE=$(top_modes) \
             -GOPT_KTILE=$(top_ktile) \
             $(if $(filter-out 0,$(top_rank)),-GPHI_RANK=$(top_rank) -GPHI=$$$$(cat $(top_phi))) \
             $(TOP_OUT_$(1):%=-GOUT_DEPTH=%) \
             -GOPT_LOWPOWER=$(if $(call top_has,$(1),lowpower),1,0) \
             $(if $(top_map),-GMAP=$$$$($(VARIMAC) map --verilog $(top_map)))
top_modes = $(if $(call top_has,$(1),modes),1,0)
top_map   = $(if $(call top_has,$(1),map),$(TOP_MAP_$(1)))
# What the cells are made of: one, or with a map the whole registry. $(1) = model, $(2) = cell
top_mult  = $(if $(top_map),$(RTL_MULT),$(B)/gen/cell/$(2)/vmac_mult.v $(call cell_rtl,$(2)))
top_cells = $(if $(top_map),$(B)/gen,$(B)/gen/cell/$(2))
top_trace = $(if $(call top_has,$(1),trace),1,0)

# These must be able to fail in every plane of phi; any model may be asked for.
TOP_TESTED = $(RANDOM_MODELS) $(STREAM_MODELS) $(COSIM_MODELS) $(FAULT_MODELS)

# $(1) = model, $(2) = its cell
define top_model_rules
$(B)/verilator/top_$(1)/Vtop_$(1).mk: $(call top_rtl,$(1)) $(call top_mult,$(1),$(2)) \
                                      $(call top_cells,$(1),$(2))/vmac_cells.vh $(CSR_VH) \
                                      $(wildcard rtl/*.vh) $(call top_map,$(1)) $(TOP_TOOLS) \
                                      $(if $(call top_map,$(1)),$(VARIMAC)) $(call top_phi,$(1)) \
                                      $(if $(filter $(TOP_TESTED),$(1)),$(patsubst \
                                        %.txt,%.full,$(call top_phi,$(1))))
	$$(call say,VERILATE,$(1))
	$$(Q)rm -rf $$(@D) && mkdir -p $$(@D) && \
	  $$(VERILATOR_OF) -I$(call top_cells,$(1),$(2)) $(RTL_INCLUDE) --prefix Vtop_$(1) -Mdir $$(@D) \
	  --top-module vmac_top_sim $(call top_params,$(1)) \
	  $(if $(call top_has,$(1),check),--assert -DVMAC_COUNT) $(if $(call top_has,$(1),trace),--trace) \
	  $(call top_rtl,$(1)) $(call top_mult,$(1),$(2))

$(B)/verilator/top_$(1)/model.o: $(B)/verilator/top_$(1)/Vtop_$(1).mk sim/top_model.cpp sim/top.h \
                                      sim/empty.awk \
                                 $(CSR_H) cmodel/program/program.h
	$$(call say,VCXX,$(1))
	$$(Q)$(if $(call top_map,$(1)),$(VARIMAC) map --c $(call top_map,$(1)),echo 0) > $$(@D)/map.h && \
	  $(if $(call top_has,$(1),phi%),$(PHI_BYTES) $(call top_phi,$(1)),echo 0) > $$(@D)/phi.h && \
	  edge= && $(if $(call top_has,$(1),check trace),,root=$$(@D)/Vtop_$(1)___024root && \
	  if grep -q '^void Vtop_$(1)___024root___eval_ico\>' $$$$root*.cpp && \
	     grep -q '^void Vtop_$(1)___024root___eval_nba\>' $$$$root*.cpp && \
	     [ "$$$$(grep -c 'VlTriggerVec<1> __V\(ico\|nba\)Triggered;' $$$$root.h)" = 2 ] && \
     cat $$$$root*.cpp | awk -v f=Vtop_$(1)___024root___eval_act -f sim/empty.awk; then \
	    edge='-DTOP_INPUTS=Vtop_$(1)___024root___eval_ico -DTOP_EDGE=Vtop_$(1)___024root___eval_nba'; \
	  else echo "  NOTE    $(1): this verilator divides a cycle in another way: two evaluations \
	per cycle"; fi &&) \
	  $$(call VERILATED_ONE,sim/top_model.cpp,$$(@D)/Vtop_$(1)) > $$(@D)/model.cpp && \
	  $$(VCXX) $$(TOP_FLAGS) -w \
	  $$(subst VM_TRACE=0,VM_TRACE=$(call top_trace,$(1)),$$(VCPPFLAGS)) -I. -I$(B)/gen -I$$(@D) \
	  -DTOP_NAME=$(1) -DTOP_HEADER='"Vtop_$(1).h"' -DTOP_CELL=$(call top_cell,$(1)) \
	  -DTOP_ROWS=$(call top_rows,$(1)) -DTOP_COLS=$(call top_cols,$(1)) \
	  -DTOP_ACC_DEPTH=$(call top_acc,$(1)) -DTOP_BUF_DEPTH=$(call top_buf,$(1)) \
	  -DTOP_CORRECTION=$(call top_corr,$(1)) -DTOP_TABLE=$(if $(call top_has,$(1),table),1,0) \
	  -DTOP_MODES=$(call top_modes,$(1)) -DTOP_MAP=$(if $(call top_map,$(1)),1,0) \
	  -DTOP_KTILE=$(call top_ktile,$(1)) -DTOP_PHI=$(call top_rank,$(1)) \
	  -DTOP_COUNT=$(if $(call top_has,$(1),check),1,0) \
	  $$$$edge -DTOP_ROOT='"Vtop_$(1)___024root.h"' \
	  -c -o $$@ $$(@D)/model.cpp
endef

# ---- the library, verilator's runtime with traces ------------------------------------------------

TOP_LIB := $(patsubst %,$(B)/verilator/sim/%.o,top_bench top_check top_interpret top_explain \
             top_array)
TOP_HEADERS := sim/top.h $(CSR_H) $(VMAC_H) cmodel/program/program.h

$(B)/verilator/sim/top_%.o: sim/top_%.cpp $(TOP_HEADERS) $(TOP_TOOLS)
	$(call say,VCXX,$<)
	$(Q)mkdir -p $(@D) && $(VCXX) $(TOP_FLAGS) $(VCPPFLAGS) -I$(B)/gen -c -o $@ $<

$(B)/verilator/sim/top_cosim.o: sim/args.h

TRACE_RUNTIME := $(patsubst %,$(B)/verilator/runtime-trace/%.o,verilated verilated_threads \
                   verilated_vcd_c)
$(B)/verilator/runtime-trace/%.o: $(VROOT)/include/%.cpp
	$(call say,CXX,$(notdir $<))
	$(Q)mkdir -p $(@D) && $(CXX) -O2 -std=c++17 $(VCPPFLAGS:%VM_TRACE=0=%VM_TRACE=1) -c -o $@ $<

# The models linked into a runner. $(1) = them
define TOP_LIST
  { echo '// Generated by sim/top.mk: the models linked into a runner.'; echo '#include "top.h"'; \
    for m in $(1); do echo "extern const top_model top_model_$$m;"; done; \
    echo 'const top_model *const top_models[] = {'; \
    for m in $(1); do echo "    &top_model_$$m,"; done; echo '};'; \
    echo 'const size_t top_model_count = sizeof top_models / sizeof *top_models;'; }
endef

$(B)/verilator/toplist/%.o: $(TOP_HEADERS)
	$(Q)mkdir -p $(@D) && $(call TOP_LIST,$*) > $(@:.o=.cpp)
	$(Q)$(VCXX) $(TOP_FLAGS) $(VCPPFLAGS) -I$(B)/gen -c -o $@ $(@:.o=.cpp)

# ---- runners: build/bench/cosim-MODEL, build/bench/faults ------------------------------------

TOP_RUNTIME = $(if $(filter %_trace,$(1)),$(TRACE_RUNTIME),$(VRUNTIME))
define top_runner_rules
$(B)/bench/cosim-$(1): $(B)/verilator/sim/top_cosim.o $(TOP_LIB) $(B)/verilator/toplist/$(1).o \
                       $(B)/verilator/top_$(1)/model.o $(call TOP_RUNTIME,$(1)) $(LIBVARIMAC)
	$$(call say,LINK,$$@)
	$$(Q)mkdir -p $$(@D) && $$(CXX) -o $$@ $$(filter-out %.a,$$^) $$(filter %.a,$$^) \
	  $$(LDLIBS) -pthread
endef

# Several models in one program: build/bench/cosim for the tests, build/bench/faults. Shapes with
# more columns than rows and the other way round, beats of 16, 32 and 64 bytes, both classes, a
# rounded edge, all corrections, the real array beside the one by table; both without _check too, as
# `make cosim` has them, where a cycle is one call for inputs and one for the edge.
COSIM_MODELS := 16x16_perf2_table_check 16x16_perf2_table 16x16_perf2_planes_table_check \
                8x8_exacts_check 8x8_exacts 8x8_exacts_table_check 12x20_rec4_table_check \
                20x12_edge2_table_check 8x8_trunc6s_plain_table_check 4x40_exact_table_check \
                16x16_edge2s_phi_ktile_table_check
FAULT_MODELS := 16x16_perf2_table_check 32x20_exacts_ktile_table_check
TRACE_MODEL  := 8x8_exact_table_trace

# $(1) = runner, $(2) = its main file, $(3) = its models
define top_many_rules
$(B)/gen/top_$(1).cpp: FORCE
	$$(Q)mkdir -p $$(@D) && $$(call TOP_LIST,$(3)) > $$@.new; \
	  if cmp -s $$@.new $$@; then rm $$@.new; else mv $$@.new $$@; fi
$(B)/verilator/toplist/$(1).o: $(B)/gen/top_$(1).cpp $(TOP_HEADERS)
	$$(Q)mkdir -p $$(@D) && $$(VCXX) $$(TOP_FLAGS) $$(VCPPFLAGS) -I$(B)/gen -c -o $$@ $$<
$(B)/bench/$(1): $(B)/verilator/sim/$(2).o $(TOP_LIB) $(B)/verilator/toplist/$(1).o \
                 $(3:%=$(B)/verilator/top_%/model.o) $(VRUNTIME) $(LIBVARIMAC)
	$$(call say,LINK,$$@)
	$$(Q)mkdir -p $$(@D) && $$(CXX) -o $$@ $$(filter-out %.a,$$^) $$(filter %.a,$$^) \
	  $$(LDLIBS) -pthread
endef
$(eval $(call top_many_rules,cosim,top_cosim,$(COSIM_MODELS)))
$(eval $(call top_many_rules,faults,top_faults,$(FAULT_MODELS)))
FAULT_PARTS := $(B)/verilator/sim/top_fault_runs.o $(B)/verilator/sim/top_sabotage.o
$(B)/bench/faults: $(FAULT_PARTS)
$(B)/verilator/sim/top_faults.o $(FAULT_PARTS): sim/top_faults.h
tests-build: $(B)/bench/cosim $(B)/bench/faults $(B)/bench/cosim-$(TRACE_MODEL)

# What `make cosim` runs: NET, MULT (any of the registry), CORRECTION, KTILE (1: hardware and plan have
# coefficients for every K tile), ROWS, COLS, IMAGES, DATA,
# FIRST, SEED; IDLE, STALL (in 1/1000); TRACE=FROM:TO (cycles; build/cosim.vcd); TABLE=0: the real
# array, else the one by table; TOP_ACC_DEPTH, TOP_BUF_DEPTH; JOBS_SIM processes.
NET        ?= $(NETWORK)
MULT       ?= perf2
CORRECTION ?= cv
ROWS       ?= 16
COLS       ?= 16
KTILE      ?= 0
IMAGES     ?= 64
TABLE      ?= 1
TRACE      ?=
COSIM_MODEL = $(ROWS)x$(COLS)_$(MULT)$(if $(filter bitplane,$(CORRECTION)),_planes)$(patsubst \
              %,_%,$(filter phi%,$(CORRECTION)))$(if $(filter 1,$(KTILE)),_ktile)$(if \
              $(filter 1,$(TABLE)),_table)$(if $(TRACE),_trace)
COSIM_ARGS  = --net $(NET) --correction $(CORRECTION) --images $(if $(TRACE),1,$(IMAGES)) \
              $(if $(DATA),--data $(DATA)) $(if $(FIRST),--first $(FIRST)) \
              $(if $(SEED),--seed $(SEED)) $(if $(JOBS_SIM),--jobs $(JOBS_SIM)) \
              $(if $(IDLE),--idle $(IDLE)) $(if $(STALL),--stall $(STALL)) \
              $(if $(TRACE),--trace $(TRACE) --vcd $(B)/cosim.vcd)

ifneq ($(filter cosim cosim-full,$(MAKECMDGOALS)),)
ifeq ($(filter $(MULT),$(MULTS)),)
$(error MULT: expected a name of rtl/mult/mults.tbl (build/varimac mult list), found '$(MULT)')
endif
endif

# The models that tests and targets name, and the one that the variables above ask for.
TOP_ASKED  := $(patsubst $(B)/bench/cosim-%,%,$(filter $(B)/bench/cosim-%,$(MAKECMDGOALS))) \
              $(patsubst $(B)/bench/random-%,%,$(filter $(B)/bench/random-%,$(MAKECMDGOALS))) \
              $(patsubst $(B)/bench/streams-%,%,$(filter $(B)/bench/streams-%,$(MAKECMDGOALS))) \
              $(if $(filter cosim cosim-full,$(MAKECMDGOALS)),$(COSIM_MODEL))
TOP_MODELS := $(sort $(COSIM_MODELS) $(FAULT_MODELS) $(TRACE_MODEL) $(RANDOM_MODELS) $(STREAM_MODELS) \
                $(TOP_ASKED))
$(foreach m,$(TOP_MODELS),$(eval $(call top_model_rules,$(m),$(call top_name,$(m)))) \
  $(eval $(call top_runner_rules,$(m))))

.PHONY: cosim cosim-full
cosim: $(B)/bench/cosim-$(COSIM_MODEL) ## images through the whole RTL, every value compared
	$(Q)$< $(COSIM_ARGS)

cosim-full: $(B)/bench/cosim-$(COSIM_MODEL) ## all 10,000 CIFAR-10 test images through the RTL
	$(Q)$< $(COSIM_ARGS) --data cifar10:test --images 10000 --compare bytes

include sim/matrix.mk
include sim/maps.mk
include sim/random.mk
include sim/coverage.mk
