/** The figures of this moment, large enough for the last row. */

import { recentFigures } from '../model/traffic.js'
import { h, say } from './dom.js'

/** @param {import('./page.js').Context} context */
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
    /** @param {import('../model/types.js').Model} model @param {number} now seconds */
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
