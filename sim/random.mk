# Random networks and streams through the RTL: build/bench/random-MODEL, build/bench/streams-MODEL.

# ---- networks ------------------------------------------------------------------------------------

$(B)/verilator/sim/top_nets.o: sim/top_nets.c sim/top_nets.h $(VMAC_H) \
                               cmodel/program/program.h $(wildcard cmodel/testing/*.h)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) -Icmodel/testing $(C_FLAGS) -c -o $@ $<

$(B)/verilator/sim/top_random.o: sim/args.h sim/top_nets.h

RANDOM_RUNNER := $(patsubst %,$(B)/verilator/sim/%.o,top_random top_nets) $(TOP_LIB)
.PRECIOUS: $(B)/verilator/toplist/%.o
$(B)/bench/random-%: $(RANDOM_RUNNER) $(B)/verilator/toplist/%.o $(B)/verilator/top_%/model.o \
                     $(VRUNTIME) $(LIBVARIMAC)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(LDLIBS) -pthread

# ---- streams that no compiler writes -------------------------------------------------------------

STREAMS_RUNNER := $(patsubst %,$(B)/verilator/sim/%.o,top_streams top_stream) $(TOP_LIB)
$(B)/verilator/sim/top_streams.o: sim/args.h
$(B)/verilator/sim/top_streams.o $(B)/verilator/sim/top_stream.o: sim/top_stream.h
$(B)/bench/streams-%: $(STREAMS_RUNNER) $(B)/verilator/toplist/%.o $(B)/verilator/top_%/model.o \
                      $(VRUNTIME) $(LIBVARIMAC)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(LDLIBS) -pthread

# What tests/random.t runs.
tests-build: $(RANDOM_MODELS:%=$(B)/bench/random-%) $(STREAM_MODELS:%=$(B)/bench/streams-%)
