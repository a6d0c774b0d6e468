/** Single keys for the person on stage, the list of them, and the switch that turns them off. */

import { h, mark } from './dom.js'

/** @type {[keys: string[], word: import('../i18n/words.js').Word][]} */
const LIST = [
  [['0', '…', '9'], 'help.digits'],
  [['f'], 'help.full'],
  [['+', '−'], 'help.arrows'],
  [['o'], 'help.outage'],
  [['Enter'], 'help.compare'],
  [['b'], 'help.burst'],
  [['s'], 'help.stop'],
  [['w'], 'help.whatIf'],
  [['r'], 'help.replay'],
  [['i'], 'help.pin'],
  [['→'], 'help.next'],
  [['a'], 'help.ask'],
  [['p'], 'help.present'],
  [['h'], 'help.bar'],
  [['v'], 'help.views'],
  [['e'], 'help.board'],
  [['t'], 'help.theme'],
  [['l'], 'help.language'],
  [['?'], 'help.help'],
  [['Esc'], 'help.escape'],
]

/** @typedef {{ type: 'rate', to: number } | { type: 'by', percent: number }} RateCommand */
/** @typedef {RateCommand | { type: 'view' | 'board' | 'bar' | 'outage' | 'present' | 'theme' | 'language' | 'keys' | 'escape' | 'compare' | 'burst' | 'stop' | 'what-if' | 'replay' | 'pin' | 'next' | 'ask' }} Command */

/** @type {Record<string, Command>} */
const COMMANDS = {
  f: { type: 'rate', to: 100 },
  '+': { type: 'by', percent: 5 },
  '=': { type: 'by', percent: 5 },
  '-': { type: 'by', percent: -5 },
  '−': { type: 'by', percent: -5 },
  o: { type: 'outage' },
  v: { type: 'view' },
  e: { type: 'board' },
  Enter: { type: 'compare' },
  b: { type: 'burst' },
  s: { type: 'stop' },
  w: { type: 'what-if' },
  r: { type: 'replay' },
  i: { type: 'pin' },
  a: { type: 'ask' },
  ArrowRight: { type: 'next' },
  p: { type: 'present' },
  h: { type: 'bar' },
  t: { type: 'theme' },
  l: { type: 'language' },
  '?': { type: 'keys' },
}

/** @param {import('./page.js').Context} context */
export function createKeys(context) {
  const { t } = context.i18n
  const onOff = h('input', { type: 'checkbox', id: 'keys-on', role: 'switch' })
  onOff.checked = context.keysOn()
  onOff.addEventListener('change', () => context.setKeys(onOff.checked))
  const dialog = h(
    'dialog',
    { class: 'keys', 'aria-labelledby': 'keys-title' },
    h('h2', { id: 'keys-title' }, t('help.title')),
    h(
      'dl',
      null,
      ...LIST.map(([keys, word]) =>
        h(
          'div',
          null,
          h('dt', null, ...keys.map(key => (key === '…' ? h('span', null, '…') : h('kbd', null, key)))),
          h('dd', null, t(word)),
        ),
      ),
    ),
    h('p', { class: 'row' }, onOff, h('label', { for: 'keys-on' }, t('help.switch'))),
    h('form', { method: 'dialog' }, h('button', { class: 'quiet wide', type: 'submit' }, t('help.close'))),
  )
  return {
    element: dialog,
    show() {
      mark(onOff, 'checked', context.keysOn())
      if (!dialog.open) dialog.showModal()
    },
  }
}

/** A picker that was used with the mouse lets the focus go, so that the next key is a command again. */
export function releasePickers() {
  /** @type {EventTarget | null} */
  let pressed = null
  addEventListener('pointerdown', event => {
    pressed = event.target
  })
  addEventListener('keydown', () => {
    pressed = null
  })
  addEventListener('change', ({ target }) => {
    if (target instanceof HTMLSelectElement && target === pressed) target.blur()
  })
}

/**
 * What a key press asks for, or null for one that belongs to a field, a dialog or the browser.
 * @param {KeyboardEvent} event
 * @returns {Command | null}
 */
export function commandOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null
  if (event.key === 'Escape') return { type: 'escape' }
  const target = /** @type {HTMLElement} */ (event.target)
  if (target.closest?.('dialog')) return null
  if (target.matches?.('input:not([type=range]):not([type=checkbox]), textarea, select')) return null
  if (event.key === 'Enter' && target.matches?.('button, a, summary, select, input')) return null
  if (event.key === 'ArrowRight' && target.matches?.('input')) return null
  if (/^[0-9]$/.test(event.key)) return { type: 'rate', to: Number(event.key) * 10 }
  return COMMANDS[event.key] ?? null
}
