# How much of the RTL the tests reach: make coverage.

# Everything again with counters in it, in a build folder of its own: a few models of the
# accelerator (more columns than rows, as many, fewer; all corrections, both classes, modes, resting
# operands), and benches of modules. The other benches hold so many instances that their counters
# are not worth the time: what they test is counted in the accelerator.
COVER_BENCHES := accum correct requant vector csr fifo exec skew macs
COVER_MODELS  := 5x7_perf2_planes 6x6_exacts_plain 9x4_trunc6 4x6_drum6_phi2_ktile
COVER_MODES   := 4x5_dyn4_modes_lowpower
# the one with the largest buffers
COVER_LARGEST := 5x7_perf2_planes
COVER_NETS    ?= 40
COVER_STREAMS ?= 6
COVER_LEAST   ?= 95
COVER_DIR     := $(B)/coverage
COVER_DATA     = $(patsubst %,$(COVER_DIR)/data/%.txt,$(COVER_BENCHES) $(COVER_MODELS:%=random-%) \
                   $(COVER_MODELS:%=streams-%) streams-$(COVER_MODES) longest)
COVER_MAKE     = $(MAKE) --no-print-directory B=$(COVER_DIR) \
  RANDOM_MODELS='$(COVER_MODELS) $(COVER_MODES)' \
  TOP_BUF_$(COVER_LARGEST)=32768 \
  VERILATOR_OF='sh scripts/coverage-verilate.sh' VCXX_FLAGS='-O1 -std=c++17 $(WARN)' \
  VCPPFLAGS='$(subst VM_COVERAGE=0,VM_COVERAGE=1,$(VCPPFLAGS))' \
  VRUNTIME='$(patsubst %,$(COVER_DIR)/verilator/runtime/%.o,verilated verilated_threads \
    verilated_cov)'

.PHONY: coverage
coverage: setup ## share of RTL lines and toggles that benches, networks and streams reach
	$(Q)$(COVER_MAKE) -j$(JOBS) $(COVER_DATA)
	$(Q)verilator_coverage --write $(COVER_DIR)/coverage.dat $(COVER_DIR)/data/*.dat
	$(Q)rm -rf $(COVER_DIR)/annotated && verilator_coverage --annotate $(COVER_DIR)/annotated \
	  $(COVER_DIR)/coverage.dat > /dev/null
	$(Q)awk -v least=$(COVER_LEAST) -v expected='$(filter-out rtl/vmac_ax%_check.v,$(RTL_MAC))' \
	  -f scripts/coverage.awk sim/coverage.waive $(COVER_DIR)/coverage.dat

# Runs a program; its points lie beside what it said. $(1) = command
define cover
	$(call say,COVER,$(notdir $(basename $@)))
	$(Q)mkdir -p $(@D) && rm -f $(@:.txt=)-*.dat && \
	  COVERAGE_OUT=$(@:.txt=) $(1) > $@.new 2>&1 && mv $@.new $@ || { cat $@.new; exit 1; }
endef

$(B)/data/streams-%.txt: $(B)/bench/streams-%
	$(call cover,$< 1 $(COVER_STREAMS))
$(B)/data/longest.txt: $(B)/bench/streams-$(COVER_LARGEST)
	$(call cover,$< 1000 1)
$(B)/data/random-%.txt: $(B)/bench/random-%
	$(call cover,$< --networks $(COVER_NETS))
$(B)/data/%.txt: $(B)/bench/%
	$(call cover,$<)
.PRECIOUS: $(B)/bench/streams-% $(B)/bench/random-%
