# What config.mk says of osu018, for tests that run synth/'s scripts without make: sourced behind
# tap.sh. A make that comes later takes it for the user's. Without a cache.
# SPDX-License-Identifier: Apache-2.0
settings=$(make -s B="$B" PLATFORM=osu018 platform-settings) || echo "Bail out! no settings"
eval "$settings"
export VMAC_CACHE='' PPA_CORRECTIONS='' IMPORT_DIR="$tmp/import"
