/** What an arm's recorder counts. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Bits, crossTable } from '../../../cli/load/bits.ts'
import { Recorder } from '../../../cli/load/recorder.ts'
import type { Answer } from '../../../cli/policy/send.ts'
import { armSchema } from '../../../cli/report/result.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const answer = (part: Partial<Answer>): Answer => ({
  outcome: 'success',
  status: 200,
  failure: null,
  retryAfterMs: 0,
  body: null,
  ageMs: 0,
  ...part,
})

describe('Recorder', () => {
  it('counts outcomes, failures and calls exactly, and latency from the planned start', () => {
    const clock = new ManualClock()
    clock.advance(5_000)
    const recorder = new Recorder('breaker', 4, clock)
    recorder.enter('closed', clock.now())
    clock.advance(250)
    recorder.startAt(clock.now())
    recorder.called()
    clock.advance(40)
    recorder.settle(0, 10, answer({}))
    recorder.called()
    clock.advance(300)
    recorder.wasted()
    recorder.settle(1, 40, answer({ outcome: 'failed', status: 500, failure: 'status' }))
    recorder.enter('open', clock.now())
    recorder.settle(2, 340, answer({ outcome: 'shortCircuited', status: 0, failure: 'bulkhead' }))
    recorder.settle(3, 340, answer({ outcome: 'fromCache', status: 0 }))

    const measured = recorder.measured()
    assert.deepEqual(measured.outcomes, { success: 1, failed: 1, shortCircuited: 1, fromCache: 1 })
    assert.deepEqual(measured.upstream, { calls: 2, wasted: 1 })
    assert.deepEqual(measured.failures, { status: 1 })
    assert.deepEqual(measured.statuses, { 200: 1, 500: 1 })
    assert.equal(measured.latencyMs.success.p50, 30)
    assert.equal(measured.latencyMs.failed.max, 300)
    assert.equal(measured.latencyMs.all.count, 4)
    assert.deepEqual(measured.states, [
      { atMs: 0, state: 'closed' },
      { atMs: 340, state: 'open' },
    ])
    assert.deepEqual(
      measured.series.map(quarter => [quarter.atMs, quarter.success, quarter.failed, quarter.calls, quarter.wasted]),
      [
        [0, 1, 0, 2, 0],
        [250, 0, 1, 0, 1],
      ],
    )
    assert.deepEqual(
      [0, 1, 2, 3].map(index => recorder.useful.has(index)),
      [true, false, false, true],
    )
    armSchema.parse({ ...measured, recoveryMs: null, recovered: null })
  })

  it('has a series that grows with time and skips no quarter', () => {
    const clock = new ManualClock()
    const recorder = new Recorder('none', 1, clock)
    clock.advance(3_600_000)
    recorder.settle(0, 0, answer({}))
    const { series } = recorder.measured()
    assert.equal(series.length, 4 * 3_600 + 1)
    assert.equal(series.at(-1)?.success, 1)
  })
})

describe('crossTable', () => {
  it('sorts requests by where they were useful', () => {
    const [a, b] = [new Bits(20), new Bits(20)]
    for (const index of [0, 1, 2, 9, 19]) a.set(index)
    for (const index of [2, 9, 10]) b.set(index)
    assert.deepEqual(crossTable(a, b, 20), { both: 2, onlyA: 3, onlyB: 1, neither: 14 })
  })
})
