/** The parts of the stage that stand still: a client and the gate of its breaker for each arm, and the catalog with its sign. */

/** @import { Circuit } from '../../model/types.js' */
/** @import { Sign } from './sentences.js' */

import { h, icon, mark, say } from '../dom.js'

const LAPTOP = { path: [{ d: 'M5 5h14v10.5H5z' }, { d: 'M2 19h20' }] }
const STRINGS = { path: [{ d: 'M1 24L12 14L23 24' }], circle: [{ cx: '12', cy: '14', r: '1.4' }] }
const LAMPS = {
  closed: { circle: [{ cx: '12', cy: '12', r: '10.5', class: 'fill' }] },
  'half-open': {
    path: [{ d: 'M12 1.5a10.5 10.5 0 0 0 0 21z', class: 'fill' }],
    circle: [{ cx: '12', cy: '12', r: '9.4', class: 'ring' }],
  },
  open: { path: [{ d: 'M8 3a9.8 9.8 0 1 0 8 0', class: 'ring' }] },
}

/** @param {import('../page.js').Context} context @param {readonly string[]} titles @param {readonly boolean[]} guarded */
export function createLanes(context, titles, guarded) {
  const gates = titles.map((_, arm) => (guarded[arm] ? createGate(context) : null))
  const lanes = titles.map((title, arm) =>
    h(
      'div',
      { class: 'stage-lane' },
      h('div', { class: 'stage-client' }, h('span', null, title), icon('stage-laptop', LAPTOP)),
      gates[arm]?.element ?? null,
    ),
  )
  return {
    lanes,
    element: h('div', { class: 'stage-lanes' }, ...lanes),
    /** @param {number} arm @param {Circuit | 'idle'} state */
    gate: (arm, state) => gates[arm]?.update(state),
  }
}

/** @param {import('../page.js').Context} context */
function createGate({ i18n: { t, maybe } }) {
  const lamp = h('span', { class: 'stage-lamp' })
  const word = h('strong', null)
  const meaning = h('span', { class: 'stage-meaning' })
  const element = h('div', { class: 'stage-gate' }, lamp, word, meaning)
  let shown = ''
  return {
    element,
    /** @param {Circuit | 'idle'} state */
    update(state) {
      if (state === shown) return
      shown = state
      const look = state === 'forced-open' ? 'open' : state === 'disabled' || state === 'idle' ? 'closed' : state
      lamp.replaceChildren(icon('stage-lamp-shape', LAMPS[look]))
      mark(element, 'data-state', state === 'forced-open' ? 'open' : state)
      say(word, state === 'idle' ? t('gate.idle') : maybe(`circuit.${state}`, state))
      say(meaning, state === 'idle' ? t('gate.idleMeans') : t(`gate.${state}`))
    },
  }
}

/** @param {import('../page.js').Context} context */
export function createCatalog({ i18n: { t } }) {
  const above = h('em', null)
  const word = h('strong', null)
  const below = h('span', null)
  const element = h(
    'div',
    { class: 'stage-catalog' },
    h('b', null, t('stage.catalog')),
    h('div', { class: 'stage-sign' }, icon('stage-strings', STRINGS), above, word, below),
  )
  return {
    element,
    /** @param {Sign} sign */
    update(sign) {
      mark(element, 'data-kind', sign.kind)
      say(above, sign.above)
      say(word, sign.word)
      say(below, sign.below)
      mark(word, 'data-long', sign.word.length > 4)
    },
  }
}
