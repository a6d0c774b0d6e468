/** The start of the page: reads the reader's choices, keeps the model, and connects the stream with the views. */

import { createI18n, LANGUAGES, pickLanguage } from './i18n/words.js'
import { emptyModel, reduce } from './model/model.js'
import { currentRun } from './model/shown-run.js'
import { controlPlane } from './net/api.js'
import { createKeyring } from './net/keyring.js'
import { createOwnSession } from './net/own-session.js'
import { openStorage } from './net/storage.js'
import { openStream } from './net/stream.js'
import { openWordTables } from './net/word-tables.js'
import { h, mark } from './view/dom.js'
import { isLocal, VIEWS } from './view/header.js'
import { commandOf, releasePickers } from './view/keys.js'
import { createPage } from './view/page.js'
import { readPalette } from './view/palette.js'
import { byWhom } from './wording/sentences.js'

const THEMES = /** @type {const} */ (['auto', 'dark', 'light'])
const root = document.documentElement
const store = openStorage(() => localStorage, 'flaky-catalog.')
const address = new URL(location.href)

let model = emptyModel(address.searchParams.get('session') ?? 'default')
let i18n = createI18n(pickLanguage(store.get('language'), navigator.languages))
let theme = THEMES.find(name => name === store.get('theme')) ?? 'auto'
let keysOn = store.get('keys') !== 'off'
const keyring = createKeyring(openStorage(() => sessionStorage))
/** Where others open this page: the server knows where this machine calls itself something else. */
let join = location.origin
/** Others reach the server, may read, and may have sessions of their own. */
let openRoom = false
/** Changes need the token of the host. */
let locked = false
let palette = readPalette()
/** When the newest sample came, on the page's clock: time goes on between two of them. */
let sampledAt = performance.now()
/** Nothing is shown before the page is built. */
let queued = true
/** On the stage, until presenter mode ends. */
let barHidden = false

const api = controlPlane(
  () => model.session,
  keyring,
  () => openRoom,
)
const own = createOwnSession({ store, keyring, api: () => api, changed: queue })
const wordTables = openWordTables(queue)

/** @type {import('./view/page.js').Context} */
const context = {
  get i18n() {
    return i18n
  },
  api,
  whole: value => (value === null ? i18n.t('unit.none') : i18n.count(value)),
  origin: location.origin,
  get join() {
    return join
  },
  palette: () => palette,
  act: work => {
    work().catch(error => {
      const { status, text, lang } = refusal(error)
      if (status === 401) dispatch('locked', true)
      else page.refuse(text, lang)
    })
  },
  refusal,
  byWhom(source) {
    const words = wordTables.now(i18n.language)
    return words ? byWhom(source, words) : source
  },
  words: () => wordTables.now(i18n.language),
  loadWords: () => wordTables.load(i18n.language),
  view,
  openedRuns,
  replayed,
  lesson,
  loadPoll() {
    api
      .polls()
      .then(({ polls: [newest] }) => newest && dispatch('poll', newest))
      // An older server has none.
      .catch(() => null)
  },
  pin: id => dispatch('pin', id),
  showNewest() {
    if (model.pinned !== null) dispatch('pin', model.pinned)
    if (replayed() !== null) location.hash = '#live'
  },
  openSession(id) {
    if (id !== model.session) {
      dispatch('opened', id)
      if (id === 'default') address.searchParams.delete('session')
      else address.searchParams.set('session', id)
      stream.restart(true)
    }
    address.hash = '#live'
    history.pushState(null, '', address)
    viewChanged()
  },
  theme: () => theme,
  nextTheme() {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto'
    store.set('theme', theme)
    applyTheme()
  },
  nextLanguage() {
    const other = i18n.language === 'en' ? 'pt-BR' : 'en'
    store.set('language', other)
    wordTables
      .load(other)
      .catch(() => null)
      .then(() => {
        i18n = createI18n(other)
        rebuild()
      })
  },
  reducedMotion: () => matchMedia('(prefers-reduced-motion: reduce)').matches,
  presenting: () => root.hasAttribute('data-presenter'),
  barHidden: () => barHidden,
  present() {
    barHidden = false
    mark(root, 'data-presenter', !root.hasAttribute('data-presenter'))
    if (view() === 'board') beforeBoard = ''
    else if (view() !== 'live') location.hash = '#live'
    queue()
  },
  toggleBoard() {
    if (view() === 'board') location.hash = beforeBoard || '#live'
    else {
      beforeBoard = location.hash
      location.hash = '#board'
    }
  },
  keysOn: () => keysOn,
  setKeys(on) {
    keysOn = on
    store.set('keys', on ? 'on' : 'off')
  },
  showKeys: () => page.keys.show(),
  retry: () => stream.restart(false),
  unlock(text) {
    keyring.take(text)
    dispatch('locked', false)
    stream.restart(false)
  },
  mayHost: () => !locked || keyring.hasToken,
  keyring,
  own,
  openRoom: () => openRoom,
  refresh: queue,
  dismissLock: () => dispatch('locked', false),
}

