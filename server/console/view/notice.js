/** What stands above the page when something is wrong: a lost line, a locked server, a refused change. */

/** @import { Model } from '../model/types.js' */

import { h, mark, say } from './dom.js'

/** A refusal stays this long, in milliseconds, unless it is dismissed before. */
const STAYS_MS = 8_000

/** @param {import('./page.js').Context} context */
export function createNotice(context) {
  const { t, time } = context.i18n
  const lostTitle = h('strong', null)
  const lostText = h('span', { class: 'num' })
  const again = h('button', { type: 'button', class: 'quiet', onclick: () => context.retry() }, t('link.retry'))
  const lost = h(
    'div',
    { class: 'notice lost', role: 'status', hidden: true },
    h('p', null, lostTitle, ' ', lostText),
    again,
  )

  const token = h('input', { type: 'password', id: 'token', autocomplete: 'off', required: true })
  const lockedTitle = h('strong', { id: 'locked-title' })
  const lockedText = h('span', null)
  const own = h('button', { type: 'button', class: 'quiet' })
  const leave = h(
    'button',
    { type: 'button', class: 'quiet', onclick: () => context.dismissLock() },
    t('error.dismiss'),
  )
  own.addEventListener('click', () => {
    context.dismissLock()
    const session = context.keyring.sessions.at(-1)
    if (session === undefined) location.hash = '#board'
    else context.openSession(session)
  })
  const unlock = h(
    'form',
    { class: 'notice locked', 'aria-labelledby': 'locked-title', hidden: true },
    h('p', { role: 'alert' }, lockedTitle, ' ', lockedText),
    own,
    h('label', { for: 'token' }, t('link.deniedField')),
    token,
    h('button', { type: 'submit', class: 'quiet' }, t('link.deniedSend')),
    leave,
  )
  unlock.addEventListener('submit', event => {
    event.preventDefault()
    context.unlock(token.value.trim())
    token.value = ''
  })

  const refusedText = h('span', null)
  const refused = h(
    'div',
    { class: 'notice refused', role: 'alert', hidden: true },
    h('p', null, h('strong', null, t('error.title')), ' ', refusedText),
    h('button', { type: 'button', class: 'quiet', onclick: () => hide() }, t('error.dismiss')),
  )
  /** Reading may be locked, and then there is nothing else to do; or a change of what belongs to others. @param {boolean} denied */
  const tellLock = denied => {
    const { hasToken, sessions } = context.keyring
    const session = sessions.at(-1)
    say(lockedTitle, t(hasToken ? 'link.wrongTitle' : denied ? 'link.deniedTitle' : 'link.lockedTitle'))
    say(
      lockedText,
      denied
        ? t('link.deniedText')
        : session === undefined
          ? t('link.lockedText')
          : t('link.lockedOwn', { sessions: sessions.join(', ') }),
    )
    say(own, session === undefined ? t('link.toBoard') : t('link.toOwn', { session }))
    own.hidden = denied
    leave.hidden = denied
  }

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const hide = () => {
    clearTimeout(timer)
    refused.hidden = true
  }

  return {
    element: h('div', { class: 'notices' }, lost, unlock, refused),
    /** @param {string} text @param {string | null} lang where it is not the page's */
    refuse(text, lang) {
      say(refusedText, text)
      mark(refusedText, 'lang', lang)
      refused.hidden = false
      clearTimeout(timer)
      timer = setTimeout(hide, STAYS_MS)
    },
    /** @param {Model} model */
    update(model) {
      const denied = model.link === 'denied'
      unlock.hidden = !denied && !model.locked
      if (!unlock.hidden) tellLock(denied)
      const wrong = model.link === 'lost' || model.link === 'refused'
      lost.hidden = !wrong
      if (!wrong) return
      const last = model.points.at(-1)
      const seconds = Math.ceil((model.retryAtMs - performance.now()) / 1000)
      say(lostTitle, t(model.link === 'lost' ? 'link.lostTitle' : 'link.refusedTitle'))
      const text =
        model.link === 'refused'
          ? t('link.refusedText')
          : !last
            ? t('link.lostNever', { command: 'npx chaos serve' })
            : seconds > 0
              ? t('link.lostText', { time: time(last.t), seconds })
              : t('link.lostNow', { time: time(last.t) })
      say(lostText, text)
      mark(lost, 'data-link', model.link)
    },
  }
}
