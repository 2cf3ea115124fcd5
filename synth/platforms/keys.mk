# Keys of synth/platforms/NAME/config.mk: names of OpenROAD-flow-scripts where they exist there, the
# VMAC_ ones are this flow's. A stranger's library needs the first five; here is what the others are
# where a platform is silent. All may be given on make's command line.
#   LIB_FILES           NLDM libraries, one or several, plain or .gz
#   ABC_DRIVER_CELL     what drives an input while abc sizes gates
#   ABC_LOAD_IN_FF      load of each output bit
#   VMAC_INPUT_SLEW_NS  transition of each input bit, and of the clock
#   VMAC_DELAY_PS       delay target of a bare cell; abc sizes for it
#   DONT_USE_CELLS      globs of cells that mapping must not use, beside the library's own dont_use
#   ADDER_MAP_FILE      modules vmac_full_adder, vmac_half_adder; empty: no netlists of them
#   VMAC_PERIOD_NS      time of one product of a bare cell: its leakage energy
#   VMAC_PE_PERIOD_NS   clock of a PE, side column and correction unit: leakage energy, timing report
#   VMAC_PE_DELAY_PS    delay target of those, what a flip-flop takes left out: 9/10 of the clock
#   STA_GATE_FLOOR      what a gate's power may be off OpenSTA's beside 5 %, in percent of the total:
#                       more where inputs have energies of their own, see synth/sta-power.awk
# SPDX-License-Identifier: Apache-2.0

LIB_HINT ?= set LIB_FILES to where it is
export DONT_USE_CELLS ?=
export ADDER_MAP_FILE ?=
export STA_GATE_FLOOR ?= 0.01
export VMAC_PERIOD_NS ?= $(shell awk 'BEGIN { print 1.1 * $(VMAC_DELAY_PS) / 1000 }')
export VMAC_PE_PERIOD_NS ?= $(shell awk 'BEGIN { print 1.6 * $(VMAC_DELAY_PS) / 1000 }')
export VMAC_PE_DELAY_PS ?= $(shell awk 'BEGIN { printf "%.0f", 900 * $(VMAC_PE_PERIOD_NS) }')

# A key that is not what it must be is named here: the tools go on with anything, 25fF among it.
bad_key = $(error platform $(PLATFORM): $(1): expected $(2), found '$($(1))'; \
            synth/platforms/$(PLATFORM)/config.mk or make's command line sets it, \
            synth/platforms/keys.mk says what it is)
# Without digits a decimal number is nothing or its point, and above 0 where another digit is left.
no_digits = $(subst 1,,$(subst 2,,$(subst 3,,$(subst 4,,$(subst 5,,$(subst 6,,$(subst 7,,\
              $(subst 8,,$(subst 9,,$(subst 0,,$(1)))))))))))
is_number = $(if $(word 2,$(1))$(filter-out .,$(call no_digits,$(1))),,$(subst .,,$(subst 0,,$(1))))
$(foreach k,LIB_FILES ABC_DRIVER_CELL,$(if $(strip $($k)),,$(call bad_key,$k,a value)))
PLATFORM_NUMBERS := ABC_LOAD_IN_FF VMAC_INPUT_SLEW_NS VMAC_DELAY_PS VMAC_PERIOD_NS \
                    VMAC_PE_PERIOD_NS VMAC_PE_DELAY_PS STA_GATE_FLOOR
$(foreach k,$(PLATFORM_NUMBERS),$(if $(call is_number,$($k)),,$(call bad_key,$k,a number above 0)))