// What is written once, such as a line of the log, is written with all words; without them the page is better than none.
const [index] = await Promise.all([api.index().catch(() => null), wordTables.load(i18n.language).catch(() => null)])
if (isLocal(location.origin) && index?.join) join = index.join
locked = index?.locked === true
openRoom = index?.join != null && index.openSessions === true
if (openRoom && own.now && !keyring.hasToken && !address.searchParams.has('session')) {
  // Who comes back, by the code on the wall or by a reload, is where he was.
  model = emptyModel(own.now.id)
  address.searchParams.set('session', own.now.id)
  history.replaceState(null, '', address)
}
let page = createPage(context)
let lastView = view()
/** Where the board was opened, to which its key leads back. */
let beforeBoard = ''
mark(root, 'lang', i18n.language)
applyTheme()
document.getElementById('page')?.replaceChildren(page.element)
queued = false
queue()

const stream = openStream({
  target: lastId => {
    const query = new URLSearchParams()
    if (model.session !== 'default') query.set('session', model.session)
    if (view() === 'board') query.set('board', '1')
    /** @type {Record<string, string>} */
    const headers = { accept: 'text/event-stream' }
    if (lastId) headers['last-event-id'] = lastId
    const [bearer] = openRoom ? keyring.readers : keyring.bearers(model.session)
    if (bearer) headers.authorization = `Bearer ${bearer}`
    return { url: `/chaos/events${query.size > 0 ? `?${query}` : ''}`, headers }
  },
  onEvent: (type, data) => {
    if (type === 'sample' || type === 'hello') sampledAt = performance.now()
    dispatch(type, data)
  },
  onLink: change => dispatch('link', { ...change, t: Date.now() / 1000 }),
})

addEventListener('hashchange', viewChanged)
addEventListener('keydown', event => {
  const command = commandOf(event)
  if (!command) return
  if (command.type === 'escape') {
    if (page.host.hideWhatIf() || document.querySelector('dialog[open]')) return
    if (lesson() !== null) location.hash = '#lessons'
    else if (replayed() !== null) location.hash = '#live'
    else if (context.presenting()) context.present()
    return
  }
  if (!keysOn && command.type !== 'keys') return
  if ((command.type === 'next' || command.type === 'ask') && lesson() === null) return
  event.preventDefault()
  if (command.type === 'rate' && lesson() !== null) page.lessons.choose(command.to / 10 - 1)
  else if (command.type === 'rate') page.rate.set(command.to)
  else if (command.type === 'by') page.rate.set(page.rate.current() + command.percent)
  else if (command.type === 'outage') page.disruptions.toggle()
  else if (command.type === 'compare') page.host.compare()
  else if (command.type === 'burst') page.host.burst()
  else if (command.type === 'stop') page.host.stop()
  else if (command.type === 'what-if') page.host.whatIf()
  else if (command.type === 'replay') replay()
  else if (command.type === 'pin') pinShown()
  else if (command.type === 'next') page.lessons.next()
  else if (command.type === 'ask') page.lessons.ask()
  else if (command.type === 'bar') {
    barHidden = context.presenting() && !barHidden
    queue()
  } else if (command.type === 'present') context.present()
  else if (command.type === 'board') context.toggleBoard()
  else if (command.type === 'theme') context.nextTheme()
  else if (command.type === 'language') context.nextLanguage()
  else if (command.type === 'view') location.hash = `#${VIEWS[(VIEWS.indexOf(view()) + 1) % VIEWS.length] ?? 'live'}`
  else context.showKeys()
})
releasePickers()
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme)
setInterval(queue, 250)
document.fonts?.ready.then(() => page.repaint())

