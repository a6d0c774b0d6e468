/** The board: every session with its useful share, its last half minute and its state. */

/** @import { Model, BoardEntry } from '../model/types.js' */

import { recentShare } from '../model/session-board.js'
import { createChallenges } from './challenge.js'
import { h, mark, say } from './dom.js'

/** @param {import('./page.js').Context} context */
export function createBoard(context) {
  const { t, count, percent, rate } = context.i18n
  const grid = h('ul', { class: 'session-cards' })
  const empty = h(
    'div',
    { class: 'empty' },
    h('p', { class: 'empty-title' }, t('board.empty')),
    h('p', null, t('board.emptyText')),
    h('code', { class: 'command' }, `curl -H "X-Chaos-Session: ana" ${context.origin}/catalogs/155568600`),
  )
  const name = h('input', {
    type: 'text',
    id: 'session-name',
    pattern: '[A-Za-z0-9._\\-]{1,64}',
    required: true,
    placeholder: 'ana',
    'aria-describedby': 'session-hint',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  const form = h(
    'form',
    { class: 'add-session' },
    h('label', { for: 'session-name' }, t('session.name')),
    h('div', { class: 'row' }, name, h('button', { type: 'submit', class: 'quiet' }, t('session.add'))),
    h('p', { class: 'by', id: 'session-hint' }, t('session.hint')),
  )
  form.addEventListener('submit', event => {
    event.preventDefault()
    const id = name.value.trim()
    context.act(async () => {
      const { key } = await context.api.addSession(id)
      if (key) context.keyring.keep(id, key)
      name.value = ''
    })
  })
  const challenges = createChallenges(context)
  const element = h(
    'div',
    { class: 'view board' },
    h(
      'header',
      { class: 'view-head' },
      h('div', null, h('h2', null, t('board.title')), h('p', null, t('board.text'))),
      form,
    ),
    grid,
    empty,
    challenges.element,
  )
  /** @type {Map<string, ReturnType<typeof createCard>>} */
  const cards = new Map()

  /** @param {string} id */
  const createCard = id => {
    const share = h('span', { class: 'session-card-share num' })
    const bar = h('span', { class: 'share-bar' })
    const facts = h('span', { class: 'by num' })
    const grade = h('span', { class: 'challenge-grade', hidden: true })
    const spark = h('span', { class: 'spark', 'aria-hidden': 'true' })
    const button = h(
      'button',
      { type: 'button', class: 'session-card', onclick: () => context.openSession(id) },
      h('span', { class: 'session-card-name' }, grade, id === 'default' ? t('board.everybody') : id),
      share,
      h('span', { class: 'share-track' }, bar),
      spark,
      facts,
    )
    const item = h('li', null, button)
    return {
      item,
      /** @param {BoardEntry} entry */
      update(entry) {
        const recent = recentShare(entry)
        say(share, recent === null ? t('board.idle') : percent(recent))
        mark(button, 'data-idle', recent === null)
        bar.style.setProperty('--share', `${recent ?? 0}%`)
        const state = entry.outage ? t('board.down') : t('board.rate', { rate: rate(entry.failRate) })
        const text = `${t('board.requests', { count: count(entry.requests) })} · ${state}`
        say(facts, text)
        mark(button, 'data-down', entry.outage)
        const letter = challenges.gradeOf(id)
        grade.hidden = letter === null
        say(grade, letter ?? '')
        mark(grade, 'data-grade', letter)
        while (spark.children.length < entry.shares.length) spark.append(h('i', null))
        while (spark.children.length > entry.shares.length) spark.lastElementChild?.remove()
        entry.shares.forEach((value, index) => {
          const bar = /** @type {HTMLElement} */ (spark.children[index])
          bar.style.setProperty('--share', `${value ?? 0}%`)
          mark(bar, 'data-none', value === null)
        })
      },
    }
  }

  return {
    element,
    /** @param {Model} model */
    update(model) {
      challenges.update(model)
      // The arms of a run play in sessions of their own, which are nobody's.
      const arms = new Set(model.runs.flatMap(run => run.sessions))
      const entries = model.board.filter(({ id }) => !arms.has(id))
      empty.hidden = entries.length > 1
      const present = new Set(entries.map(entry => entry.id))
      for (const [id, card] of cards) {
        if (present.has(id)) continue
        card.item.remove()
        cards.delete(id)
      }
      for (const entry of entries) {
        let card = cards.get(entry.id)
        if (!card) {
          card = createCard(entry.id)
          cards.set(entry.id, card)
          grid.append(card.item)
        }
        card.update(entry)
      }
      mark(grid, 'data-many', entries.length > 12)
    },
  }
}
