/** A scenario that plays before nobody: known by what has been asked since it began. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { emptyModel, reduce } from '../../../server/console/model/model.js'
import { hasIdleScenario } from '../../../server/console/model/traffic.js'

const sample = (atMs: number, more: object = {}) => ({
  type: 'sample',
  data: { atMs, counts: {}, inFlight: 0, arrivals: 0, failRate: 0, outage: false, ...more },
})
const begun = {
  type: 'scenario',
  data: { atMs: 10_000, status: 'started', name: 'blackout', id: 'b', startedAtMs: 10_000 },
}
const run = { type: 'run', data: { type: 'start', run: { id: 'r', arms: [{ name: 'none' }], startedAtMs: 10_000 } } }
const after = (...events: { type: string; data: unknown }[]) => events.reduce(reduce, emptyModel())

describe('a scenario', () => {
  it('plays alone when nobody has asked since it began, though somebody did before', () => {
    const model = after(sample(9_000, { counts: { success: 5 }, arrivals: 5 }), begun, sample(12_000))
    assert.ok(hasIdleScenario(model, 12))
    assert.ok(!hasIdleScenario(model, 11), 'who fires with it may still come')
  })

  it('does not play alone once somebody asked, waits for an answer or fires a run, or when there is none', () => {
    for (const some of [{ arrivals: 1 }, { inFlight: 1 }, { counts: { injected: 1 } }])
      assert.ok(!hasIdleScenario(after(begun, sample(11_000, some), sample(12_000)), 12))
    assert.ok(!hasIdleScenario(after(begun, run, sample(12_000)), 12))
    const step = { type: 'run', data: { type: 'progress', id: 'r', atMs: 500, arms: [] } }
    const over = { type: 'run', data: { type: 'end', id: 'r' } }
    assert.ok(!hasIdleScenario(after(begun, run, step, over, sample(12_000)), 12), 'a run has ended meanwhile')
    assert.ok(!hasIdleScenario(after(sample(12_000)), 12))
  })
})
