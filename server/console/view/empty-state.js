/** What lies over charts that have nothing to show: that nobody has asked, or that a scenario plays without traffic, and what to type. */

/** @import { Model } from '../model/types.js' */

import { hasIdleScenario } from '../model/traffic.js'
import { h, mark, say } from './dom.js'

/** @param {import('./page.js').Context} context */
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
