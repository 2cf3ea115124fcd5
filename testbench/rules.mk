# Benches: one program per RTL module, $(B)/bench/<name>; mac_unit covers array, feet and all, parse
# its check, checksum, contexts, alike and ident, feed the banks, accum the memory, skew the delay,
# side the table of phi; vmac_datapath and vmac_top have none: random networks and streams go
# through them (sim/random.mk).

BENCH_UNITS := cells pe side skew accum correct dyn edge wide requant vector csr fifo stream_reg \
               parse exec feed route post join results macs
BENCH_NAMES := $(BENCH_UNITS) mac_unit conv
BENCHES     := $(BENCH_NAMES:%=$(B)/bench/%)
# In all of them an assertion that fails, of a unit or of a checker beside it, ends the bench: that
# is verilator's default (mac_unit and conv: sim/model.cpp).
# Tops that hold several instances take the number of registered cells.
TB_FLAGS_cells := -GCELLS=$(words $(MULTS))
TB_FLAGS_pe    := -GCELLS=$(words $(MULTS))
TB_FLAGS_side  := -GCELLS=$(words $(MULTS))
TB_GEN_csr := $(CSR_H)
# A bench of more parts adds Verilog to TB_SRC_<name>, headers to TB_GEN_<name>.
TB_GEN_parse  := testbench/parse_program.h
include testbench/prove.mk

define bench_rules
$(B)/verilator/tb_$(1)/Vtb_$(1).mk: testbench/vmac_tb_$(1).v $(RTL_MAC) $(RTL_MULT) \
                                    $(TB_SRC_$(1)) $(RTL_HEADERS) $(SIM_TOOLS)
	$$(call say,VERILATE,tb_$(1))
	$$(Q)rm -rf $$(@D) && mkdir -p $$(@D) && \
	  $$(VERILATOR) --assert --prefix Vtb_$(1) -Mdir $$(@D) --top-module vmac_tb_$(1) \
	  $(TB_FLAGS_$(1)) $$< $(TB_SRC_$(1)) $(RTL_MAC) $(RTL_MULT)

$(B)/verilator/tb_$(1)/bench.o: testbench/$(1).cpp $(B)/verilator/tb_$(1)/Vtb_$(1).mk \
                                testbench/bench.h testbench/queue.h $(TB_GEN_$(1)) $(VMAC_H)
	$$(call say,VCXX,testbench/$(1).cpp)
	$$(Q)$$(VCXX) $$(VCXX_FLAGS) $$(VCPPFLAGS) -I$(B)/gen -isystem $$(@D) -c -o $$@ $$<

$(B)/verilator/tb_$(1)/model.o: $(B)/verilator/tb_$(1)/Vtb_$(1).mk
	$$(call say,VCXX,tb_$(1))
	$$(Q)$$(call VERILATED_ONE,,$$(@D)/Vtb_$(1)) > $$(@D)/model.cpp && \
	  $$(VCXX) $$(VCXX_FLAGS) -w $$(VCPPFLAGS) -I. -c -o $$@ $$(@D)/model.cpp

$(B)/bench/$(1): $(B)/verilator/tb_$(1)/bench.o $(B)/verilator/tb_$(1)/model.o $(VRUNTIME) \
                 $(LIBVARIMAC)
	$$(call say,LINK,$$@)
	$$(Q)mkdir -p $$(@D) && $$(CXX) -o $$@ $$^ $$(LDLIBS) -pthread
endef
$(foreach b,$(BENCH_UNITS),$(eval $(call bench_rules,$(b))))

# One cell alone, any of the registry: $(B)/bench/cell-NAME
define cell_rules
$(B)/bench/cell-$(1): testbench/cell.cpp testbench/bench.h $(VMAC_H) $(call cell_gen,$(1)) \
                      $(call cell_rtl,$(1)) $(SIM_TOOLS) $(VRUNTIME) $(LIBVARIMAC)
	$$(call say,BENCH,cell $(1))
	$$(Q)dir=$(B)/verilator/cell_$(1) && rm -rf $$$$dir && mkdir -p $$$$dir $$(@D) && \
	  $$(VERILATOR_OF) --prefix Vcell -Mdir $$$$dir --top-module vmac_mult -GCELL=$(CELL_$(1)) \
	  $(B)/gen/cell/$(1)/vmac_mult.v $(call cell_rtl,$(1)) && \
	  $$(call VERILATED_ONE,testbench/cell.cpp,$$$$dir/Vcell) > $$$$dir/all.cpp && \
	  $$(VCXX) $$(VCXX_FLAGS) -w $$(VCPPFLAGS) -I. -Itestbench -I$$$$dir \
	  -DCELL_INDEX=$(CELL_$(1)) -o $$@ $$$$dir/all.cpp $(VRUNTIME) $(LIBVARIMAC) $$(LDLIBS) -pthread
endef
$(foreach m,$(MULTS),$(eval $(call cell_rules,$(m))))

$(B)/verilator/testbench/%.o: testbench/%.cpp testbench/bench.h sim/sim.h \
                                 $(VMAC_H) cmodel/net/net.h
	$(call say,VCXX,$<)
	$(Q)mkdir -p $(@D) && $(VCXX) $(VCXX_FLAGS) $(VCPPFLAGS) -Itestbench -c -o $@ $<

$(B)/bench/mac_unit: $(B)/verilator/testbench/mac_unit.o $(B)/verilator/sim/sim_models.o \
                     $(SIM_OBJ) $(SIM_MODEL_OBJ) $(VRUNTIME) $(LIBVARIMAC)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) -o $@ $^ $(LDLIBS) -pthread

.PHONY: bench-rtl bench-build
bench-build: $(BENCHES)
bench-rtl: bench-build ## build and run every RTL bench, and ResNet-8 through the array
	$(Q)for b in $(BENCHES); do $$b || exit 1; done
