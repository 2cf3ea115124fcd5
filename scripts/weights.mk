# The shipped networks: int8 ones from the float ones, and what both score.

WEIGHTS_NET := $(if $(filter command,$(origin NET)),$(NET))
weights      = scripts/weights.sh $(VARIMAC) $(WEIGHTS_NET)

# A name that is none is refused before anything is fetched.
.PHONY: weights
weights: setup ## quantize and measure the shipped networks; NET=lenet5 trains it again
	$(Q)[ -z '$(WEIGHTS_NET)' ] || [ -e 'weights/$(WEIGHTS_NET).safetensors' ] || $(weights)
	$(Q)$(MAKE) --no-print-directory data
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)$(weights)
