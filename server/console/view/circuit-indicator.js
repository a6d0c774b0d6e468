/** Three lamps of a breaker, distinguished by shape, word and colour: a full disc, a half one and a ring with a gap. */

/** @import { Circuit, Edge } from '../model/types.js' */

import { nextIndicator, UNLIT } from '../model/circuit-indicator.js'
import { h, icon, mark, say } from './dom.js'

/** @type {readonly Circuit[]} */
const LAMPS = ['closed', 'half-open', 'open']

const SHAPES = {
  closed: { circle: [{ cx: '12', cy: '12', r: '10', class: 'fill' }] },
  'half-open': {
    path: [{ d: 'M12 2a10 10 0 0 0 0 20z', class: 'fill' }],
    circle: [{ cx: '12', cy: '12', r: '9', class: 'ring' }],
  },
  open: { path: [{ d: 'M8.2 3.8a9 9 0 1 0 7.6 0', class: 'ring' }] },
}

/** @param {import('./page.js').Context} context @param {string} arm */
export function createCircuitIndicator(context, arm) {
  const { t, maybe } = context.i18n
  let indicator = UNLIT
  const word = h('p', { class: 'lamp-word' })
  const lamps = LAMPS.map(name =>
    h(
      'span',
      { class: `lamp lamp-${name}` },
      icon('lamp-shape', SHAPES[/** @type {keyof typeof SHAPES} */ (name)]),
      h('span', null, maybe(`circuit.${name}`, name)),
    ),
  )
  const list = h('div', { class: 'lamps', role: 'img' }, ...lamps)
  const element = h('div', { class: 'circuit' }, list, word)
  return {
    element,
    /** @param {readonly Edge[]} edges */
    update(edges) {
      indicator = nextIndicator(indicator, edges, performance.now())
      const shown = indicator.shown
      const lit = shown === 'forced-open' ? 'open' : shown
      const text = shown === null ? t('circuit.none') : maybe(`circuit.${shown}`, shown)
      LAMPS.forEach((name, index) => {
        const one = lamps[index]
        if (one) mark(one, 'data-lit', name === lit)
      })
      mark(element, 'data-state', shown ?? 'none')
      mark(list, 'aria-label', t('circuit.lamp', { arm, state: text }))
      say(word, text)
    },
  }
}
