/** The board: every session with its useful share, what it does, and its grade, in order, as large as the screen allows. */

/** @import { Model, BoardRow } from '../model/types.js' */
/** @import { BoardOrder } from '../model/session-board.js' */

import { boardLayout, boardRows } from '../model/session-board.js'
import { createChallenges } from './challenge.js'
import { h, icon, mark, say } from './dom.js'

/** The order outlives a change of the language. @type {BoardOrder} */
let order = 'useful'

/** @param {import('./page.js').Context} context */
export function createBoard(context) {
  const { t } = context.i18n
  const grid = h('ol', { class: 'session-cards' })
  const empty = h(
    'div',
    { class: 'empty' },
    h('p', { class: 'empty-title' }, t('board.empty')),
    h('p', null, t('board.emptyText')),
    h('code', { class: 'command' }, `curl -H "X-Chaos-Session: ana" ${context.origin}/catalogs/155568600`),
  )
  const rule = h('p', { class: 'board-rule' })
  const orders = /** @type {const} */ (['useful', 'grade']).map(name => {
    const button = h('button', { type: 'button', class: 'chip', onclick: () => sortBy(name) }, t(`board.by.${name}`))
    return { name, button }
  })
  const challenges = createChallenges(context)
  const head = h(
    'header',
    { class: 'view-head' },
    h('div', null, h('h2', null, t('board.title')), rule),
    h(
      'div',
      { class: 'board-orders', role: 'group', 'aria-label': t('board.order') },
      ...orders.map(each => each.button),
    ),
    createForm(context),
  )
  const screen = h('div', { class: 'board-screen' }, head, grid, empty)
  const element = h('div', { class: 'view board' }, screen, challenges.element)
  /** @type {Map<string, ReturnType<typeof createCard>>} */
  const cards = new Map()
  /** What the rows were made of. @type {readonly unknown[]} */
  let seen = []
  const resized = new ResizeObserver(() => fit())
  resized.observe(element)
  resized.observe(head)

  /** @param {BoardOrder} wanted */
  const sortBy = wanted => {
    order = wanted
    seen = []
  }

  /** Sets how large the letters are; nothing is measured but the place that there is. */
  const fit = () => {
    const style = getComputedStyle(element)
    const height = element.clientHeight - Number.parseFloat(style.paddingTop) - Number.parseFloat(style.paddingBottom)
    const headStyle = getComputedStyle(head)
    const left = height - head.offsetHeight - Number.parseFloat(headStyle.marginBottom)
    if (grid.clientWidth === 0 || left <= 0) return
    const { columns, rows, letters, scrolls } = boardLayout(cards.size, grid.clientWidth, left)
    grid.style.setProperty('--columns', String(columns))
    grid.style.setProperty('--rows', String(rows))
    grid.style.fontSize = `${letters}px`
    mark(element, 'data-scrolls', scrolls)
  }

  /** @param {readonly BoardRow[]} rows */
  const show = rows => {
    const focused = grid.contains(document.activeElement) ? document.activeElement : null
    const before = cards.size
    const present = new Set(rows.map(row => row.id))
    for (const [id, card] of cards) {
      if (present.has(id)) continue
      card.item.remove()
      cards.delete(id)
    }
    let at = grid.firstElementChild
    for (const [index, row] of rows.entries()) {
      const card = cards.get(row.id) ?? createCard(context, row.id)
      cards.set(row.id, card)
      if (at !== null && at !== card.item && at.nextElementSibling === card.item) {
        // One that sank is taken out, to be put in where it belongs: all the others stay.
        at.remove()
        at = card.item
      }
      if (at === card.item) at = at.nextElementSibling
      else grid.insertBefore(card.item, at)
      card.update(row, index + 1)
    }
    if (focused !== document.activeElement && focused instanceof HTMLElement) focused.focus({ preventScroll: true })
    empty.hidden = cards.size > 1
    mark(element, 'data-alone', cards.size <= 1)
    if (cards.size !== before) fit()
  }

  return {
    element,
    /** @param {Model} model */
    update(model) {
      challenges.update(model)
      const grades = challenges.grades()
      const now = [model.board, model.runs, grades, order]
      if (now.every((each, index) => each === seen[index])) return
      seen = now
      for (const { name, button } of orders) mark(button, 'aria-pressed', String(name === order))
      say(rule, t(`board.rule.${order}`))
      show(boardRows(model, order, id => grades.get(id) ?? null))
    },
    close: () => resized.disconnect(),
  }
}

/** A new session. @param {import('./page.js').Context} context */
function createForm(context) {
  const { t } = context.i18n
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
  return form
}

/** @param {import('./page.js').Context} context @param {string} id */
function createCard(context, id) {
  const { t, percent, rate, factor, maybe, count } = context.i18n
  const place = h('span', { class: 'session-card-place num', 'aria-hidden': 'true' })
  const name = h('span', { class: 'session-card-name' })
  const grade = h('span', { class: 'challenge-grade', hidden: true })
  const share = h('span', { class: 'session-card-share num' })
  const bar = h('span', { class: 'share-bar' })
  const state = h('span', { class: 'session-card-state num' })
  const course = icon('session-card-course', { path: [{ d: '' }] })
  course.setAttribute('viewBox', '0 0 30 100')
  course.setAttribute('preserveAspectRatio', 'none')
  const path = course.firstElementChild
  const button = h(
    'button',
    { type: 'button', class: 'session-card', title: id, onclick: () => context.openSession(id) },
    ...[place, name, grade, share],
    h('span', { class: 'share-track' }, bar),
    h('span', { class: 'session-card-below' }, state, course),
  )
  const item = h('li', null, button)
  /** @type {BoardRow & { at: number } | null} */
  let last = null

  /** @param {BoardRow} row */
  const stateOf = ({ traffic, perSecond, inFlight, circuit, outage, failRate, slow }) =>
    [
      t(`board.${traffic}`, { rate: count(perSecond), count: count(inFlight) }),
      circuit && t('board.circuit', { state: maybe(`circuit.${circuit}`, circuit).toLocaleLowerCase() }),
      outage && t('board.down'),
      !outage && failRate > 0 && t('board.rate', { rate: rate(failRate) }),
      slow > 1 && t('board.slow', { factor: factor(slow) }),
    ]
      .filter(part => part)
      .join(' · ')

  return {
    item,
    /** Writes what changed. @param {BoardRow} row @param {number} at its place, from 1 on */
    update(row, at) {
      const now = { ...row, at }
      if (last !== null && Object.entries(now).every(([key, value]) => last?.[/** @type {'id'} */ (key)] === value))
        return
      last = now
      say(place, String(at))
      say(name, id === 'default' ? t('board.everybody') : row.name)
      say(share, row.share === null ? '–' : percent(row.share))
      mark(button, 'data-idle', row.share === null)
      bar.style.setProperty('--share', `${row.share ?? 0}%`)
      say(state, stateOf(row))
      mark(button, 'data-down', row.outage)
      mark(button, 'data-traffic', row.traffic)
      grade.hidden = row.grade === null
      say(grade, row.grade ?? '')
      mark(grade, 'data-grade', row.grade)
      if (path) mark(path, 'd', row.course)
    },
  }
}
