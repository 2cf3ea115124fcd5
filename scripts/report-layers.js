// Pictures of the report's sections that go layer by layer: where energy and cycles go, what
// correction leaves of the error. SPDX-License-Identifier: Apache-2.0
'use strict'

function indexOf(table) {
  return Object.fromEntries(table.columns.map((name, i) => [name, i]))
}
// kind(name, i): which colour and shape
function legend(names, kind) {
  return make('div', { class: 'tools' }, ...names.map((name, i) => make('span', {},
    draws('svg', { viewBox: '-8 -8 16 16', class: 'key', 'aria-hidden': 'true' },
      draws('path', { d: SHAPES[kind(name, i)], fill: COLOURS[kind(name, i)] })), ' ', name)))
}

// A bar for each layer, in parts [name, value of a row]; the sum of all is no layer.
function stackOf(table, parts, unit) {
  const at = indexOf(table)
  const rows = table.rows.filter((row) => row[at.kind] !== 'all')
  const most = Math.max(...rows.map((row) => parts.reduce((sum, [, of]) => sum + of(row, at), 0)))
  const host = make('div', { class: 'stack', role: 'img', 'aria-label': unit + ' of each layer' })
  for (const row of rows) {
    const bar = make('div', { class: 'bars' })
    parts.forEach(([name, of], i) => {
      const value = of(row, at), part = make('span', { title: name + ': ' +
        Number(value.toPrecision(4)) + ' ' + unit })
      part.style.width = 100 * value / most + '%'
      part.style.background = COLOURS[i]
      bar.append(part)
    })
    const op = row[at.op] === null ? '' : row[at.op] + ' '
    host.append(make('span', {}, op + row[at.kind].toLowerCase().replace(/_/g, ' ')), bar)
  }
  return make('div', {}, legend(parts.map(([name]) => name), (_, i) => i), host)
}
function energyStack(table) {
  const of = (column) => (row, at) => row[at[column]] || 0
  return stackOf(table, [['PEs at work', of('busy_pj')],
    ['without operand or channel', of('waste_pj')], ['idle', of('idle_pj')],
    ['side column', of('side_pj')], ['correction', of('correct_pj')]], 'pJ')
}
function cycleStack(table) {
  const used = (row, at) => row[at.cycles] * row[at.busy]
  return stackOf(table, [['useful', used], ['rows or columns unused, waiting',
    (row, at) => row[at.cycles] - used(row, at)]], 'cycles')
}

// What is left of the error over the layers, a line each mode, of one network and cell:
// logarithmic, down to a ten-thousandth.
function residualLines(rows, at, width) {
  const height = Math.round(Math.max(240, Math.min(340, width * 0.4)))
  const box = { left: 52, right: width - 10, top: 24, bottom: height - 36 }
  const layers = Math.max(...rows.map((row) => row[at.layer])) || 1
  const clip = (value) => Math.max(1e-4, Math.min(100, value || 0))
  const x = (layer) => box.left + (box.right - box.left) * layer / layers
  const y = (left) => box.bottom - (box.bottom - box.top) * (Math.log10(clip(left)) + 4) / 6
  const modes = [...new Set(rows.map((row) => row[at.mode]))]
  const svg = draws('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img',
    'aria-label': 'error left of each layer' })
  for (let power = -4; power <= 2; power++)
    svg.append(draws('path', { class: 'grid', d: `M${box.left},${y(10 ** power)}H${box.right}` }),
      draws('text', { x: box.left - 6, y: y(10 ** power) + 4, 'text-anchor': 'end' },
        String(10 ** power)))
  for (const layer of ticks(0, layers, 10).filter(Number.isInteger))
    svg.append(draws('text', { x: x(layer), y: box.bottom + 16, 'text-anchor': 'middle' },
      String(layer)))
  svg.append(draws('text', { x: 4, y: 12 }, 'left of the error, to the variance of the sums'),
    draws('text', { x: box.right, y: height - 4, 'text-anchor': 'end' }, 'MAC layer'))
  for (const mode of modes) {
    const line = rows.filter((row) => row[at.mode] === mode), colour = COLOURS[kindOf(mode)]
    svg.append(draws('path', { fill: 'none', stroke: colour, d: 'M' + line.map((row) =>
      `${x(row[at.layer])},${y(row[at.left])}`).join('L') }))
    for (const row of line)
      svg.append(draws('path', { class: 'mark', d: SHAPES[kindOf(mode)], fill: colour,
        transform: `translate(${x(row[at.layer])},${y(row[at.left])})` },
      draws('title', {}, `${mode}, layer ${row[at.layer]}: ${row[at.left]}`)))
  }
  return make('div', {}, legend(modes, kindOf), svg)
}
