# The shipped networks: int8 ones from the float ones, and what both score.

.PHONY: weights
weights: setup data ## quantize and measure the shipped networks; NET=lenet5 trains it again
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)scripts/weights.sh $(VARIMAC) $(if $(filter command,$(origin NET)),$(NET))
