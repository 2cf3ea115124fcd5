# Whole networks through the accelerator, over shapes, cells and corrections; part of make test-full.
# The array is the one by table (TABLE=0: the real one, which takes longer to compile).
# ResNet-20 is there for its depth.

MATRIX_SHAPES ?= 8x8 16x16 32x32 12x20
# where also phi goes, of one plane, and of two with coefficients for every K tile
MATRIX_PHI    ?= 8x8 16x16
MATRIX_CELLS  ?= $(MULTS_SIM) $(MULTS_IMPORT) $(MATRIX_OWN)
MATRIX_NETS   ?= weights/resnet8.tflite weights/resnet20.tflite \
                 $(if $(wildcard $(B)/data/mnist),weights/lenet5.tflite)
# LeNet-5 looks at digits, which `make data` fetches.
matrix_data    = case $$net in *lenet5*) echo --data mnist:test --calib mnist:train ;; esac
MATRIX_IMAGES ?= 2
MATRIX_OUT    := $(B)/report/matrix.txt

# Among the cells is one without a model of its own and whose product is never 0, whatever was imported
# here: it comes the way that a user's would, into a registry and a build folder of the matrix.
MATRIX_OWN := never0
MATRIX_B   := $(B)/matrix
$(MATRIX_B)/import/mults.tbl: sim/$(MATRIX_OWN).v scripts/import.sh $(wildcard scripts/import-*.awk)
	$(Q)$(MAKE) --no-print-directory $(VARIMAC)
	$(call say,IMPORT,$<)
	$(Q)rm -rf $(@D) && mkdir -p $(@D) && \
	  { env $(IMPORT_VARS:%=-u %) MULT_V=$< sh scripts/import.sh $(VARIMAC) $(@D) $(@D).name \
	    > $(@D).txt || { cat $(@D).txt; rm -rf $(@D); exit 1; }; }

# One line per model, network, correction and kind of stream, appended; what stands there is not run
# again as long as no source has changed since the first line, nor what every run depends on: how
# many images, the depths of memories, the networks, the imported cells.
MATRIX_SAYS = images $(MATRIX_IMAGES) accumulators $(TOP_ACC_DEPTH) buffers $(TOP_BUF_DEPTH) \
  $(foreach v,$(sort $(filter TOP_ACC_% TOP_BUF_% TOP_OUT_%,$(.VARIABLES))),$(v)=$($(v)))
.PHONY: cosim-matrix matrix-runs
cosim-matrix: setup $(MATRIX_NETS) ## ResNet-8, ResNet-20, LeNet-5 through the RTL: shapes, cells, corrections, K tiles
	$(Q)mkdir -p $(dir $(MATRIX_OUT)); begun=$(MATRIX_OUT:.txt=.begun); \
	says=$$(echo '$(MATRIX_SAYS)'; sha256sum $(MATRIX_NETS) $(wildcard $(IMPORT_DIR)/*)) && \
	{ [ -e $$begun ] && [ "$$says" = "$$(cat $$begun)" ] && \
	  [ -z "$$(find rtl sim cmodel -newer $$begun -print -quit)" ] || \
	  { rm -f $(MATRIX_OUT); echo "$$says" > $$begun; }; } && touch $(MATRIX_OUT)
	$(Q)$(MAKE) --no-print-directory matrix-runs \
	  MATRIX_CELLS='$(filter-out $(MATRIX_OWN),$(MATRIX_CELLS))'
	$(Q)$(if $(filter $(MATRIX_OWN),$(MATRIX_CELLS)),\
	  $(MAKE) --no-print-directory $(MATRIX_B)/import/mults.tbl && \
	  $(MAKE) --no-print-directory B=$(MATRIX_B) IMPORT_DIR=$(MATRIX_B)/import \
	    MATRIX_NETS='$(MATRIX_NETS)' MATRIX_OUT=$(MATRIX_OUT) MATRIX_CELLS=$(MATRIX_OWN) matrix-runs)
	@echo "cosim-matrix: $$(grep -c PASS $(MATRIX_OUT)) runs equal, $(MATRIX_OUT)"

matrix-runs:
	$(Q)for shape in $(MATRIX_SHAPES); do for cell in $(MATRIX_CELLS); do \
	for sums in '' _planes $(foreach s,$(MATRIX_PHI),$(s)_phi $(s)_phi2_ktile); do \
	  case $$sums in *x*) [ $${sums%%_*} = $$shape ] || continue; sums=_$${sums#*_} ;; esac; \
	  model=$${shape}_$$cell$${sums}$(if $(filter 0,$(TABLE)),,_table)_check; \
	  case $$sums in '') modes='none cv' ;; _planes) modes=bitplane ;; \
	    *) modes=$${sums#_}; modes=$${modes%_ktile} ;; esac; \
	  bench=$(B)/bench/cosim-$$model; built=; there=; [ ! -e $$bench ] || there=1; \
	  for net in $(MATRIX_NETS); do for mode in $$modes; do for stream in '0 0' '100 300'; do \
	    key="$$model $${net##*/} $$mode idle,stall $$stream"; \
	    ! grep -qF -- "$$key: PASS" $(MATRIX_OUT) || continue; \
	    [ -n "$$built" ] || $(MAKE) --no-print-directory $$bench || exit 1; \
	    built=1; set -- $$stream; \
	    said=$$($$bench --net $$net $$($(matrix_data)) --correction $$mode --images $(MATRIX_IMAGES) \
	      --idle $$1 --stall $$2) || { echo "$$said"; exit 1; }; \
	    echo "$$key: $$(echo "$$said" | tail -n 1)" | tee -a $(MATRIX_OUT); \
	  done; done; done; [ -n "$$there" ] || rm -f $$bench; done; done; done
