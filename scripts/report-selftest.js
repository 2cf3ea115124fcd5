// index.html#selftest: the page tries itself and appends what it found, for tests/page.t.
// SPDX-License-Identifier: Apache-2.0
'use strict'

function selftest() {
  const found = []
  const check = (name, good) => found.push((good ? 'ok ' : 'FAIL ') + name)
  const host = document.getElementById('cells')
  const texts = (column) => [...host.querySelectorAll('tbody tr')].map((row) =>
    row.children[column].textContent)
  const heads = [...host.querySelectorAll('thead th')]
  const column = data.tables.cells.columns.indexOf('mre')
  const sorted = (way) => {
    const numbers = texts(column).filter(Boolean).map(Number)
    return numbers.length > 1 && numbers.every((n, i) => !i || way * (n - numbers[i - 1]) >= 0)
  }
  heads[column].querySelector('button').click()
  check('sorted upwards', sorted(1) && heads[column].getAttribute('aria-sort') === 'ascending')
  heads[column].querySelector('button').click()
  check('sorted downwards', sorted(-1) && heads[column].getAttribute('aria-sort') === 'descending')
  check('nothing known is last', texts(column).every((text, i, all) => text || !all[i + 1]))
  const filter = (text) => {
    const search = host.querySelector('input[type=search]')
    search.value = text
    search.dispatchEvent(new Event('input'))
    return host.querySelectorAll('tbody tr').length
  }
  const all = filter('')
  check('filtered by a word', filter('perf') > 0 && filter('perf') < all &&
    texts(0).every((name, i) => host.querySelectorAll('tbody tr')[i].textContent.includes('perf')))
  check('filtered by a condition', filter('mre<4') > 0 && filter('mre<4') < all &&
    texts(column).every((text) => Number(text) < 4))
  check('a filter that none passes', filter('nothingofthisname') === 0)
  check('and none', filter('') === all)
  check('plot has marks', document.querySelectorAll('#plot .mark').length > 1)
  const inside = () => [...document.querySelectorAll('#plot .mark')].every((mark) => {
    const a = mark.getBoundingClientRect(), b = mark.ownerSVGElement.getBoundingClientRect()
    return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom
  })
  for (const width of [window.innerWidth, 375]) { // headless windows are no narrower than 500
    document.body.style.width = width + 'px'
    window.dispatchEvent(new Event('resize'))
    const plot = document.getElementById('plot')
    check('fits ' + width + ' pixels', document.body.scrollWidth <= width && inside() &&
      plot.querySelector('svg').viewBox.baseVal.width === plot.clientWidth)
  }
  const boxes = [...document.querySelectorAll('#points select')]
  check('every network and level has its plot', boxes.length === 3 &&
    [...boxes[0].options].every((_, i) => {
      boxes[0].selectedIndex = i
      boxes[0].dispatchEvent(new Event('change'))
      return [...boxes[1].options].every((_, k) => {
        boxes[1].selectedIndex = k
        boxes[1].dispatchEvent(new Event('change'))
        return document.querySelectorAll('#plot .mark').length > 0
      })
    }))
  const close = document.querySelector('#points .tools input'), marks = () =>
    document.querySelectorAll('#plot .mark').length
  boxes[0].selectedIndex = 0
  boxes[0].dispatchEvent(new Event('change'))
  const before = marks()
  close.click()
  check('fewer marks close up', marks() > 0 && marks() < before)
  check('every layer has its bar', [...document.querySelectorAll('.stack')].every((stack) =>
    stack.querySelectorAll('.bars').length > 1 && [...stack.querySelectorAll('.bars')].some((bar) =>
      [...bar.children].some((part) => part.getBoundingClientRect().width > 0))))
  check('nothing is loaded', performance.getEntriesByType('resource')
    .every((entry) => entry.name.startsWith('data:')))
  check('data are text', document.querySelectorAll('main script, main [onerror]').length === 0)
  document.body.append(make('pre', { id: 'selftest' }, found.join('\n')))
}
if (location.hash === '#selftest') selftest()
