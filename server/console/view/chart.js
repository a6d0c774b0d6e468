/** A chart on the shared time axis: title, legend with the figures under the cursor, plot, and the same data as a table. */

import { stacked } from '../model/series.js'
import uPlot from '../vendor/uPlot.esm.js'
import { h, mark, say } from './dom.js'

/** Width of the axis on the left, the same in every chart, so that their time axes lie exactly below one another. */
const GUTTER = 54
const MARGIN = 20
const TIME_HEIGHT = 24
const TABLE_ROWS = 30
const WEIGHT = { bar: 0, line: 2, thin: 1, step: 2, dash: 2, dots: 1.5 }

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} [short] in the legend, where the line before says the rest
 * @property {keyof import('./palette.js').Palette} colour
 * @property {'bar' | 'line' | 'thin' | 'step' | 'dash' | 'dots'} draw
 * @property {(value: number | null) => string} format
 */

/**
 * @typedef {object} ChartOptions
 * @property {import('./page.js').Context} context
 * @property {string} name for the style sheet and for tests
 * @property {string} title
 * @property {Line[]} lines in the order of the legend
 * @property {(value: number) => string} axis
 * @property {() => number} [top] the highest value of the scale, where it does not follow from these lines alone
 * @property {boolean} [time] whether it carries the words of the time axis
 * @property {number} [below] room below the plot for a strip, in CSS pixels
 * @property {(plot: uPlot) => void} [behind] paints behind the series
 * @property {(plot: uPlot) => void} [over] paints last
 * @property {{ label: string, read: (time: number) => string }[]} [extra] more columns of the table
 */

/** @param {ChartOptions} options */
export function createChart(options) {
  const { context, lines, title } = options
  const { t, time } = context.i18n
  const values = lines.map(() => h('span', { class: 'legend-value num' }))
  const legend = h(
    'ul',
    { class: 'legend' },
    ...lines.map((line, index) =>
      h(
        'li',
        null,
        h('span', { class: `swatch swatch-${line.draw}`, 'data-colour': line.colour }),
        line.short ?? line.label,
        values[index] ?? null,
      ),
    ),
  )
  const head = h('tr', null, h('th', { scope: 'col' }, t('chart.time')))
  for (const column of [...lines, ...(options.extra ?? [])]) head.append(h('th', { scope: 'col' }, column.label))
  const body = h('tbody', null)
  const table = h(
    'div',
    { class: 'data-table', tabindex: '0', role: 'region', 'aria-label': t('chart.tableOf', { chart: title }) },
    h('table', null, h('caption', { class: 'hidden' }, title), h('thead', null, head), body),
  )
  const details = h(
    'details',
    { class: 'data' },
    h('summary', { 'aria-label': t('chart.tableOf', { chart: title }) }, t('chart.table')),
    table,
  )
  const place = h('div', { class: 'plot', role: 'img', 'aria-label': title })
  const element = h(
    'figure',
    { class: `chart chart-${options.name}`, 'data-chart': options.name },
    h('figcaption', null, h('h3', null, title), legend, details),
    place,
  )

  /** @type {number[][]} */
  let data = [[], ...lines.map(() => [])]
  /** @type {import('../model/series.js').TimeAxis} */
  let axis = { from: 0, to: 1, start: null }
  /** @type {uPlot | null} */
  let plot = null

  const make = () => {
    const { width, height } = place.getBoundingClientRect()
    if (width < 80 || height < 24) return
    plot = new uPlot(
      settings(options, width, height, () => axis, showValues),
      /** @type {any} */ (drawn(data)),
      place,
    )
    plot.root.setAttribute('aria-hidden', 'true')
  }
  const observer = new ResizeObserver(() => {
    const { width, height } = place.getBoundingClientRect()
    if (!plot) return make()
    if (width >= 80 && height >= 24) plot.setSize({ width, height })
  })
  observer.observe(place)

  /** @param {number | null} index of the moment under the cursor, or null for the latest whole one */
  const showValues = index => {
    const times = data[0] ?? []
    const stack = lines[0]?.draw === 'bar'
    const at = index ?? times.length - 1
    lines.forEach((line, row) => {
      const value = values[row]
      // The figures of a stack flicker too fast to be read: they show for the moment under the cursor.
      if (value) say(value, stack && index === null ? '' : line.format(data[row + 1]?.[at] ?? null))
    })
  }

  const fillTable = () => {
    const times = data[0] ?? []
    const rows = times
      .map((_, index) => index)
      .slice(-TABLE_ROWS)
      .reverse()
    body.replaceChildren(
      ...rows.map(index => {
        const at = times[index] ?? 0
        const row = h('tr', null, h('th', { scope: 'row' }, time(at)))
        row.append(...lines.map((line, column) => h('td', null, line.format(data[column + 1]?.[index] ?? null))))
        for (const column of options.extra ?? []) row.append(h('td', null, column.read(at)))
        return row
      }),
    )
  }
  details.addEventListener('toggle', () => details.open && fillTable())
  let tabled = 0

  return {
    element,
    /** @param {any[][]} next times, then a column for each line @param {import('../model/series.js').TimeAxis} at @param {number} now seconds */
    update(next, at, now) {
      data = next
      axis = at
      if (!plot) make()
      plot?.setData(/** @type {any} */ (drawn(data)))
      if (plot && (plot.cursor.idx ?? null) === null) showValues(null)
      if (Math.abs(now - tabled) < 1) return
      tabled = now
      const latest = lines.map((line, row) => `${line.label} ${line.format(data[row + 1]?.at(-2) ?? null)}`).join(', ')
      mark(place, 'aria-label', t('chart.summary', { chart: title, values: latest }))
      if (details.open) fillTable()
    },
    repaint: () => plot?.redraw(false, true),
    close() {
      observer.disconnect()
      plot?.destroy()
    },
  }

  /** What uPlot gets: a stack is drawn from its top down, each bar over the one behind it. @param {any[][]} columns */
  function drawn(columns) {
    if (lines[0]?.draw !== 'bar') return columns
    const sums = stacked(columns.slice(1))
    return [columns[0], ...sums.reverse()]
  }
}

