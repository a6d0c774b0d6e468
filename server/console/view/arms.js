/** The arms of the newest run side by side: lamps, useful share and totals, and the verdict at its end. */

/** @import { Model, Run, Tally } from '../model/types.js' */

import { nothing, usefulShare } from '../model/run.js'
import { h, mark, say } from './dom.js'
import { createLamps } from './lamps.js'

/** @type {readonly (keyof Tally)[]} */
const ROWS = ['success', 'fromCache', 'shortCircuited', 'failed', 'calls', 'wasted']

/** @param {import('./page.js').Context} context */
export function createArms(context) {
  const { t, count, percent } = context.speech
  const title = h('h2', { id: 'arms-title' }, t('arms.title'))
  const status = h('span', { class: 'run-status' })
  const name = h('p', { class: 'run-name' })
  const place = h('div', { class: 'arms-place' })
  const verdict = h('p', { class: 'verdict', role: 'status' })
  const report = h('a', { class: 'link', target: '_blank', rel: 'noopener' }, t('arms.report'))
  const element = h(
    'section',
    { class: 'arms', 'aria-labelledby': 'arms-title' },
    h('header', null, title, status),
    name,
    place,
    verdict,
    report,
  )

  /** @type {((run: Run) => void) | null} */
  let fill = null
  let shape = ''

  const empty = () => {
    place.replaceChildren(
      h(
        'div',
        { class: 'blank' },
        h('p', { class: 'blank-title' }, t('arms.empty')),
        h('p', null, t('arms.emptyText')),
        h('code', { class: 'command' }, `npx chaos compare --url ${context.origin}`),
      ),
    )
    fill = null
  }

  /** @param {Run} run */
  const table = run => {
    const lamps = run.names.map(arm => createLamps(context, arm))
    const shares = run.names.map(() => h('td', { class: 'share num' }))
    const bars = run.names.map(() => h('span', { class: 'share-bar' }))
    const cells = ROWS.map(() => run.names.map(() => h('td', { class: 'num' })))
    const heads = run.names.map((arm, index) =>
      h('th', { scope: 'col' }, h('span', { class: 'arm-name' }, arm), lamps[index]?.element ?? null),
    )
    const body = h(
      'tbody',
      null,
      h('tr', { class: 'share-row' }, h('th', { scope: 'row' }, t('outcome.useful')), ...shares),
    )
    body.append(
      h(
        'tr',
        { class: 'bar-row', 'aria-hidden': 'true' },
        h('td', null),
        ...bars.map(bar => h('td', null, h('span', { class: 'share-track' }, bar))),
      ),
    )
    ROWS.forEach((row, index) => {
      const swatch = h('span', { class: 'swatch swatch-bar', 'data-colour': row })
      const word = h('th', { scope: 'row' }, row === 'calls' || row === 'wasted' ? null : swatch, t(`outcome.${row}`))
      body.append(h('tr', { 'data-row': row }, word, ...(cells[index] ?? [])))
    })
    const corner = h('td', null)
    place.replaceChildren(
      h(
        'table',
        { class: 'arms-table', 'data-arms': String(run.names.length) },
        h('thead', null, h('tr', null, corner, ...heads)),
        body,
      ),
    )
    fill = now => {
      now.names.forEach((arm, column) => {
        const tally = now.totals[arm] ?? nothing()
        const share = usefulShare(tally)
        lamps[column]?.update(now.edges[arm] ?? [])
        const cell = shares[column]
        if (cell) say(cell, percent(share))
        bars[column]?.style.setProperty('--share', `${share ?? 0}%`)
        ROWS.forEach((row, index) => {
          const value = cells[index]?.[column]
          if (value) say(value, count(tally[row]))
        })
      })
    }
  }

  return {
    element,
    /** @param {Model} model */
    update(model) {
      const run = model.runs.at(-1) ?? null
      const wanted = run ? `${run.id} ${run.names.join(' ')}` : 'none'
      if (wanted !== shape) {
        shape = wanted
        if (run) table(run)
        else empty()
      }
      if (run) fill?.(run)
      mark(element, 'data-status', run?.status ?? 'none')
      say(status, run ? t(`arms.${run.status}`) : '')
      say(name, run?.title ?? '')
      say(verdict, run?.verdict ?? '')
      mark(report, 'hidden', !run?.kept)
      if (run?.kept) mark(report, 'href', `/runs/${encodeURIComponent(run.kept)}?format=html`)
    },
  }
}
