/** What the traffic of this moment comes to: its figures, and what lies over the charts while there is none. */

/** @import { Model } from '../model/types.js' */

import { hasIdleScenario, recentFigures } from '../model/traffic.js'
import { h, mark, say } from './dom.js'

/** The figures, large enough for the last row. @param {import('./page.js').Context} context */
export function createFigures(context) {
  const { t, count, percent, ms } = context.i18n
  const names = /** @type {const} */ (['perSecond', 'useful', 'p95', 'inFlight'])
  const values = names.map(() => h('dd', { class: 'num' }, '–'))
  const element = h(
    'dl',
    { class: 'figures' },
    ...names.map((name, index) =>
      h('div', { class: `figure-${name}` }, h('dt', null, t(`figure.${name}`)), values[index] ?? null),
    ),
  )
  return {
    element,
    /** @param {Model} model @param {number} now seconds */
    update(model, now) {
      const { perSecond, useful, p95, inFlight } = recentFigures(model.points, now)
      const texts = [count(perSecond), percent(useful), ms(p95), count(inFlight)]
      texts.forEach((text, index) => {
        const value = values[index]
        if (value) say(value, text)
      })
    },
  }
}

/**
 * That nobody has asked, or that a scenario plays without traffic, and what to type.
 * @param {import('./page.js').Context} context
 */
export function createEmptyState(context) {
  const { t } = context.i18n
  const title = h('p', { class: 'empty-title' })
  const text = h('p', null)
  const once = h('code', { class: 'command' }, `curl ${context.origin}/catalogs/155568600`)
  const fire = h('code', { class: 'command' })
  const element = h('div', { class: 'empty over', role: 'status', hidden: true }, title, text, once, fire)
  return {
    element,
    /** @param {Model} model @param {boolean} quiet nobody has ever asked @param {number} now seconds */
    update(model, quiet, now) {
      const idle = hasIdleScenario(model, now)
      const session = model.session === 'default' ? '' : ` --session ${model.session}`
      say(title, t(idle ? 'alone.title' : 'empty.title'))
      say(text, t(idle ? 'alone.text' : 'empty.text'))
      say(fire, `npx chaos ${idle ? 'live --auto' : 'burst'} --url ${context.origin}${idle ? session : ''}`)
      mark(once, 'hidden', idle)
      mark(element, 'hidden', (!quiet && !idle) || model.link === 'denied')
    },
  }
}
