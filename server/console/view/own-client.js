/** Programs to begin with, for an attendee's own client: one language at a time, selected with a press, copied where the browser allows it. */

/** @import { Model } from '../model/types.js' */

import { clientSnippets } from '../model/client-snippets.js'
import { h, say } from './dom.js'

/** @param {import('./page.js').Context} context */
export function createOwnClient(context) {
  const { t } = context.i18n
  const language = h('select', { id: 'client-language' })
  const code = h('code', null)
  // It scrolls, and a keyboard must reach what scrolls.
  const block = h('pre', { class: 'client-code', tabindex: '0', role: 'region', 'aria-label': t('client.title') }, code)
  const copy = h(
    'button',
    {
      type: 'button',
      class: 'quiet',
      onclick: () => context.act(() => navigator.clipboard.writeText(code.textContent ?? '')),
    },
    t('client.copy'),
  )
  // Over plain HTTP a browser copies nothing: there it is selected, and the reader's own keys copy it.
  copy.hidden = navigator.clipboard === undefined
  const element = h(
    'details',
    { class: 'own-client' },
    h('summary', null, t('client.title')),
    h('p', null, h('label', { for: 'client-language' }, t('client.language')), language, copy),
    block,
  )
  let drawn = ''
  language.append(...clientSnippets(context.origin, 'default').map(({ id, name }) => h('option', { value: id }, name)))
  language.addEventListener('change', () => {
    drawn = ''
    draw(shown)
  })
  let shown = 'default'

  /** @param {string} session */
  const draw = session => {
    shown = session
    const place = `${context.join} ${session} ${language.value}`
    if (place === drawn) return
    drawn = place
    say(code, clientSnippets(context.join, session).find(({ id }) => id === language.value)?.code ?? '')
  }

  return {
    element,
    /** @param {Model} model */
    update(model) {
      if (element.open) draw(model.session)
    },
  }
}
