/** The figures of a run's arms as a table: a column for each of two, a row for each of more. */

/** @import { Counts, Run } from '../model/types.js' */

import { noCounts, usefulShare } from '../model/run.js'
import { OUTCOMES } from '../model/series.js'
import { createCircuitIndicator } from './circuit-indicator.js'
import { breakable, h, say } from './dom.js'

/** @typedef {{ element: HTMLElement, fill(run: Run): void }} Table */

/** @type {readonly (keyof Counts)[]} */
const CALLS = ['calls', 'wasted']
const FIELDS = [...OUTCOMES, ...CALLS]

/**
 * @param {import('./page.js').Context} context
 * @param {readonly string[]} names
 * @returns {Table}
 */
export function createColumns(context, names) {
  const { t } = context.i18n
  const arms = names.map(name => createArm(context, name))
  const heads = arms.map(arm => h('th', { scope: 'col' }, arm.name, arm.lamps.element))
  const shares = arms.map(arm => h('td', { class: 'share num' }, arm.share))
  const bars = arms.map(arm => h('td', null, arm.track))
  const rows = FIELDS.map(field =>
    h(
      'tr',
      { 'data-row': field },
      h('th', { scope: 'row' }, OUTCOMES.includes(field) ? swatch(field) : null, t(`outcome.${field}`)),
      ...arms.map(arm => h('td', { class: 'num' }, arm.counts[field])),
    ),
  )
  const element = h(
    'table',
    { class: 'arms-table', 'data-arms': String(names.length) },
    h('thead', null, h('tr', null, h('td', { class: 'corner' }), ...heads)),
    h(
      'tbody',
      null,
      h('tr', { class: 'share-row' }, h('th', { scope: 'row' }, t('outcome.useful')), ...shares),
      h('tr', { class: 'bar-row', 'aria-hidden': 'true' }, h('td', null), ...bars),
      ...rows,
    ),
  )
  return { element, fill: filling(arms) }
}

/**
 * @param {import('./page.js').Context} context
 * @param {readonly string[]} names
 * @returns {Table}
 */
export function createRows(context, names) {
  const { t } = context.i18n
  const arms = names.map(name => createArm(context, name))
  const heads = /** @type {const} */ (['useful', 'calls', 'wasted']).map(name =>
    h('th', { scope: 'col' }, t(`outcome.${name}`)),
  )
  const bodies = arms.map(arm =>
    h(
      'tbody',
      null,
      h(
        'tr',
        { class: 'arm-row' },
        h('th', { scope: 'rowgroup' }, arm.name, arm.lamps.element),
        h('td', { class: 'share num' }, arm.share),
        ...CALLS.map(field => h('td', { class: 'num' }, arm.counts[field])),
      ),
      h(
        'tr',
        { class: 'counts-row' },
        h(
          'td',
          { colspan: '4' },
          h(
            'ul',
            null,
            ...OUTCOMES.map(field =>
              h(
                'li',
                { class: 'num', title: t(`outcome.${field}`) },
                swatch(field),
                h('span', { class: 'hidden' }, `${t(`outcome.${field}`)} `),
                arm.counts[field],
              ),
            ),
          ),
        ),
      ),
    ),
  )
  const element = h(
    'table',
    { class: 'arms-table arms-rows', 'data-arms': String(names.length) },
    h('thead', null, h('tr', null, h('td', { class: 'corner' }), ...heads)),
    ...bodies,
  )
  return { element, fill: filling(arms) }
}

/**
 * What changes of one arm, wherever it stands.
 * @param {import('./page.js').Context} context
 * @param {string} name
 */
function createArm(context, name) {
  const { count, percent } = context.i18n
  const lamps = createCircuitIndicator(context, name)
  const share = h('span', null)
  const bar = h('span', { class: 'share-bar' })
  const counts = /** @type {Record<keyof Counts, HTMLElement>} */ (
    Object.fromEntries(FIELDS.map(field => [field, h('span', null)]))
  )
  return {
    name: h('span', { class: 'arm-name' }, ...breakable(name)),
    lamps,
    share,
    track: h('span', { class: 'share-track' }, bar),
    counts,
    /** @param {Run} run */
    fill(run) {
      const totals = run.totals[name] ?? noCounts()
      const useful = usefulShare(totals)
      lamps.update(run.edges[name] ?? [])
      say(share, percent(useful))
      bar.style.setProperty('--share', `${useful ?? 0}%`)
      for (const field of FIELDS) say(counts[field], count(totals[field]))
    },
  }
}

/**
 * @param {ReturnType<typeof createArm>[]} arms
 * @returns {Table['fill']}
 */
function filling(arms) {
  return run => {
    for (const arm of arms) arm.fill(run)
  }
}

/** @param {string} outcome */
function swatch(outcome) {
  return h('span', { class: 'swatch swatch-bar', 'data-colour': outcome })
}
