/** Two arms over the same requests: latencies of what both answered, and what became of the requests that one refused. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Endings, MAX_ENDINGS } from '../../../cli/load/endings.ts'
import { sameRequests } from '../../../cli/load/same-requests.ts'
import type { Outcome } from '../../../cli/policy/send.ts'

function endings(...list: readonly (readonly [Outcome, number] | null)[]): Endings {
  const made = new Endings(list.length)
  for (const [index, ending] of list.entries()) if (ending) made.set(index, ...ending)
  return made
}

const anyTime = () => 0

describe('Endings', () => {
  it('remember outcome and time to one part in 512, in two bytes', () => {
    const made = new Endings(4)
    for (const [ms, outcome] of [
      [0, 'success'],
      [0.123, 'failed'],
      [1_234.5, 'shortCircuited'],
      [4_000_000, 'fromCache'],
    ] as const) {
      made.set(1, outcome, ms)
      assert.equal(made.outcome(1), outcome)
      assert.ok(Math.abs(made.ms(1) - ms) <= ms / 512 + 0.001, `${ms}: ${made.ms(1)}`)
    }
    assert.deepEqual([made.outcome(0), made.ms(0), made.outcome(9)], [null, 0, null])
  })

  it('have a bound, beyond which nothing is remembered', () => {
    const made = new Endings(100_000_000)
    assert.equal(made.size, MAX_ENDINGS)
    made.set(MAX_ENDINGS, 'success', 1)
    assert.equal(made.outcome(MAX_ENDINGS), null)
  })
})

describe('the same requests', () => {
  it('are compared by latency where they ended alike in both arms, and nowhere else', () => {
    const first = endings(['success', 10], ['success', 500], ['failed', 900], ['success', 10], null)
    const arm = endings(['success', 12], ['shortCircuited', 0.1], ['failed', 5], ['failed', 1], ['success', 1])
    const { latencies, lost } = sameRequests(first, arm, 5, anyTime, () => false)
    const counts = Object.entries(latencies).map(([outcome, bins]) => [outcome, bins.first.length, bins.arm.length])
    assert.deepEqual(counts, [
      ['success', 1, 1],
      ['failed', 1, 1],
    ])
    assert.ok(Math.abs((latencies.success?.first[0]?.[0] ?? 0) - 10) < 0.1)
    assert.deepEqual(lost, { answers: 2, refused: 1, afterTrouble: 0 })
  })

  it('say what the refused ones took in the first arm, answered or not', () => {
    const first = endings(['failed', 2_000], ['failed', 2_000], ['success', 10], ['success', 9_000])
    const arm = endings(['shortCircuited', 0.2], ['shortCircuited', 0.2], ['shortCircuited', 0.2], ['success', 1])
    const { refused } = sameRequests(first, arm, 4, anyTime, () => false)
    assert.equal(refused?.requests, 3)
    assert.ok(Math.abs((refused?.firstP50Ms ?? 0) - 2_000) < 5)
    assert.ok((refused?.p50Ms ?? 1) < 0.3)
    assert.equal(sameRequests(first, first, 4, anyTime, () => false).refused, null)
  })

  it('count exactly which refusals came when the trouble was over', () => {
    const first = endings(...Array.from({ length: 10 }, () => ['success', 1] as const))
    const arm = endings(
      ...Array.from({ length: 10 }, (_, index) => [index === 9 ? 'failed' : 'shortCircuited', 1] as const),
    )
    const { lost } = sameRequests(
      first,
      arm,
      10,
      index => index * 100,
      ms => ms >= 600,
    )
    assert.deepEqual(lost, { answers: 10, refused: 9, afterTrouble: 3 })
  })
})
