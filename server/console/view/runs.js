/** The kept runs, newest first; each opens as its own HTML report. */

import { usefulShare } from '../model/run.js'
import { h, say } from './dom.js'

/** @param {import('./page.js').Context} context */
export function createRuns(context) {
  const { t, count, percent, date } = context.i18n
  const body = h('tbody', null)
  const table = h(
    'table',
    { class: 'runs-table' },
    h('caption', { class: 'hidden' }, t('runs.title')),
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        .../** @type {const} */ (['name', 'when', 'what', 'arms', 'requests', 'useful', 'open']).map(name =>
          h('th', { scope: 'col' }, t(`runs.${name}`)),
        ),
      ),
    ),
    body,
  )
  const title = h('p', { class: 'empty-title' })
  const text = h('p', null)
  const empty = h(
    'div',
    { class: 'empty' },
    title,
    text,
    h('code', { class: 'command' }, `npx chaos compare --url ${context.origin}`),
  )
  const element = h(
    'div',
    { class: 'view runs' },
    h('header', { class: 'view-head' }, h('div', null, h('h2', null, t('runs.title')), h('p', null, t('runs.text')))),
    table,
    empty,
  )
  let ended = -1
  let boot = ''

  const load = async () => {
    const kept = await context.api.keptRuns().catch(() => null)
    /** @type {any[]} */
    const runs = kept?.runs ?? []
    table.hidden = runs.length === 0
    empty.hidden = runs.length > 0
    say(title, t(kept === null ? 'runs.missing' : 'runs.empty'))
    say(text, kept === null ? '' : t('runs.emptyText'))
    body.replaceChildren(...runs.map(row))
  }

  /** @param {any} run */
  const row = run => {
    const arms = /** @type {any[]} */ (run.arms)
    const names = arms.map(arm => arm.name).join(' / ')
    const useful = arms.map(arm => percent(usefulShare(arm.outcomes)))
    return h(
      'tr',
      null,
      h('th', { scope: 'row' }, run.id),
      h('td', { class: 'num' }, date(run.startedAt)),
      h('td', { lang: 'en' }, run.title ?? run.command),
      h('td', null, names),
      h('td', { class: 'num' }, label('requests'), count(run.requests)),
      h('td', { class: 'num' }, label('useful'), useful.join(' / ')),
      h(
        'td',
        null,
        h(
          'a',
          { class: 'link', href: addressOf(run), target: '_blank', rel: 'noopener' },
          t(run.html === false ? 'runs.json' : 'runs.open'),
        ),
      ),
    )
  }

  /** On a phone, where the table has no head. @param {'requests' | 'useful'} name */
  const label = name => h('span', { class: 'cell-label' }, `${t(`runs.${name}`)}: `)

  /** A run that was kept without its page still has its figures. @param {any} run */
  const addressOf = run => `/runs/${encodeURIComponent(run.id)}${run.html === false ? '' : '?format=html'}`

  return {
    element,
    /** @param {import('../model/types.js').Model} model */
    update(model) {
      const now = model.runs.filter(run => run.status !== 'running').length
      if (element.hidden || model.link !== 'live' || (now === ended && boot === model.boot)) return
      ended = now
      boot = model.boot
      load()
    },
  }
}
