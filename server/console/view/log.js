/** The log: what changed, when, and who changed it. */

/** @import { Entry, Model } from '../model/types.js' */

import { h } from './dom.js'

const SHOWN = 40

/** @param {import('./page.js').Context} context */
export function createLog(context) {
  const { t } = context.i18n
  const list = h('ol', null)
  const empty = h('p', { class: 'by' }, t('log.empty'))
  const element = h(
    'section',
    { class: 'log', 'aria-labelledby': 'log-title' },
    h('h2', { id: 'log-title' }, t('log.title')),
    empty,
    h('div', { class: 'log-list', role: 'log', 'aria-labelledby': 'log-title', tabindex: '0' }, list),
  )
  let last = 0
  let volume = 0
  return {
    element,
    /** @param {Model} model */
    update(model) {
      const newest = model.log[0]?.key ?? 0
      empty.hidden = newest > 0
      if (newest === last && model.volume === volume) return
      if (model.volume !== volume) {
        list.replaceChildren()
        last = 0
      }
      volume = model.volume
      const fresh = model.log.filter(entry => entry.key > last)
      list.prepend(
        ...fresh.slice(0, SHOWN).map(entry => line(context, entry, entry.t > 0 ? context.i18n.time(entry.t) : '')),
      )
      while (list.children.length > SHOWN) list.lastElementChild?.remove()
      last = newest
    },
  }
}

/**
 * A line of the log.
 * @param {import('./page.js').Context} context
 * @param {Pick<Entry, 'kind' | 'data'>} entry
 * @param {string} when
 */
export function line(context, entry, when) {
  const origin = entry.data.origin ?? { source: entry.data.source }
  const by = origin.source ? context.byWhom(origin.source) : ''
  const foreign = entry.kind === 'scenario' && entry.data.status === 'mark'
  return h(
    'li',
    { 'data-kind': entry.kind },
    h('time', { class: 'num' }, when),
    h(
      'span',
      null,
      h('span', { lang: foreign ? 'en' : null }, textOf(context, entry)),
      by ? h('span', { class: 'who' }, ` ${by}`) : null,
    ),
  )
}

/** @param {import('./page.js').Context} context @param {Pick<Entry, 'kind' | 'data'>} entry */
function textOf(context, { kind, data }) {
  const { t, rate, maybe } = context.i18n
  if (kind === 'settings') {
    const names = /** @type {string[]} */ (data.changed)
    if (names.length === 0) return t('log.reset')
    if (names.length === 1 && names[0] === 'failRate') {
      const from = typeof data.from.failRate === 'number' ? rate(data.from.failRate) : ''
      return t('log.rate', { from, to: rate(data.to.failRate) })
    }
    const words = names.map(name => maybe(`facts.${name}`, name))
    return names.length === 1
      ? t('log.setting', { name: words[0] ?? '' })
      : t('log.settings', { names: words.join(', ') })
  }
  if (kind === 'outage') return t(data.on ? 'log.outageOn' : 'log.outageOff')
  if (kind === 'scenario') {
    if (data.status === 'mark') return data.mark
    return t(data.status === 'started' ? 'log.scenarioStarted' : 'log.scenarioEnded', { name: data.name })
  }
  if (kind === 'run')
    return t(data.what === 'start' ? 'log.runStart' : data.what === 'lost' ? 'log.runLost' : 'log.runEnd', {
      title: data.title ?? '',
    })
  return t(data.what === 'restarted' ? 'log.restarted' : 'log.linkLost')
}
