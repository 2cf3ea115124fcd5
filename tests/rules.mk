# Tests: cmocka programs (tests/unit) and shell tests (tests/*.t), all run by prove as TAP.

UNIT_SRC  := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN  := $(patsubst tests/unit/%.c,$(B)/tests/%,$(UNIT_SRC))
TESTS     := $(sort $(wildcard tests/*.t))
# Streams, one test behind the other in each: those that make things in $(B); unit tests; others.
TESTS_MAKE := tests/{bench,core,docs,feet,glitch,liberty,page,power,ppa,rtl,synth}.t
PROVE       = prove --timer -j$(JOBS) $(patsubst %,--rules 'seq=%',$(TESTS_MAKE) $(B)/tests/* **)
TEST_ENV   = B=$(B) VARIMAC=$(VARIMAC) CMOCKA_MESSAGE_OUTPUT=TAP OMP_WAIT_POLICY=passive

# A unit test that needs more than the library adds objects to UNIT_EXTRA_<name>.
$(B)/tests/%: tests/unit/%.c $(LIBVARIMAC)
	$(call say,TEST,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(CPPFLAGS) -Icmodel/testing -Itests/unit $(C_FLAGS) -MMD -MP -MF $@.d -MT $@ \
	  -c -o $@.o $<
	$(Q)$(CXX) $(CFLAGS) -o $@ $@.o $(UNIT_EXTRA_$*) $(LIBVARIMAC) -lcmocka $(LDLIBS)

# Every family at every value of its parameters, for the test of what families declare.
EVERY_H := $(B)/tests/every-cell.h
$(EVERY_H): $(FAMILIES) rtl/mult/mults.tbl scripts/mults-read.awk scripts/mults-to-c.awk \
            tests/every-cell.awk
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && awk -f scripts/mults-read.awk -f tests/every-cell.awk $(FAMILIES) \
	  rtl/mult/mults.tbl > $(@:.h=.tbl)
	$(Q)$(call MULT_AWK,c) $(FAMILIES) $(@:.h=.tbl) > $@
$(B)/tests/test_low_bits: $(EVERY_H)
$(B)/tests/test_low_bits: CPPFLAGS += -I$(B)/tests

-include $(UNIT_BIN:=.d)

.PHONY: tests-build
tests-build: $(VARIMAC) $(UNIT_BIN) $(BENCHES) $(ENERGY) $(LIBERTY) $(SPEED)

.PHONY: test
test: setup ## everything that must pass, half an hour on two slow cores
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) tests-build
	$(Q)$(TEST_ENV) $(PROVE) $(TESTS) $(UNIT_BIN)

.PHONY: test-full
test-full: test ## test, then netlists, wide cells, proofs, sanitizers, lint, faults, accuracy
	$(Q)$(MAKE) --no-print-directory netlists synth-top synth-equiv ppa-check wide-full prove \
	  sanitize lint cosim-matrix cosim-maps coverage mutations accuracy page-full tutorials \
	  stopped
	$(Q)$(MAKE) --no-print-directory PLATFORM=all sta-power
	$(Q)$(MAKE) --no-print-directory compose
	$(Q)$(MAKE) --no-print-directory FUZZ_SECONDS=60 fuzz

.PHONY: tutorials
tutorials: setup ## the commands of docs/*.md, each page in a clean copy of the tree
	$(Q)for page in docs/*.md; do sh tests/tutorial.sh $$page || exit 1; done

.PHONY: stopped
stopped: setup ## every long command stopped by signals at many moments, and run again
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)$(TEST_ENV) prove tests/full/stopped.t

# In a browser, which no other target needs.
.PHONY: page-full
page-full: setup
	$(Q)scripts/setup.sh full
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)PAGE_TEST=full $(TEST_ENV) prove tests/page.t tests/man.t

# The unit tests again under AddressSanitizer and UBSan, in a build folder of their own, and those
# shell tests that need no program but varimac and no make.
SANITIZE_T := $(filter-out $(patsubst %,tests/%.t,commands core cosim docs energy feet glitch \
                 liberty mutate new-mult page paper paper-maps paper-maps-run paper-s0 paper-s2 power \
                 ppa random retrain rtl savings structure synth tools train wide),$(TESTS))
.PHONY: sanitize
sanitize: setup ## unit and command line tests under AddressSanitizer and UBSan
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) B=$(B)/asan \
	  CFLAGS='-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all' sanitize-build
	$(Q)B=$(B)/asan VARIMAC=$(B)/asan/varimac CMOCKA_MESSAGE_OUTPUT=TAP \
	  OMP_WAIT_POLICY=passive $(PROVE) $(UNIT_BIN:$(B)/%=$(B)/asan/%) $(SANITIZE_T)

.PHONY: sanitize-build
sanitize-build: $(VARIMAC) $(UNIT_BIN)

.PHONY: mutations
mutations: setup ## plant every fault of tests/mutations.tbl and watch its test go red
	$(Q)sh tests/mutate.sh -j $(JOBS)

include tests/bench/rules.mk
include tests/fuzz/rules.mk
