/** The figures of a run's arms as a table: a column for each of two, a row for each of more. */

/** @import { Counts, Run } from '../model/types.js' */

import { noCounts, usefulShare } from '../model/run.js'
import { OUTCOMES } from '../model/series.js'
import { createCircuitIndicator } from './circuit-indicator.js'
import { breakable, h, say } from './dom.js'

/** @type {readonly (keyof Counts)[]} */
const CALLS = ['calls', 'wasted']
const FIELDS = [...OUTCOMES, ...CALLS]
/** Columns of more arms than this run into one another: they become rows. */
const MAX_COLUMNS = 2

/** @typedef {ReturnType<typeof createArm>} Arm */
/** @typedef {ReturnType<typeof createTable>} Table */

/** @param {import('./page.js').Context} context @param {readonly string[]} names */
export function createTable(context, names) {
  const arms = names.map(name => createArm(context, name))
  return {
    element: names.length > MAX_COLUMNS ? rowsOf(context, arms) : columnsOf(context, arms),
    /** @param {Run} run */
    fill(run) {
      for (const arm of arms) arm.fill(run)
    },
  }
}

/** @param {import('./page.js').Context} context @param {readonly Arm[]} arms */
function columnsOf(context, arms) {
  const { t } = context.i18n
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
  return h(
    'table',
    { class: 'arms-table', 'data-arms': String(arms.length) },
    h('thead', null, h('tr', null, h('td', { class: 'corner' }), ...heads)),
    h(
      'tbody',
      null,
      h('tr', { class: 'share-row' }, h('th', { scope: 'row' }, t('outcome.useful')), ...shares),
      h('tr', { class: 'bar-row', 'aria-hidden': 'true' }, h('td', null), ...bars),
      ...rows,
    ),
  )
}

/** @param {import('./page.js').Context} context @param {readonly Arm[]} arms */
function rowsOf(context, arms) {
  const { t } = context.i18n
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
  return h(
    'table',
    { class: 'arms-table arms-rows', 'data-arms': String(arms.length) },
    h('thead', null, h('tr', null, h('td', { class: 'corner' }), ...heads)),
    ...bodies,
  )
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

/** @param {string} outcome */
function swatch(outcome) {
  return h('span', { class: 'swatch swatch-bar', 'data-colour': outcome })
}
