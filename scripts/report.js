// The report: its sections from the data in the page. A section whose table was not measured says
// so, and by what command it would be. SPDX-License-Identifier: Apache-2.0
'use strict'

const data = JSON.parse(document.getElementById('data').textContent)
const main = document.getElementById('main')

const CELL_LOOK = {
  titles: {
    name: ['cell', ''], mre: ['MRE %', 'mean relative error, zero products left out'],
    med: ['MED', 'mean |error|'], nmed: ['NMED %', 'MED over the largest exact product'],
    wce: ['WCE', 'largest |error|'], rms: ['RMS', 'root of the mean squared error'],
    mean_error: ['mean error', 'approximate - exact'],
    error_rate: ['wrong %', 'pairs of operands with an error'],
    area_um2: ['area um²', 'bare multiplier, plain mapping'],
    area_fa_um2: ['area FA um²', "with the library's full and half adders mapped first"],
    delay_ns: ['delay ns', ''], delay_fa_ns: ['delay FA ns', ''],
    energy_pj: ['pJ settled', 'per multiplication, without glitches'],
    energy_fa_pj: ['pJ settled FA', 'the same with adder cells'],
    energy_inertial_pj: ['pJ', 'per multiplication, glitches by the delays of the library'],
    pe_area_um2: ['PE um²', 'with registers and the adder of the accumulator'],
    pe_delay_ns: ['PE ns', ''], pe_zero_pj: ['PE pJ settled', 'a busy cycle, without glitches'],
    pe_inertial_pj: ['PE pJ', 'a busy cycle, with glitches'],
    rtl: ['RTL = C', 'Verilog against the C model, all 65,536 pairs'],
    netlist: ['netlist =', 'what the mapped netlist equals, all 65,536 pairs'],
    definition: ['proof', 'against the behavioural reference'],
    status: ['verified', 'the strongest of these']
  },
  good: { status: /^(proved|exhaustive)/ }, bad: { status: /FAIL/, rtl: /FAIL/ }
}
const STACKS = { cycles: cycleStack, energy: energyStack }
const LOOKS = { cells: CELL_LOOK, cycles: { bars: { busy: 1 } }, residuals: { bars: { left: 1 } } }

// The tables of an id: the one of that name, or all id/PART, as [part, table].
function tablesOf(id) {
  return Object.keys(data.tables).filter((key) => key === id || key.startsWith(id + '/'))
    .map((key) => [key.slice(id.length + 1), data.tables[key]])
    .filter(([, table]) => table.rows.length)
}
function chooser(label, options, changed) {
  const select = make('select', {}, ...options.map((text) => make('option', {}, text)))
  select.addEventListener('change', changed)
  return [make('label', {}, label, select), () => select.value]
}
function missing(command) {
  return make('p', { class: 'missing' }, 'Not measured here. ', make('code', {}, command),
    ' measures it.')
}
function section(id, title, about) {
  const host = make('section', { id }, make('h2', {}, title))
  if (about) host.append(make('p', {}, about))
  document.getElementById('nav').append(make('a', { href: '#' + id }, title))
  main.append(host)
  return host
}

// ---- accuracy against energy ----

function pareto(host, table) {
  const at = Object.fromEntries(table.columns.map((name, i) => [name, i]))
  const points = table.rows.map((row) => ({ network: row[at.network] + ', ' + row[at.data], cell: row[at.cell],
    class: row[at.class], mode: row[at.mode], accuracy: row[at.accuracy_percent],
    exact: row[at.exact], level: row[at.level], energy: row[at.energy], unit: row[at.unit],
    images: row[at.images] }))
  const distinct = (key, list) => [...new Set(list.map((point) => point[key]))]
  const modes = distinct('mode', points), off = new Set()
  const plot = make('div', { id: 'plot', class: 'plot' })
  const picked = make('p', { class: 'quiet', role: 'status' })
  const close = make('input', { type: 'checkbox' })
  close.addEventListener('change', () => draw())
  function draw() {
    const all = points.filter((p) => p.network === network() && p.level === level() &&
      (kind() === 'both' || p.class === kind()) && !off.has(p.mode))
    const least = close.checked ? Math.max(...all.map((p) => p.accuracy)) - 10 : 0
    const list = all.filter((p) => p.accuracy >= least)
    picked.textContent = list.length ? `${list.length} points, ${list[0].images} images. Dashed: ` +
      'what no other point beats. Ringed: exact cells. A mark says what it is.' : 'No point has this network, level, class and these modes.'
    plot.replaceChildren(...list.length ? [plotOf(list, plot.clientWidth || 800,
      (point) => { picked.textContent = textOf(point) })] : [])
  }
  const levels = () => distinct('level', points.filter((p) => p.network === network()))
  const [netBox, network] = chooser('network', distinct('network', points), () => {
    levelBox.querySelector('select').replaceChildren(
      ...levels().map((text) => make('option', {}, text)))
    draw()
  })
  const [levelBox, level] = chooser('energy of', levels(), draw)
  const [classBox, kind] = chooser('class', ['both', ...distinct('class', points)], draw)
  const keys = modes.map((mode) => {
    const box = make('input', { type: 'checkbox', checked: '' })
    box.addEventListener('change', () => { box.checked ? off.delete(mode) : off.add(mode); draw() })
    const sign = draws('svg', { viewBox: '-8 -8 16 16', class: 'key', 'aria-hidden': 'true' },
      draws('path', { d: SHAPES[kindOf(mode)], fill: COLOURS[kindOf(mode)] }))
    return make('label', {}, box, sign, mode)
  })
  host.append(make('div', { class: 'tools' }, netBox, levelBox, classBox,
    make('label', {}, close, 'the best 10 points of accuracy alone')),
    make('div', { class: 'tools', role: 'group', 'aria-label': 'correction modes' }, ...keys),
    plot, picked)
  draw()
  window.addEventListener('resize', draw)
}

