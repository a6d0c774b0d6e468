/** How long the bins of a chart are. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { binWidthMs } from '../../../../cli/report/stats/bins.ts'
import { coinFlips } from '../sample-results.ts'

const { load } = coinFlips

it('bins are a multiple of the step of the schedule, so that each holds as many batches as the next', () => {
  for (const [everyMs, spanMs, width] of [
    [100, 10_000, 500],
    [250, 10_000, 250],
    [50, 10_000, 250],
    [300, 30_000, 1_500],
    [100, 600_000, 2_500],
    [170, 10_000, 250],
    [100, 2_000, 250],
    [0, 10_000, 250],
  ] as const) {
    assert.equal(binWidthMs(spanMs, { ...load, everyMs }), width, `${everyMs} ms in ${spanMs} ms`)
  }
  assert.equal(binWidthMs(10_000, { ...load, schedule: { kind: 'rate', perSecond: 70 } }), 250)
})
