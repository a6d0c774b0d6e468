/** The poll of the room: a question, one press to vote, how the votes are split, and which choice came true. */

/** @import { Model } from '../model/types.js' */
/** @typedef {{ id: string, asks: string, choices: string[], open: boolean, counts: number[], answer: number | null }} Poll */

import { h, mark, say } from './dom.js'

/** A poll that was answered stays so long, in milliseconds. */
const STAYS_MS = 60_000

/** @param {import('./page.js').Context} context */
export function createPoll(context) {
  const { t, count } = context.i18n
  const asks = h('h2', null)
  const choices = h('ul', { class: 'poll-choices' })
  const state = h('p', { class: 'by', role: 'status' })
  const element = h('section', { class: 'poll', hidden: true, 'aria-label': t('poll.title') }, asks, choices, state)
  let loadedFor = ''
  let drawn = ''
  /** Of this tab, by the poll that it belongs to. */
  let mine = { id: '', choice: -1 }
  let closedAt = Number.NEGATIVE_INFINITY

  /** @param {Poll} poll @param {number} choice */
  const vote = (poll, choice) =>
    context.act(async () => {
      await context.api.vote(poll.id, choice)
      mine = { id: poll.id, choice }
      drawn = ''
    })

  return {
    element,
    /** @param {Model} model @param {boolean} elsewhere the poll is shown by a lesson */
    update(model, elsewhere) {
      if (model.link === 'live' && loadedFor !== model.boot) {
        loadedFor = model.boot
        context.loadPoll()
      }
      const { poll } = model
      const now = performance.now()
      if (poll?.open) closedAt = now
      element.hidden = poll === null || elsewhere || (!poll.open && now - closedAt > STAYS_MS)
      if (!poll || element.hidden) return
      const next = JSON.stringify([poll, mine])
      if (next === drawn) return
      drawn = next
      const total = poll.counts.reduce((sum, votes) => sum + votes, 0)
      say(asks, poll.asks)
      const focused = [...choices.querySelectorAll('button')].indexOf(
        /** @type {HTMLButtonElement} */ (document.activeElement),
      )
      choices.replaceChildren(
        ...poll.choices.map((text, at) => {
          const button = h(
            'button',
            {
              type: 'button',
              disabled: !poll.open,
              'aria-pressed': String(mine.id === poll.id && mine.choice === at),
              onclick: () => vote(poll, at),
            },
            h('span', null, text),
            votesOf(context, poll.counts[at] ?? 0, total),
          )
          mark(button, 'data-right', poll.answer === at)
          return h('li', null, button)
        }),
      )
      choices.querySelectorAll('button')[focused]?.focus()
      const word = poll.open ? 'poll.open' : poll.answer === null ? 'poll.closed' : 'poll.answered'
      say(state, t(word, { count: count(total), answer: poll.choices[poll.answer ?? -1] ?? '' }))
    },
  }
}

/** How many of the votes, as a bar and in figures. @param {import('./page.js').Context} context @param {number} votes @param {number} total */
export function votesOf({ i18n }, votes, total) {
  const share = total === 0 ? 0 : (100 * votes) / total
  const bar = h('span', { class: 'poll-bar', 'aria-hidden': 'true' })
  bar.style.setProperty('--share', `${share}%`)
  return h('span', { class: 'poll-votes num' }, bar, `${i18n.count(votes)} (${i18n.percent(Math.round(share))})`)
}
