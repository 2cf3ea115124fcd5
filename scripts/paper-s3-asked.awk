# paper-s3-asked.awk: what is to be done for one network of the campaign, a line each, for
# run-keys.sh: noise learned (agn), maps matched to it (match), maps searched for (search), and the
# network trained on with such a map (tune). What builds on others' results is asked for when these
# are known.
# usage: awk -v families='FAMILY ...' -v modes='MODE ...' -v lambdas='L ...'
#            -v tuned='FAMILY:MODE:L ...' -v sigma=S -v rate=R -v tune_rate=R -v images=N -v judges=N
#            -v line=N -v evolution=N -v within=P -v test_images=N -v seed=N -v weights=HASH
#            -v costs='AGN TUNE SEARCH' -v layers=N -v paper=paper-s3 -f paper-maps.awk
#            -f paper-s3-pick.awk -f paper-s3-asked.awk COSTS.tsv LIST OF KEYED.tsv NET.tsv EVO HAVE
# The first four as paper-maps.awk has them. NET.tsv is of paper-s2-nets.sh, EVO paper-s3-evo.tsv;
# HAVE is what came of the lines that were asked for before. FAMILY: evo, those of EVO; a family of
# cells; registry. costs: seconds of an epoch with noise, with cells, and of an image searched.
# SPDX-License-Identifier: Apache-2.0

function ask(step, set, mode, lambda, point, seconds, of_it, config) {
  print net, step, set, mode, lambda, point, seed, int(seconds), of_it, config
  return key[of_it, config]
}
function recipe(text, own_rate) {
  sub(/"rate": [^,]*/, "\"rate\": " own_rate, text)
  sub(/"schedule": [^,]*/, "\"schedule\": \"cosine\"", text)
  return text
}
function train(own_rate, freeze, phase, then) {
  return "{\"net\": \"" net "\", \"data\": \"" data "\", \"test\": \"" test "\", \"seed\": " seed \
    ", \"epochs\": " epochs ", \"from\": \"weights/" net ".safetensors\"" freeze ", " \
    recipe(own, own_rate) ", \"phase\": [\"" phase "\"]" then "}"
}
# Options of `varimac eval`, which says what test images answer.
function eval_options(mode) {
  return "\"eval\": \"--correction " mode " --data " test \
    (test_images == "" ? "" : " --images " test_images) \
    (mode == "none" || mode == "paper" ? "" : \
      " --calib " data " --calib-images " images) "\""
}
function tune(set, mode, lambda, point, names,  name, n, i, layer, phase) {
  n = split(names, name, " ")
  split(sigmas, layer, " ")
  phase = "0"
  for (i = 1; i <= n; i++) {
    sub(/:.*/, "", layer[i])
    phase = phase " " layer[i] "/forward=bit_true:" name[i] ":" mode
  }
  ask("tune", set, mode, lambda, point, epochs * tune_cost, digests " " weights, \
    train(tune_rate, ", \"freeze\": true", phase, \
      ", \"quantize\": \"--data " data " --images " images "\", " eval_options(mode)))
}

BEGIN {
  split(costs, cost, " ")
  tune_cost = cost[2]
}
FILENAME == ARGV[5] {
  n = split($0, f, "\t")
  net = f[1]; data = f[2]; test = f[3]; digests = f[4]; own = f[5]; epochs = f[6]
  next
}
FILENAME == ARGV[6] {
  if (!/^#/) member["evo", $2]
  next
}
{
  n = split($0, f, ",")
  if (FNR == 1) for (i = 1; i <= n; i++) in_have[f[i]] = i
  else if (f[in_have["status"]] == "done") {
    energy[f[1]] = f[in_have["energy"]] / 100
    text_of[f[1]] = f[in_have["text"]]
  }
}
END {
  if (failed) exit 1
  print "network", "step", "family", "mode", "lambda", "point", "seed", "seconds", "of", "config"
  seen_images = " --images " images " --judges " judges " --data " data
  tests = " --test " test (test_images == "" ? "" : " --test-images " test_images)
  sets = split(families, set, " ")
  many = split(modes, mode, " ")
  ls = split(lambdas, lambda, " ")
  ts = split(tuned, word, " ")
  for (i = 1; i <= ts; i++) wanted[word[i]]
  for (l = 1; l <= ls; l++)
    agn[l] = ask("agn", "", "", lambda[l], "", epochs * cost[1], digests " " weights, \
      train(rate, "", "0 forward=agn:" sigma ":" lambda[l]))
  for (s = 1; s <= sets; s++) {
    text = cells_of(set[s])
    for (m = 1; m <= many; m++) {
      found = ask("search", set[s], mode[m], "", "", \
        cost[3] * (images * (layers * (split(text, word, " ") - 1) + line + evolution) + \
        20 * (judges + (test_images == "" ? 10000 : test_images))), of_cells(text), \
        "{\"net\": \"" net "\", \"cells\": \"" text "\", \"options\": \"--level layer" \
        " --correction " mode[m] " --line " line " --evaluations " evolution " --seed " seed \
        seen_images " --calib " data " --calib-images " images tests " --within " within "\"}")
      for (l = 1; l <= ls; l++) {
        if (!(agn[l] in text_of)) continue
        sigmas = text_of[agn[l]]
        matched = ask("match", set[s], mode[m], lambda[l], "", 60, of_cells(text), \
          "{\"net\": \"" net "\", \"cells\": \"" text "\", \"sigma\": \"" sigmas \
          "\", \"match\": \"--correction " mode[m] " --calib " data " --calib-images " images \
          " --seed " seed "\", " eval_options(mode[m]) "}")
        if (!(matched in text_of) || !((set[s] ":" mode[m] ":" lambda[l]) in wanted)) continue
        tune(set[s], mode[m], lambda[l], "match", text_of[matched])
        if (!(found in text_of)) continue
        row = pick(text_of[found], energy[matched])
        if (row)
          tune(set[s], mode[m], lambda[l], "direct", cells_of_row(text_of[found], row, text))
      }
    }
  }
}
