/** The bar on top: name, views, session, the state of the line, and the switches of the page itself. */

/** @import { Model } from '../model/types.js' */

import { h, icon, mark, say } from './dom.js'
import { createQrCode } from './qr-code.js'

export const VIEWS = /** @type {const} */ (['live', 'board', 'runs', 'why', 'lessons'])

/** @typedef {typeof VIEWS[number]} View */

/** A circuit whose switch stands open. */
const LOGO = {
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
  const { t } = context.i18n
  const links = VIEWS.map(view => h('a', { href: `#${view}` }, t(`nav.${view}`)))
  const session = h('select', { id: 'session', class: 'session-select' })
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
      lang: context.i18n.language === 'en' ? 'pt-BR' : 'en',
      onclick: () => context.nextLanguage(),
    },
    context.i18n.language === 'en' ? 'Português' : 'English',
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
  const board = h('button', {
    ...{ type: 'button', class: 'chip strong presenting', 'aria-keyshortcuts': 'e' },
    onclick: () => context.toggleBoard(),
  })
  session.addEventListener('change', () => context.openSession(session.value))
  session.addEventListener('focus', () => refresh())
  session.addEventListener('pointerdown', () => refresh())

  const element = h(
    'header',
    { class: 'top' },
    h('a', { class: 'skip', href: '#main', onclick: skipToMain }, t('nav.skip')),
    h('h1', null, icon('sign', LOGO), t('app.title')),
    h('nav', { 'aria-label': t('nav.label') }, ...links),
    h('div', { class: 'session-picker' }, h('label', { for: 'session' }, t('session.label')), session),
    joinAddress(context),
    link,
    h('div', { class: 'menu' }, language, theme, keys, board, present),
  )

  /** @type {string[]} */
  let ids = []
  /** What people call them. @type {Map<string, string>} */
  let names = new Map()
  let drawn = ''
  const refresh = async () => {
    /** @type {{ sessions: { id: string, name?: string | null }[] }} */
    const { sessions } = await context.api.sessions().catch(() => ({ sessions: [] }))
    ids = sessions.map(({ id }) => id)
    names = new Map(sessions.flatMap(({ id, name }) => (name ? [[id, name]] : [])))
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
      const all = [...new Set(['default', ...ids, ...model.board.map(entry => entry.id), model.session])]
      const { now } = context.own
      if (now) names.set(now.id, now.name)
      const wanted = JSON.stringify([all, [...names], model.session])
      if (wanted !== drawn) {
        drawn = wanted
        session.replaceChildren(
          ...all.map(id => h('option', { value: id }, id === 'default' ? t('session.default') : (names.get(id) ?? id))),
        )
        session.value = model.session
      }
      mark(link, 'data-link', model.link)
      say(state, t(`link.${model.link}`))
      say(theme, `${t('menu.theme')}: ${t(`menu.theme.${context.theme()}`)}`)
      say(board, t(context.view() === 'board' ? 'menu.stage' : 'nav.board'))
      say(present, t(context.presenting() ? 'menu.leave' : 'menu.present'))
      links.forEach((one, index) => {
        mark(one, 'aria-current', VIEWS[index] === context.view() ? 'page' : null)
      })
    },
  }
}

/** The address to type, for presenter mode: the one by which this page was opened. @param {import('./page.js').Context} context */
function joinAddress({ join, i18n: { t } }) {
  const local = isLocal(join)
  return h(
    'p',
    { class: 'join-address' },
    h('span', null, t(local ? 'room.here' : 'room.join')),
    h('strong', null, join.replace('http://', '')),
  )
}

/** The address to type, large, for who is not there yet. @param {import('./page.js').Context} context */
export function joinInvitation({ join, i18n: { t } }) {
  const local = isLocal(join)
  return h(
    'div',
    { class: 'stage-invite' },
    h('h2', null, t(local ? 'room.here' : 'room.join')),
    h('p', null, h('strong', null, join.replace('http://', ''))),
    local ? null : createQrCode(join),
  )
}

/** Leads the keyboard to whatever the page shows now; the address keeps the view. @param {Event} event */
function skipToMain(event) {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

/** @param {string} origin */
export function isLocal(origin) {
  const { hostname } = new URL(origin)
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.')
}
