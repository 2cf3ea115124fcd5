# The cell library of PLATFORM: what the flow reads is a trimmed copy, made once from LIB_FILES.

PLATFORM     ?= osu018
# Where libraries are that Debian does not have, a folder for each platform.
VMAC_PDK_DIR ?= pdk
PLATFORMS    := $(notdir $(patsubst %/config.mk,%,$(wildcard synth/platforms/*/config.mk)))
ifndef NO_BUILD
ifeq ($(PLATFORM),all)
# Goals of a single platform.
$(foreach goal,$(filter library synth synth-top synth-equiv netlists ppa-check ppa-baseline compose \
  correction-cost,$(MAKECMDGOALS)),$(error make $(goal): PLATFORM=all is not for this one; \
  name one of $(PLATFORMS)))
else
ifeq ($(wildcard synth/platforms/$(PLATFORM)/config.mk),)
$(error PLATFORM: expected one of $(PLATFORMS), or all (ppa, fmax, savings, sta-power), \
  found '$(PLATFORM)')
endif
include synth/platforms/$(PLATFORM)/config.mk
# Not with all: what is exported here would reach each platform's own make as the user's.
include synth/platforms/keys.mk
endif
endif

SYNTH := $(B)/synth/$(PLATFORM)

# What the scripts map to, time with, and read power from; functional Verilog of the same cells.
export VMAC_LIB       := $(SYNTH)/lib/cells.lib
export VMAC_POWER_LIB := $(SYNTH)/lib/power.lib
export VMAC_LIB_V     := $(SYNTH)/lib/cells.v
# Everything that was mapped, timed or measured, by the hash of all that went into it.
export VMAC_CACHE     ?= $(B)/ppa-cache

# What a command line may override: stale when it changes.
LIBRARY_KEYS := LIB_FILES DONT_USE_CELLS
$(eval $(call STAMP,$(SYNTH)/lib/settings.txt,$(foreach v,$(LIBRARY_KEYS),$(v)=$($(v)))))

# Of the tool its sources count, not its date: that would make stale what no byte changes.
$(VMAC_LIB): $(wildcard synth/liberty/*.[ch]) $(SYNTH)/lib/settings.txt $(wildcard $(LIB_FILES)) \
             | $(LIBERTY)
	@for f in $(LIB_FILES); do [ -r "$$f" ] || { echo "platform $(PLATFORM): no cell library $$f;" \
	  "$(LIB_HINT); VMAC_PDK_DIR=FOLDER or LIB_FILES=FILE says where it is" >&2; exit 1; }; done
	$(call say,LIBRARY,$(PLATFORM))
	$(Q)mkdir -p $(@D) && $(LIBERTY) prep $(LIB_FILES:%=--lib %) $(DONT_USE_CELLS:%=--drop '%') \
	  -o $@ --power-view $(VMAC_POWER_LIB) --verilog $(VMAC_LIB_V) > $(@D)/prep.log
	$(Q)echo "sha256=$$(sha256sum < $@ | cut -c 1-64)" >> $(@D)/prep.log
$(VMAC_POWER_LIB) $(VMAC_LIB_V): $(VMAC_LIB) ;
# Scripts read these two unasked: made again where one was deleted.
ifneq ($(words $(wildcard $(VMAC_POWER_LIB) $(VMAC_LIB_V))),2)
$(VMAC_LIB): FORCE
endif

# For sh, with which the scripts run outside make.
PLATFORM_KEYS = PLATFORM LIB_FILES DONT_USE_CELLS ADDER_MAP_FILE ABC_DRIVER_CELL \
                $(PLATFORM_NUMBERS) VMAC_LIB
.PHONY: platform-settings
platform-settings:
	@$(foreach k,$(PLATFORM_KEYS),echo "export $(k)='$($(k))'";)

.PHONY: library
library: $(VMAC_LIB) ## trim the cell library of PLATFORM; LIB_FILES= your own
	$(Q)cat $(<D)/prep.log
