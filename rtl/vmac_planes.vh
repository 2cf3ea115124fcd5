// vmac_planes.vh: which sums of X a cell has under OPT_CORRECTION, as constant functions
// Include inside a module with the parameters PHI_RANK and PHI, behind vmac_cells.vh.
//
// SPDX-License-Identifier: Apache-2.0

// how many sums: one per bit plane of X (OPT_CORRECTION = 2) or per plane of PHI (3), else one,
// which may stay 0; a PHI_RANK of 0, which vmac_side refuses, must not stop others with less to say
function integer vmac_planes;
  input integer index;
  input integer correction;
  input integer phi_rank;
  vmac_planes = correction == 3 ? (phi_rank < 1 ? 1 : phi_rank) :
                correction == 2 && vmac_cell_xkind(index) != 0 ? vmac_cell_xbits(index) : 1;
endfunction

// whether an entry of PHI has one of these bits
`define VMAC_PHI_HAS(mask) (|(PHI & {(256 * (PHI_RANK < 1 ? 1 : PHI_RANK)){mask}}))

// bits that one activation adds to a sum: the largest entry of PHI, the low bits of A at once, or
// one bit. Without a loop, or what yosys calls the gates of other columns would not stay.
function integer vmac_x_bits;
  input integer index;
  input integer correction;
  vmac_x_bits = correction == 3 ? (`VMAC_PHI_HAS(8'h80) ? 8 : `VMAC_PHI_HAS(8'h40) ? 7 :
                                   `VMAC_PHI_HAS(8'h20) ? 6 : `VMAC_PHI_HAS(8'h10) ? 5 :
                                   `VMAC_PHI_HAS(8'h08) ? 4 : `VMAC_PHI_HAS(8'h04) ? 3 :
                                   `VMAC_PHI_HAS(8'h02) ? 2 : 1) :
                correction == 1 && vmac_cell_xkind(index) == 1 ? vmac_cell_xbits(index) : 1;
endfunction

// how many low bits of an activation the side column reads, X and A
function integer vmac_side_bits;
  input integer index;
  input integer correction;
  vmac_side_bits = vmac_cell_signed(index) == 0 || correction == 3 ? 8 :
                   correction != 0 && vmac_cell_xkind(index) != 0 ? vmac_cell_xbits(index) : 0;
endfunction
