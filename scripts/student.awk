# student.awk: Student's t, for other programs: awk -f student.awk -f PROGRAM ...
# SPDX-License-Identifier: Apache-2.0

# How likely |T| is at least |t|, n degrees of freedom, a whole number: finite sums (Abramowitz,
# Stegun 26.7.3, 26.7.4).
function student_two_sided(t, n,  theta, s, c, sum, term, i) {
  theta = atan2(t < 0 ? -t : t, sqrt(n))
  s = sin(theta)
  c = cos(theta)
  if (n % 2) {
    term = sum = n > 1 ? c : 0
    for (i = 3; i <= n - 2; i += 2) sum += term *= c * c * (i - 1) / i
    sum = 2 / atan2(0, -1) * (theta + s * sum)
  } else {
    term = sum = 1
    for (i = 2; i <= n - 2; i += 2) sum += term *= c * c * (i - 1) / i
    sum *= s
  }
  return sum < 1 ? 1 - sum : 0
}

# The t, n degrees of freedom, that |T| exceeds with that chance.
function student_beyond(chance, n,  lo, hi, i, t) {
  hi = 1
  while (student_two_sided(hi, n) > chance) hi *= 2
  for (i = 0; i < 60; i++) {
    t = (lo + hi) / 2
    if (student_two_sided(t, n) > chance) lo = t
    else hi = t
  }
  return t
}

# The interval of the differences' mean into paired["lo"], ["hi"], whose chance is that to leave the
# mean out, of student_paired()'s mean and sd; a single one has none.
function student_interval(paired, n, chance,  half) {
  paired["lo"] = paired["hi"] = ""
  if (n < 2) return
  half = student_beyond(chance, n - 1) * paired["sd"] / sqrt(n)
  paired["lo"] = paired["mean"] - half
  paired["hi"] = paired["mean"] + half
}

# Differences in d[1..n] into paired["mean"], ["sd"], and where n allows: ["p"], that they have no
# mean, two-sided; ["below"], that their mean is at or below -margin, one-sided. Differences that
# are all the same have no spread to judge by: no p.
function student_paired(d, n, margin, paired,  i, mean, squares, t) {
  for (i = 1; i <= n; i++) mean += d[i]
  mean = n ? mean / n : 0
  for (i = 1; i <= n; i++) squares += (d[i] - mean) * (d[i] - mean)
  paired["mean"] = mean
  paired["sd"] = n > 1 ? sqrt(squares / (n - 1)) : ""
  paired["p"] = paired["below"] = ""
  if (n < 2 || squares < 1e-18) return
  t = sqrt(n) / paired["sd"]
  paired["p"] = student_two_sided(mean * t, n - 1)
  paired["below"] = student_two_sided((mean + margin) * t, n - 1) / 2
  if (mean + margin < 0) paired["below"] = 1 - paired["below"]
}

# What they say of a change in points, where they say it; an exact tie of all is said too.
function student_says(paired, n, margin, most) {
  if (paired["p"] != "" && paired["p"] < most)
    return sprintf(paired["mean"] < 0 ? "loses %.2f" : "gains %.2f", \
      paired["mean"] < 0 ? -paired["mean"] : paired["mean"])
  if (paired["below"] != "" && paired["below"] < most) return "absorbs"
  return n < 2 ? "one seed" : "not separated"
}
