/** When requests are planned to leave. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  batches,
  closedLoop,
  constantRate,
  poisson,
  ramp,
  rampedRequests,
  type Schedule,
} from '../../../cli/load/schedule.ts'

const times = (schedule: Schedule) => Array.from({ length: schedule.requests }, (_, index) => schedule.at(index))
const never = (values: readonly number[]) =>
  values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0))

describe('batches', () => {
  it('leave k times the interval after the start', () => {
    const plan = batches(25, 10, 100)
    assert.deepEqual(
      [0, 9, 10, 19, 20, 24].map(index => plan.at(index)),
      [0, 0, 100, 100, 200, 200],
    )
    assert.equal(plan.requests, 25)
  })

  it('leave all at once without an interval', () => {
    assert.equal(batches(1_000, 10, 0).at(999), 0)
  })
})

describe('a constant rate', () => {
  it('has even gaps', () => {
    const plan = constantRate(1_000, 200)
    assert.deepEqual([plan.at(0), plan.at(1), plan.at(999)], [0, 5, 4_995])
  })
})

describe('Poisson arrivals', () => {
  it('have the mean and the spread of a Poisson process', () => {
    const plan = poisson(50_000, 100, 'seed')
    const at = times(plan)
    const gaps = at.map((time, index) => time - (at[index - 1] ?? 0))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length
    // Four standard errors of the mean of exponential gaps; their standard deviation equals their mean.
    assert.ok(Math.abs(mean - 10) < (4 * 10) / Math.sqrt(50_000), `${mean}`)
    assert.ok(Math.abs(Math.sqrt(variance) - 10) < 0.3, `${Math.sqrt(variance)}`)
    const seconds = new Map<number, number>()
    for (const time of at) seconds.set(Math.floor(time / 1_000), (seconds.get(Math.floor(time / 1_000)) ?? 0) + 1)
    const counts = [...seconds.values()].slice(0, -1)
    const average = counts.reduce((sum, count) => sum + count, 0) / counts.length
    const spread = counts.reduce((sum, count) => sum + (count - average) ** 2, 0) / counts.length
    assert.ok(spread / average > 0.75 && spread / average < 1.3, `${spread / average}`)
  })

  it('are the same again with the same seed, in whatever order they are asked for', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { minLength: 1, maxLength: 30 }), indexes => {
        const [a, b] = [poisson(201, 50, 's'), poisson(201, 50, 's')]
        const inOrder = times(b)
        for (const index of indexes) assert.equal(a.at(index), inOrder[index])
      }),
    )
    assert.notEqual(poisson(2, 50, 's').at(1), poisson(2, 50, 't').at(1))
  })
})

describe('a ramp', () => {
  it('adds up: by the time of request i, i requests have left', () => {
    const rate = fc.double({ min: 0, max: 1_000, noNaN: true })
    fc.assert(
      fc.property(rate, rate, fc.integer({ min: 1_000, max: 60_000 }), (from, to, overMs) => {
        const within = Math.floor(rampedRequests(from, to, overMs))
        fc.pre(within >= 2 && to >= 1)
        const plan = ramp(within + 50, from, to, overMs)
        for (const index of [1, Math.floor(within / 2), within - 1, within + 20]) {
          const t = plan.at(index) / 1_000
          const T = overMs / 1_000
          const left =
            t <= T ? from * t + ((to - from) * t * t) / (2 * T) : rampedRequests(from, to, overMs) + to * (t - T)
          assert.ok(Math.abs(left - index) < 0.001 * Math.max(1, index), `${left} by the time of ${index}`)
        }
        assert.ok(never(times(plan)))
      }),
    )
  })

  it('from 0 to 300/s in 30 s holds 4,500 requests, half of them after 21.2 s', () => {
    assert.equal(rampedRequests(0, 300, 30_000), 4_500)
    const plan = ramp(4_500, 0, 300, 30_000)
    assert.equal(plan.at(0), 0)
    assert.equal(Math.round(plan.at(2_250)), Math.round(30_000 / Math.SQRT2))
    assert.ok(plan.at(4_499) <= 30_000)
  })

  it('may fall, and may be flat', () => {
    assert.equal(ramp(10, 10, 10, 1_000).at(5), 500)
    const falling = ramp(50, 100, 0, 1_000)
    assert.ok(never(times(falling)) && falling.at(49) <= 1_000)
  })
})

describe('a closed loop', () => {
  it('is labelled', () => assert.deepEqual(closedLoop(10, 2).shape, { kind: 'closed' }))
})
