/** Achieved rates: what was asked for is what happens, for every sampler, and kinds share it by their weights. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { CompiledSettings } from '../../../../server/chaos/decision/compiled-settings.ts'
import { decide } from '../../../../server/chaos/decision/decide.ts'
import type { Decision } from '../../../../server/chaos/decision/decision.ts'
import { drawNumber, streamSeed } from '../../../../server/chaos/decision/draw.ts'
import { RuleState } from '../../../../server/chaos/decision/rule-state.ts'
import { readPatch } from '../../../../server/chaos/settings/patch.ts'
import { defaultSettings, type Settings } from '../../../../server/chaos/settings/schema.ts'
import { contextOf, requestRecord } from '../../../support/request-record.ts'

fc.configureGlobal({ seed: 42 })

const REQUESTS = 10_000
const RATES = [0, 0.5, 1, 33, 50, 99, 100]
const SEEDS = ['1', '42', 'workshop']

function planOf(patch: Partial<Record<keyof Settings, unknown>>): CompiledSettings {
  const defaults = defaultSettings('42')
  return new CompiledSettings({ ...defaults, ...readPatch(patch, defaults).values }, new RuleState())
}

function fates(
  compiled: CompiledSettings,
  count: number,
  key: (i: number) => string | null = i => `42-${i}`,
): Decision[] {
  return Array.from({ length: count }, (_, i) =>
    decide(compiled, null, requestRecord({ key: key(i), arrival: i }), contextOf(), 0),
  )
}

const failed = (list: readonly Decision[]) => list.filter(decision => decision.fault !== null).length

suite('bernoulli', () => {
  for (const failRate of RATES) {
    for (const seed of SEEDS) {
      test(`${failRate} % of ${REQUESTS} with seed ${seed}, within four standard deviations`, () => {
        const p = failRate / 100
        const count = failed(fates(planOf({ failRate, seed }), REQUESTS))
        const sd = Math.sqrt(REQUESTS * p * (1 - p))
        assert.ok(Math.abs(count - REQUESTS * p) <= 4 * sd, `${count} failed`)
      })
    }
  }
})

suite('deck', () => {
  for (const failRate of RATES) {
    for (const seed of SEEDS) {
      test(`exactly ${failRate} % of ${REQUESTS} with seed ${seed}, by key and by arrival`, () => {
        const compiled = planOf({ failRate, seed, sampler: 'deck' })
        assert.equal(failed(fates(compiled, REQUESTS)), (REQUESTS * failRate) / 100)
        assert.equal(failed(fates(compiled, REQUESTS, () => null)), (REQUESTS * failRate) / 100)
      })
    }
  }

  test('a whole rate is exact in every aligned 100, and within one in every aligned 10', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.string({ minLength: 1, maxLength: 8 }), (failRate, seed) => {
        const list = fates(planOf({ failRate, seed, sampler: 'deck' }), 300)
        for (let at = 0; at < 300; at += 100) assert.equal(failed(list.slice(at, at + 100)), failRate)
        for (let at = 0; at < 300; at += 10) {
          const count = failed(list.slice(at, at + 10))
          assert.ok(count === Math.floor(failRate / 10) || count === Math.ceil(failRate / 10))
        }
      }),
      { numRuns: 40 },
    )
  })

  test('keys that end in no count are dealt by arrival: exact, though the digits of UUIDs and other names are chance', () => {
    const compiled = planOf({ failRate: 30, sampler: 'deck' })
    const byte = (i: number, at: number) => Math.floor(drawNumber(streamSeed('uuid', 'body'), i, at) * 256)
    const hex = (i: number) => Array.from({ length: 16 }, (_, at) => byte(i, at).toString(16).padStart(2, '0')).join('')
    const uuid = (i: number) => hex(i).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    for (const key of [uuid, hex, () => 'word']) {
      let arrivals = 0
      const list = Array.from({ length: 1_000 }, (_, i) => {
        const counts = compiled.countsAsArrival(key(i))
        const arrival = counts ? arrivals : -1
        if (counts) arrivals += 1
        return decide(compiled, null, requestRecord({ key: key(i), arrival }), contextOf(), 0)
      })
      assert.equal(arrivals, 1_000)
      for (let at = 0; at < 1_000; at += 100) assert.equal(failed(list.slice(at, at + 100)), 30)
    }
  })

  test('each try of numbered keys has decks of its own; what comes by arrival is dealt the next card, whatever try it is', () => {
    const compiled = planOf({ failRate: 30, sampler: 'deck' })
    const isFailed = (key: string | null, arrival: number, attempt: number) =>
      decide(compiled, null, requestRecord({ key, arrival, attempt }), contextOf(), 0).fault !== null
    const numbers = Array.from({ length: 20_000 }, (_, i) => i)
    for (const attempt of [1, 2, 3]) {
      assert.equal(numbers.filter(i => isFailed(`42-${i}`, -1, attempt)).length, 6_000, 'all of them, exactly')
      const again = numbers.filter(i => isFailed(`42-${i}`, -1, attempt - 1))
      const twice = again.filter(i => isFailed(`42-${i}`, -1, attempt)).length
      assert.ok(Math.abs(twice - 1_800) < 4 * Math.sqrt(6_000 * 0.3 * 0.7), `${twice} of 6000 that try again`)
    }
    // 70 first tries and 30 retries among them, as they come.
    assert.equal(numbers.slice(0, 100).filter(i => isFailed(null, i, i % 10 < 3 ? 1 : 0)).length, 30)
  })
})

suite('both samplers', () => {
  const sampler = fc.constantFrom('bernoulli', 'deck')
  const rate = fc.double({ min: 0, max: 100, noNaN: true })

  test('raising the rate only adds failures', () => {
    fc.assert(
      fc.property(sampler, rate, rate, fc.string({ minLength: 1, maxLength: 8 }), (kind, one, other, seed) => {
        const low = fates(planOf({ failRate: Math.min(one, other), sampler: kind, seed }), 200)
        const high = fates(planOf({ failRate: Math.max(one, other), sampler: kind, seed }), 200)
        low.forEach((decision, i) => {
          if (decision.fault) assert.ok(high[i]?.fault)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('kinds, latency and attempts of others never change which keys fail', () => {
    fc.assert(
      fc.property(sampler, rate, (kind, failRate) => {
        const plain = fates(planOf({ failRate, sampler: kind }), 200)
        const rich = fates(
          planOf({
            failRate,
            sampler: kind,
            faults: [{ kind: 'reset', weight: 3 }, { kind: 'hang' }, { kind: 'status', status: 503 }],
            latency: { distribution: 'lognormal', p50: '40ms', p99: '400ms' },
          }),
          200,
        )
        assert.deepEqual(
          plain.map(decision => decision.fault !== null),
          rich.map(decision => decision.fault !== null),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('weights split the failures, within four standard deviations', () => {
    const weights = { status: 6, reset: 2, hang: 1, truncate: 1 }
    const faults = Object.entries(weights).map(([kind, weight]) => ({ kind, weight }))
    for (const kind of ['bernoulli', 'deck']) {
      const list = fates(planOf({ failRate: 100, sampler: kind, faults }), REQUESTS)
      for (const [name, weight] of Object.entries(weights)) {
        const p = weight / 10
        const count = list.filter(decision => decision.fault?.kind === name).length
        assert.ok(Math.abs(count - REQUESTS * p) <= 4 * Math.sqrt(REQUESTS * p * (1 - p)), `${count} ${name}`)
      }
    }
  })

  test('weights hold among the failures of a low rate too', () => {
    const list = fates(planOf({ failRate: 10, faults: [{ kind: 'reset' }, { kind: 'empty' }] }), 50_000)
    const all = failed(list)
    const resets = list.filter(decision => decision.fault?.kind === 'reset').length
    assert.ok(Math.abs(resets - all / 2) <= 4 * Math.sqrt(all / 4), `${resets} of ${all}`)
  })
})
