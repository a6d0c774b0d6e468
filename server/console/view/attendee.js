/** What an attendee's phone shows first: the state of the catalog above the fail rate, and below it a few requests to send and the verdict. */

/** @import { Model } from '../model/types.js' */

import { currentRun } from '../model/shown-run.js'
import { troubleIn } from '../model/trouble.js'
import { h, mark, say } from './dom.js'
import { runVerdict } from './run-words.js'

/** Requests that one press sends from this very device, and how many of them are under way at once. */
const REQUESTS = 20
const AT_ONCE = 4

/** @param {import('./page.js').Context} context */
export function createAttendee(context) {
  const { t, share, factor, percent } = context.i18n
  const state = h('p', { class: 'attendee attendee-state', role: 'status' })
  const button = h(
    'button',
    { type: 'button', class: 'attendee-send', onclick: () => send() },
    t('send.button', { count: REQUESTS }),
  )
  const result = h('p', { class: 'num', role: 'status' })
  // It comes from a command line, which speaks English.
  const verdict = h('p', { class: 'attendee-verdict' })
  const track = h('span', { class: 'share-track', 'aria-hidden': 'true' }, h('span', { class: 'share-bar' }))
  const sending = h('section', { class: 'attendee', 'aria-label': t('send.title') }, button, track, result, verdict)

  const send = async () => {
    mark(button, 'disabled', true)
    let [sent, ended, answered] = [0, 0, 0]
    const one = async () => {
      while (sent < REQUESTS) {
        sent += 1
        const isAnswered = await context.api.product()
        ended += 1
        if (isAnswered) answered += 1
        const useful = (100 * answered) / ended
        track.style.setProperty('--share', `${useful}%`)
        say(result, t('send.result', { answered, count: ended, share: percent(useful) }))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, one))
    mark(button, 'disabled', false)
  }

  return {
    state,
    sending,
    /** @param {Model} model */
    update(model) {
      const conditions = model.points.at(-1)
      const trouble = conditions ? troubleIn(conditions) : null
      const text = trouble
        ? t(`say.${trouble.kind}`, { value: trouble.kind === 'slow' ? factor(trouble.value) : share(trouble.value) })
        : t('say.ok')
      say(state, conditions ? text.replace(/\w+\[([^\]]*)\]/g, '$1') : '')
      mark(state, 'data-kind', trouble?.kind ?? 'up')
      const told = runVerdict(context, currentRun(model))
      say(verdict, told.text)
      mark(verdict, 'lang', told.lang)
    },
  }
}
