# A new multiplier family. Command-line variables are in the recipe's environment as they are: no
# quoting of what the user typed.

.PHONY: new-mult
new-mult: ## scaffold a multiplier family: FAM=foo [PARAMS=m=0..w-1] [CLASSES=u,s]
	$(Q)sh scripts/new-mult.sh "$$FAM" "$$PARAMS" "$$CLASSES"
