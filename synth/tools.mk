# The tools of the synthesis flow, in C: vmac-liberty reads and trims cell libraries, vmac-energy
# simulates mapped netlists and turns what they do into energy.

CPPFLAGS += -Isynth/liberty -Isynth/energy

LIBERTY_SRC := $(sort $(wildcard synth/liberty/*.c))
ENERGY_SRC  := $(sort $(wildcard synth/energy/*.c))
LIBERTY_OBJ := $(patsubst %,$(B)/obj/%.o,$(filter-out %/main.c,$(LIBERTY_SRC)))
ENERGY_OBJ  := $(patsubst %,$(B)/obj/%.o,$(filter-out %/main.c,$(ENERGY_SRC)))
LIBERTY     := $(B)/vmac-liberty
ENERGY      := $(B)/vmac-energy

$(LIBERTY): $(B)/obj/synth/liberty/main.c.o $(LIBERTY_OBJ) $(LIBVARIMAC)
$(ENERGY): $(B)/obj/synth/energy/main.c.o $(ENERGY_OBJ) $(LIBERTY_OBJ) $(LIBVARIMAC)
$(LIBERTY) $(ENERGY):
	$(call say,LINK,$@)
	$(Q)$(CXX) $(CFLAGS) -Wl,-Map=$@.map -o $@ $(filter-out FORCE,$^) $(LDLIBS)
# tool-sum.sh reads it.
ifeq ($(wildcard $(ENERGY).map),)
$(ENERGY): FORCE
endif

-include $(patsubst %,$(B)/obj/%.d,$(LIBERTY_SRC) $(ENERGY_SRC))

# Unit tests of this folder link its objects: tests/unit/test_liberty*.c, test_energy*.c.
SYNTH_UNITS := $(patsubst tests/unit/%.c,%,\
                 $(wildcard tests/unit/test_liberty*.c tests/unit/test_energy*.c))
$(foreach u,$(SYNTH_UNITS),$(eval UNIT_EXTRA_$(u) := $(ENERGY_OBJ) $(LIBERTY_OBJ)))
$(SYNTH_UNITS:%=$(B)/tests/%): $(ENERGY_OBJ) $(LIBERTY_OBJ)
