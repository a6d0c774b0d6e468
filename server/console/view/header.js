/** The bar on top: name, views, lab, the state of the line, and the switches of the page itself. */

/** @import { Model } from '../model/types.js' */

import { h, icon, mark, say } from './dom.js'

export const VIEWS = /** @type {const} */ (['live', 'board', 'runs'])

/** @typedef {typeof VIEWS[number]} View */

/** A circuit whose switch stands open. */
const SIGN = {
  path: [
    { d: 'M1 12h6', class: 'wire' },
    { d: 'M17 12h6', class: 'wire' },
    { d: 'M7 12l9-7', class: 'wire lever' },
  ],
  circle: [
    { cx: '7', cy: '12', r: '2.4', class: 'joint' },
    { cx: '17', cy: '12', r: '2.4', class: 'joint' },
  ],
}

/** @param {import('./page.js').Context} context */
export function createHeader(context) {
  const { t } = context.speech
  const links = VIEWS.map(view => h('a', { href: `#${view}` }, t(`nav.${view}`)))
  const lab = h('select', { id: 'lab', class: 'lab' })
  const state = h('span', { class: 'link-word' })
  const link = h(
    'p',
    { class: 'link-state', role: 'status' },
    h('span', { class: 'link-dot', 'aria-hidden': 'true' }),
    state,
  )
  const theme = h('button', { type: 'button', class: 'chip', onclick: () => context.nextTheme() })
  const language = h(
    'button',
    {
      type: 'button',
      class: 'chip',
      lang: context.speech.language === 'en' ? 'pt-BR' : 'en',
      onclick: () => context.nextLanguage(),
    },
    context.speech.language === 'en' ? 'Português' : 'English',
  )
  const keys = h(
    'button',
    { type: 'button', class: 'chip on-stage', onclick: () => context.showKeys(), 'aria-keyshortcuts': '?' },
    t('menu.help'),
  )
  const present = h(
    'button',
    { type: 'button', class: 'chip strong on-stage', 'aria-keyshortcuts': 'p', onclick: () => context.present() },
    t('menu.present'),
  )
  lab.addEventListener('change', () => context.openSession(lab.value))
  lab.addEventListener('focus', () => refresh())
  lab.addEventListener('pointerdown', () => refresh())

  const element = h(
    'header',
    { class: 'top' },
    h('a', { class: 'skip', href: '#rate-field' }, t('nav.skip')),
    h('h1', null, icon('sign', SIGN), t('app.title')),
    h('nav', { 'aria-label': t('nav.label') }, ...links),
    h('div', { class: 'lab-picker' }, h('label', { for: 'lab' }, t('session.label')), lab),
    room(context),
    link,
    h('div', { class: 'menu' }, language, theme, keys, present),
  )

  /** @type {string[]} */
  let ids = []
  let drawn = ''
  const refresh = async () => {
    const answer = await context.api.sessions().catch(() => null)
    const list = Array.isArray(answer) ? answer : (answer?.sessions ?? [])
    ids = list.map((/** @type {any} */ one) => (typeof one === 'string' ? one : one.id))
  }
  let known = ''

  return {
    element,
    /** @param {Model} model */
    update(model) {
      if (model.link === 'live' && known !== model.boot) {
        known = model.boot
        refresh()
      }
      const all = [...new Set(['default', ...ids, ...model.board.map(seat => seat.id), model.session])]
      const wanted = `${all.join(' ')} ${model.session}`
      if (wanted !== drawn) {
        drawn = wanted
        lab.replaceChildren(...all.map(id => h('option', { value: id }, id === 'default' ? t('session.default') : id)))
        lab.value = model.session
      }
      mark(link, 'data-link', model.link)
      say(state, t(`link.${model.link}`))
      say(theme, `${t('menu.theme')}: ${t(`menu.theme.${context.theme()}`)}`)
      say(present, t(context.presenting() ? 'menu.leave' : 'menu.present'))
      links.forEach((one, index) => {
        mark(one, 'aria-current', VIEWS[index] === context.view() ? 'page' : null)
      })
    },
  }
}

/** The address to type, for presenter mode: the one by which this page was opened. @param {import('./page.js').Context} context */
function room({ origin, speech: { t } }) {
  const { hostname } = new URL(origin)
  const alone = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
  return h(
    'p',
    { class: 'room' },
    h('span', null, t(alone ? 'room.here' : 'room.join')),
    h('strong', null, origin.replace('http://', '')),
  )
}
