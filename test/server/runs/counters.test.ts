/** The words of counts and circuits stand once in the server; the library and the page have copies of their own, which say the same. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { STATES } from '../../../cli/breaker/circuit.ts'
import { COUNTERS as COUNTERS_OF_PAGE, noCounts as noCountsOfPage } from '../../../server/console/model/run.js'
import { OUTCOMES as OUTCOMES_OF_PAGE } from '../../../server/console/model/series.js'
import {
  ARM_OUTCOMES,
  addCounts,
  CIRCUIT_STATES,
  COUNTERS,
  noCounts,
  requestsOf,
} from '../../../server/runs/counters.ts'
import { armSchema } from '../../../server/runs/result.ts'
import { armStepSchema } from '../../../server/telemetry/live-schema.ts'

test('the counters are the same in results, in published runs and on the page', () => {
  const { outcomes, upstream } = armSchema.shape
  assert.deepEqual([...Object.keys(outcomes.shape), ...Object.keys(upstream.shape)], COUNTERS)
  assert.deepEqual(Object.keys(armStepSchema.shape.totals.unwrap().shape), COUNTERS)
  assert.deepEqual([COUNTERS_OF_PAGE, noCountsOfPage()], [COUNTERS, noCounts()])
  assert.deepEqual([...OUTCOMES_OF_PAGE].sort(), [...ARM_OUTCOMES].sort())
})

test('the states of a circuit are those of the library', () => {
  assert.deepEqual([...STATES].sort(), [...CIRCUIT_STATES].sort())
})

test('counts add up', () => {
  const sum = noCounts()
  addCounts(sum, { success: 1, failed: 2, shortCircuited: 3, fromCache: 4, calls: 5, wasted: 6 })
  addCounts(sum, { ...noCounts(), success: 9, calls: 9 })
  assert.deepEqual(sum, { success: 10, failed: 2, shortCircuited: 3, fromCache: 4, calls: 14, wasted: 6 })
  assert.equal(requestsOf(sum), 19)
})
