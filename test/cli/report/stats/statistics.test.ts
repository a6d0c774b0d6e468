import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  countDifference,
  includesZero,
  independentDifference,
  pairedDifference,
  wilson,
} from '../../../../cli/report/stats/statistics.ts'

function close(actual: readonly number[], expected: readonly number[], within = 0.00005): void {
  for (const [index, value] of expected.entries()) {
    assert.ok(
      Math.abs((actual[index] ?? Number.NaN) - value) <= within,
      `${actual.join(', ')} is not ${expected.join(', ')}`,
    )
  }
}

test('Wilson: the examples of Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3', () => {
  close(wilson(81, 263), [0.2553, 0.3662])
  close(wilson(15, 148), [0.0624, 0.1605])
  close(wilson(0, 20), [0, 0.1611])
  close(wilson(1, 29), [0.0061, 0.1718])
})

test('independent shares: Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10', () => {
  const cases = [
    { a: [56, 70], b: [48, 80], limits: [0.0524, 0.3339] },
    { a: [9, 10], b: [3, 10], limits: [0.1705, 0.809] },
    { a: [6, 7], b: [2, 7], limits: [0.0582, 0.8062] },
    { a: [5, 56], b: [0, 29], limits: [-0.0381, 0.1926] },
    { a: [0, 10], b: [0, 20], limits: [-0.1611, 0.2775] },
    { a: [0, 10], b: [0, 10], limits: [-0.2775, 0.2775] },
    { a: [10, 10], b: [0, 20], limits: [0.6791, 1] },
    { a: [10, 10], b: [0, 10], limits: [0.6075, 1] },
  ] as const
  for (const { a, b, limits } of cases) close(independentDifference(a[0], a[1], b[0], b[1]), limits)
})

test('paired shares: worked examples in print', () => {
  // D. Altman et al., Statistics with Confidence (2000), table 6.2, page 52
  close(pairedDifference({ both: 14, onlyA: 5, onlyB: 0, neither: 22 }), [0.011, 0.226], 0.0005)
  // M. Fagerland, S. Lydersen, P. Laake, Statistics in Medicine 33 (2014) 2850-2875: airways (Bentur et al., 2009)
  close(pairedDifference({ both: 1, onlyA: 1, onlyB: 7, neither: 12 }), [-0.507, -0.026], 0.0005)
  // the same, complete response (Cavo et al., 2012)
  close(pairedDifference({ both: 59, onlyA: 6, onlyB: 16, neither: 80 }), [-0.1186, -0.0046])
})

test('with nothing counted, everything is possible', () => {
  assert.deepEqual(wilson(0, 0), [0, 1])
  assert.deepEqual(independentDifference(0, 0, 3, 10), [-1, 1])
  assert.deepEqual(pairedDifference({ both: 0, onlyA: 0, onlyB: 0, neither: 0 }), [-1, 1])
})

test('pairs that mostly agree tell more than two independent samples', () => {
  const [low, high] = pairedDifference({ both: 100, onlyA: 0, onlyB: 0, neither: 100 })
  const [farLow, farHigh] = independentDifference(100, 200, 100, 200)
  assert.ok(low > farLow && high < farHigh)
})

const share = fc.integer({ min: 1, max: 5_000 }).chain(n => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)))

test('an interval holds the difference, lies within -1 and 1, and turns over with the arms', () => {
  fc.assert(
    fc.property(share, share, ([hitsA, a], [hitsB, b]) => {
      const [low, high] = independentDifference(hitsA, a, hitsB, b)
      const difference = hitsA / a - hitsB / b
      assert.ok(low <= difference && difference <= high)
      assert.ok(low >= -1 - 1e-12 && high <= 1 + 1e-12)
      close(independentDifference(hitsB, b, hitsA, a), [-high, -low], 1e-9)
    }),
  )
})

test('so does the interval of pairs', () => {
  const cell = fc.integer({ min: 0, max: 1_000 })
  fc.assert(
    fc.property(cell, cell, cell, fc.integer({ min: 1, max: 1_000 }), (both, onlyA, onlyB, neither) => {
      const n = both + onlyA + onlyB + neither
      const [low, high] = pairedDifference({ both, onlyA, onlyB, neither })
      const difference = (onlyA - onlyB) / n
      assert.ok(low <= difference + 1e-12 && difference <= high + 1e-12)
      close(pairedDifference({ both, onlyA: onlyB, onlyB: onlyA, neither }), [-high, -low], 1e-9)
    }),
  )
})

test('counts: twenty against ten may be chance, forty against ten is not', () => {
  assert.equal(includesZero(countDifference(20, 10)), true)
  assert.equal(includesZero(countDifference(40, 10)), false)
  assert.equal(includesZero(countDifference(0, 0)), true)
  assert.equal(includesZero([-1, 0]), true)
  assert.equal(includesZero([0, 1]), true)
})
