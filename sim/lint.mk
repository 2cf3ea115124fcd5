# The C++ of co-simulation and benches: both compilers with warnings as errors, cppcheck, the layout.
# What verilator writes counts as a system's header; of the sources that are compiled once per model
# one model stands for all.

LINT_SIM    := $(sort $(wildcard sim/*.cpp testbench/*.cpp))
LINT_LAYOUT := $(LINT_SIM) $(sort $(wildcard sim/*.h sim/*.c testbench/*.h cmodel/testing/*.h))
LINT_MAC    := 8x8_exacts
LINT_CELL   := exact
LINT_MAKES  := $(foreach b,$(BENCH_UNITS),$(B)/verilator/tb_$(b)/Vtb_$(b).mk) \
               $(B)/verilator/mac_$(LINT_MAC)/Vmac_$(LINT_MAC).mk \
               $(B)/verilator/top_$(TRACE_MODEL)/Vtop_$(TRACE_MODEL).mk
LINT_FLAGS  := $(patsubst %,-isystem %,$(sort $(dir $(LINT_MAKES)) $(B)/verilator/cell_$(LINT_CELL))) \
  -I. -Itestbench -I$(B)/gen -DSIM_NAME=$(LINT_MAC) -DSIM_HEADER='"Vmac_$(LINT_MAC).h"' \
  -DSIM_ROWS=8 -DSIM_COLS=8 -DSIM_CELL=0 -DSIM_DEPTH=256 -DSIM_CORRECTION=1 -DSIM_RANK=0 -DSIM_TILED=0 \
  -DCELL_INDEX=0 \
  -DTOP_NAME=$(TRACE_MODEL) -DTOP_HEADER='"Vtop_$(TRACE_MODEL).h"' -DTOP_CELL=0 -DTOP_ROWS=8 \
  -DTOP_COLS=8 -DTOP_ACC_DEPTH=1024 -DTOP_BUF_DEPTH=4096 -DTOP_CORRECTION=1 -DTOP_TABLE=1 \
  -DTOP_MODES=0 -DTOP_MAP=0 -DTOP_KTILE=0 -DTOP_PHI=0
# cppcheck takes all programs for one, and does not see that less than 32 bits are left in top_array.
LINT_UNHEARD := --suppress=ctuOneDefinitionRuleViolation \
                --suppress=shiftTooManyBits:sim/top_array.cpp

.PHONY: lint-sim
lint: lint-sim
lint-sim: $(LINT_MAKES) $(B)/bench/cell-$(LINT_CELL) $(CMODEL_GEN) $(CSR_H) \
          $(foreach b,$(BENCH_UNITS),$(TB_GEN_$(b)))
	$(Q)scripts/setup.sh cppcheck
	$(call say,LINT,co-simulation and benches)
	$(Q)for f in map phi; do echo 0 > $(B)/verilator/top_$(TRACE_MODEL)/$$f.h; done
	$(Q)for cxx in g++ clang++; do for f in $(LINT_SIM); do \
	  $$cxx -std=c++17 $(WARN) -Werror -fsyntax-only $(subst VM_TRACE=0,VM_TRACE=1,$(VCPPFLAGS)) \
	    $(LINT_FLAGS) $$f || exit 1; done; done
	$(Q)for cc in gcc clang; do \
	  $$cc $(CPPFLAGS) -Icmodel/testing $(C_FLAGS) -Werror -fsyntax-only sim/*.c || exit 1; done
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr --language=c++ --std=c++17 \
	  --enable=warning,portability $(LINT_UNHEARD) -Icmodel -Isim -Itestbench -I$(B)/gen \
	  -DSIM_NAME=x -DTOP_NAME=x -DCELL_INDEX=0 -DVM_TRACE=1 $(LINT_SIM)
	$(Q)clang-format --dry-run -Werror $(LINT_LAYOUT)
