/** What happened during the newest run, by its own time: changes, outages and marks of a scenario, and who did it. */

/** @import { Run } from '../model/types.js' */

import { h, say } from './dom.js'
import { line } from './log.js'

/** More lines than these push the log off the page; those before are counted. */
const SHOWN = 6
/** @type {Run['changes']} */
const NONE = []

/** @param {import('./page.js').Context} context */
export function createRunChanges(context) {
  const { t, seconds } = context.i18n
  const more = h('p', { class: 'by' })
  const list = h('ol', null)
  const element = h(
    'section',
    { class: 'run-changes', 'aria-labelledby': 'run-changes-title', hidden: true },
    h('h3', { id: 'run-changes-title' }, t('arms.changes')),
    more,
    list,
  )
  /** @type {Run['changes'] | null} */
  let shown = null
  return {
    element,
    /** @param {Run | null} run */
    update(run) {
      const changes = run?.changes ?? NONE
      if (changes === shown) return
      shown = changes
      element.hidden = changes.length === 0
      const earlier = Math.max(0, changes.length - SHOWN)
      more.hidden = earlier === 0
      say(more, earlier === 0 ? '' : t('arms.changesEarlier', { count: earlier }))
      list.replaceChildren(
        ...changes.slice(-SHOWN).map(({ type, atMs, ...data }) => line(context, { kind: type, data }, seconds(atMs))),
      )
    },
  }
}
