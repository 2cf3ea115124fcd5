// vmac_assert.vh: rules that simulators and provers check, and synthesis never sees
//
// VMAC_ASSUME: what the user of a module must do. VMAC_ASSERT: what the module then does. Both are
// immediate assertions, for use in a clocked block: under verilator (--assert) both are checked,
// under yosys -formal they are proof assumptions and obligations. VMAC_CHECK is defined where they
// mean something, and guards the registers that only they need.
//
// Why much combinational RTL here reads "a default, then if (x)" where a wire with x ? : would do:
// simulation does not look at what stands behind an x that is 0, which is most of it in most
// cycles. The price: in a simulator with unknowns an unknown x counts as 0 and is not passed on.
// Whoever writes another sees to it that its x is known wherever the result counts.
//
// SPDX-License-Identifier: Apache-2.0
`ifndef VMAC_ASSERT_VH
`define VMAC_ASSERT_VH
`ifdef VERILATOR
`define VMAC_CHECK
`define VMAC_ASSERT(condition) assert (condition);
`define VMAC_ASSUME(condition) assert (condition);
`elsif FORMAL
`define VMAC_CHECK
`define VMAC_ASSERT(condition) assert (condition);
`define VMAC_ASSUME(condition) assume (condition);
`endif
`endif
