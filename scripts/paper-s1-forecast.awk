# paper-s1-forecast.awk: what paper-s1-residual.tsv says of the forecast, of bit planes against one
# X and of fixed point, as Markdown.
# usage: awk -v within=20 -v noise=3 -v rounding=1 -v chance=3 -f paper-s1-forecast.awk \
#          paper-s1-residual.tsv
# within: percent of the measured variance that the predicted one may be off; noise: percent that
# calibration's images alone make of two fits; rounding: percent of the predicted variance; chance:
# standard errors of the difference. A row that is farther off than `within` is named, with how many
# of these it is off. Why is not decided: the standard errors are of a few parts of the images, of
# many rows the farthest are named; training images may be unlike test images; and the forecast is of
# the images that the coefficients are fitted to, of which they leave less than of others.
# SPDX-License-Identifier: Apache-2.0

function off(i) { # percent
  return measured[i] > 0 ? 100 * (predicted[i] - measured[i]) / measured[i] : \
    predicted[i] > 0 ? 1e9 : 0
}
function size(x) { return x < 0 ? 0 - x : x }
function of(i) { return cell[i] " " mode[i] ", layer " layer[i] }
function percent(x) { return x >= 1e9 ? "all, for none is measured" : sprintf("%+.1f %%", x) }

# Standard error of predicted - measured, were all images of one kind and none fitted to.
function error(i) { return scatter[i] * sqrt(1 + images[net[i]] / calibrated[net[i]]) }
# What a row that is not within says: how far, in percent and in standard errors.
function why(i,  e, gap, far) {
  gap = size(predicted[i] - measured[i])
  e = error(i)
  far = e > 0 ? gap / e : 0
  if (!(e > 0) || !(measured[i] > 0)) return "- | - | not known: too few images tell"
  return sprintf("%.1f %% | %.1f | %s", 100 * e / measured[i], far, \
    far > chance ? "beyond" : "within")
}

# bitplane's layers against those of cv, the same cell's.
function compare(n,  i, j, more, pairs, above, beyond, most, worst) {
  for (i = 1; i <= rows; i++) {
    if (net[i] != n || mode[i] != "bitplane") continue
    if (!((n, cell[i], "cv", layer[i]) in place)) continue
    j = place[n, cell[i], "cv", layer[i]]
    pairs++
    if (measured[i] <= measured[j]) continue
    above++
    more = measured[j] > 0 ? 100 * (measured[i] / measured[j] - 1) : 1e9
    if (100 * measured[i] > (100 + noise) * measured[j]) { # 3 % of 100 is 103, not a bit more
      beyond++
      places = places (places == "" ? "" : "; ") n " " cell[i] ", layer " layer[i] ": " \
        percent(more)
    }
    if (more > most) { most = more; worst = i }
  }
  if (!pairs) return
  printf "- %s: of %d layers of all cells bitplane leaves more than cv in %d, by more than %g %% " \
    "in %d%s\n", n, pairs, above, noise, beyond, \
    worst ? sprintf("; most: %s (%s, layer %s)", percent(most), cell[worst], layer[worst]) : ""
}
function rounded(n,  i, share, over, all, most, worst) {
  for (i = 1; i <= rows; i++) {
    if (net[i] != n || added[i] <= 0) continue
    all++
    share = predicted[i] > 0 ? 100 * added[i] / predicted[i] : 100
    if (share > rounding) over++
    if (share > most) { most = share; worst = i }
  }
  if (all)
    printf "- %s: rounding slopes and V to fixed point is more than %g %% of what is left in %d " \
      "of %d rows; most: %.3g %% (%s)\n", n, rounding, over, all, most, of(worst)
}

BEGIN { FS = "\t" }
FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
{
  i = ++rows
  net[i] = $at["network"]
  cell[i] = $at["cell"]
  mode[i] = $at["mode"]
  layer[i] = $at["layer"]
  predicted[i] = $at["predicted"] + 0
  measured[i] = $at["measured"] + 0
  added[i] = $at["rounding"] + 0
  scatter[i] = $at["scatter"] + 0
  place[net[i], cell[i], mode[i], layer[i]] = i
  if (!(net[i] in images)) order_net[++nets] = net[i]
  images[net[i]] = $at["images"]
  calibrated[net[i]] = $at["calibrated"]
  key = net[i] SUBSEP layer[i]
  if (!(key in count)) { order[++layers] = key; what[key] = $at["kind"] ", K = " $at["k"] }
  count[key]++
  total[net[i]]++
  if (size(off(i)) > within) {
    out[key]++
    missed[net[i]]++
    off_row[++offs] = i
  }
  if (!(key in low) || off(i) < off(low[key])) low[key] = i
  if (!(key in high) || off(i) > off(high[key])) high[key] = i
  if (!(net[i] in far) || size(off(i)) > size(off(far[net[i]]))) far[net[i]] = i
}
END {
  if (!rows) exit
  print "The variance that correction leaves of a layer's error, as calibration foretells it and as"
  print "test images have it, one row per network, cell, mode and layer; activations are the exact"
  print "network's. Of plans fitted to as many training images as are named here, of which a small"
  print "network needs more, as few of its pixels are near the largest values; accuracies are of plans"
  print "fitted to as many as the facts above name. Between two fits " noise " % is taken for noise:"
  print ""
  for (a = 1; a <= nets; a++) {
    n = order_net[a]
    printf "- %s: %d of %d rows within %g %%, of %d training images, on %d test images; " \
      "farthest: %s (%s)\n", n, total[n] - missed[n], total[n], within, calibrated[n], images[n], \
      percent(off(far[n])), of(far[n])
  }
  for (a = 1; a <= nets; a++) compare(order_net[a])
  if (places != "") print "- beyond that noise: " places
  for (a = 1; a <= nets; a++) rounded(order_net[a])
  print ""
  print "| network | layer | kind | rows | not within " within " % | lowest | highest |"
  print "|---|---:|---|---:|---:|---|---|"
  for (k = 1; k <= layers; k++) {
    split(order[k], p, SUBSEP)
    printf "| %s | %s | %s | %d | %d | %s (%s %s) | %s (%s %s) |\n", p[1], p[2], what[order[k]], \
      count[order[k]], out[order[k]], percent(off(low[order[k]])), cell[low[order[k]]], \
      mode[low[order[k]]], percent(off(high[order[k]])), cell[high[order[k]]], \
      mode[high[order[k]]]
  }
  if (!offs) exit
  print ""
  print "Not within " within " %: predicted to measured, and how far that is in standard errors of"
  print "the difference (of the few parts of images that `varimac residuals --help` names; rows"
  print "looked at: " rows "). A row beyond " chance " of them may be one by chance, among so many and of so few"
  print "parts; because training images are not like test images; or because the forecast is of the"
  print "very images that the coefficients are fitted to. Which of these is not decided:"
  print ""
  print "| network | layer | kind | cell | mode | predicted / measured | standard error |" \
    " so many | of " chance " |"
  print "|---|---:|---|---|---|---:|---:|---:|---|"
  for (k = 1; k <= offs; k++) {
    i = off_row[k]
    ratio = measured[i] > 0 ? sprintf("%.3f", predicted[i] / measured[i]) : "none is measured"
    printf "| %s | %s | %s | %s | %s | %s | %s |\n", net[i], layer[i], what[net[i], layer[i]], \
      cell[i], mode[i], ratio, why(i)
  }
}
