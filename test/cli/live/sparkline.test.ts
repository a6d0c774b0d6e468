/** Bars and gauges. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bars, gauge } from '../../../cli/live/sparkline.ts'

test('bars grow with the values and leave a gap above', () => {
  assert.deepEqual(bars([0, 1, 2, 3, 4, 5, 6, 7], 7, 1, false), [' ▁▂▃▄▅▆▇'])
  assert.deepEqual(bars([0, 8, 15], 15, 2, false), ['  ▇', ' ██'])
  assert.deepEqual(bars([0, 3, 7], 7, 1, true), [' -#'])
})

test('one among a thousand can be seen, and more than the scale stays within it', () => {
  assert.deepEqual(bars([1, 1_000, 5_000], 1_000, 1, false), ['▁▇▇'])
})

test('a gauge is exactly as wide as it was asked to be, empty only at nothing', () => {
  assert.deepEqual(gauge(0.5, 4, true), ['##', '..'])
  assert.deepEqual(gauge(0.001, 4, false), ['█', '░░░'])
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 200 }), (share, width) => {
      const [full, empty] = gauge(share, width, false)
      assert.equal(full.length + empty.length, width)
      assert.equal(full === '', share === 0)
    }),
  )
})
