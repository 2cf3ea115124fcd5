// The Pareto plot of the report: accuracy against energy, SVG that follows the width of the page.
// SPDX-License-Identifier: Apache-2.0
'use strict'

// Modes have a colour (of Okabe and Ito, told apart by all) and a shape.
const COLOURS = ['#8a8f98', '#e69f00', '#56b4e9', '#009e73', '#0072b2', '#d55e00', '#cc79a7']
const SHAPES = [
  'M-5,0A5,5 0 1 0 5,0A5,5 0 1 0 -5,0Z', 'M-5,-5H5V5H-5Z', 'M0,-6L6,5H-6Z', 'M0,-7L6,0L0,7L-6,0Z',
  'M0,6L6,-5H-6Z', 'M-6,-2H-2V-6H2V-2H6V2H2V6H-2V2H-6Z', 'M-5,0L0,-7L5,0L3,6H-3Z'
]
// Every picture gives a mode the same; modes that are not listed share the last.
const MODES = ['none', 'bias', 'paper', 'cv', 'bitplane', 'phi']
const kindOf = (mode) => MODES.includes(mode) ? MODES.indexOf(mode) : MODES.length
const SVG = 'http://www.w3.org/2000/svg'

function draws(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
  element.append(...children)
  return element
}

// Round numbers that divide lo..hi into about n parts.
function ticks(lo, hi, n) {
  const raw = (hi - lo) / n || 1, unit = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((by) => by * unit).find((by) => by >= raw)
  const list = []
  for (let i = Math.ceil(lo / step); i * step <= hi + step * 1e-9; i++)
    list.push(Number((i * step).toPrecision(12)))
  return list
}

// Points that no other one beats in both: cheaper, or as cheap and more accurate.
function front(points) {
  const found = []
  let best = -Infinity
  for (const point of points.slice().sort((a, b) => a.energy - b.energy || b.accuracy - a.accuracy))
    if (point.accuracy > best) {
      best = point.accuracy
      found.push(point)
    }
  return found
}

// The picture, `width` pixels wide. pick(point): one was clicked.
function plotOf(points, width, pick) {
  const height = Math.round(Math.max(300, Math.min(520, width * 0.6)))
  const box = { left: 46, right: width - 14, top: 30, bottom: height - 42 }
  const energies = points.map((p) => p.energy), scores = points.map((p) => p.accuracy)
  const hiX = Math.max(...energies) * 1.06 || 1
  const loY = Math.max(0, Math.floor(Math.min(...scores) - 2)), hiY = Math.max(...scores) + 2
  const x = (energy) => box.left + (box.right - box.left) * energy / hiX
  const y = (score) => box.bottom - (box.bottom - box.top) * (score - loY) / (hiY - loY)
  const svg = draws('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img',
    'aria-label': `accuracy against energy, ${points.length} points` })
  for (const at of ticks(0, hiX, width < 500 ? 4 : 8))
    svg.append(draws('path', { class: 'grid', d: `M${x(at)},${box.top}V${box.bottom}` }),
      draws('text', { x: x(at), y: box.bottom + 16, 'text-anchor': 'middle' }, String(at)))
  for (const at of ticks(loY, hiY, 6))
    svg.append(draws('path', { class: 'grid', d: `M${box.left},${y(at)}H${box.right}` }),
      draws('text', { x: box.left - 6, y: y(at) + 4, 'text-anchor': 'end' }, String(at)))
  svg.append(draws('text', { x: box.right, y: height - 6, 'text-anchor': 'end' }, points[0].unit),
    draws('text', { x: 4, y: 14 }, 'accuracy, percent'))
  const best = front(points)
  svg.append(draws('path', { class: 'front', d: 'M' + best.map((p, i) =>
    i ? `H${x(p.energy)}V${y(p.accuracy)}` : `${x(p.energy)},${y(p.accuracy)}`).join('') +
    `H${box.right}` }))
  for (const point of points) {
    const kind = kindOf(point.mode)
    const mark = draws('path', { class: point.exact === 'yes' ? 'mark exact' : 'mark',
      d: SHAPES[kind], fill: COLOURS[kind],
      transform: `translate(${x(point.energy)},${y(point.accuracy)})` },
    draws('title', {}, textOf(point)))
    mark.addEventListener('click', () => pick(point))
    svg.append(mark)
  }
  label(svg, best, x, y, width)
  return svg
}

// Names at the front, where they do not lie on each other.
function label(svg, best, x, y, width) {
  const taken = []
  for (const point of best.slice().reverse()) {
    const text = point.cell + ' ' + point.mode, wide = 7 * text.length
    const left = Math.min(x(point.energy) + 8, width - wide - 4), base = y(point.accuracy) - 8
    const clear = taken.every((t) => Math.abs(t.base - base) > 12 ||
      left > t.left + t.wide || left + wide < t.left)
    if (!clear) continue
    taken.push({ left, base, wide })
    svg.append(draws('text', { x: left, y: base }, text))
  }
}

function textOf(point) {
  return `${point.cell}, ${point.mode}: ${point.accuracy.toFixed(2)} % at ` +
    `${Number(point.energy.toPrecision(4))} ${point.unit}`
}