/**
 * @param {ChartOptions} options
 * @param {number} width
 * @param {number} height
 * @param {() => import('../model/series.js').TimeAxis} timeAxis
 * @param {(index: number | null) => void} showValues
 * @returns {uPlot.Options}
 */
function settings(options, width, height, timeAxis, showValues) {
  const { context, lines, top } = options
  const paint = () => context.palette()
  const order = lines[0]?.draw === 'bar' ? [...lines].reverse() : lines
  const axis = {
    font: '500 11px Inter, sans-serif',
    stroke: () => paint().soft,
    grid: { stroke: () => paint().grid, width: 1 },
    ticks: { show: false },
  }
  return {
    width,
    height,
    padding: [6, MARGIN, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'time' }, drag: { setScale: false, x: false, y: false }, points: { show: false }, y: false },
    scales: {
      x: { time: false, range: () => [timeAxis().from, timeAxis().to] },
      y: { range: (_, __, max) => [0, top ? top() : roundAbove(max)] },
    },
    axes: [
      {
        size: (options.time ? TIME_HEIGHT : 4) + (options.below ?? 0),
        gap: 6 + (options.below ?? 0),
        ...axis,
        splits: () => splitsOf(timeAxis()),
        values: (_, splits) => splits.map(split => (options.time ? momentOf(context, timeAxis(), split) : '')),
      },
      {
        size: GUTTER,
        gap: 8,
        ...axis,
        splits: (_, __, min, max) => [min, (min + max) / 2, max],
        values: (_, splits) => splits.map(split => options.axis(split)),
      },
    ],
    series: [{}, ...order.map(line => seriesOf(line, paint))],
    hooks: {
      drawClear: options.behind ? [options.behind] : [],
      draw: options.over ? [options.over] : [],
      setCursor: [plot => showValues(plot.cursor.idx ?? null)],
    },
  }
}

const solid = uPlot.paths.bars?.({ size: [1, 60], align: 0 })
const apart = uPlot.paths.bars?.({ size: [0.84, 60], align: 0 })

/** Bars stand apart where there is room for a gap that is the same everywhere. @type {uPlot.Series.PathBuilder} */
function bars(plot, ...rest) {
  const wide = plot.bbox.width / Math.max(1, plot.data[0].length) / uPlot.pxRatio >= 6
  return (wide ? apart : solid)?.(plot, ...rest) ?? null
}

/** @param {Line} line @param {() => import('./palette.js').Palette} paint */
function seriesOf(line, paint) {
  const colour = () => paint()[line.colour]
  if (line.draw === 'bar') {
    return { label: line.label, fill: colour, width: 0, points: { show: false }, paths: bars }
  }
  return {
    label: line.label,
    stroke: colour,
    width: WEIGHT[line.draw],
    dash: line.draw === 'dash' ? [6, 4] : line.draw === 'dots' ? [1.5, 3] : undefined,
    points: { show: false },
    paths: line.draw === 'step' ? uPlot.paths.stepped?.({ align: 1 }) : undefined,
  }
}

/**
 * A round number above the highest value, whose half is round too.
 * @param {number | null} max
 */
export function roundAbove(max) {
  if (!max || max <= 4) return 4
  const unit = 10 ** Math.floor(Math.log10(max))
  for (const step of [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10]) if (max <= step * unit) return Math.ceil(step * unit)
  return 10 * unit
}

const STEPS_S = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60]
const MAX_SPLITS = 6

/** Where the time axis has words: of a run at round seconds since its start. @param {import('../model/series.js').TimeAxis} axis */
function splitsOf({ from, to, start }) {
  if (start === null) return [120, 90, 60, 30, 0].map(ago => to - ago)
  const step = STEPS_S.find(one => (to - from) / one <= MAX_SPLITS) ?? 60
  const first = Math.ceil((from - start) / step - 0.001)
  const count = Math.floor((to - start) / step + 0.001) - first + 1
  return Array.from({ length: Math.max(0, count) }, (_, index) => start + (first + index) * step)
}

/** @param {import('./page.js').Context} context @param {import('../model/series.js').TimeAxis} axis @param {number} split */
function momentOf({ i18n: { t, factor } }, { to, start }, split) {
  if (start !== null) return t('unit.s', { value: factor(Math.round((split - start) * 100) / 100) })
  const seconds = Math.round(to - split)
  return seconds === 0 ? t('chart.now') : t('chart.ago', { seconds })
}
