/** What lies over charts that have nothing to show: that nobody has asked, or that a scenario plays before nobody, and what to type. */

/** @import { Model } from '../model/types.js' */

import { playsAlone } from '../model/alone.js'
import { h, mark, say } from './dom.js'

/** @param {import('./page.js').Context} context */
export function createBlank(context) {
  const { t } = context.speech
  const title = h('p', { class: 'blank-title' })
  const text = h('p', null)
  const once = h('code', { class: 'command' }, `curl ${context.origin}/catalogs/155568600`)
  const fire = h('code', { class: 'command' })
  const element = h('div', { class: 'blank over', role: 'status', hidden: true }, title, text, once, fire)
  return {
    element,
    /** @param {Model} model @param {boolean} quiet nobody has ever asked @param {number} now seconds */
    update(model, quiet, now) {
      const alone = playsAlone(model, now)
      const room = model.session === 'default' ? '' : ` --session ${model.session}`
      say(title, t(alone ? 'alone.title' : 'empty.title'))
      say(text, t(alone ? 'alone.text' : 'empty.text'))
      say(fire, `npx chaos ${alone ? 'live --auto' : 'burst'} --url ${context.origin}${alone ? room : ''}`)
      mark(once, 'hidden', alone)
      mark(element, 'hidden', (!quiet && !alone) || model.link === 'denied')
    },
  }
}
