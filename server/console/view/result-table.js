/** The figures of arms side by side: of one kept run, or of the same arm in two runs. */

/** @import { Words } from '../wording/words.js' */
/** @import { Span } from '../wording/spans.js' */

import { formatCount, formatMs, formatShare, formatSigned } from '../wording/format.js'
import { recoveryText } from '../wording/sentences.js'
import { differenceText } from '../wording/spans.js'
import { numeral } from '../wording/words.js'
import { breakable, h } from './dom.js'

/** @typedef {{ success: number, fromCache: number, failed: number, shortCircuited: number }} Outcomes */
/** @typedef {{ count: number, p50: number | null, p95: number | null }} Latency */

/**
 * What one column shows; the spans are its differences from the first column.
 * @typedef {object} Column
 * @property {string} name
 * @property {Outcomes} outcomes
 * @property {{ calls: number, wasted: number }} upstream
 * @property {Record<keyof Outcomes, Latency>} latencyMs
 * @property {boolean | null} recovered
 * @property {number | null} recoveryMs
 * @property {Span | null} usefulPoints
 * @property {Span | null} wastedCalls
 */

/** @typedef {{ word: string, strong?: boolean, value: (column: Column) => string, change?: (column: Column) => string, range?: (column: Column) => string }} Row */

const OUTCOMES = /** @type {const} */ (['success', 'fromCache', 'failed', 'shortCircuited'])

/**
 * @param {readonly Column[]} columns
 * @param {Words} words
 * @param {string} caption
 */
export function createResultTable(columns, words, caption) {
  const cells = rowsOf(columns, words).map(({ word, strong = false, value, change, range }) =>
    h(
      'tr',
      { 'data-strong': strong },
      h('th', { scope: 'row' }, word),
      ...columns.map((column, index) =>
        h(
          'td',
          { class: 'num' },
          numeral(value(column), words),
          ...(index === 0 ? [] : [change?.(column), range?.(column)])
            .filter(text => text !== undefined && text !== '')
            .map(text => h('span', { class: 'difference' }, numeral(text ?? '', words))),
        ),
      ),
    ),
  )
  return h(
    'div',
    { class: 'result-place', tabindex: '0', role: 'region', 'aria-label': caption },
    h(
      'table',
      { class: 'result-table' },
      h('caption', { class: 'hidden' }, caption),
      h(
        'thead',
        null,
        h(
          'tr',
          null,
          h('td', null),
          ...columns.map(({ name }) => h('th', { scope: 'col' }, h('span', { class: 'arm-name' }, ...breakable(name)))),
        ),
      ),
      h('tbody', null, ...cells),
    ),
  )
}

/** @param {readonly Column[]} columns @param {Words} words @returns {Row[]} */
function rowsOf(columns, words) {
  const met = OUTCOMES.filter(key => key === 'success' || columns.some(({ outcomes }) => outcomes[key] > 0))
  const before = columns[0]?.upstream.wasted ?? 0
  const timed = met.filter(key => columns.some(({ latencyMs }) => latencyMs[key].count > 0))
  return [
    {
      word: words('row.useful'),
      strong: true,
      value: ({ outcomes }) => formatShare(shareOf(outcomes)),
      change: ({ usefulPoints }) =>
        differenceText(usefulPoints, ({ value }) => words('row.points', { points: formatSigned(value) })),
      range: ({ usefulPoints }) => daysText(usefulPoints, words),
    },
    ...met.map(key => ({
      word: words(`outcome.${key}`),
      value: (/** @type {Column} */ { outcomes }) => formatCount(outcomes[key]),
    })),
    { word: words('row.calls'), value: ({ upstream }) => formatCount(upstream.calls) },
    {
      word: words('row.wasted'),
      strong: true,
      value: ({ upstream }) => formatCount(upstream.wasted),
      change: ({ wastedCalls }) =>
        differenceText(wastedCalls, ({ value }) =>
          before === 0 ? formatSigned(value, 0) : `${formatSigned((value / before) * 100, 0)} %`,
        ),
    },
    {
      word: words('row.per-request'),
      value: ({ outcomes, upstream }) =>
        totalOf(outcomes) === 0 ? '-' : (upstream.calls / totalOf(outcomes)).toFixed(2),
    },
    ...timed.flatMap(key =>
      /** @type {const} */ (['p50', 'p95']).map(point => ({
        word: `${words(`outcome.${key}`)} ${point}`,
        value: (/** @type {Column} */ { latencyMs }) => formatMs(latencyMs[key][point]),
      })),
    ),
    ...(columns.some(({ recovered }) => recovered !== null)
      ? [
          {
            word: words('row.recovery'),
            strong: true,
            value: (/** @type {Column} */ column) => recoveryText(column, words),
          },
        ]
      : []),
  ]
}

/** @param {Outcomes} outcomes */
function totalOf(outcomes) {
  return OUTCOMES.reduce((sum, key) => sum + outcomes[key], 0)
}

/** @param {Outcomes} outcomes */
function shareOf(outcomes) {
  const all = totalOf(outcomes)
  return all === 0 ? null : (outcomes.success + outcomes.fromCache) / all
}

/** Between which differences another day lies. @param {Span | null} span @param {Words} words */
function daysText(span, words) {
  if (!span?.days) return ''
  const [low, high] = span.days
  return `${words('days.simulated')}: ${words('row.range', { low: formatSigned(low), high: formatSigned(high) })}`
}
