/** Simulated runs: what ends them, what they are bounded by, and what they draw. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { constantRate, scheduleOf } from '../../../cli/load/schedule.ts'
import { parseArms } from '../../../cli/policy/parse.ts'
import { type SimulatedRunOptions, simulateRun } from '../../../cli/simulate/run.ts'
import { simulate } from '../../../cli/simulate/simulate.ts'
import { latenesses, roundTrips, typicalMs, usualWorld } from '../../../cli/simulate/world.ts'
import { type ExperimentInput, experimentSchema } from '../../../server/experiments/spec.ts'

const spec = (input: ExperimentInput) => experimentSchema.parse(input)
const WORLD = usualWorld({ seed: '42' })

function runOf(arms: string, more: Partial<SimulatedRunOptions> = {}): SimulatedRunOptions {
  const { load, conditions, request, circuit } = spec({
    arms: [arms],
    load: { requests: 200, schedule: { kind: 'rate', perSecond: 50 } },
  })
  const schedule = scheduleOf(load, 's')
  return { ...{ arms: parseArms(arms), schedule, load, conditions, request, circuit, seed: 's', own: true }, ...more }
}

suite('a simulated run', () => {
  test('ends with a bug, not with a quiet zero, where something is left that nothing answers', async () => {
    const mute = { name: 'mute', build: () => () => () => {} }
    await assert.rejects(
      simulateRun(runOf('none', { arms: [mute] }), WORLD),
      /ended before its requests were answered: only 0 of mute/,
    )
    // The intervals of a library would go on for ever.
    await assert.rejects(
      simulateRun(runOf('none', { arms: [mute, ...parseArms('opossum')] }), WORLD),
      /only 0 of mute, 200 of opossum were/,
    )
  })

  test('ends where its signal says so', async () => {
    const stop = new AbortController()
    stop.abort()
    const { report } = await simulateRun(runOf('none', { signal: stop.signal }), WORLD)
    assert.deepEqual([report.interrupted, report.sent], [true, 0])
    const later = new AbortController()
    const long = runOf('none', { schedule: constantRate(1_000_000, 1_000), signal: later.signal })
    setImmediate(() => later.abort())
    const { report: cut, recorders } = await simulateRun(long, WORLD)
    assert.equal(cut.interrupted, true)
    assert.ok(cut.sent > 0 && cut.sent < 1_000_000)
    assert.equal(recorders[0]?.settled, cut.sent)
  })

  test('tells how far it is', async () => {
    const shares: number[] = []
    await simulateRun(
      runOf('none', { schedule: constantRate(50_000, 1_000), onProgress: share => shares.push(share) }),
      WORLD,
    )
    assert.ok(shares.length > 2)
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => a - b),
    )
  })

  test('makes every policy of this house wait on virtual time, an hour of it', async () => {
    const arms = [
      ...['none', 'retry', 'breaker', 'retry+budget+breaker+cache', 'reschedule+breaker', 'bulkhead(2,queue=3)'],
      'timeout(100ms)+retry+breaker',
    ]
    const startedAt = performance.now()
    const result = await simulate(
      spec({
        arms,
        load: { requests: 7_200, schedule: { kind: 'poisson', perSecond: 2 } },
        conditions: { failRate: 20, outages: [{ failRate: 100, fromMs: 600_000, toMs: 900_000 }] },
      }),
      WORLD,
    )
    assert.ok(performance.now() - startedAt < 20_000)
    assert.ok(result.load.durationMs > 3_000_000)
    for (const { name, outcomes } of result.arms) {
      const { success, failed, shortCircuited, fromCache } = outcomes
      assert.equal(success + failed + shortCircuited + fromCache, 7_200, name)
    }
  })

  test('gives all arms one session where the experiment names one', async () => {
    const shared = {
      arms: ['none', 'timeout(1s)'],
      session: 'ours',
      load: { requests: 10, schedule: { kind: 'rate', perSecond: 10 } },
    } as const
    const rules = [{ id: 'first', match: {}, rate: 100, limit: { first: 10 } }]
    const result = await simulate(
      spec({ ...shared, arms: [...shared.arms] }),
      usualWorld({ seed: '42', settings: { rules } }),
    )
    assert.deepEqual(
      result.arms.map(({ outcomes }) => outcomes.failed),
      [5, 5],
    )
    assert.equal(result.pairs, null)
  })

  test('gives each client a circuit of its own, made when it first calls', async () => {
    // Two clients in turns, and codes in turns: the first client asks for the product that fails, and for no other.
    const outcomesWith = async (clients: number | undefined) => {
      const result = await simulate(
        spec({
          arms: ['breaker(consecutive=3,open-for=1h)'],
          load: {
            ...{ requests: 40, schedule: { kind: 'rate', perSecond: 10 }, codes: ['155568600', 'jj2a97g940'] },
            ...(clients === undefined ? {} : { clients }),
          },
          conditions: { settings: { rules: [{ id: 'one', match: { code: ['155568600'] }, rate: 100 }] } },
        }),
        WORLD,
      )
      assert.equal(result.conditions?.clients, clients)
      const [arm] = result.arms
      assert.equal(arm?.states.length, clients === undefined ? 1 : 0)
      const { success = 0, failed = 0, shortCircuited = 0 } = arm?.outcomes ?? {}
      return [success, failed, shortCircuited]
    }
    assert.deepEqual(await outcomesWith(undefined), [20, 20, 0])
    assert.deepEqual(await outcomesWith(2), [20, 3, 17])
    assert.deepEqual(await outcomesWith(100_000), [20, 20, 0])
  })

  test('lets requests leave as late as its world says', async () => {
    const world = {
      ...WORLD,
      latenessMs: [
        [2, 3],
        [20, 1],
      ] as const,
    }
    const { report } = await simulateRun(runOf('none'), world)
    assert.ok(report.lagMs.max > 19.9 && report.lagMs.max < 20.1)
    assert.ok(report.late > 20 && report.late < 90)
  })
})

suite('a quantity', () => {
  test('is drawn from its histogram, in its proportions', () => {
    const histogram = [
      [1, 500],
      [2, 400],
      [50, 100],
    ] as const
    const draw = roundTrips({ ...WORLD, roundTripMs: histogram })
    const drawn = Array.from({ length: 10_000 }, draw)
    const share = (value: number) => drawn.filter(each => each === value).length / drawn.length
    assert.ok(Math.abs(share(1) - 0.5) < 0.02)
    assert.ok(Math.abs(share(50) - 0.1) < 0.02)
    assert.deepEqual(typicalMs(histogram), { p50: 1, p99: 50 })
    assert.deepEqual(typicalMs(7), { p50: 7, p99: 7 })
  })

  test('that is no time at all is a thousandth of a millisecond for a round trip', () => {
    assert.equal(roundTrips({ ...WORLD, roundTripMs: 0 })(), 0.001)
    assert.equal(latenesses({ ...WORLD, latenessMs: 0 })(), 0)
  })
})
