import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Bins, percentile, percentileDifference } from '../../../../cli/report/stats/percentiles.ts'

/** The difference from a sample that is always zero is the sample itself. */
function intervalOf(bins: Bins, quantile: number, seed: string): readonly [number, number] {
  return percentileDifference([[0, 1]], bins, quantile, seed).ci95
}

function binsOf(values: readonly number[]): Bins {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => a - b)
}

test('a percentile is the nearest rank of the sorted values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1 }),
      fc.constantFrom(0.5, 0.95, 0.99),
      (values, q) => {
        const sorted = values.toSorted((a, b) => a - b)
        assert.equal(percentile(binsOf(values), q), sorted[Math.max(0, Math.ceil(q * values.length) - 1)])
      },
    ),
  )
})

test('nothing counted has no percentile', () => {
  assert.ok(Number.isNaN(percentile([], 0.5)))
})

test('the interval of a median is that of resampling every value, and of the binomial', () => {
  const bins: Bins = Array.from({ length: 100 }, (_, index) => [index + 1, 1] as const)
  // Ranks of the exact bootstrap: the 50th of 100 lies between ranks 40 and 60 with 95 % (binomial n=100, p=0.5).
  const [low, high] = intervalOf(bins, 0.5, '42')
  assert.ok(Math.abs(low - 40) <= 1 && Math.abs(high - 60) <= 1, `${low} to ${high}`)

  let state = 7
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const medians = Array.from({ length: 2_000 }, () => {
    const sample = Array.from({ length: 100 }, () => 1 + Math.floor(random() * 100)).sort((a, b) => a - b)
    return sample[49] ?? 0
  }).sort((a, b) => a - b)
  assert.ok(Math.abs(low - (medians[50] ?? 0)) <= 1 && Math.abs(high - (medians[1_950] ?? 0)) <= 1)
})

test('the same seed gives the same interval, and a larger sample a narrower one', () => {
  const width = (n: number) => {
    const [low, high] = intervalOf(
      Array.from({ length: 200 }, (_, ms) => [ms, n] as const),
      0.95,
      'seed',
    )
    return high - low
  }
  assert.deepEqual(
    intervalOf(
      [
        [1, 5],
        [9, 5],
      ],
      0.5,
      'x',
    ),
    intervalOf(
      [
        [1, 5],
        [9, 5],
      ],
      0.5,
      'x',
    ),
  )
  assert.ok(width(100) < width(1) / 3)
})

test('a difference is clear where the samples lie apart, and not where they are the same', () => {
  const fast: Bins = Array.from({ length: 50 }, (_, index) => [10 + index, 4] as const)
  const slow: Bins = fast.map(([ms, count]) => [ms + 30, count] as const)
  const apart = percentileDifference(fast, slow, 0.95, '1')
  assert.equal(apart.value, 30)
  assert.equal(apart.clear, true)
  assert.ok(apart.ci95[0] > 20 && apart.ci95[1] < 40)
  assert.equal(percentileDifference(fast, fast, 0.95, '1').clear, false)
})

for (const [quantile, least] of [
  [0.5, 6],
  [0.95, 72],
  [0.99, 368],
  [0.05, 72],
] as const) {
  test(`a difference of the quantile ${quantile} takes ${least} values in both samples to be clear`, () => {
    // Samples far apart: nothing but their size can make the difference unclear.
    const fast = (n: number): Bins => [[1, n]]
    const slow = (n: number): Bins => [[1_000, n]]
    const clear = (before: number, after: number) =>
      percentileDifference(fast(before), slow(after), quantile, 'a').clear
    assert.deepEqual([clear(least, least), clear(least - 1, 5_000), clear(5_000, least - 1)], [true, false, false])
    assert.deepEqual([clear(1, 1), clear(1, 5_000)], [false, false])
  })
}
