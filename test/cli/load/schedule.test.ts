/** When requests are planned to leave. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { batches } from '../../../cli/load/schedule.ts'

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
