# Whether a C++ function that verilator has written does nothing: what it writes into all of them
# aside, and comments, there is no line.
# usage: cat *.cpp | awk -v f=NAME -f sim/empty.awk
# exit:  0 where the function is there and does nothing
# SPDX-License-Identifier: Apache-2.0
index($0, "void " f "(") == 1 && /{$/ { inside = 1; found++; next }
/^}/ { inside = 0 }
!inside || /^ *(\/\/.*)?$/ || /^ *if \(false && vlSelf\) *{} *(\/\/.*)?$/ { next }
/^ *[A-Za-z_0-9]+\* const __restrict vlSymsp VL_ATTR_UNUSED = vlSelf->vlSymsp;$/ { next }
/^ *VL_DEBUG_IF\(VL_DBG_MSGF\(.*\); *\);$/ { next }
{ full++ }
END { exit found != 1 || full }
