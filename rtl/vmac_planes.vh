// vmac_planes.vh: which sums of X a cell has under OPT_CORRECTION, as constant functions
// Include inside a module, behind vmac_cells.vh.
//
// SPDX-License-Identifier: Apache-2.0

// how many sums: one per bit plane of X (OPT_CORRECTION = 2), else one, which may stay 0
function integer vmac_planes;
  input integer index;
  input integer correction;
  vmac_planes = correction == 2 && vmac_cell_xkind(index) != 0 ? vmac_cell_xbits(index) : 1;
endfunction

// bits that one activation adds to a sum: the low bits of A at once, or one bit
function integer vmac_x_bits;
  input integer index;
  input integer correction;
  vmac_x_bits = correction == 1 && vmac_cell_xkind(index) == 1 ? vmac_cell_xbits(index) : 1;
endfunction
