# ResNet-8 whole through arrays in which several cells multiply: a filter's cell is that of its
# column, an input channel's (kernel level) that of its row, fixed in silicon; or each weight brings
# a mode of `dyn` along, by filter, input channel and place of the window. Part of make test-full.

MAPS_NET    ?= $(NETWORK)
MAPS_IMAGES ?= 2
MAPS_OUT    := $(B)/report/maps.txt

# The real array. CELL is what its edge is made for.
MAPS_FIXED := 16x16_roup0_6s_map_check 16x16_roup1_4s_map_check
MAPS_DYN   := 16x16_dyn4_modes_check
TOP_MAP_16x16_roup0_6s_map_check ?= $(B)/gen/map-columns.json
TOP_MAP_16x16_roup1_4s_map_check ?= $(B)/gen/map-rows.json
# Along the columns, down the rows; the first is the edge's.
MAPS_COLUMNS := roup0_6s roup0_6s roup0_6s roup0_6s roup1_4s roup1_4s roup1_4s roup1_4s \
                roup2_0s roup2_0s roup2_0s roup2_0s exacts exacts pr1_2s pr1_2s
MAPS_ROWS    := roup1_4s roup1_4s roup0_7s roup1_6s roup1_4s exacts roup2_0s roup0_6s \
                roup1_4s pr2_2s roup0_4s roup1_4s exacts roup0_7s roup2_0s roup1_4s

# $(1) = rows, or names: JSON
maps_list = [$(subst $(empty) $(empty),$(comma),$(strip $(1)))]
maps_json = {"format": "varimac-map-1", "rows": 16, "cols": 16, "cells": $(call maps_list,$(1))}
$(B)/gen/map-columns.json $(B)/gen/map-rows.json: sim/maps.mk
$(B)/gen/map-columns.json: CELLS_OF = $(foreach r,$(MAPS_ROWS),\
                                        $(call maps_list,$(MAPS_COLUMNS:%="%")))
$(B)/gen/map-rows.json: CELLS_OF = $(MAPS_ROWS:%="%")
$(B)/gen/map-columns.json $(B)/gen/map-rows.json:
	$(Q)mkdir -p $(@D) && echo '$(call maps_json,$(CELLS_OF))' > $@.new && mv $@.new $@

MAPS_LEVELS := filters inputs taps
MAPS_FILES  := $(MAPS_LEVELS:%=$(B)/gen/map-%.json)
$(eval $(call STAMP,$(B)/gen/maps-net.txt,$(MAPS_NET)))
$(MAPS_FILES): $(B)/gen/map-%.json: sim/level-map.awk $(MAPS_NET) $(B)/gen/maps-net.txt $(VARIMAC)
	$(Q)mkdir -p $(@D) && $(VARIMAC) net $(MAPS_NET) | \
	  awk -v level=$* -v cells='dyn4 dyn0 dyn2 dyn1 dyn3' -f sim/level-map.awk > $@.new && mv $@.new $@

.PHONY: cosim-maps
cosim-maps: setup ## ResNet-8 through the RTL with maps of cells: columns, rows, modes of each weight
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(MAPS_FILES) \
	  $(patsubst %,$(B)/bench/cosim-%,$(MAPS_FIXED) $(MAPS_DYN))
	$(Q)mkdir -p $(dir $(MAPS_OUT)) && rm -f $(MAPS_OUT) && for mode in none cv; do \
	  for run in $(MAPS_FIXED) $(foreach l,$(MAPS_LEVELS),$(MAPS_DYN):$(B)/gen/map-$l.json); do \
	    said=$$($(B)/bench/cosim-$${run%%:*} --net $(MAPS_NET) --correction $$mode \
	      --images $(MAPS_IMAGES) $$(case $$run in *:*) echo --map $${run#*:} ;; esac)) || \
	      { echo "$$said"; exit 1; }; \
	    echo "$$run $(notdir $(MAPS_NET)) $$mode: $$(echo "$$said" | tail -n 1)" | \
	      tee -a $(MAPS_OUT); \
	  done; done
