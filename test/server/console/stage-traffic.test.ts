/** The lane of everybody: what the samples of a session come to while no run plays. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { emptyModel } from '../../../server/console/model/model.js'
import { totalsAt } from '../../../server/console/model/stage-run.js'
import { StageTraffic } from '../../../server/console/model/stage-traffic.js'

type Points = ReturnType<typeof emptyModel>['points']

/** A model that knows a sample for each of some moments, with so many answers and failures. */
function modelOf(samples: readonly (readonly [atMs: number, success: number, injected: number])[], boot = 'b') {
  const points = samples.map(([atMs, success, injected]) => ({
    ...{ atMs, wallMs: atMs, t: atMs / 1_000, boot, faults: {}, inFlight: 0, p50: null, p95: null },
    ...{ failRate: 40, outage: false, arrivals: success + injected },
    counts: { ...(success > 0 ? { success } : {}), ...(injected > 0 ? { injected } : {}) },
  })) as Points
  return { ...emptyModel('default'), boot, points }
}

describe('the lane of everybody', () => {
  it('is not there while nobody asks, nor long after the last', () => {
    const traffic = new StageTraffic()
    assert.equal(traffic.of(modelOf([])), null)
    assert.equal(traffic.of(modelOf([[250, 0, 0]])), null)
    assert.ok(traffic.of(modelOf([[250, 1, 0]])))
    const quiet: [number, number, number][] = [
      [250, 1, 0],
      [10_500, 0, 0],
    ]
    assert.equal(traffic.of(modelOf(quiet)), null)
    assert.equal(traffic.of({ ...modelOf([[250, 1, 0]]), boot: 'another' }), null)
  })

  it('has the counts since the first request, a dot for each, and the trouble that they met', () => {
    const run = new StageTraffic().of(
      modelOf([
        [500, 0, 0],
        [750, 3, 1],
        [1_000, 2, 2],
      ]),
    )
    assert.ok(run)
    const { success, failed, wasted, calls } = totalsAt(run, 0, run.lastMs)
    assert.deepEqual([success, failed, wasted, calls], [5, 3, 3, 8])
    assert.deepEqual([run.lastMs, run.guarded, run.over], [500, [false], false])
    assert.equal(run.dots.arms[0]?.length, 8)
    assert.deepEqual(run.troubles, [{ fromMs: 0, toMs: 500, kind: 'rate', value: 40 }])
  })

  it('stays the same run while samples come, and begins its axis anew after two minutes', () => {
    const traffic = new StageTraffic()
    const samples: [number, number, number][] = Array.from({ length: 700 }, (_, index) => [index * 250, 1, 0])
    const ids = new Set<string>()
    for (let known = 1; known <= samples.length; known += 1) {
      const run = traffic.of(modelOf(samples.slice(Math.max(0, known - 480), known)))
      assert.ok(run && run.lastMs <= 120_000)
      ids.add(run.id)
    }
    assert.equal(ids.size, 2)
  })
})
