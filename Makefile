# Varimac. Public targets carry a "##" line; `make help` prints them. V=1 shows whole commands.
# SPDX-License-Identifier: Apache-2.0

.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VERSION := 0.3.0

B    := build
CC   := gcc
CXX  := g++
V    ?= 0
JOBS ?= $(shell nproc)
ifeq ($(V),0)
Q := @
say = @printf '  %-7s %s\n' $(1) '$(2)'
else
say = @:
endif

# Goals that build nothing: they work where the registry or PLATFORM is wrong, and write nothing.
NO_BUILD := $(if $(filter-out help clean setup data new-mult,$(MAKECMDGOALS)),,1)

# A file that is written only when its text changes: what depends on it follows options and lists.
# $(1) = file, $(2) = its text. ($(file <) of GNU make 4.3 returns garbage now and then.)
define STAMP
ifneq ($$(shell cat $(1) 2> /dev/null),$(strip $(2)))
$(1): FORCE
endif
$(1):
	$$(Q)mkdir -p $$(@D) && echo '$(strip $(2))' > $$@
endef
.PHONY: FORCE
FORCE:

include rtl/rules.mk
include cmodel/rules.mk
include sim/rules.mk
include testbench/rules.mk
include sim/lint.mk
include synth/tools.mk
include synth/rules.mk
include scripts/rules.mk
include tests/rules.mk

.PHONY: help
help: ## list the public targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: clean
clean: ## remove everything built, keep downloaded data
	$(Q)find $(B) -mindepth 1 -maxdepth 1 ! -name data -exec rm -rf {} + 2>/dev/null || true
