import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { includesZero, pairedDifference, wilson } from '../../../../cli/report/stats/statistics.ts'

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
  assert.deepEqual(pairedDifference({ both: 0, onlyA: 0, onlyB: 0, neither: 0 }), [-1, 1])
})

test('an interval holds the difference, and turns over with the arms', () => {
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

test('an interval that touches zero says nothing of the direction', () => {
  for (const interval of [
    [-1, 0],
    [0, 1],
    [-1, 1],
  ] as const)
    assert.equal(includesZero([...interval]), true)
  assert.equal(includesZero([0.1, 1]), false)
})
