# Readers of foreign files under clang's libFuzzer, with AddressSanitizer and UBSan, in a build folder
# of their own: `make fuzz`. FUZZ_SECONDS of each target, as many at a time as there are processors.

FUZZ_TARGETS ?= tflite safetensors data table json liberty netlist program
FUZZ_SECONDS ?= 600
FUZZ_SEED    ?= 1
FUZZ_FOUND   ?= $(B)/report/fuzz
# The real array, modes and coefficients of planes and K tiles.
FUZZ_STREAMS := $(B)/bench/streams-6x5_dyn4_planes_ktile_modes_lowpower_check
FUZZ_SRC     := $(sort $(wildcard tests/fuzz/*.c))
LINT_C       += $(FUZZ_SRC)
FUZZ_B       := $(B)/fuzz
FUZZ_FLAGS   := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
                -Wno-pass-failed

.PHONY: fuzz fuzz-build
fuzz: ## fuzz every reader of foreign files and the RTL's streams, FUZZ_SECONDS (600) each
	$(Q)scripts/setup.sh fuzz
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) B=$(FUZZ_B) CC=clang CXX=clang++ \
	  CFLAGS='$(FUZZ_FLAGS)' fuzz-build
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(FUZZ_STREAMS)
	$(Q)rm -rf $(FUZZ_B)/seeds && ASAN_OPTIONS=detect_leaks=0 $(FUZZ_B)/fuzz-seeds $(FUZZ_B)/seeds && \
	  mkdir -p $(FUZZ_B)/seeds/liberty $(FUZZ_B)/seeds/netlist && \
	  cp tests/unit/liberty_case.lib $(FUZZ_B)/seeds/liberty && \
	  cp tests/fuzz/netlist.json $(FUZZ_B)/seeds/netlist
	$(Q)sh tests/fuzz/run.sh $(FUZZ_B) $(FUZZ_SECONDS) $(FUZZ_SEED) $(JOBS) $(FUZZ_FOUND) \
	  $(FAMILIES:$(B)/%=$(FUZZ_B)/%) $(FUZZ_STREAMS) $(FUZZ_TARGETS)

fuzz-build: $(FUZZ_TARGETS:%=$(B)/%) $(B)/fuzz-seeds $(FAMILIES)

$(B)/obj/tests/fuzz/%.o: CPPFLAGS += -Icmodel/testing
$(FUZZ_TARGETS:%=$(B)/%): $(B)/%: $(B)/obj/tests/fuzz/%.c.o $(B)/obj/tests/fuzz/fuzz.c.o \
                                  $(ENERGY_OBJ) $(LIBERTY_OBJ) $(LIBVARIMAC)
	$(call say,LINK,$@)
	$(Q)$(CXX) $(CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)
$(B)/fuzz-seeds: $(B)/obj/tests/fuzz/seeds.c.o $(B)/obj/tests/fuzz/fuzz.c.o $(LIBVARIMAC)
	$(call say,LINK,$@)
	$(Q)$(CXX) $(CFLAGS) -o $@ $^ $(LDLIBS)

-include $(FUZZ_SRC:%=$(B)/obj/%.d)
