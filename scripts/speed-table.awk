# The measurements of `make bench` as tables: style=text all shapes, style=md what README.md shows.
# usage: awk -v style=text|md -f speed-read.awk -f speed-table.awk FILE.csv
# SPDX-License-Identifier: Apache-2.0

function put_names(id,    part) {
  split(id, part, SUBSEP)
  put(part[1] == "varimac" ? part[2] : part[1])
  put(part[1] == "varimac" ? form[id] : "(" form[id] ")")
  put(part[3] == "" ? "-" : part[3])
}

function put_rate(id, data,    t) {
  t = network_ns(id, data, 0)
  put(t ? number(network_macs(0) / t, "%.1f") : "-")
}

function text_table(data,    i, s, id) {
  print "\n" data ": over ResNet-8 GMAC/s, times our exact products, times the gather loop; " \
        "then times the gather loop, shape by shape"
  put("kernel"); put("products"); put("level"); put("GMAC/s"); put("x exact"); put("x gather")
  for (s = 1; s <= shape_count; s++) put(shapes[s])
  end_row()
  for (i = 1; i <= id_count; i++) {
    id = ids[i]
    if (id == peak) continue
    put_names(id)
    put_rate(id, data)
    put(number(times(id, exact_of(id), data, ""), "%.2f"))
    put(number(times(id, gather, data, ""), "%.1f"))
    for (s = 1; s <= shape_count; s++) put(number(times(id, gather, data, shapes[s]), "%.1f"))
    end_row()
  }
  print_table(style, 3)
}

# Levels below the best: only the cells that are measured with every shape.
function shown(id,    part) {
  split(id, part, SUBSEP)
  if (id == peak) return 0
  return part[3] == "" || part[3] == best_level() || (id, datas[1], shapes[shape_count]) in ns
}

function md_table(    i, d, s, id, data) {
  put("kernel"); put("products"); put("level")
  for (d = 1; d <= data_count; d++) {
    put(datas[d] " GMAC/s"); put("x exact"); put("x gather")
  }
  for (s = 1; s <= shape_count; s++)
    if (!copies[shapes[s]])
      for (d = 1; d <= data_count; d++) put(shapes[s] ", " datas[d] ", x gather")
  end_row()
  for (i = 1; i <= id_count; i++) {
    id = ids[i]
    if (!shown(id)) continue
    put_names(id)
    for (d = 1; d <= data_count; d++) {
      data = datas[d]
      put_rate(id, data)
      put(number(times(id, exact_of(id), data, ""), "%.2f"))
      put(number(times(id, gather, data, ""), "%.1f"))
    }
    for (s = 1; s <= shape_count; s++)
      if (!copies[shapes[s]])
        for (d = 1; d <= data_count; d++)
          put(number(times(id, gather, datas[d], shapes[s]), "%.1f"))
    end_row()
  }
  print_table(style, 3)
}

function per_second(t) {
  return t ? sprintf("%.0f", 1e9 / t) : "-"
}

function network_table(    i, t, cell) {
  if (!networks) return
  print "\nResNet-8, images per second (cores that the threads got):" (style == "md" ? "\n" : "")
  put("cell"); put("products"); put("1 thread"); put("2 threads"); put("2 : 1")
  end_row()
  for (i = 1; i <= networks; i++) {
    cell = network[i]
    put(cell); put(network_form[cell])
    for (t = 1; t <= 2; t++)
      put(per_second(image_ns[cell, t]) sprintf(" (%.2f)", cores[cell, t]))
    put(number(vs_one[cell, 2], "%.2f"))
    end_row()
  }
  print_table(style, 2)
}

function training_table(    i, t, cell) {
  if (!trainings) return
  print "\nTraining of ResNet-8 in batches of 128, images per second (cores that the threads got):" \
        (style == "md" ? "\n" : "")
  put("forward products"); put("as"); put("1 thread"); put("2 threads"); put("2 : 1")
  put("exact : this, 1 thread")
  end_row()
  for (i = 1; i <= trainings; i++) {
    cell = trained[i]
    put(cell); put(step_form[cell])
    for (t = 1; t <= 2; t++)
      put(per_second(step_ns[cell, t]) sprintf(" (%.2f)", step_cores[cell, t]))
    put(number(step_one[cell, 2], "%.2f"))
    put(number(step_exact[cell, 1], "%.2f"))
    end_row()
  }
  print_table(style, 2)
}

END {
  if (failed) exit 1
  if (fma_rate)
    facts = facts sprintf("fma        %.1f GMAC/s, float multiply-adds of registers\n", fma_rate)
  if (peak_low)
    facts = facts sprintf("peak       %.1f to %.1f GMAC/s, dot products of bytes in registers\n", \
                          peak_low, peak_high)
  gather = kernel_id("gather")
  peak = kernel_id("peak")
  if (style == "md") {
    md_table()
    network_table()
    training_table()
    printf "\n```\n%s```\n", facts
  } else {
    printf "%s", facts
    for (d = 1; d <= data_count; d++) text_table(datas[d])
    network_table()
    training_table()
  }
}
