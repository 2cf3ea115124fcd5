// vmac_assert.vh: rules that simulators and provers check, and synthesis never sees
//
// VMAC_ASSUME: what the user of a module must do. VMAC_ASSERT: what the module then does. Both are
// immediate assertions, for use in a clocked block: under verilator (--assert) both are checked,
// under yosys -formal they are proof assumptions and obligations. VMAC_CHECK is defined where they
// mean something, and guards the registers that only they need.
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
