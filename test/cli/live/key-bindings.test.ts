/** What keys mean. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actionOf, type KeyAction } from '../../../cli/live/key-bindings.ts'
import { begin, type Model } from '../../../cli/live/model.ts'

const model: Model = {
  ...begin({
    now: 0,
    wallOffsetMs: 0,
    target: '',
    session: 'default',
    load: { batch: 10, everyMs: 100, automatic: false },
    arm: { name: 'breaker', rule: '', caches: false },
    baselineOn: true,
  }),
  failRate: 30,
}
const rate = (failRate: number): KeyAction => ({ type: 'rate', failRate })

const MEANINGS: readonly (readonly [key: string, before: Partial<Model>, action: KeyAction | null])[] = [
  ['0', {}, rate(0)],
  ['7', {}, rate(70)],
  ['f', {}, rate(100)],
  ['end', {}, rate(100)],
  ['home', {}, rate(0)],
  ['up', {}, rate(31)],
  ['right', {}, rate(31)],
  ['left', {}, rate(29)],
  ['shift-up', {}, rate(40)],
  ['page-down', {}, rate(20)],
  ['page-up', { failRate: 95 }, rate(100)],
  ['down', { failRate: 0.5 }, rate(0)],
  ['up', { failRate: 0.1 }, rate(1.1)],
  ['up', { asked: 60 }, rate(61)],
  ['up', { failRate: null }, rate(1)],
  [' ', {}, { type: 'fire' }],
  ['a', {}, { type: 'switch', what: 'automatic', on: true }],
  ['b', {}, { type: 'switch', what: 'breaker', on: false }],
  ['S', {}, { type: 'switch', what: 'baseline', on: false }],
  ['s', { baselineOn: false }, { type: 'switch', what: 'baseline', on: true }],
  ['o', {}, { type: 'outage' }],
  ['w', {}, { type: 'web' }],
  ['r', {}, { type: 'reset' }],
  ['?', {}, { type: 'switch', what: 'help', on: true }],
  ['?', { help: true }, { type: 'switch', what: 'help', on: false }],
  ['7', { help: true }, { type: 'switch', what: 'help', on: false }],
  ['q', { help: true }, { type: 'quit' }],
  ['q', {}, { type: 'quit' }],
  ['ctrl-c', {}, { type: 'quit' }],
  ['ctrl-l', {}, { type: 'repaint' }],
  ['z', {}, null],
  ['escape', {}, null],
]

for (const [key, before, action] of MEANINGS) {
  test(`${JSON.stringify(key)} with ${JSON.stringify(before)}`, () => {
    assert.deepEqual(actionOf({ ...model, ...before }, key), action)
  })
}
