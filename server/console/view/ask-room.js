/** The host's own question to the room: asked here, closed, answered by a press, and forgotten. */

/** @import { Model } from '../model/types.js' */

import { h, mark, say } from './dom.js'

/** @param {import('./page.js').Context} context */
export function createAskRoom(context) {
  const { t } = context.i18n
  const asks = h('input', { type: 'text', id: 'poll-asks', maxlength: '300', autocomplete: 'off', required: true })
  const choices = h('textarea', { id: 'poll-choices', rows: '3', required: true, 'aria-describedby': 'poll-hint' })
  const form = h(
    'form',
    { class: 'ask-room' },
    h('p', null, h('label', { for: 'poll-asks' }, t('poll.asks')), asks),
    h('p', null, h('label', { for: 'poll-choices' }, t('poll.choices')), choices),
    h('p', { class: 'by', id: 'poll-hint' }, t('poll.hint')),
    h('button', { type: 'submit', class: 'quiet' }, t('lesson.ask')),
  )
  form.addEventListener('submit', event => {
    event.preventDefault()
    const lines = choices.value
      .split('\n')
      .map(line => line.trim())
      .filter(line => line !== '')
    context.act(async () => {
      await context.api.askRoom(asks.value, lines)
      form.reset()
    })
  })
  const current = h('b', null)
  const answers = h('span', { class: 'row' })
  const close = h('button', { type: 'button', class: 'quiet' }, t('poll.close'))
  const forget = h('button', { type: 'button', class: 'quiet' }, t('poll.forget'))
  const asked = h('div', { class: 'asked', hidden: true }, h('p', null, current), answers, close, ' ', forget)
  const element = h('details', { class: 'own-client' }, h('summary', null, t('poll.own')), form, asked)
  let id = ''
  let shown = ''
  close.addEventListener('click', () => context.act(() => context.api.changePoll(id, { open: false })))
  forget.addEventListener('click', () => context.act(() => context.api.forgetPoll(id)))

  return {
    element,
    /** @param {Model} model */
    update({ poll }) {
      asked.hidden = poll === null
      if (!poll) return
      id = poll.id
      say(current, poll.asks)
      mark(close, 'disabled', !poll.open)
      if (shown === poll.id) return
      shown = poll.id
      answers.replaceChildren(
        h('span', null, t('poll.itWas')),
        ...poll.choices.map((text, answer) =>
          h(
            'button',
            {
              type: 'button',
              class: 'quiet',
              onclick: () => context.act(() => context.api.changePoll(poll.id, { answer })),
            },
            text,
          ),
        ),
      )
    },
  }
}
