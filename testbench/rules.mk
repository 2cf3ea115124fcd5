# Benches: one program per RTL module, $(B)/bench/<name>.

$(B)/verilator/testbench/%.o: testbench/%.cpp testbench/bench.h sim/sim.h cmodel/vmac.h
	$(call say,VCXX,$<)
	$(Q)mkdir -p $(@D) && $(VCXX) $(VCXX_FLAGS) $(VCPPFLAGS) -Itestbench -c -o $@ $<

$(B)/bench/mac_unit: $(B)/verilator/testbench/mac_unit.o $(B)/verilator/sim/sim_models.o \
                     $(SIM_OBJ) $(SIM_MODEL_OBJ) $(VRUNTIME) $(LIBVARIMAC)
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D) && $(CXX) -o $@ $^ $(LDLIBS) -pthread
