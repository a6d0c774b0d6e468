/** The board of a room: every lab with its useful share, its last half minute and its state. */

/** @import { Model, Seat } from '../model/types.js' */

import { recentShare } from '../model/board.js'
import { h, mark, say } from './dom.js'

/** @param {import('./page.js').Context} context */
export function createBoard(context) {
  const { t, count, percent, rate } = context.speech
  const grid = h('ul', { class: 'seats' })
  const blank = h(
    'div',
    { class: 'blank' },
    h('p', { class: 'blank-title' }, t('board.empty')),
    h('p', null, t('board.emptyText')),
    h('code', { class: 'command' }, `curl -H "X-Chaos-Session: ana" ${context.origin}/catalogs/155568600`),
  )
  const name = h('input', {
    type: 'text',
    id: 'lab-name',
    pattern: '[A-Za-z0-9._\\-]{1,64}',
    required: true,
    placeholder: t('session.placeholder'),
    'aria-describedby': 'lab-hint',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  const form = h(
    'form',
    { class: 'add-lab' },
    h('label', { for: 'lab-name' }, t('session.name')),
    h('div', { class: 'row' }, name, h('button', { type: 'submit', class: 'quiet' }, t('session.add'))),
    h('p', { class: 'by', id: 'lab-hint' }, t('session.hint')),
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
    blank,
  )
  /** @type {Map<string, ReturnType<typeof seat>>} */
  const seats = new Map()

  /** @param {string} id */
  const seat = id => {
    const share = h('span', { class: 'seat-share num' })
    const bar = h('span', { class: 'share-bar' })
    const facts = h('span', { class: 'by num' })
    const spark = h('span', { class: 'spark', 'aria-hidden': 'true' })
    const button = h(
      'button',
      { type: 'button', class: 'seat', onclick: () => context.openSession(id) },
      h('span', { class: 'seat-name' }, id === 'default' ? t('board.everybody') : id),
      share,
      h('span', { class: 'share-track' }, bar),
      spark,
      facts,
    )
    const item = h('li', null, button)
    return {
      item,
      /** @param {Seat} told */
      update(told) {
        const recent = recentShare(told)
        say(share, recent === null ? t('board.idle') : percent(recent))
        mark(button, 'data-idle', recent === null)
        bar.style.setProperty('--share', `${recent ?? 0}%`)
        const state = told.outage ? t('board.down') : t('board.rate', { rate: rate(told.failRate) })
        const text = `${t('board.requests', { count: count(told.requests) })} · ${state}`
        say(facts, text)
        mark(button, 'data-down', told.outage)
        while (spark.children.length < told.shares.length) spark.append(h('i', null))
        while (spark.children.length > told.shares.length) spark.lastElementChild?.remove()
        told.shares.forEach((value, index) => {
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
      // The arms of a run play in labs of their own, which are nobody's seat.
      const arms = new Set(model.runs.flatMap(run => run.sessions))
      const room = model.board.filter(({ id }) => !arms.has(id))
      blank.hidden = room.length > 1
      const present = new Set(room.map(one => one.id))
      for (const [id, one] of seats) {
        if (present.has(id)) continue
        one.item.remove()
        seats.delete(id)
      }
      for (const told of room) {
        let one = seats.get(told.id)
        if (!one) {
          one = seat(told.id)
          seats.set(told.id, one)
          grid.append(one.item)
        }
        one.update(told)
      }
      mark(grid, 'data-many', room.length > 12)
    },
  }
}