/** @param {string} type @param {any} data */
function dispatch(type, data) {
  model = reduce(model, { type, data })
  queue()
}

/** @type {import('./view/page.js').Context['refusal']} */
function refusal(error) {
  const {
    status = null,
    message = String(error),
    code = '',
  } = error instanceof Error ? /** @type {Partial<import('./net/api.js').Refused> & Error} */ (error) : {}
  const known = status === 0 ? i18n.t('error.unreachable') : i18n.maybe(`name.${code}`, '')
  return { status, text: known || message, lang: known ? null : 'en' }
}

function queue() {
  if (queued) return
  queued = true
  requestAnimationFrame(() => {
    queued = false
    page.update(model, now())
  })
}

/** Seconds of the server's wall clock; it stands still while the line is down. */
function now() {
  const last = model.points.at(-1)
  if (!last) return Date.now() / 1000
  const passed = model.link === 'live' ? Math.min(2_000, performance.now() - sampledAt) : 0
  return last.t + Math.floor(passed / 250) / 4
}

/** Plays the run that is shown from its kept result; plays and stops what is replayed. */
function replay() {
  const kept = currentRun(model)?.kept
  if (replayed() !== null) page.replay.toggle()
  else if (kept) location.hash = `#run=${encodeURIComponent(kept)}`
}

function pinShown() {
  const shown = currentRun(model)
  if (shown) dispatch('pin', shown.id)
}

/** The id of the kept run that is replayed, or null. */
function replayed() {
  const [, id] = /^#run=([\w.%-]+)$/.exec(location.hash) ?? []
  return id === undefined ? null : decodeURIComponent(id)
}

/** The lesson that is played, such as `outage`, or a later step of it, such as `outage/2`; null for none. */
function lesson() {
  return /^#lesson=([\w-]+(?:\/\d{1,2})?)$/.exec(location.hash)?.[1] ?? null
}

/** The ids of the kept runs that are opened, as they stand in the address; null where the list is. */
function openedRuns() {
  return /^#runs=([\w.%,-]+)$/.exec(location.hash)?.[1] ?? null
}

function view() {
  const wanted = location.hash.slice(1).replace(/^runs=.*/, 'runs')
  return VIEWS.find(name => name === wanted) ?? 'live'
}

/** The board's counts cost the server a little, so that they are asked for only while somebody looks at them. */
function viewChanged() {
  const before = lastView
  lastView = view()
  if (lastView !== before && (lastView === 'board' || before === 'board')) stream.restart(false)
  queue()
}

function applyTheme() {
  mark(root, 'data-theme', theme === 'auto' ? null : theme)
  palette = readPalette()
  page.repaint()
  queue()
}

function rebuild() {
  mark(root, 'lang', i18n.language)
  const next = createPage(context)
  page.close()
  page.element.replaceWith(next.element)
  page = next
  queue()
}

addEventListener('error', () => {
  if (document.querySelector('.broken')) return
  const words = LANGUAGES[i18n.language]
  document.body.prepend(
    h(
      'p',
      { class: 'broken', role: 'alert' },
      words['error.page'],
      ' ',
      h('button', { type: 'button', class: 'quiet', onclick: () => location.reload() }, words['error.reload']),
    ),
  )
})
