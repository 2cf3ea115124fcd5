# What the golden model's kernels must reach, and whether they do: a row per goal, the value over
# ResNet-8 and of each shape. Of several cells the slowest counts. met: over ResNet-8 and with every
# shape; mean: over ResNet-8 only; -: a short run, whose times mean nothing. Behind them the goals of
# training.
# usage: awk -v style=text|md -f speed-read.awk -f speed-goals.awk FILE.csv
# SPDX-License-Identifier: Apache-2.0

# The least speed, relative to `what`, of the kernels of `products` at `isa`; 0: not measured.
function least(products, isa, what, data, shape,    i, id, part, x, low, none) {
  for (i = 1; i <= id_count; i++) {
    id = ids[i]
    split(id, part, SUBSEP)
    if (part[1] != "varimac" || part[3] != isa || form[id] != products) continue
    if (what == "peak")
      x = of_peak(id, data, shape)
    else
      x = times(id, what == "exact" ? exact_of(id) : gather, data, shape)
    if (!x && copies[shape] == 0 && shape != "") continue # a cell that is not run with that shape
    if (!x) none = 1
    if (low == "" || x < low) low = x
  }
  return none ? 0 : low + 0
}

function of_peak(id, data, shape,    rate, t, s, top) {
  if (peak == "" || (shape != "" && terms[shape] < LONG)) return 0
  if (shape != "") {
    rate = gmacs[peak, data, shape]
    return rate ? gmacs[id, data, shape] / rate : 0
  }
  # The peak is measured beside each shape: the time that the same products would take at it.
  for (s = 1; s <= shape_count; s++)
    if (copies[shapes[s]] && terms[shapes[s]] >= LONG)
      top += copies[shapes[s]] * macs[shapes[s]] / gmacs[peak, data, shapes[s]]
  t = network_ns(id, data, LONG)
  return t ? top / t : 0
}

function put_goal(text, products, isa, what, data, need, format, scale,    s, x, mean, all, any) {
  put(text ", " data)
  put(sprintf(">= " format, scale * need))
  mean = least(products, isa, what, data, "")
  put(number(scale * mean, format))
  all = 1
  for (s = 1; s <= shape_count; s++) {
    x = least(products, isa, what, data, shapes[s])
    if (x) any = 1
    if (x && x < need) all = 0
    put(number(scale * x, format))
  }
  put(short ? "-" : !mean || !any ? "not measured" : mean < need ? "not met" : all ? "met" : "mean")
  end_row()
}

# Of a training's speed: `value` in the units that `format` shows.
function put_step(text, wanted, value, format, good) {
  put(text); put(wanted); put(number(value, format))
  put(short ? "-" : !value ? "not measured" : good ? "met" : "not met")
  end_row()
}

function training_goals(    i, cell, slow, epoch) {
  if (!trainings) return
  for (i = 1; i <= trainings; i++) {
    cell = trained[i]
    if (step_form[cell] == "bit_true" && 1 / step_exact[cell, 1] > slow)
      slow = 1 / step_exact[cell, 1]
  }
  epoch = 50000 * step_ns["exact", 2] / 1e9
  put("goal of training"); put("wanted"); put("found"); put("verdict")
  end_row()
  put_step("convolutions, both passes, % of fma", ">= 45", 100 * conv_share, "%.0f",
           conv_share >= 0.45)
  put_step("50,000 images, exact, 2 threads, s", "<= 40", epoch, "%.1f", epoch <= 40)
  put_step("bit_true step, times an exact one", "<= 1.6", slow, "%.2f", slow <= 1.6)
  print ""
  print_table(style, 1)
}

END {
  if (failed) exit 1
  LONG = 144
  short = facts ~ /\nrun +short/
  gather = kernel_id("gather")
  peak = kernel_id("peak")
  put("goal"); put("wanted"); put("ResNet-8")
  for (s = 1; s <= shape_count; s++) put(shapes[s])
  put("verdict")
  end_row()
  put_goal("any table x gather", "any", "avx512", "gather", "post-relu", 20, "%.1f", 1)
  put_goal("any table x gather", "any", "avx512", "gather", "dense", 14, "%.1f", 1)
  for (d = 1; d <= data_count; d++)
    put_goal("any table, avx2 x gather", "any", "avx2", "gather", datas[d], 10, "%.1f", 1)
  for (d = 1; d <= data_count; d++)
    put_goal("rank 1 x gather", "rank 1", "avx512", "gather", datas[d], 85, "%.1f", 1)
  for (d = 1; d <= data_count; d++)
    put_goal("rank 1 x own exact", "rank 1", "avx512", "exact", datas[d], 1 / 1.2, "%.2f", 1)
  for (d = 1; d <= data_count; d++)
    put_goal("exact % of peak, K >= " LONG, "exact", "avx512", "peak", datas[d], 0.75, "%.0f", 100)
  print style == "md" ? "" : "\ngoals"
  print_table(style, 1)
  training_goals()
}
