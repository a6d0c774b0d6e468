/** A published run on the page: steps add up, edges line up, lamps stay lit long enough. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { boardAfter, recentShare } from '../../../server/console/model/board.js'
import { DARK, HALF_OPEN_LIT_MS, lampAfter, stretches } from '../../../server/console/model/lamp.js'
import { advance, circuitOf, runFrom, usefulShare } from '../../../server/console/model/run.js'

const start = () => runFrom({ id: 'r', title: 't', arms: [{ name: 'none' }, { name: 'breaker' }], startedAtMs: 0 })
const arm = (name: string, more: object = {}) => ({
  name,
  success: 0,
  failed: 0,
  shortCircuited: 0,
  fromCache: 0,
  calls: 0,
  wasted: 0,
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
    assert.equal(circuitOf(run, 'breaker'), 'open')
    assert.equal(circuitOf(run, 'none'), null)
    const later = advance(run, { atMs: 200, arms: [arm('breaker', { state: 'half-open' })] } as never)
    assert.equal(circuitOf(later, 'breaker'), 'half-open')
  })

  it('has no share before its first answer', () => {
    assert.equal(usefulShare(arm('none')), null)
  })
})

describe('the lamps', () => {
  const edge = (atMs: number, state: 'closed' | 'open' | 'half-open') => ({ atMs, state })

  it('are dark without a breaker', () => {
    assert.equal(lampAfter(DARK, [], 0).shown, null)
  })

  it('show half-open for its time though it was over when it was told', () => {
    const before = lampAfter(DARK, [edge(0, 'closed'), edge(500, 'open')], 1_000)
    assert.equal(before.shown, 'open')
    const edges = [edge(0, 'closed'), edge(500, 'open'), edge(900, 'half-open'), edge(901, 'closed')]
    const flash = lampAfter(before, edges, 2_000)
    assert.equal(flash.shown, 'half-open')
    const still = lampAfter(flash, edges, 2_000 + HALF_OPEN_LIT_MS - 1)
    assert.equal(still.shown, 'half-open')
    assert.equal(lampAfter(still, edges, 2_000 + HALF_OPEN_LIT_MS).shown, 'closed')
  })

  it('do not flash for what lies behind when a page comes late', () => {
    assert.equal(lampAfter(DARK, [edge(0, 'open'), edge(5, 'half-open'), edge(6, 'closed')], 10).shown, 'closed')
  })

  it('have stretches that are cut to the time axis', () => {
    const edges = [edge(0, 'closed'), edge(100, 'open'), edge(200, 'closed')]
    assert.deepEqual(stretches(edges, 50, 250), [
      { fromMs: 50, toMs: 100, state: 'closed' },
      { fromMs: 100, toMs: 200, state: 'open' },
      { fromMs: 200, toMs: 250, state: 'closed' },
    ])
  })
})

describe('the board', () => {
  const seat = (requests: number, success: number) => ({
    id: 'ana',
    requests,
    success,
    inFlight: 0,
    failRate: 0,
    outage: false,
  })

  it('shows the share of what is new', () => {
    let seats = boardAfter([], [seat(100, 0)])
    assert.equal(recentShare(seats[0] ?? assert.fail()), null)
    seats = boardAfter(seats, [seat(110, 10)])
    seats = boardAfter(seats, [seat(120, 15)])
    assert.equal(recentShare(seats[0] ?? assert.fail()), 75)
  })

  it('is idle when nothing is new, and after the counts were set to zero', () => {
    const seats = boardAfter(boardAfter([], [seat(10, 10)]), [seat(0, 0)])
    assert.deepEqual(seats[0]?.shares, [null, null])
  })
})
