/** Whose session the page shows, for the host: its name, which he hides or shows again, and its end. */

/** @import { Model } from '../model/types.js' */

import { h, mark, say } from './dom.js'

/** @param {import('./page.js').Context} context */
export function createSessionOf(context) {
  const { t } = context.i18n
  const title = h('h2', null)
  const id = h('p', { class: 'by num' })
  const hide = h('button', { type: 'button', class: 'quiet' })
  const remove = h('button', { type: 'button', class: 'quiet' })
  const element = h(
    'section',
    { class: 'session-of', hidden: true },
    title,
    id,
    h('div', { class: 'row' }, hide, remove),
  )
  /** @type {{ id: string, name: string | null, hidden: boolean } | null} */
  let shown = null
  let asked = ''
  let isSure = false

  const show = () => {
    element.hidden = shown === null
    if (!shown) return
    say(title, shown.hidden ? t('session.ofHidden') : t('session.of', { name: shown.name ?? shown.id }))
    say(id, shown.id)
    id.hidden = !shown.hidden && shown.name === null
    hide.hidden = !shown.hidden && shown.name === null
    say(hide, t(shown.hidden ? 'session.showName' : 'session.hideName'))
    say(remove, t(isSure ? 'session.removeSure' : 'session.remove'))
    mark(remove, 'data-sure', isSure)
  }
  hide.addEventListener('click', () => {
    const session = shown
    if (!session) return
    context.act(async () => {
      shown = await context.api.hideName(session.id, !session.hidden)
      show()
    })
  })
  remove.addEventListener('click', () => {
    const session = shown
    if (!session) return
    if (!isSure) {
      isSure = true
      show()
      return
    }
    context.act(async () => {
      await context.api.removeSession(session.id)
      context.openSession('default')
    })
  })
  remove.addEventListener('blur', () => {
    isSure = false
    show()
  })

  return {
    element,
    /** @param {Model} model */
    update({ session, boot, link, sessionChanges }) {
      if (session === 'default' || context.own.now?.id === session) {
        shown = null
        asked = ''
        show()
        return
      }
      const wanted = JSON.stringify([session, boot, sessionChanges])
      if (link !== 'live' || wanted === asked) return
      asked = wanted
      context.api
        .session(session)
        .catch(() => null)
        .then(answer => {
          if (wanted !== asked) return
          shown = answer
          show()
        })
    },
  }
}
