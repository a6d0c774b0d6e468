/** Days made of blocks of a run: they are the same for the same seed, keep what goes together, and are none for a short run. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { blockDays, blockMs } from '../../../../cli/report/stats/block-days.ts'
import { type Origin, otherDays } from '../../../../cli/report/stats/other-days.ts'
import { arm } from '../sample-results.ts'

/** An arm of so many quarter seconds with ten requests each, of which `failed(quarter)` fail. */
function paced(name: string, quarters: number, failed: (quarter: number) => number) {
  const counts = Array.from({ length: quarters }, (_, quarter) => failed(quarter))
  const bad = counts.reduce((sum, count) => sum + count, 0)
  const none = { success: 0, failed: 0, shortCircuited: 0, fromCache: 0 }
  return arm(
    name,
    { success: 10 * quarters - bad, failed: bad },
    {
      sent: counts.map((count, quarter) => ({ atMs: 250 * quarter, requests: 10, useful: 10 - count })),
      series: counts.map((wasted, quarter) => ({ ...none, atMs: 250 * quarter, calls: 10, wasted })),
    },
  )
}

const ORIGIN: Origin = { basis: 'blocks', varied: [], method: '' }

suite('days made of blocks', () => {
  test('are none for a run of fewer than ten', () => {
    assert.equal(blockDays([paced('none', 39, () => 3)], 1_000, 199, 'a'), null)
    assert.equal(blockDays([paced('none', 40, () => 3)], 1_000, 199, 'a')?.length, 199)
  })

  test('are the same for the same seed, and alike where the run is the same at all times', () => {
    const steady = [paced('none', 80, () => 3)]
    for (const [day] of blockDays(steady, 1_000, 50, 'a') ?? assert.fail())
      assert.deepEqual([day?.useful, day?.wasted, day?.requests], [560, 240, 800])
    const uneven = [paced('none', 80, quarter => quarter % 9)]
    assert.deepEqual(blockDays(uneven, 1_000, 50, 'a'), blockDays(uneven, 1_000, 50, 'a'))
    assert.notDeepEqual(blockDays(uneven, 1_000, 50, 'a'), blockDays(uneven, 1_000, 50, 'b'))
  })

  test('compare arms over the same moments: what befalls both makes no difference', () => {
    const storm = (quarter: number) => (quarter % 40 < 10 ? 9 : 0)
    const days = blockDays([paced('none', 160, storm), paced('retry', 160, storm)], 1_000, 199, 'a') ?? assert.fail()
    const { arms, differences } = otherDays(['none', 'retry'], days, ORIGIN)
    assert.ok(arms[0]?.useful && arms[0].useful.high - arms[0].useful.low > 10)
    assert.deepEqual(differences[0]?.usefulPoints, { mean: 0, low: 0, high: 0 })
  })

  test('are twice as uncertain as a selection of blocks: so is one run about another', () => {
    // A fair coin for each second: the share of one run has a standard deviation of 100 / (2 x 10) = 5 points, a difference 7.
    let state = 1
    const coin = Array.from({ length: 100 }, () => {
      state = (state * 48_271) % 2_147_483_647
      return state % 2 === 0 ? 10 : 0
    })
    const days = blockDays([paced('none', 400, quarter => coin[Math.floor(quarter / 4)] ?? 0)], 1_000, 999, 'a')
    const shares = (days ?? assert.fail()).map(([day]) => (day?.useful ?? 0) / 40)
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
    const deviation = Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length)
    assert.ok(deviation > 5.5 && deviation < 8, `${deviation}`)
  })

  test('are of whole quarter seconds, a second at least, and as long as a circuit stays open', () => {
    assert.deepEqual(
      [blockMs([]), blockMs([300]), blockMs([4_000, 1_000]), blockMs([1_100])],
      [1_000, 1_000, 4_000, 1_250],
    )
  })
})
