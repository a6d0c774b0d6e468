/** A published run on the page: steps add up, edges line up, lamps stay lit long enough. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  HALF_OPEN_SHOWN_MS,
  nextIndicator,
  stateSpans,
  UNLIT,
} from '../../../server/console/model/circuit-indicator.js'
import { advance, runFrom, usefulShare } from '../../../server/console/model/run.js'
import { noCounts } from '../../../server/runs/counters.ts'

const start = () => runFrom({ id: 'r', title: 't', arms: [{ name: 'none' }, { name: 'breaker' }], startedAtMs: 0 })
const arm = (name: string, more: object = {}) => ({
  name,
  ...noCounts(),
  ...more,
})

describe('a run', () => {
  it('adds its steps up, arm by arm', () => {
    let run = start()
    for (let atMs = 250; atMs <= 1_000; atMs += 250) {
      run = advance(run, {
        atMs,
        arms: [arm('none', { success: 7, failed: 3 }), arm('breaker', { success: 7, shortCircuited: 3 })],
      })
    }
    assert.deepEqual([run.totals.none?.success, run.totals.none?.failed], [28, 12])
    assert.equal(usefulShare(run.totals.none ?? arm('none')), 70)
    assert.equal(run.totals.breaker?.shortCircuited, 12)
    assert.equal(run.lastMs, 1_000)
  })

  it('forgets old steps, but not what they added', () => {
    let run = start()
    for (let atMs = 250; atMs <= 300_000; atMs += 250) run = advance(run, { atMs, arms: [arm('none', { calls: 1 })] })
    assert.ok(run.steps.length <= 501)
    assert.equal(run.totals.none?.calls, 1_200)
  })

  it('holds what happened meanwhile as it was last told', () => {
    const changes = [{ type: 'outage' as const, atMs: 40, on: true }]
    const run = advance(advance(start(), { atMs: 250, arms: [], changes }), { atMs: 500, arms: [] })
    assert.deepEqual([start().changes, run.changes], [[], changes])
    assert.deepEqual(runFrom({ id: 'r', arms: [], changes }).changes, changes)
  })

  it('leaves out arms that it was not started with', () => {
    assert.deepEqual(Object.keys(advance(start(), { atMs: 1, arms: [arm('ghost')] }).totals), ['none', 'breaker'])
  })

  it('knows the circuit by edges and by the state alone', () => {
    const told = arm('breaker', {
      state: 'open',
      states: [
        { atMs: 0, state: 'closed' },
        { atMs: 90, state: 'open' },
      ],
    })
    const run = advance(start(), { atMs: 100, arms: [arm('none', { state: null }), told] } as never)
    assert.deepEqual(run.edges.breaker, [
      { atMs: 0, state: 'closed' },
      { atMs: 90, state: 'open' },
    ])
    assert.deepEqual(run.edges.none, [])
    const later = advance(run, { atMs: 200, arms: [arm('breaker', { state: 'half-open' })] } as never)
    assert.equal(later.edges.breaker?.at(-1)?.state, 'half-open')
  })

  it('has no share before its first answer', () => {
    assert.equal(usefulShare(arm('none')), null)
  })
})

describe('the lamps', () => {
  const edge = (atMs: number, state: 'closed' | 'open' | 'half-open') => ({ atMs, state })

  it('are dark without a breaker', () => {
    assert.equal(nextIndicator(UNLIT, [], 0).shown, null)
  })

  it('show half-open for its time though it was over when it was told', () => {
    const before = nextIndicator(UNLIT, [edge(0, 'closed'), edge(500, 'open')], 1_000)
    assert.equal(before.shown, 'open')
    const edges = [edge(0, 'closed'), edge(500, 'open'), edge(900, 'half-open'), edge(901, 'closed')]
    const flash = nextIndicator(before, edges, 2_000)
    assert.equal(flash.shown, 'half-open')
    const still = nextIndicator(flash, edges, 2_000 + HALF_OPEN_SHOWN_MS - 1)
    assert.equal(still.shown, 'half-open')
    assert.equal(nextIndicator(still, edges, 2_000 + HALF_OPEN_SHOWN_MS).shown, 'closed')
  })

  it('do not flash for what lies behind when a page comes late', () => {
    assert.equal(nextIndicator(UNLIT, [edge(0, 'open'), edge(5, 'half-open'), edge(6, 'closed')], 10).shown, 'closed')
  })

  it('have stateSpans that are cut to the time axis', () => {
    const edges = [edge(0, 'closed'), edge(100, 'open'), edge(200, 'closed')]
    assert.deepEqual(stateSpans(edges, 50, 250), [
      { fromMs: 50, toMs: 100, state: 'closed' },
      { fromMs: 100, toMs: 200, state: 'open' },
      { fromMs: 200, toMs: 250, state: 'closed' },
    ])
  })
})