// ---- error maps ----

function maps(host) {
  const grid = make('div', { class: 'maps' }), cells = data.tables.cells
  const wce = cells.columns.indexOf('wce')
  const without = new Set(cells.rows.filter((row) => row[wce] === 0).map((row) => row[0]))
  for (const [name, source] of Object.entries(data.maps))
    if (!without.has(name) && /^data:image\/png;base64,[A-Za-z0-9+/=]+$/.test(source))
      grid.append(make('figure', {}, make('img', { src: source, width: '256', height: '256',
        alt: 'error map of ' + name }), make('figcaption', {}, name)))
  host.append(grid)
}

// ---- all sections ----

function fill(host, spec) {
  const found = tablesOf(spec.id)
  if (spec.id === 'maps') return Object.keys(data.maps).length ? maps(host)
    : host.append(missing(spec.command))
  if (!found.length) return host.append(missing(spec.command))
  if (spec.id === 'points') {
    pareto(host, found[0][1])
    const all = make('details', {}, make('summary', {}, 'the points as a table'))
    host.append(all)
    return makeTable(all, spec.title, found[0][1])
  }
  if (spec.id === 'residuals') residuals(host, found[0][1])
  if (!found[0][0]) return makeTable(host, spec.title, found[0][1], LOOKS[spec.id])
  const place = make('div')
  const change = () => {
    const [part, table] = found.find(([name]) => name === chosen())
    place.replaceChildren(...spec.id in STACKS ? [STACKS[spec.id](table)] : [])
    makeTable(place, spec.title + ', ' + part, table, LOOKS[spec.id])
  }
  const [box, chosen] = chooser('of', found.map(([part]) => part), change)
  host.append(make('div', { class: 'tools' }, box), place)
  change()
}

// Of one network and cell at a time.
function residuals(host, table) {
  const at = indexOf(table), name = (row) => row[at.network] + ', ' + row[at.cell]
  const plot = make('div', { class: 'plot' })
  const draw = () => plot.replaceChildren(residualLines(
    table.rows.filter((row) => name(row) === chosen()), at, plot.clientWidth || 800))
  const [box, chosen] = chooser('of', [...new Set(table.rows.map(name))], draw)
  host.append(make('div', { class: 'tools' }, box), plot)
  draw()
  window.addEventListener('resize', draw)
}

function summary() {
  const cells = data.tables.cells
  if (!cells) return
  const at = cells.columns.indexOf('status'), count = {}
  for (const row of cells.rows) count[row[at]] = (count[row[at]] || 0) + 1
  document.getElementById('said').textContent = cells.rows.length + ' cells: ' +
    Object.entries(count).map(([status, n]) => `${n} ${status}`).join(', ') + '.'
}

for (const spec of data.sections) fill(section(spec.id, spec.title, spec.about), spec)
const papers = section('papers', 'The papers', 'A page each: what is claimed, what was measured.')
papers.append(make('ul', {}, ...data.papers.map((paper) => make('li', {},
  make('a', { href: paper.file }, paper.title), ': ', paper.claim, ' ',
  make('code', {}, paper.command)))))
const origin = section('provenance', 'Provenance',
  'Tools, and hashes of network and tables; seeds stand with the tables.')
origin.append(make('pre', {}, data.facts.join('\n')))
summary()
