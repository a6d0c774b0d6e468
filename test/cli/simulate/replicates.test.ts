/** Other days: what differs from day to day, what does not, and the span that holds 95 % of them. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MIN_DAYS, otherDays, predictionInterval } from '../../../cli/report/stats/other-days.ts'
import type { Replayed } from '../../../cli/simulate/replay.ts'
import { replicates } from '../../../cli/simulate/replicates.ts'
import { usualWorld } from '../../../cli/simulate/world.ts'
import { type ExperimentInput, experimentSchema } from '../../../server/experiments/spec.ts'
import { chaos, documentOf } from '../harness.ts'

const world = usualWorld({ seed: '42' })
const LOAD: ExperimentInput['load'] = { requests: 100, schedule: { kind: 'batches', concurrency: 10, everyMs: 100 } }
const spec = (input: Partial<ExperimentInput>) =>
  experimentSchema.parse({ arms: ['none', 'breaker'], load: LOAD, ...input })

suite('replicates', () => {
  test('are the same for the same seed, and differ from day to day', async () => {
    const asked = spec({ conditions: { failRate: 30 } })
    const days = await replicates(asked, { world, edgeMs: 500 }, 20, 'a')
    assert.deepEqual(await replicates(asked, { world, edgeMs: 500 }, 20, 'a'), days)
    assert.notDeepEqual(await replicates(asked, { world, edgeMs: 500 }, 20, 'b'), days)
    assert.ok(new Set(days.map(([none]) => none?.useful)).size > 5)
    for (const day of days)
      assert.deepEqual(
        day.map(({ requests }) => requests),
        [100, 100],
      )
  })

  test('move the edges of outages, windows and scenarios, and nothing where nothing is to be moved', async () => {
    const outage = { conditions: { outages: [{ failRate: 100, fromMs: 300, toMs: 600 }] } }
    const failed = async (input: Partial<ExperimentInput>, edgeMs: number, settings = {}) => {
      const days = await replicates(spec(input), { world: { ...world, settings }, edgeMs }, 20, 'a')
      return new Set(days.map(([none]) => none && none.requests - none.useful))
    }
    assert.deepEqual([...(await failed(outage, 0))], [30])
    assert.ok((await failed(outage, 200)).size > 2)
    const windows = { outage: { windows: [{ from: '350ms', for: '200ms' }] } }
    assert.deepEqual([...(await failed({}, 0, windows))], [20])
    assert.ok((await failed({}, 300, windows)).size > 2)
    const blackout = {
      conditions: { scenario: 'blackout' },
      load: { requests: 900, schedule: { kind: 'rate', perSecond: 100 } },
    } as const
    assert.equal((await failed(blackout, 0)).size, 1)
    assert.ok((await failed(blackout, 500)).size > 5)
  })

  test('meet the changes of others at their time, and their declared outages with moved edges', async () => {
    const failed = async (changes: readonly Replayed[], edgeMs: number, arms = ['none'], oneByOne = false) => {
      const days = await replicates(spec({ arms, oneByOne }), { world, edgeMs, changes }, 20, 'a')
      return days.map(day => day.map(({ requests, useful }) => requests - useful))
    }
    const change = { atMs: 450, values: { failRate: 100 } }
    for (const day of await failed([change], 200)) assert.deepEqual(day, [50])
    for (const day of await failed([{ ...change, arm: 'retry(0)' }], 0, ['none', 'retry(0)'], true))
      assert.deepEqual(day, [0, 50])
    const outage = { atMs: 250, outageUntilMs: 550 }
    for (const day of await failed([outage], 0)) assert.deepEqual(day, [30])
    assert.ok(new Set((await failed([outage], 200)).flat()).size > 2)
  })

  test('draw the seed anew that sessions of their own have, and move their windows', async () => {
    const settings = { seed: 'own', failRate: 30 }
    const days = await replicates(spec({ conditions: { outages: [], settings } }), { world, edgeMs: 0 }, 20, 'a')
    assert.ok(new Set(days.map(([none]) => none?.useful)).size > 5)
    const windows = { outage: { windows: [{ from: '600ms', for: '300ms' }] } }
    const moved = await replicates(
      spec({ conditions: { outages: [], settings: windows } }),
      { world, edgeMs: 200 },
      20,
      'a',
    )
    assert.ok(new Set(moved.map(([none]) => none?.useful)).size > 2)
  })

  test('end when their time is up, or their signal says so', async () => {
    const asked = spec({ conditions: { failRate: 30 } })
    assert.ok((await replicates(asked, { world, edgeMs: 0 }, 1e6, 'a', { budgetMs: 50 })).length < 1e5)
    assert.deepEqual(await replicates(asked, { world, edgeMs: 0 }, 10, 'a', { signal: AbortSignal.abort() }), [])
  })
})

suite('a span', () => {
  const values = (count: number) => Array.from({ length: count }, (_, index) => (index * 37) % count)

  test('leaves one in forty out at either end', () => {
    assert.deepEqual(predictionInterval(values(199), 199), { mean: 99, low: 4, high: 194 })
    assert.deepEqual(predictionInterval(values(39), 39), { mean: 19, low: 0, high: 38 })
  })

  test('is none for fewer than 39 days, and where a day has no value', () => {
    assert.equal(predictionInterval(values(38), 38), null)
    assert.equal(predictionInterval(values(198), 199), null)
    const day = [{ requests: 10, useful: 5, wasted: 5, recoveryMs: null }]
    const said = otherDays(
      ['none'],
      Array.from({ length: MIN_DAYS - 1 }, () => day),
      { basis: 'simulated', varied: [], method: '' },
    )
    assert.deepEqual([said.replicates, said.arms[0]?.useful, said.arms[0]?.recovered], [38, null, 0])
  })
})

suite('chaos simulate --days', () => {
  test('says what other days are like, in its document and in its report', async () => {
    const words = ['simulate', '--outage', '1s-2s', '--seed', '7', '--days', '39']
    const { otherDays } = documentOf(await chaos([...words, '--json']))
    assert.equal(otherDays?.replicates, 39)
    const [difference] = otherDays?.differences ?? []
    assert.deepEqual([difference?.arm, difference?.against], ['breaker', 'none'])
    const { mean = 0, low = 0, high = 0 } = difference?.usefulPoints ?? {}
    assert.ok(low < mean && mean < high, `${low} ${mean} ${high}`)
    const text = await chaos([...words, '--no-color'])
    assert.match(text.stdout.replace(/\s+/g, ' '), /On 39 other days, breaker against none: useful -\d+\.\d points \(-/)
    const one = await chaos(['simulate', '--arms', 'breaker', '--fail-rate', '30', '--days', '39', '--no-color'])
    assert.match(one.stdout.replace(/\s+/g, ' '), /On 39 other days, breaker: useful \d+\.\d+ % \(/)
  })

  test('takes no fewer than say something', async () => {
    const ran = await chaos(['simulate', '--days', '38'])
    assert.equal(ran.code, 2)
    assert.match(ran.stderr, /It is a whole number from 39 to 10000/)
  })
})
