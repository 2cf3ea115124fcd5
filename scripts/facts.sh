#!/bin/sh
# What a result depends on: tool versions, network, data. usage: facts.sh NETWORK DATA
# SPDX-License-Identifier: Apache-2.0
set -eu
echo "network    $1 ($(sha256sum "$1" | cut -c1-16))"
echo "data       $2"
echo "yosys      $(yosys -V | cut -d' ' -f2)"
echo "opensta    $(dpkg-query -W -f '${Version}' opensta 2> /dev/null || sta -version)"
echo "verilator  $(verilator --version | cut -d' ' -f2)"
echo "gcc        $(gcc -dumpfullversion)"
