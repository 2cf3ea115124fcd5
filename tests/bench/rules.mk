# The golden model's kernels side by side with what they replace: tests/bench. (build/bench and
# build/report/bench.txt are of the RTL's benches.)

SPEED_SRC := $(sort $(wildcard tests/bench/*.c))
SPEED_OBJ := $(SPEED_SRC:%=$(B)/obj/%.o)
SPEED     := $(B)/speed/bench
LINT_C    += $(SPEED_SRC)

$(SPEED): $(SPEED_OBJ) $(LIBVARIMAC)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) $(CFLAGS) -o $@ $^ $(LDLIBS)

-include $(SPEED_OBJ:.o=.d)

tests-build: $(SPEED)
UNIT_EXTRA_test_bench := $(filter %/timing.c.o %/layer.c.o %/fma.c.o,$(SPEED_OBJ))
$(B)/tests/test_bench: $(UNIT_EXTRA_test_bench)
SANITIZE_T := $(filter-out tests/bench.t,$(SANITIZE_T)) # it calls make

# BENCH=short: every kernel compared, hardly timed; into files of its own, so no figure is lost.
speed_name = $(REPORT)/$(if $(filter short,$(BENCH)),speed-short,speed)
speed_run  = mkdir -p $(REPORT) && OMP_WAIT_POLICY=passive \
             $(SPEED) $(if $(filter %-short,$(1)),--short) --net $(NETWORK) -o $(1).csv
speed_awk  = awk -v style=$(1) -f scripts/speed-read.awk -f scripts/speed-$(2).awk
speed_md   = { $(call speed_awk,md,table) $(1).csv && $(call speed_awk,md,goals) $(1).csv; } \
             > $(1).md.new && mv $(1).md.new $(1).md

.PHONY: bench readme-speed
bench: $(SPEED) ## time the golden model beside table look-ups (4 minutes; BENCH=short: compare)
	$(Q)$(call speed_run,$(speed_name))
	$(Q)$(call speed_md,$(speed_name))
	$(Q)$(call speed_awk,text,table) $(speed_name).csv
	@echo && echo "report: $(speed_name).csv, $(speed_name).md"
	$(Q)$(call speed_awk,text,goals) $(speed_name).csv

# Never measured for it: figures need a quiet machine, and three minutes that one asked for.
readme: readme-speed
readme-speed: | readme-top ## put the tables of the last `make bench`, if any, into README.md
	$(Q)if [ -e $(REPORT)/speed.csv ]; then \
	  { $(call speed_md,$(REPORT)/speed); } && $(call readme_put,speed=$(REPORT)/speed.md); \
	else \
	  echo "readme: no $(REPORT)/speed.csv (make bench): the block of speed stays as it is"; \
	fi
