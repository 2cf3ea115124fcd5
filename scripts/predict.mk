# How near error models come to what is measured: of every network the share of layers and cells
# whose error is foretold within 25 %, raw and corrected (arXiv:2208.07265 compares three of them).

PREDICT_ALL    := $(PAPER_ALL)
PREDICT_NETS   ?= $(PREDICT_ALL)
PREDICT_MULTS  ?=
PREDICT_MODES  ?= none cv bitplane
PREDICT_MODELS ?= single multi filter pairs
# Test images that are measured, training images that patches are taken of and corrections fitted
# on; of sets that the networks were calibrated on, unless named.
PREDICT_IMAGES ?= 100
PREDICT_CALIB  ?= 300
PREDICT_TEST   ?=
PREDICT_TRAIN  ?=

PREDICT       := $(REPORT)/predict
predict_set    = $(shell sh scripts/paper-s1-data.sh weights/MANIFEST.tsv $*)
predict_test   = $(or $(PREDICT_TEST),$(predict_set):test)
predict_train  = $(or $(PREDICT_TRAIN),$(predict_set):train)
$(eval $(call STAMP,$(PREDICT)/settings.txt,$(PREDICT_MULTS) modes $(PREDICT_MODES) models \
  $(PREDICT_MODELS) images $(PREDICT_IMAGES) $(PREDICT_CALIB) $(PREDICT_TEST) $(PREDICT_TRAIN)))
predict_list = $(subst $(empty) $(empty),$(comma),$(strip $(1)))

.PHONY: predict predict-run
predict: setup data ## how near error models come to measured errors, network by network (long)
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)$(MAKE) --no-print-directory predict-run
predict-run: $(PREDICT).md
	@cat $<; echo "$<, $(PREDICT)/*.csv, $(PREDICT)/*.png"
$(PREDICT)/%.txt: weights/%.tflite $(VARIMAC) $(PREDICT)/settings.txt
	$(call say,PREDICT,$*)
	$(Q)$(VARIMAC) predict --net $< $(if $(PREDICT_MULTS),--mults $(call predict_list,$(PREDICT_MULTS))) \
	  --modes $(call predict_list,$(PREDICT_MODES)) --models $(call predict_list,$(PREDICT_MODELS)) \
	  --data $(predict_test) --images $(PREDICT_IMAGES) --calib $(predict_train) \
	  --calib-images $(PREDICT_CALIB) -o $(@:.txt=.csv) --plot $(@:.txt=.png) > $@.new && mv $@.new $@
$(eval $(call STAMP,$(PREDICT)/networks,$(PREDICT_NETS)))
$(PREDICT).md: $(PREDICT_NETS:%=$(PREDICT)/%.txt) scripts/predict.awk $(PREDICT)/networks
	$(Q)awk -f scripts/predict.awk $(filter %.txt,$^) > $@.new && mv $@.new $@

# Refuses a part of the networks.
predict_put = if [ -e $(PREDICT).md ]; then lacks=; for n in $(PREDICT_ALL); do \
	    grep -q "^- $$n: " $(PREDICT).md || lacks="$$lacks $$n"; done; \
	    if [ "$$lacks" ]; then echo "readme: $(PREDICT).md lacks$$lacks: its block stays as it is" >&2; false; \
	    else $(call readme_put,predict=$(PREDICT).md); fi; \
	  else echo "readme: no $(PREDICT).md (make predict): its block stays as it is"; fi
.PHONY: readme-predict
# Behind readme-cost: each rewrites README.md.
readme-predict: | readme-top readme-cost ## put the last `make predict`, if any, into README.md
	$(Q)$(predict_put)
