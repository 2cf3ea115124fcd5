# The shipped networks: int8 ones from the float ones, and what both score.

.PHONY: weights
weights: setup data ## quantize the shipped float networks again, measure them, write MANIFEST.tsv
	$(Q)$(MAKE) --no-print-directory -j$(JOBS) $(VARIMAC)
	$(Q)scripts/weights.sh $(VARIMAC)
