// Tables of the report: sorted by their headers, filtered by words and by conditions such as mre<5.
// SPDX-License-Identifier: Apache-2.0
'use strict'

// A new element with attributes and children; text is text, never markup.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value)
  element.append(...children.filter((child) => child !== null && child !== undefined))
  return element
}

// Numbers of a column have the same digits behind the point, enough for its largest.
function digitsOf(values) {
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.every(Number.isInteger)) return 0
  const most = Math.max(...numbers.map(Math.abs))
  return most >= 10000 ? 0 : most >= 1000 ? 1 : most >= 10 ? 2 : most >= 0.1 ? 3 : 6
}
function show(value, digits) {
  if (value === null) return ''
  if (typeof value !== 'number') return String(value)
  if (Math.abs(value) >= 1e9) return value.toExponential(3)
  return value.toFixed(digits).replace(/^-(0\.?0*)$/, '$1')
}

// Rows that have all words of `text` somewhere; COLUMN<N, <=, >, >=, = compare one column.
function filterRows(table, text) {
  const tests = text.toLowerCase().split(/\s+/).filter(Boolean).map((word) => {
    const [, name, sign, wanted] = /^(\w+)(<=|>=|<|>|=)(.+)$/.exec(word) || []
    const column = table.columns.findIndex((title) => title.toLowerCase() === name)
    if (column < 0) return (row) => row.some((cell) => String(cell).toLowerCase().includes(word))
    return (row) => {
      const cell = row[column]
      if (cell === null) return false
      if (sign === '=') return String(cell).toLowerCase() === wanted || cell === Number(wanted)
      if (typeof cell !== 'number') return false
      return sign === '<' ? cell < wanted : sign === '>' ? cell > wanted
        : sign === '<=' ? cell <= wanted : cell >= wanted
    }
  })
  return table.rows.filter((row) => tests.every((test) => test(row)))
}

// Numbers before text, what is empty last whichever way.
function compareCells(a, b, way) {
  if (a === null || b === null) return (a === null) - (b === null)
  const kinds = (typeof a !== 'number') - (typeof b !== 'number')
  if (kinds) return kinds
  return way * (typeof a === 'number' ? a - b : a.localeCompare(b, 'en', { numeric: true }))
}

function csvOf(columns, rows) {
  const field = (value) => {
    const text = value === null ? '' : String(value)
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text
  }
  return [columns, ...rows].map((row) => row.map(field).join(',')).join('\n') + '\n'
}

const MOST_ROWS = 200

// A table in `host`. look: titles {column: [title, what it is]}, bars {column: value of a full
// bar}, good, bad {column: regular expression}; name: of the table, for readers of the screen and
// for files.
function makeTable(host, name, table, look = {}) {
  const state = { column: -1, way: 1, text: '', all: false }
  const body = make('tbody')
  const said = make('span', { class: 'quiet', role: 'status' })
  const search = make('input', { type: 'search', 'aria-label': 'filter ' + name,
    placeholder: 'filter: words, ' + (table.columns.includes('mre') ? 'mre<5' : 'column>1') })
  const more = make('button', { type: 'button' }, 'show all')
  const save = make('button', { type: 'button' }, 'CSV')
  const digits = table.columns.map((_, i) => digitsOf(table.rows.map((row) => row[i])))
  let rows = []

  function cellOf(row, i) {
    const column = table.columns[i], value = row[i], text = show(value, digits[i])
    const cell = make(i ? 'td' : 'th', i ? {} : { scope: 'row' }, text)
    if (typeof value === 'string' && i) cell.classList.add('text')
    if (look.bars && look.bars[column] && typeof value === 'number') {
      const part = Math.max(0, Math.min(1, value / look.bars[column]))
      cell.classList.add('bar')
      cell.style.setProperty('--part', 100 * part + '%')
    }
    for (const kind of ['good', 'bad'])
      if (look[kind] && look[kind][column] && look[kind][column].test(text))
        cell.classList.add(kind)
    return cell
  }
  function draw() {
    rows = filterRows(table, state.text)
    if (state.column >= 0)
      rows = rows.slice().sort((a, b) => compareCells(a[state.column], b[state.column], state.way))
    const shown = state.all ? rows : rows.slice(0, MOST_ROWS)
    body.replaceChildren(...shown.map((row) =>
      make('tr', {}, ...row.map((_, i) => cellOf(row, i)))))
    said.textContent = rows.length + ' of ' + table.rows.length + ' rows' +
      (shown.length < rows.length ? ', the first ' + shown.length + ' shown' : '')
    more.hidden = shown.length === rows.length
    heads.forEach((head, i) => head.setAttribute('aria-sort',
      i !== state.column ? 'none' : state.way > 0 ? 'ascending' : 'descending'))
  }
  const heads = table.columns.map((column, i) => {
    const [title, what] = (look.titles || {})[column] || [column, '']
    const says = what ? column + ': ' + what : column
    const button = make('button', { type: 'button', title: says }, title)
    button.addEventListener('click', () => {
      state.way = state.column === i ? -state.way : 1
      state.column = i
      draw()
    })
    return make('th', { scope: 'col' }, button)
  })
  search.addEventListener('input', () => { state.text = search.value; draw() })
  more.addEventListener('click', () => { state.all = true; draw() })
  save.addEventListener('click', () => {
    const blob = new Blob([csvOf(table.columns, rows)], { type: 'text/csv' })
    const link = make('a', { download: name.replace(/[^\w-]+/g, '-') + '.csv' })
    link.href = URL.createObjectURL(blob)
    link.click()
    URL.revokeObjectURL(link.href)
  })
  draw()
  host.append(make('div', { class: 'tools' }, search, save, more, said),
    make('div', { class: 'wide', role: 'region', tabindex: '0', 'aria-label': name },
      make('table', {}, make('thead', {}, make('tr', {}, ...heads)), body)))
  if (table.notes.length) host.append(make('details', {},
    make('summary', {}, 'what these figures are of'), make('pre', {}, table.notes.join('\n'))))
}
