/** The document of an experiment: its defaults, what it refuses, and ranges that are those of the breaker. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { OPTION_RULES, type OptionRule } from '../../../cli/breaker/options.ts'
import { DEFAULT_CODES } from '../../../server/experiments/quantities.ts'
import { circuitSchema, experimentSchema } from '../../../server/experiments/spec.ts'

const LEAST = {
  arms: ['none', 'breaker'],
  load: { requests: 100, schedule: { kind: 'batches', concurrency: 10 } },
}

describe('an experiment', () => {
  it('is whole when it says its arms, how many requests there are and when they leave', () => {
    assert.deepEqual(experimentSchema.parse(LEAST), {
      arms: ['none', 'breaker'],
      circuit: {},
      load: {
        requests: 100,
        schedule: { kind: 'batches', concurrency: 10, everyMs: 100 },
        codes: DEFAULT_CODES,
        timeoutMs: 2_000,
        connections: 1_000,
        keepAlive: true,
        warmup: 0,
      },
      conditions: { outages: [] },
      request: { method: 'GET', headers: [], body: null, encoding: 'utf8' },
      oneByOne: false,
      repeat: 1,
      expect: [],
    })
  })

  for (const [what, change] of [
    ['no arm', { arms: [] }],
    ['33 arms', { arms: Array.from({ length: 33 }, (_, index) => `timeout(${index + 1}s)`) }],
    ['a member that it does not have', { rate: 5 }],
    ['no requests', { load: { ...LEAST.load, requests: 0 } }],
    ['a schedule that there is not', { load: { ...LEAST.load, schedule: { kind: 'bursts' } } }],
    ['a rate of 0', { load: { ...LEAST.load, schedule: { kind: 'rate', perSecond: 0 } } }],
    ['a timeout with a unit', { load: { ...LEAST.load, timeoutMs: '2s' } }],
    ['an outage that ends before it begins', { conditions: { outages: [{ failRate: 50, fromMs: 2, toMs: 1 }] } }],
    ['a header with a line break', { request: { headers: [['accept', 'a\nb']] } }],
    ['a circuit option out of its range', { circuit: { failurePercentage: 170 } }],
    ['101 runs', { repeat: 101 }],
    ['a seed that no header can carry', { seed: 'a b' }],
  ] as const) {
    it(`with ${what} is refused`, () => {
      assert.equal(experimentSchema.safeParse({ ...LEAST, ...change }).success, false)
    })
  }
})

describe('the options of a circuit', () => {
  const rules: Readonly<Record<string, OptionRule>> = OPTION_RULES
  const schemas: Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>> = circuitSchema.shape

  it('are those of the breaker', () => assert.deepEqual(Object.keys(schemas), Object.keys(rules)))

  for (const [name, { min, max, above, integer, standard }] of Object.entries(rules)) {
    it(`${name} has the range that the breaker gives it`, () => {
      const takes = (value: unknown) => schemas[name]?.safeParse(value).success
      assert.deepEqual([takes(min), takes(max)], [!above, true])
      const grain = integer ? 1 : 1e-6
      assert.deepEqual([takes(min - grain), takes(min + grain), takes(max + grain)], [false, true, false])
      assert.equal(takes(max - 0.5), !integer)
      assert.equal(takes(null), /off/.test(standard) && name !== 'windowMs')
    })
  }
})
